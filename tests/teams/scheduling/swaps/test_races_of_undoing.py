"""An exchange that is undone, or ends, at the same instant as another act; guards with controls."""

from __future__ import annotations

import pytest

from cxportal.core.database import LockClass
from cxportal.core.periods import HOUR, MINUTE, Period
from teams.notifications.models import Notice
from teams.people.models import User
from teams.scheduling import services as roster
from teams.scheduling.models import Absence, Assignment, Duty, GiveAway
from teams.scheduling.services import absences, claims, give_aways, shifts
from teams.scheduling.swaps import deadlines, services, telling
from teams.scheduling.swaps.models import Exchange
from teams.scheduling.swaps.services import Planned
from tests import races
from tests.cast import Cast
from tests.factories import scheduling
from tests.races import meeting, together, without_constraints, without_locks, without_row_locks

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROSTER = (LockClass.MEMBER_WEEK, LockClass.POD_DAY)
JUDGED = (services, "judge_exchange")
CONSTRAINTS = ("assignment_member_once", "assignment_seat_once", "duty_rest_kept")


def again(user: User) -> User:
    """The person as another request would read them."""
    return User.objects.get(pk=user.pk)


def given_away(cast: Cast) -> tuple[Exchange, races.Act]:
    """The member gave a shift of Tuesday to the second member; and the act that undoes it."""
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1, "07:00", "15:00"))
    made = services.ask(by=cast.member, pod=cast.isar, planned=[Planned(held.pk, cast.second_member.pk)])
    services.answer(by=cast.second_member, exchange=made.pk, consent=True)
    return made, lambda: services.undo_exchange(by=again(cast.second_member), exchange=made.pk)


# --- somebody gets work back and takes other work ------------------------------------------------------


def undone_and_claimed(cast: Cast) -> list[races.Act]:
    _made, undo = given_away(cast)
    late = scheduling.shift(cast.isar, 1, "12:00", "20:00")
    return [undo, lambda: roster.claim(by=again(cast.member), shift=late.pk)]


def test_who_gets_work_back_while_claiming_other_work_then_works_once(cast: Cast) -> None:
    acts = undone_and_claimed(cast)
    with meeting(JUDGED, (claims, "claim_effect")):
        told = together(acts)
    assert (len(told.answers), told.codes) == (1, {"overlap"})
    assert Assignment.objects.filter(member=cast.member).count() <= 1
    assert (Exchange.objects.get().outcome == "undone") == (Assignment.objects.count() == 1)


def test_control_without_lock_and_constraint_somebody_works_twice(cast: Cast) -> None:
    acts = undone_and_claimed(cast)
    with without_locks(*ROSTER), without_constraints(*CONSTRAINTS), meeting(JUDGED, (claims, "claim_effect")):
        assert len(together(acts).answers) == 2
        assert Assignment.objects.filter(member=cast.member).count() == 2


# --- somebody gets work back and is away ---------------------------------------------------------------


def undone_and_away(cast: Cast) -> list[races.Act]:
    _made, undo = given_away(cast)
    span = scheduling.span(cast.isar, 1, "07:00", "15:00")
    return [undo, lambda: roster.record_absence(by=again(cast.member), member=cast.member, period=span, kind="leave")]


WORK_READ = (absences, "_shifts")


def test_who_gets_work_back_while_going_on_leave_does_not_work_then(cast: Cast) -> None:
    acts = undone_and_away(cast)
    with meeting(JUDGED, WORK_READ):
        told = together(acts)
    assert told.codes <= {"absent"}
    assert not Absence.objects.exists() or not scheduling.overlapping(cast.member, Absence.objects.get().span)


def test_control_without_the_lock_somebody_is_on_leave_and_at_work(cast: Cast) -> None:
    acts = undone_and_away(cast)
    with without_locks(*ROSTER), meeting(JUDGED, WORK_READ):
        assert len(together(acts).answers) == 2
    assert scheduling.overlapping(cast.member, Absence.objects.get().span)


# --- the shift moves away -----------------------------------------------------------------------------


def undone_and_moved(cast: Cast) -> list[races.Act]:
    _made, undo = given_away(cast)
    row = Assignment.objects.get()
    later = Period(row.span.start + HOUR, row.span.end + HOUR)
    return [undo, lambda: roster.move_shift(by=again(cast.second_member), shift=row.shift_id, period=later)]


def test_a_shift_that_moves_while_its_exchange_is_undone_has_its_people_inside(cast: Cast) -> None:
    acts = undone_and_moved(cast)
    with meeting(JUDGED, (shifts, "floor_breaks")):
        told = together(acts)
    assert (len(told.answers), told.codes <= {"built_on", "changed"}) == (1, True)
    row = Assignment.objects.get()
    assert row.span == row.shift.span
    assert (row.member == cast.member) == (Exchange.objects.get().outcome == "undone")


def test_control_without_lock_and_constraint_two_sit_there_and_one_at_the_old_time(cast: Cast) -> None:
    acts = undone_and_moved(cast)
    with without_locks(*ROSTER), without_constraints(*CONSTRAINTS), meeting(JUDGED, (shifts, "floor_breaks")):
        together(acts, tolerate=(Duty.DoesNotExist,))
        spans = {row.span for row in Assignment.objects.all()}
        assert spans != {Assignment.objects.all()[0].shift.span} or Assignment.objects.count() == 2


# --- the job that ends what is over ---------------------------------------------------------------------


def asked(cast: Cast) -> Exchange:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    return services.ask(by=cast.member, pod=cast.isar, planned=[Planned(held.pk, cast.second_member.pk)])


def answered_and_ended(cast: Cast) -> list[races.Act]:
    """The last consent comes a minute before the end, and is still busy when the job comes."""
    made = asked(cast)
    return [
        lambda: services.answer(by=again(cast.second_member), exchange=made.pk, consent=True, at=made.ends_at - MINUTE),
        lambda: deadlines.expire_due(at=made.ends_at),
    ]


def both_happened() -> bool:
    """The exchange is done, and people were told that it ended without it."""
    return Exchange.objects.get().outcome == "done" and Notice.objects.filter(kind="swap_expired").exists()


def test_an_exchange_is_accepted_or_ends_never_both(cast: Cast) -> None:
    acts = answered_and_ended(cast)
    with meeting((services, "_judge"), (telling, "expired")):
        told = together(acts)
    assert told.codes <= {"ended"}
    assert not both_happened()
    assert Exchange.objects.get().outcome in {"done", "expired"}


def test_control_without_the_row_lock_it_is_told_as_ended_and_happens(cast: Cast) -> None:
    acts = answered_and_ended(cast)
    with without_row_locks(), meeting((services, "_judge"), (telling, "expired")):
        together(acts)
    assert both_happened()


def taken_and_ended(cast: Cast) -> list[races.Act]:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    offer = roster.offer(by=cast.member, assignment=held.pk)
    return [
        lambda: roster.take(by=again(cast.second_member), give_away=offer.pk, at=offer.ends_at - MINUTE),
        lambda: deadlines.expire_due(at=offer.ends_at),
    ]


def taken_though_ended() -> bool:
    return Assignment.objects.get().source == "swap" and Notice.objects.filter(kind="offer_ended").exists()


def test_an_offer_is_taken_or_ends_never_both(cast: Cast) -> None:
    acts = taken_and_ended(cast)
    with meeting((give_aways, "judge_take"), (telling, "nobody_took")):
        together(acts)
    assert not taken_though_ended()
    assert GiveAway.objects.get().outcome in {"taken", "expired"}


def test_control_without_the_row_lock_an_offer_is_taken_and_told_as_ended(cast: Cast) -> None:
    acts = taken_and_ended(cast)
    with without_row_locks(), meeting((give_aways, "judge_take"), (telling, "nobody_took")):
        together(acts)
    assert taken_though_ended()
