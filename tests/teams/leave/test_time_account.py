"""The time account: what the roster says was worked, against what the contract asked."""

from __future__ import annotations

import datetime as dt

import pytest

from cxportal.core.periods import days_period
from teams.leave import services
from teams.leave.hours import time_account
from teams.scheduling.services import record_absence
from tests.cast import Cast
from tests.factories import leave, scheduling

pytestmark = pytest.mark.django_db

THURSDAY = leave.MONDAY + dt.timedelta(days=3)


def worked(cast: Cast, day: int, start: str = "07:00", end: str = "15:00") -> None:
    on = leave.MONDAY + dt.timedelta(days=day)
    scheduling.seated(cast.member, scheduling.shift(cast.isar, on, start, end))


def test_it_begins_with_the_first_shift_and_counts_up_to_yesterday(cast: Cast) -> None:
    assert time_account(cast.member, THURSDAY).minutes == 0
    worked(cast, 0)
    worked(cast, 3)
    assert time_account(cast.member, THURSDAY).minutes == 480 - 3 * 480
    assert time_account(cast.member, THURSDAY + dt.timedelta(days=1)).minutes == 2 * 480 - 4 * 480


def test_leave_and_sickness_are_neutral_by_the_minute(cast: Cast) -> None:
    leave.balance(cast.member)
    worked(cast, 0)
    services.request_leave(by=cast.member, member=cast.member, kind=leave.kind(), asked=leave.days(1))
    ill = leave.MONDAY + dt.timedelta(days=2)
    record_absence(by=cast.member, member=cast.member, period=days_period(ill, ill, cast.isar.tzinfo), kind="sick")
    assert time_account(cast.member, THURSDAY).minutes == 0
    afternoon = scheduling.span(cast.isar, THURSDAY, "13:00", "15:00")
    record_absence(by=cast.member, member=cast.member, period=afternoon, kind="sick")
    assert time_account(cast.member, THURSDAY + dt.timedelta(days=1)).minutes == -360


def test_corrections_move_it_and_are_listed_with_their_reason(cast: Cast) -> None:
    worked(cast, 0)
    services.correct_time(by=cast.administrator, member=cast.member, on=leave.MONDAY, minutes=90, reason="training")
    found = time_account(cast.member, leave.MONDAY + dt.timedelta(days=1))
    assert (found.minutes, found.stands) == (90, "+1.5 h")
    assert [(row.reason, hours) for row, hours in found.entries] == [("training", "+1.5 h")]
    (month,) = found.months
    assert (month.worked, month.due, month.corrected) == ("8 h", "8 h", "+1.5 h")
