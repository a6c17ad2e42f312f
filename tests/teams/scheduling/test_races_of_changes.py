"""A shift is split while somebody claims it: guards, and controls without them."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from cxportal.core.database import LockClass
from teams.people.models import User
from teams.scheduling import services
from teams.scheduling.models import Assignment, Shift
from teams.scheduling.services import claims, reshaping
from tests import races
from tests.cast import Cast
from tests.factories import scheduling
from tests.races import meeting, together, until_decided, without_constraints, without_locks

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROSTER = (LockClass.MEMBER_WEEK, LockClass.POD_DAY)


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def split_and_claimed(cast: Cast) -> list[races.Act]:
    shift = scheduling.shift(cast.isar)
    middle = shift.span.start + shift.span.length / 2
    return [
        lambda: services.split_shift(by=again(cast.member), shift=shift.pk, instant=middle),
        lambda: services.claim(by=again(cast.second_member), shift=shift.pk),
    ]


def outside() -> list[int]:
    """Assignments that reach beyond their shift: somebody would be seated where no shift is."""
    rows = Assignment.objects.select_related("shift")
    return [row.pk for row in rows if not row.shift.span.contains(row.span)]


JUDGED = (reshaping, "judge_change"), (claims, "claim_effect")
SITS = (claims, "_sit_down")  # a claim that was judged on the whole shift sits down when the split has ended


def test_a_shift_is_split_and_claimed_one_after_the_other(cast: Cast) -> None:
    acts = split_and_claimed(cast)
    with meeting(*JUDGED), meeting(SITS, before=True):
        told = together(acts)
    assert told.codes <= {"changed"}
    assert outside() == []
    assert Shift.objects.count() in {1, 2}


def test_control_without_the_locks_a_claim_reaches_beyond_the_half(cast: Cast) -> None:
    acts = split_and_claimed(cast)
    with without_locks(*ROSTER), meeting(*JUDGED), meeting(SITS, before=True):
        told = together(acts, tolerate=(OperationalError,))
    assert len(told.answers) == 2
    assert len(outside()) == 1


def test_a_double_click_on_split_is_one_split(cast: Cast) -> None:
    """The second waits for the first and reads that the shift changed; or, coming behind it, the same halves."""
    split = until_decided(split_and_claimed(cast)[0])
    with meeting(JUDGED[0]):
        told = together([split, split])
    first, *second = told.answers
    assert second == [first] if second else told.codes == {"changed"}
    assert Shift.objects.count() == 2


def test_control_without_lock_and_constraint_a_double_click_makes_three_shifts(cast: Cast) -> None:
    split = split_and_claimed(cast)[0]
    with without_locks(*ROSTER), without_constraints("segment_once"), meeting(JUDGED[0]):
        together([split, split], tolerate=(OperationalError,))
        assert Shift.objects.count() == 3
