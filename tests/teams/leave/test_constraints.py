"""What the database holds of leave, around the services."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from teams.leave.models import LeaveDay, Peak, PeakTurn
from tests.cast import Cast
from tests.factories import leave
from tests.teams.leave.test_peaks import open_peak

pytestmark = pytest.mark.django_db


def day(cast: Cast, **fields: object) -> LeaveDay:
    from teams.leave.models import LeaveRequest

    request = LeaveRequest.objects.create(member=cast.member, pod=cast.isar, kind=leave.kind())
    usual = {
        "request": request,
        "member": cast.member,
        "pod": cast.isar,
        "day": leave.MONDAY,
        "cost": 480,
        "takes_place": True,
        "state": "granted",
        "asked_at": request.asked_at,
    }
    return LeaveDay.objects.create(**usual | fields)


@pytest.mark.parametrize("state", ["granted", "waiting"])
def test_a_member_has_one_live_leave_on_a_day(cast: Cast, state: str) -> None:
    day(cast)
    with pytest.raises(IntegrityError, match="leave_day_once"), transaction.atomic():
        day(cast, state=state)
    day(cast, state="withdrawn")


@pytest.mark.parametrize("fields", [{"begins": 600, "ends": 600}, {"ends": 1441}, {"given_back": 481}])
def test_a_day_of_leave_has_a_length_and_gives_back_what_it_cost_at_most(cast: Cast, fields: dict[str, int]) -> None:
    with pytest.raises(IntegrityError, match="leave_day_order"), transaction.atomic():
        day(cast, **fields)


def test_one_turn_of_a_peak_runs_at_a_time(cast: Cast) -> None:
    peak = open_peak(cast)
    one, two = peak.turns.all()[:2]
    PeakTurn.objects.filter(pk=one.pk).update(state="now")
    with pytest.raises(IntegrityError, match="peak_one_turn_runs"), transaction.atomic():
        PeakTurn.objects.filter(pk=two.pk).update(state="now")


def test_a_peak_opens_to_all_after_it_begins(cast: Cast) -> None:
    peak = open_peak(cast)
    with pytest.raises(IntegrityError, match="peak_order"), transaction.atomic():
        Peak.objects.filter(pk=peak.pk).update(free_at=peak.opens_at)
