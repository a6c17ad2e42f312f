"""Hours by week: against a slow count minute by minute, over clock changes, with absences and contracts."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxportal.core.periods import DAY, Period, days_period, local_date, to_instant, week_period
from teams.mine.sums import Work, mondays_of, week_sums

BERLIN = ZoneInfo("Europe/Berlin")
NEVER = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def work(day: dt.date, start: str, end: str, zone: ZoneInfo = BERLIN) -> Work:
    last = day if end > start else day + DAY
    period = Period(
        to_instant(day, dt.time.fromisoformat(start), zone),
        to_instant(last, dt.time.fromisoformat(end), zone, is_end=True),
    )
    return Work(period, (period,), zone)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("Europe/Berlin", dt.date(2026, 3, 29)),
        ("Europe/Berlin", dt.date(2026, 10, 25)),
        ("America/New_York", dt.date(2026, 11, 1)),
        ("Australia/Sydney", dt.date(2026, 4, 5)),
        ("Australia/Lord_Howe", dt.date(2026, 4, 5)),
        ("America/Santiago", dt.date(2026, 9, 6)),
    ],
)
@given(starts=st.lists(st.tuples(st.integers(0, 14 * 48), st.integers(1, 24)), max_size=6), now=st.integers(0, 14 * 48))
@settings(max_examples=25, deadline=None)
def test_the_sums_are_those_of_counting_each_half_hour(
    name: str, day: dt.date, starts: list[tuple[int, int]], now: int
) -> None:
    zone = ZoneInfo(name)
    begin, half = week_period(day, zone).start, dt.timedelta(minutes=30)
    pieces = [Work(p, (p,), zone) for s, n in starts if (p := Period(begin + s * half, begin + (s + n) * half))]
    mondays = [local_date(begin, zone) + n * 7 * DAY for n in range(3)]
    at = begin + now * half
    sums = week_sums(mondays, pieces, {}, [], zone=zone, now=at)
    for one in sums:
        planned = worked = 0
        for s, n in starts:
            for step in range(s, s + n):
                instant = begin + step * half
                if local_date(instant, zone) - local_date(instant, zone).weekday() * DAY == one.monday:
                    planned += 30
                    worked += 30 * (instant < at)
        assert (one.planned, one.worked) == (planned, worked)


def test_a_night_touches_the_hours_after_midnight_on_the_pod_s_clock() -> None:
    day = dt.date(2026, 6, 1)
    assert work(day, "22:00", "06:00").is_night
    assert work(day, "04:30", "12:00").is_night
    assert not work(day, "05:00", "12:00").is_night
    assert not work(day, "14:00", "23:59").is_night
    assert not work(day, "09:00", "17:00", ZoneInfo("Australia/Sydney")).is_night


def test_what_is_asked_of_the_days_of_a_week_is_owed_and_whole_days_away_are_counted() -> None:
    monday = dt.date(2026, 6, 1)
    asked = {monday - DAY: 9999, monday + 2 * DAY: 240, monday + 6 * DAY: 60, monday + 7 * DAY: 9999}
    away = [days_period(monday, monday + DAY, BERLIN), work(monday + 2 * DAY, "09:00", "12:00").period]
    (one,) = week_sums([monday], [], asked, away, zone=BERLIN, now=NEVER)
    assert (one.owed, one.away) == (300, 2)


def test_a_weekend_is_one_with_work_that_begins_on_it() -> None:
    monday = dt.date(2026, 6, 1)
    sunday = monday + 6 * DAY
    two = [monday, monday + 7 * DAY]
    (first, second) = week_sums(two, [work(sunday, "22:00", "06:00")], {}, [], zone=BERLIN, now=NEVER)
    assert (first.weekend, second.weekend) == (True, False)
    assert (first.planned, second.planned) == (120, 360)
    assert (first.nights, second.nights) == (1, 0)


def test_a_year_has_its_52_or_53_weeks() -> None:
    assert len(mondays_of(2025)) == 52
    assert len(mondays_of(2026)) == 53
    assert mondays_of(2026)[0] == dt.date(2025, 12, 29)
