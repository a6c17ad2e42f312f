"""Wall times become instants in one place, over every kind of clock change."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxportal.core import periods
from cxportal.core.periods import Period

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    ZoneInfo(n)
    for n in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu")
]


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[misc,arg-type]


def test_a_wall_time_that_does_not_exist_moves_forward_by_the_gap() -> None:
    instant = periods.to_instant(dt.date(2026, 3, 29), dt.time(2, 30), BERLIN)
    assert instant.astimezone(BERLIN).time() == dt.time(3, 30)


def test_an_ambiguous_wall_time_is_the_first_for_a_start_and_the_second_for_an_end() -> None:
    day = dt.date(2026, 10, 25)
    assert periods.to_instant(day, dt.time(2, 30), BERLIN) == utc(2026, 10, 25, 0, 30)
    assert periods.to_instant(day, dt.time(2, 30), BERLIN, is_end=True) == utc(2026, 10, 25, 1, 30)


def test_half_an_hour_is_skipped_on_lord_howe() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    instant = periods.to_instant(dt.date(2026, 10, 4), dt.time(2, 15), zone)
    assert instant.astimezone(zone).time() == dt.time(2, 45)


@pytest.mark.parametrize(
    ("first", "hours"), [((2026, 3, 28), 7), ((2027, 3, 27), 7), ((2026, 10, 24), 9), ((2026, 6, 1), 8)]
)
def test_a_night_shift_in_berlin_lasts_its_elapsed_time(first: tuple[int, int, int], hours: int) -> None:
    day = dt.date(*first)
    start = periods.to_instant(day, dt.time(22), BERLIN)
    end = periods.to_instant(day + periods.DAY, dt.time(6), BERLIN, is_end=True)
    assert Period(start, end).length == dt.timedelta(hours=hours)


def test_an_overnight_shift_counts_to_both_weeks_in_which_it_lies() -> None:
    night = Period(
        periods.to_instant(dt.date(2026, 11, 22), dt.time(22), BERLIN),
        periods.to_instant(dt.date(2026, 11, 23), dt.time(6), BERLIN),
    )
    assert periods.minutes_by_week(night, BERLIN) == {dt.date(2026, 11, 16): 120, dt.date(2026, 11, 23): 360}


def test_a_day_has_23_to_25_hours() -> None:
    lengths = {day: periods.day_period(dt.date(2026, *day), BERLIN).minutes for day in ((3, 29), (10, 25), (6, 1))}
    assert lengths == {(3, 29): 23 * 60, (10, 25): 25 * 60, (6, 1): 24 * 60}


def test_touching_periods_do_not_overlap() -> None:
    early, late = Period(utc(2026, 1, 1, 6), utc(2026, 1, 1, 14)), Period(utc(2026, 1, 1, 14), utc(2026, 1, 1, 22))
    assert not early.overlaps(late)
    assert early.intersection(late) is None


@pytest.mark.parametrize(
    "bad", ["2026-W5", "2026-W00", "2026-W54", "26-W10", "2026W10", "2026-Wxx", "", "２０２６-W10"]
)
def test_a_week_label_that_is_none_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"ISO|Invalid|int"):
        periods.parse_week(bad)


def test_an_empty_or_naive_period_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after"):
        Period(utc(2026, 1, 1), utc(2026, 1, 1))
    with pytest.raises(ValueError, match="aware"):
        Period(dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 2))  # noqa: DTZ001


@given(st.dates(dt.date(2015, 1, 1), dt.date(2035, 12, 31)))
def test_a_week_label_round_trips(day: dt.date) -> None:
    assert periods.parse_week(periods.week_label(day)) == periods.monday(day)


@given(st.dates(dt.date(2015, 1, 1), dt.date(2035, 12, 31)), st.times(), st.sampled_from(ZONES), st.booleans())
def test_a_wall_time_is_kept_wherever_it_exists(day: dt.date, wall: dt.time, zone: ZoneInfo, is_end: bool) -> None:
    wall = wall.replace(tzinfo=None, fold=0)
    instant = periods.to_instant(day, wall, zone, is_end=is_end)
    shown = instant.astimezone(zone)
    assert shown.replace(tzinfo=None, fold=0) >= dt.datetime.combine(day, wall)
    exists = dt.datetime.combine(day, wall, zone).astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None, fold=0)
    if exists == dt.datetime.combine(day, wall):
        assert shown.replace(tzinfo=None, fold=0) == exists


@given(
    st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(dt.UTC)),  # noqa: DTZ001
    st.integers(1, 60 * 24 * 20),
    st.sampled_from(ZONES),
)
def test_minutes_by_week_add_up(start: dt.datetime, minutes: int, zone: ZoneInfo) -> None:
    start = start.replace(second=0, microsecond=0)
    period = Period(start, start + minutes * periods.MINUTE)
    assert sum(periods.minutes_by_week(period, zone).values()) == minutes
