"""An exchange that is undone leaves everybody as before it: the same pieces, held since the same instant, no points."""

from __future__ import annotations

import datetime as dt

import pytest

from cxportal.core.periods import HOUR, MINUTE, Period
from cxportal.core.violations import Refused
from teams.fairness.models import PointEntry
from teams.fairness.services import settle
from teams.scheduling import services as roster
from teams.scheduling.models import Assignment, Duty, Shift
from teams.scheduling.swaps import services, wishes
from teams.scheduling.swaps.models import Exchange, Outcome, SwapWish
from teams.scheduling.swaps.services import Planned
from tests.cast import Cast
from tests.factories import people, scheduling


def seats() -> list[tuple[int, int, Period, str, dt.datetime]]:
    """Who sits where, when, how and since when."""
    rows = Assignment.objects.order_by("period", "member")
    return [(row.member_id, row.seat_id, row.span, row.source, row.made_at) for row in rows]


def days() -> list[tuple[int, dt.datetime, dt.datetime, dt.datetime]]:
    rows = Duty.objects.order_by("starts_at", "member")
    return [(row.member_id, row.starts_at, row.ends_at, row.rest_until) for row in rows]


def given(cast: Cast, shift: Shift, part: Period | None, at: dt.datetime) -> Exchange:
    """The member gives the shift, or a part, to the second member, who consents."""
    held = Assignment.objects.get(member=cast.member)
    planned = [Planned(held.pk, cast.second_member.pk, part)]
    made = services.ask(by=cast.member, pod=cast.isar, planned=planned, at=at)
    return services.answer(by=cast.second_member, exchange=made.pk, consent=True, at=at)


def test_who_gets_work_back_has_it_since_before_and_earns_nothing_for_short_notice(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1)
    roster.claim(by=cast.member, shift=shift.pk, at=shift.span.start - 90 * HOUR)
    before, late = (seats(), days()), shift.span.start - 20 * HOUR
    made = given(cast, shift, None, late)
    assert seats() != before[0]
    services.undo_exchange(by=cast.member, exchange=made.pk, at=late + MINUTE)
    assert (seats(), days()) == before
    settle(pod=cast.isar, at=shift.span.end + MINUTE)
    assert not PointEntry.objects.exists()


@pytest.mark.parametrize(("first", "last"), [(0, 3), (5, 8), (2, 5)])
def test_a_part_that_comes_back_is_one_with_what_was_kept(cast: Cast, first: int, last: int) -> None:
    shift = scheduling.shift(cast.isar, 1)
    start = shift.span.start
    roster.claim(by=cast.member, shift=shift.pk, at=start - 90 * HOUR)
    before, late = (seats(), days()), start - 60 * HOUR
    made = given(cast, shift, Period(start + first * HOUR, start + last * HOUR), late)
    services.undo_exchange(by=cast.second_member, exchange=made.pk, at=late + MINUTE)
    assert (seats(), days()) == before


def test_what_was_offered_of_the_kept_part_still_stands_when_the_other_comes_back(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1)
    start = shift.span.start
    scheduling.seated(cast.member, shift)
    now = dt.datetime.now(dt.UTC)
    made = given(cast, shift, Period(start + 5 * HOUR, shift.span.end), now)
    kept = Assignment.objects.get(member=cast.member)
    wish = wishes.open_wish(by=cast.member, assignment=kept.pk)
    services.undo_exchange(by=cast.member, exchange=made.pk, at=now + MINUTE)
    assert Assignment.objects.get().span == shift.span
    assert SwapWish.objects.get(pk=wish.pk).outcome == Outcome.OPEN
    assert SwapWish.objects.get(pk=wish.pk).assignment == Assignment.objects.get()


def test_an_exchange_is_not_undone_onto_somebody_who_works_elsewhere_by_now(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1)
    scheduling.seated(cast.member, shift)
    made = given(cast, shift, None, dt.datetime.now(dt.UTC))
    roster.claim(by=cast.member, shift=scheduling.shift(cast.isar, 1, "12:00", "20:00").pk)
    with pytest.raises(Refused) as refused:
        services.undo_exchange(by=cast.second_member, exchange=made.pk)
    assert refused.value.codes == {"overlap"}
    assert Exchange.objects.get().outcome == Outcome.DONE


def test_two_parts_of_one_shift_go_to_two_people_and_the_middle_stays(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1, "08:00", "16:00")
    held, other = scheduling.seated(cast.member, shift), people.member(cast.isar, "Third")
    start = shift.span.start
    early, late = Period(start + HOUR, start + 3 * HOUR), Period(start + 5 * HOUR, start + 7 * HOUR)
    planned = [Planned(held.pk, cast.second_member.pk, early), Planned(held.pk, other.pk, late)]
    made = services.ask(by=cast.member, pod=cast.isar, planned=planned)
    services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    services.answer(by=other, exchange=made.pk, consent=True)
    assert [(row.member, row.span) for row in Assignment.objects.order_by("period")] == [
        (cast.member, Period(start, early.start)),
        (cast.second_member, early),
        (cast.member, Period(early.end, late.start)),
        (other, late),
        (cast.member, Period(late.end, shift.span.end)),
    ]
