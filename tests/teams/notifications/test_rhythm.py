"""Quiet hours and the time of the daily summary, in the person's own wall time."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from teams.notifications.rhythm import Rhythm

BERLIN, SYDNEY = ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Sydney")


def at(day: int, clock: str, zone: ZoneInfo = BERLIN, month: int = 6) -> dt.datetime:
    return dt.datetime.combine(dt.date(2026, month, day), dt.time.fromisoformat(clock), zone).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("06:59", True), ("07:00", False), ("19:59", False), ("20:00", True), ("23:59", True), ("00:00", True)],
)
def test_the_usual_quiet_hours_run_over_midnight(clock: str, quiet: bool) -> None:
    assert Rhythm(BERLIN).is_quiet(at(1, clock)) is quiet


def test_the_hours_are_those_of_the_person_s_zone() -> None:
    assert not Rhythm(BERLIN).is_quiet(at(1, "09:00"))
    assert Rhythm(SYDNEY).is_quiet(at(1, "12:30"))


def test_quiet_hours_follow_the_clock_when_it_changes() -> None:
    """On 25 October 2026 07:00 in Berlin is 06:00 in UTC, the day before it was 05:00."""
    assert not Rhythm(BERLIN).is_quiet(dt.datetime(2026, 10, 24, 5, tzinfo=dt.UTC))
    assert Rhythm(BERLIN).is_quiet(dt.datetime(2026, 10, 25, 5, tzinfo=dt.UTC))


def test_quiet_hours_may_lie_inside_a_day_or_be_none() -> None:
    midday = Rhythm(BERLIN, dt.time(12), dt.time(14))
    assert [midday.is_quiet(at(1, clock)) for clock in ("11:59", "12:00", "14:00", "03:00")] == [
        False,
        True,
        False,
        False,
    ]
    assert not Rhythm(BERLIN, dt.time(8), dt.time(8)).is_quiet(at(1, "08:00"))


def test_a_day_off_is_quiet_from_midnight_to_midnight() -> None:
    rhythm = Rhythm(BERLIN, dt.time(0), dt.time(0), frozenset({7}))  # 7 June 2026 is a Sunday
    assert [
        rhythm.is_quiet(at(day, clock)) for day, clock in ((6, "23:59"), (7, "00:00"), (7, "23:59"), (8, "00:00"))
    ] == [
        False,
        True,
        True,
        False,
    ]


def test_the_summary_is_due_from_its_time_on_and_after_quiet_hours() -> None:
    rhythm = Rhythm(BERLIN)
    assert rhythm.digest_day(at(1, "07:29")) is None
    assert rhythm.digest_day(at(1, "07:30")) == dt.date(2026, 6, 1)
    assert rhythm.digest_day(at(1, "20:00")) is None
    early = Rhythm(BERLIN, digest_at=dt.time(5))
    assert early.digest_day(at(1, "06:00")) is None
    assert early.digest_day(at(1, "07:00")) == dt.date(2026, 6, 1)


@pytest.mark.parametrize(
    ("until", "digest"), [(dt.time(7), dt.time(21)), (dt.time(7), dt.time(20)), (dt.time(0), dt.time(22))]
)
def test_a_summary_of_the_late_evening_comes_after_the_night_for_the_day_before(
    until: dt.time, digest: dt.time
) -> None:
    rhythm = Rhythm(BERLIN, dt.time(20), until, digest_at=digest)
    assert rhythm.digest_day(at(1, digest.isoformat())) is None
    after = dt.datetime.combine(dt.date(2026, 6, 2), until, BERLIN)
    assert rhythm.digest_day(after - dt.timedelta(minutes=1)) is None
    assert rhythm.digest_day(after) == dt.date(2026, 6, 1)
    assert rhythm.digest_day(at(2, "19:59")) == dt.date(2026, 6, 1)


def test_a_summary_of_the_early_evening_is_not_due_before_it() -> None:
    rhythm = Rhythm(BERLIN, digest_at=dt.time(18))
    assert rhythm.digest_day(at(1, "07:00")) is None
    assert rhythm.digest_day(at(1, "18:00")) == dt.date(2026, 6, 1)


@pytest.mark.parametrize(
    ("rhythm", "asked", "heard"),
    [
        (Rhythm(BERLIN), at(1, "12:00"), at(1, "12:00")),
        (Rhythm(BERLIN), at(1, "22:00"), at(2, "07:00")),
        (Rhythm(BERLIN), at(2, "03:00"), at(2, "07:00")),
        (Rhythm(BERLIN, dt.time(12), dt.time(14)), at(1, "13:59"), at(1, "14:00")),
        (Rhythm(BERLIN, dt.time(20), dt.time(0)), at(1, "23:00"), at(2, "00:00")),
        (Rhythm(BERLIN, days_off=frozenset({6, 7})), at(5, "21:00"), at(8, "07:00")),  # Friday to Monday
        (Rhythm(BERLIN, days_off=frozenset({6, 7})), at(6, "12:00"), at(8, "07:00")),
        (Rhythm(SYDNEY), at(1, "23:00"), at(1, "23:00")),
    ],
)
def test_a_question_is_heard_at_the_end_of_quiet_hours_and_days(
    rhythm: Rhythm, asked: dt.datetime, heard: dt.datetime
) -> None:
    assert rhythm.loud_from(asked) == heard
    assert not rhythm.is_quiet(heard)


def test_a_question_in_the_hour_that_comes_twice_is_heard_after_the_second() -> None:
    """Quiet until 02:30: on 25 October 2026 that comes at 00:30 and at 01:30 in UTC."""
    rhythm, late = Rhythm(BERLIN, dt.time(20), dt.time(2, 30)), dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)
    for minutes in (0, 29, 60, 89):
        asked = dt.datetime(2026, 10, 25, 0, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
        assert rhythm.loud_from(asked) == late
