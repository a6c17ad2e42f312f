"""Quiet offers beside other acts at the same instant, from real threads; each guard has a control without it."""

from __future__ import annotations

from contextlib import ExitStack, nullcontext

import pytest

from cxportal.core import periods
from cxportal.core.database import LockClass
from cxportal.core.periods import DAY
from teams.people.models import User
from teams.scheduling import services
from teams.scheduling.models import Assignment, Shift
from teams.scheduling.opening.models import QuietOffer
from teams.scheduling.services import claims, quiet, shifts
from tests import races
from tests.cast import Cast
from tests.factories import scheduling
from tests.races import Act, deadlocks, meeting, together, without_constraints, without_locks

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROSTER = (LockClass.MEMBER_WEEK, LockClass.POD_DAY)
CARRIED, CLAIMED = (quiet, "claim_effect"), (claims, "claim_effect")


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def offered(user: User, shift: Shift) -> QuietOffer:
    return services.offer_quietly(by=user, shift=shift.pk, falls_at=periods.now().replace(microsecond=0) + DAY)


def job(row: QuietOffer) -> Act:
    return lambda: services.carry_out(offer=row.pk, at=row.falls_at)


def claim(user: User, shift: Shift) -> Act:
    return lambda: services.claim(by=again(user), shift=shift.pk)


def outcome(row: QuietOffer) -> str:
    row.refresh_from_db()
    return row.outcome


# --- two who offered, at the instant of both ------------------------------------------------------


def two_offers(cast: Cast) -> tuple[QuietOffer, QuietOffer]:
    shift = scheduling.shift(cast.isar)
    return offered(cast.member, shift), offered(cast.second_member, shift)


def test_the_jobs_of_two_who_offered_seat_the_first_and_tell_the_other(cast: Cast) -> None:
    first, second = two_offers(cast)
    before = deadlocks()
    with meeting(CARRIED, before=True):
        together([job(second), job(first)])
    assert Assignment.objects.get().member == cast.member
    assert (outcome(first), outcome(second)) == ("claimed", "overtaken")
    assert deadlocks() == before


def test_control_without_lock_and_constraint_the_same_offer_is_carried_out_twice(cast: Cast) -> None:
    first, _second = two_offers(cast)
    out = without_constraints("assignment_seat_once", "assignment_member_once", "duty_rest_kept")
    with out, without_locks(*ROSTER), meeting(CARRIED, before=True):
        together([job(first), job(first)])
        assert Assignment.objects.filter(member=cast.member).count() == 2


# --- the instant and somebody's claim of the open shift -------------------------------------------


def job_and_claim(cast: Cast, *, guarded: bool) -> int:
    """How many sit on the one seat after the job and a claim by another."""
    shift = scheduling.shift(cast.isar)
    row = offered(cast.member, shift)
    with ExitStack() as out:
        if not guarded:
            out.enter_context(without_constraints("assignment_seat_once"))
            out.enter_context(without_locks(*ROSTER))
        out.enter_context(meeting(CARRIED, CLAIMED, before=True))
        together([job(row), claim(cast.second_member, shift)])
        seated = list(Assignment.objects.values_list("member", flat=True))
        if guarded:
            assert outcome(row) == ("claimed" if seated == [cast.member.pk] else "overtaken")
        return len(seated)


def test_the_job_and_a_claim_by_another_seat_one_and_the_offer_says_which(cast: Cast) -> None:
    assert job_and_claim(cast, guarded=True) == 1


def test_control_without_lock_and_constraint_the_job_and_a_claim_seat_two(cast: Cast) -> None:
    assert job_and_claim(cast, guarded=False) == 2


# --- the instant and the end of the offer ---------------------------------------------------------


def carried_and_withdrawn(cast: Cast) -> tuple[races.Outcome, bool]:
    """What the two acts answered, and whether who withdrew sits there."""
    shift = scheduling.shift(cast.isar)
    row = offered(cast.member, shift)
    with meeting(CARRIED, (quiet, "tell"), before=True):
        told = together([job(row), lambda: services.withdraw_quiet(by=again(cast.member), shift=shift.pk)])
    return told, Assignment.objects.exists()


def test_an_offer_is_carried_out_or_withdrawn_never_both(cast: Cast) -> None:
    told, seated = carried_and_withdrawn(cast)
    assert told.codes == ({"claimed"} if seated else set())
    assert outcome(QuietOffer.objects.get()) == ("claimed" if seated else "withdrawn")


def test_control_without_the_lock_who_withdrew_gets_the_shift(cast: Cast) -> None:
    with without_locks(*ROSTER):
        told, seated = carried_and_withdrawn(cast)
    assert (len(told.answers), seated) == (2, True)


# --- the instant and a change of the shift --------------------------------------------------------


def carried_and_cancelled(cast: Cast, *, guarded: bool) -> bool:
    """Whether somebody sits on the shift that was cancelled."""
    shift = scheduling.shift(cast.isar)
    row = offered(cast.member, shift)
    with nullcontext() if guarded else without_locks(*ROSTER), meeting(CARRIED, (shifts, "tell"), before=True):
        together([job(row), lambda: services.cancel_shift(by=again(cast.second_member), shift=shift.pk)])
    shift.refresh_from_db()
    assert shift.cancelled_at is not None or guarded
    return shift.cancelled_at is not None and Assignment.objects.exists()


def test_nobody_is_seated_on_a_shift_that_is_cancelled_at_that_instant(cast: Cast) -> None:
    assert not carried_and_cancelled(cast, guarded=True)


def test_control_without_the_lock_the_job_seats_somebody_on_a_cancelled_shift(cast: Cast) -> None:
    assert carried_and_cancelled(cast, guarded=False)
