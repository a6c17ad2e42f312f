"""The time account: what the roster says was worked, against what the contract asked."""

from __future__ import annotations

import datetime as dt

import pytest

from cxportal.core.periods import days_period
from teams.leave import services
from teams.leave.hours import time_account
from teams.scheduling.services import end_absence, record_absence
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


@pytest.mark.parametrize(("start", "end"), [("05:00", "09:00"), ("13:00", "23:59"), ("00:01", "23:59")])
def test_a_part_of_a_day_ill_takes_no_more_off_than_the_work_that_it_cut(cast: Cast, start: str, end: str) -> None:
    worked(cast, 0)
    ill = scheduling.span(cast.isar, leave.MONDAY, start, end)
    record_absence(by=cast.member, member=cast.member, period=ill, kind="sick")
    assert time_account(cast.member, leave.MONDAY + dt.timedelta(days=1)).minutes == 0


def test_ill_outside_of_ones_shift_takes_nothing_off(cast: Cast) -> None:
    worked(cast, 0, "07:00", "13:00")
    ill = scheduling.span(cast.isar, leave.MONDAY, "14:00", "20:00")
    record_absence(by=cast.member, member=cast.member, period=ill, kind="sick")
    assert time_account(cast.member, leave.MONDAY + dt.timedelta(days=1)).minutes == 360 - 480


def test_who_comes_back_before_the_shift_ends_keeps_what_was_lost_until_then(cast: Cast) -> None:
    worked(cast, 0)
    ill = scheduling.span(cast.isar, leave.MONDAY, "09:00", "23:00")
    made = record_absence(by=cast.member, member=cast.member, period=ill, kind="sick")
    noon = scheduling.span(cast.isar, leave.MONDAY, "12:00", "13:00").start
    end_absence(by=cast.member, absence=made.pk, at=noon)
    assert time_account(cast.member, leave.MONDAY + dt.timedelta(days=1)).minutes == 0
