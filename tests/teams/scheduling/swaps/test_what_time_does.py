"""Offers end, their owners are warned before, nobody is asked twice a day, and leave over an offered shift."""

from __future__ import annotations

import datetime as dt

import pytest

from cxportal.core.periods import HOUR, MINUTE
from cxportal.core.violations import Refused
from teams.notifications.models import Notice
from teams.scheduling import services as roster
from teams.scheduling.models import Assignment, GiveAway
from teams.scheduling.swaps import deadlines, services, wishes
from teams.scheduling.swaps.models import Exchange, Outcome, SwapWish
from teams.scheduling.swaps.offering import Asked, read_offer
from teams.scheduling.swaps.services import Planned
from tests.cast import Cast
from tests.factories import people, pods, scheduling


def test_an_owner_is_warned_72_24_and_12_hours_before_the_end_once_each(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1)
    mine = scheduling.seated(cast.member, shift)
    wish = wishes.open_wish(by=cast.member, assignment=mine.pk)
    told = []
    for hours in (73, 72, 71, 24, 23, 12, 11, 1):
        before = Notice.objects.filter(recipient=cast.member, kind="swap_ends").count()
        deadlines.warn_owners(at=wish.ends_at - hours * HOUR)
        deadlines.warn_owners(at=wish.ends_at - hours * HOUR + MINUTE)
        if Notice.objects.filter(recipient=cast.member, kind="swap_ends").count() > before:
            told.append(hours)
    assert told == [72, 24, 12]


def test_who_offers_late_is_not_warned_of_what_they_know(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1)
    mine = scheduling.seated(cast.member, shift)
    made_at = shift.span.start - 24 * HOUR - 20 * HOUR
    wish = wishes.open_wish(by=cast.member, assignment=mine.pk, at=made_at)
    assert deadlines.warn_owners(at=made_at + MINUTE) == 0
    assert deadlines.warn_owners(at=wish.ends_at - 12 * HOUR) == 1


def test_what_is_offered_inside_the_notice_limit_lasts_until_the_shift_begins(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1)
    mine = scheduling.seated(cast.member, shift)
    wish = wishes.open_wish(by=cast.member, assignment=mine.pk, at=shift.span.start - 3 * HOUR)
    assert wish.ends_at == shift.span.start
    assert deadlines.expire_due(at=shift.span.start - MINUTE) == 0
    assert deadlines.expire_due(at=shift.span.start) == 1
    assert SwapWish.objects.get().outcome == Outcome.EXPIRED


def test_nobody_hears_of_a_shift_twice_a_day(cast: Cast) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    theirs = scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 3))
    now = scheduling.span(cast.isar, -7, "09:00", "10:00").start
    gift = [Planned(mine.pk, cast.second_member.pk)]
    first = services.ask(by=cast.member, pod=cast.isar, planned=gift, at=now)
    services.ask(by=cast.member, pod=cast.isar, planned=[*gift, Planned(theirs.pk, cast.member.pk)], at=now + HOUR)
    with pytest.raises(Refused) as refused:
        deadlines.remind(by=cast.member, exchange=first.pk, at=now + 2 * HOUR)
    assert refused.value.codes == {"reminded"}
    assert Notice.objects.filter(recipient=cast.second_member).count() == 1
    assert deadlines.remind(by=cast.member, exchange=first.pk, at=now + 24 * HOUR) == 1
    with pytest.raises(Refused):
        deadlines.remind(by=cast.member, exchange=first.pk, at=now + 25 * HOUR)
    assert Notice.objects.filter(recipient=cast.second_member).count() == 2


@pytest.mark.parametrize("floor", [False, True])
def test_leave_over_an_offered_shift_opens_its_seat_only_if_the_floor_allows(cast: Cast, floor: bool) -> None:
    shift = scheduling.shift(cast.isar, 1, "07:00", "15:00")
    mine = scheduling.seated(cast.member, shift)
    if floor:
        need = {"activity": "phone", "weekdays": [2], "start": "08:00", "end": "14:00", "people": 1}
        pods.agreement(cast.isar, since=dt.datetime.now(dt.UTC) - HOUR, coverage_floor=[need])
    roster.offer(by=cast.member, assignment=mine.pk)
    wishes.open_wish(by=cast.member, assignment=mine.pk)
    made = services.ask(by=cast.member, pod=cast.isar, planned=[Planned(mine.pk, cast.second_member.pk)])
    if floor:
        with pytest.raises(Refused) as refused:
            roster.record_absence(by=cast.member, member=cast.member, period=shift.span, kind="other")
        assert refused.value.codes == {"floor"}
        assert GiveAway.objects.get().outcome == "open"
        assert Assignment.objects.get().member == cast.member
        return
    roster.record_absence(by=cast.member, member=cast.member, period=shift.span, kind="other")
    assert not Assignment.objects.exists()
    assert GiveAway.objects.get().outcome != "open"
    assert (SwapWish.objects.get().outcome, Exchange.objects.get(pk=made.pk).outcome) == ("closed", "closed")
    assert Notice.objects.filter(recipient=cast.second_member, kind="swap_closed").exists()


def test_partners_are_found_over_two_weeks_by_bounds_and_skills_of_who_would_take_it(cast: Cast) -> None:
    skill = people.skill("German", cast.second_member, cast.member)
    shift = scheduling.shift(cast.isar, 1, skill=skill)
    mine = scheduling.seated(cast.member, shift)
    later = scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 10))
    unskilled = people.member(cast.isar, "Third")
    now = dt.datetime.now(dt.UTC)
    found = read_offer(cast.isar, cast.member, mine.pk, at=now).found
    (partner,) = found.partners
    assert (partner.person.pk, partner.returns) == (cast.second_member.pk, later.pk)
    reasons = {misfit.person.pk: misfit.reason.code for misfit in found.misfits}
    assert reasons[unskilled.pk] == "skill"
    gift = read_offer(cast.isar, cast.member, mine.pk, at=now, asked=Asked("gift")).found
    assert [p.returns for p in gift.partners] == [None]


def test_a_taken_shift_can_be_offered_again_and_the_history_is_kept(cast: Cast) -> None:
    mine = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    made = services.ask(by=cast.member, pod=cast.isar, planned=[Planned(mine.pk, cast.second_member.pk)])
    services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    taken = Assignment.objects.get(member=cast.second_member)
    back = services.ask(by=cast.second_member, pod=cast.isar, planned=[Planned(taken.pk, cast.lead.pk)])
    services.answer(by=cast.lead, exchange=back.pk, consent=True)
    assert Assignment.objects.get().member == cast.lead
    assert list(Exchange.objects.order_by("pk").values_list("outcome", flat=True)) == ["done", "done"]
