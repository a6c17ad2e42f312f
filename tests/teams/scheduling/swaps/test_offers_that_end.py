"""An offer of a shift ends by time, by a change of its shift, or with its people; its owner reads of it."""

from __future__ import annotations

import datetime as dt

import pytest

from cxportal.core.periods import HOUR, MINUTE, Period
from cxportal.core.violations import Invalid, Refused
from teams.notifications.models import Notice
from teams.scheduling import services as roster
from teams.scheduling.models import Act, Assignment, GiveAway, Shift
from teams.scheduling.swaps import deadlines, services, wishes
from teams.scheduling.swaps.models import Exchange, Outcome, SwapWish
from teams.scheduling.swaps.services import Planned
from tests.cast import Cast
from tests.factories import pods, scheduling

DAY_BEFORE = 24 * HOUR


def offered(cast: Cast, *, before: dt.timedelta | None = None) -> GiveAway:
    """The member's shift of Tuesday on offer, so long before it begins."""
    shift = scheduling.shift(cast.isar, 1)
    held = scheduling.seated(cast.member, shift)
    return roster.offer(by=cast.member, assignment=held.pk, at=shift.span.start - before if before else None)


def test_an_offer_ends_at_the_notice_limit_and_its_owner_reads_so_once(cast: Cast) -> None:
    offer = offered(cast)
    limit = offer.shift.span.start - DAY_BEFORE
    assert offer.ends_at == limit
    assert deadlines.expire_due(at=limit - MINUTE) == 0
    with pytest.raises(Refused) as refused:
        roster.take(by=cast.second_member, give_away=offer.pk, at=limit)
    assert refused.value.codes == {"expired"}
    assert (deadlines.expire_due(at=limit), deadlines.expire_due(at=limit)) == (1, 0)
    told = Notice.objects.get(kind="offer_ended")
    assert told.recipient == cast.member
    assert Assignment.objects.get().member == cast.member
    assert GiveAway.objects.get().outcome == GiveAway.Outcome.EXPIRED


def test_what_is_offered_inside_the_limit_can_be_taken_until_it_begins_and_not_after(cast: Cast) -> None:
    offer = offered(cast, before=3 * HOUR)
    begin = offer.shift.span.start
    assert offer.ends_at == begin
    with pytest.raises(Refused) as refused:
        roster.take(by=cast.second_member, give_away=offer.pk, at=begin + MINUTE)
    assert refused.value.codes == {"expired"}
    roster.take(by=cast.second_member, give_away=offer.pk, at=begin - MINUTE)
    assert Assignment.objects.get().member == cast.second_member


def test_the_owner_of_an_offer_is_warned_72_24_and_12_hours_before_once_each(cast: Cast) -> None:
    offer = offered(cast)
    told = []
    for hours in (73, 72, 71, 24, 23, 12, 11, 1):
        before = Notice.objects.filter(recipient=cast.member, kind="offer_ends").count()
        deadlines.warn_owners(at=offer.ends_at - hours * HOUR)
        deadlines.warn_owners(at=offer.ends_at - hours * HOUR + MINUTE)
        if Notice.objects.filter(recipient=cast.member, kind="offer_ends").count() > before:
            told.append(hours)
    assert told == [72, 24, 12]


def test_an_offer_that_ended_can_be_made_again_before_the_job_has_come(cast: Cast) -> None:
    offer = offered(cast)
    late = offer.ends_at + HOUR
    again = roster.offer(by=cast.member, assignment=offer.assignment_id or 0, at=late)
    assert again != offer
    assert again.ends_at == offer.shift.span.start
    assert [row.outcome for row in GiveAway.objects.order_by("pk")] == ["expired", "open"]
    roster.take(by=cast.second_member, give_away=again.pk, at=late + MINUTE)


def test_a_wish_warns_for_everybody_who_was_asked_for_it(cast: Cast) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    wish = wishes.open_wish(by=cast.member, assignment=held.pk)
    for taker in (cast.second_member, cast.lead):
        services.ask(by=cast.member, pod=cast.isar, planned=[Planned(held.pk, taker.pk)], wish=wish)
    assert deadlines.warn_owners(at=wish.ends_at - 12 * HOUR) == 1


# --- a shift that is another than was offered ----------------------------------------------------------


def all_open(cast: Cast) -> Shift:
    """A shift that is on offer, wished away and asked of somebody."""
    shift = scheduling.shift(cast.isar, 1)
    held = scheduling.seated(cast.member, shift)
    roster.offer(by=cast.member, assignment=held.pk)
    wishes.open_wish(by=cast.member, assignment=held.pk)
    services.ask(by=cast.member, pod=cast.isar, planned=[Planned(held.pk, cast.second_member.pk)])
    return shift


@pytest.mark.parametrize("change", ["split", "parts", "move", "cancel"])
def test_whatever_was_asked_for_a_shift_ends_when_it_becomes_another(cast: Cast, change: str) -> None:
    shift = all_open(cast)
    half = shift.span.start + 4 * HOUR
    if change == "split":
        roster.split_shift(by=cast.member, shift=shift.pk, instant=half)
    elif change == "parts":
        chat = scheduling.activity("chat").pk
        roster.change_parts(by=cast.member, shift=shift.pk, parts=[(chat, Period(shift.span.start, half))])
    elif change == "move":
        roster.move_shift(by=cast.member, shift=shift.pk, period=scheduling.span(cast.isar, 1, "08:00", "16:00"))
    else:
        roster.cancel_shift(by=cast.member, shift=shift.pk)
    ended = (GiveAway.objects.get().outcome, SwapWish.objects.get().outcome, Exchange.objects.get().outcome)
    assert ended == (GiveAway.Outcome.EXPIRED, Outcome.CLOSED, Outcome.CLOSED)
    assert list(Notice.objects.filter(kind="swap_closed").values_list("recipient", flat=True)) == [
        cast.second_member.pk
    ]


@pytest.mark.parametrize("kind", ["offer", "wish", "exchange"])
def test_a_change_stays_once_somebody_offered_the_changed_shift(cast: Cast, kind: str) -> None:
    shift = scheduling.shift(cast.isar, 1)
    scheduling.seated(cast.member, shift)
    roster.move_shift(by=cast.second_member, shift=shift.pk, period=scheduling.span(cast.isar, 1, "08:00", "16:00"))
    held = Assignment.objects.get()
    if kind == "offer":
        roster.offer(by=cast.member, assignment=held.pk)
    elif kind == "wish":
        wishes.open_wish(by=cast.member, assignment=held.pk)
    else:
        services.ask(by=cast.member, pod=cast.isar, planned=[Planned(held.pk, cast.lead.pk)])
    act = Act.objects.get(kind=Act.Kind.MOVE)
    with pytest.raises(Refused) as refused:
        roster.undo(by=cast.second_member, act=act.pk)
    assert refused.value.codes == {"built_on"}


# --- people who are no longer there, legs that are none -------------------------------------------------


def test_nobody_is_seated_by_an_exchange_in_a_pod_that_they_left(cast: Cast) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    made = services.ask(by=cast.second_member, pod=cast.isar, planned=[Planned(held.pk, cast.second_member.pk)])
    cast.second_member.memberships.all().delete()
    with pytest.raises(Refused) as refused:
        services.answer(by=cast.member, exchange=made.pk, consent=True)
    assert refused.value.codes == {"left_pod"}
    assert cast.second_member.name in str(refused.value.violations[0].message)
    assert Assignment.objects.get().member == cast.member


def test_no_hour_of_a_shift_is_given_to_two(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1, "08:00", "16:00")
    held, start = scheduling.seated(cast.member, shift), shift.span.start
    parts = [Period(start, start + 4 * HOUR), Period(start + 3 * HOUR, start + 6 * HOUR)]
    takers = [cast.second_member.pk, cast.lead.pk]
    planned = [Planned(held.pk, taker, part) for taker, part in zip(takers, parts, strict=True)]
    with pytest.raises(Invalid):
        services.ask(by=cast.member, pod=cast.isar, planned=planned)
    assert not Exchange.objects.exists()


# --- what was taken over is given back --------------------------------------------------------------------


def test_a_take_over_is_undone_for_ten_minutes_and_everything_is_as_before(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1)
    begin = shift.span.start
    roster.claim(by=cast.member, shift=shift.pk, at=begin - 90 * HOUR)
    before = Assignment.objects.values("member", "seat", "period", "source", "made_at").get()
    offer = roster.offer(by=cast.member, assignment=Assignment.objects.get().pk, at=begin - 60 * HOUR)
    act = roster.take(by=cast.second_member, give_away=offer.pk, at=begin - 50 * HOUR).act
    assert act is not None
    with pytest.raises(Refused) as refused:
        roster.undo(by=cast.second_member, act=act.pk, at=begin - 50 * HOUR + 11 * MINUTE)
    assert refused.value.codes == {"undo_late"}
    for _twice in range(2):
        roster.undo(by=cast.second_member, act=act.pk, at=begin - 50 * HOUR + 9 * MINUTE)
    assert Assignment.objects.values("member", "seat", "period", "source", "made_at").get() == before
    offer.refresh_from_db()
    assert (offer.outcome, offer.taken_by, offer.assignment) == ("open", None, Assignment.objects.get())
    assert Notice.objects.filter(recipient=cast.member, kind="shift_returned").count() == 1
    roster.take(by=cast.lead, give_away=offer.pk, at=begin - 49 * HOUR)
    assert Assignment.objects.get().member == cast.lead


def test_a_take_over_stays_once_its_owner_has_other_work_or_the_shift_was_moved(cast: Cast) -> None:
    offer = offered(cast)
    act = roster.take(by=cast.second_member, give_away=offer.pk).act
    assert act is not None
    other = roster.claim(by=cast.member, shift=scheduling.shift(cast.isar, 1, "12:00", "20:00").pk)
    with pytest.raises(Refused) as refused:
        roster.undo(by=cast.second_member, act=act.pk)
    assert refused.value.codes == {"overlap"}
    assert cast.member.name in str(refused.value.violations[0].message)
    roster.release(by=cast.member, assignment=other.assignment.pk)
    shift = offer.shift
    roster.move_shift(by=cast.lead, shift=shift.pk, period=scheduling.span(cast.isar, 1, "08:00", "16:00"))
    with pytest.raises(Refused) as refused:
        roster.undo(by=cast.second_member, act=act.pk)
    assert refused.value.codes == {"built_on"}
    assert Assignment.objects.get().member == cast.second_member


# --- a claim on which somebody relies ----------------------------------------------------------------------


@pytest.mark.parametrize("how", ["leave", "sick", "cancel", "nobody"])
def test_a_claim_stays_when_somebody_got_free_because_of_it(cast: Cast, how: str) -> None:
    need = {"activity": "phone", "weekdays": [2], "start": "08:00", "end": "14:00", "people": 1}
    pods.agreement(cast.isar, since=dt.datetime.now(dt.UTC) - HOUR, coverage_floor=[need])
    other = scheduling.shift(cast.isar, 1)
    scheduling.seated(cast.second_member, other)
    act = roster.claim(by=cast.member, shift=scheduling.shift(cast.isar, 1).pk).act
    assert act is not None
    if how == "cancel":
        roster.cancel_shift(by=cast.second_member, shift=other.pk)
    elif how != "nobody":
        roster.record_absence(by=cast.second_member, member=cast.second_member, period=other.span, kind=how)
    if how in {"leave", "cancel"}:
        with pytest.raises(Refused) as refused:
            roster.undo(by=cast.member, act=act.pk)
        assert refused.value.codes == {"built_on"}
    else:
        roster.undo(by=cast.member, act=act.pk)
    assert Assignment.objects.filter(member=cast.member).exists() == (how in {"leave", "cancel"})
