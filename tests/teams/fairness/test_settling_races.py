"""Two who bring the ledger up to date at one instant write each entry once; without the lock they collide."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError

from cxportal.core.database import LockClass
from cxportal.core.periods import MINUTE
from teams.fairness import services
from teams.fairness.models import PointEntry
from tests.cast import Cast
from tests.factories import scheduling
from tests.races import Act, meeting, together, without_constraints, without_locks

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def settling(cast: Cast) -> Act:
    shift = scheduling.shift(cast.isar, 1, start="12:00", end="20:30")
    scheduling.seated(cast.member, shift)
    return lambda: services.settle(pod=cast.isar, at=shift.span.end + MINUTE)


def test_who_settles_at_the_same_instant_writes_nothing_twice(cast: Cast) -> None:
    act = settling(cast)
    with meeting((services, "corrections")):
        done = together([act, act])
    assert sorted(done.answers) == [0, 1]
    assert [entry.points for entry in PointEntry.objects.all()] == [Decimal(1)]


def test_without_the_lock_both_write_and_the_source_holds_one_back(cast: Cast) -> None:
    act = settling(cast)
    with without_locks(LockClass.ROLLUP), meeting((PointEntry.objects, "bulk_create"), before=True):
        done = together([act, act], tolerate=(IntegrityError,))
    assert (done.answers, len(done.errors)) == ([1], 1)
    assert PointEntry.objects.count() == 1


def test_without_lock_and_unique_source_the_same_work_counts_twice(cast: Cast) -> None:
    act = settling(cast)
    out = without_constraints("points_once")
    with out, without_locks(LockClass.ROLLUP), meeting((PointEntry.objects, "bulk_create"), before=True):
        together([act, act])
        assert PointEntry.objects.count() == 2


def test_help_that_is_credited_twice_at_one_instant_counts_once(cast: Cast) -> None:
    act: Act = lambda: services.credit_help(member=cast.member, minutes=60, source="contact:42")  # noqa: E731
    with meeting((PointEntry.objects, "bulk_create"), before=True):
        together([act, act])
    assert PointEntry.objects.count() == 1


def test_without_the_unique_source_help_counts_twice(cast: Cast) -> None:
    act: Act = lambda: services.credit_help(member=cast.member, minutes=60, source="contact:42")  # noqa: E731
    with without_constraints("points_once"), meeting((PointEntry.objects, "bulk_create"), before=True):
        together([act, act])
        assert PointEntry.objects.count() == 2
