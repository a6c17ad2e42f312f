"""Rules 10 to 13 and 16: wall times become elapsed times in five zones, spring and autumn."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from cxportal.core.periods import Period, minutes_by_week, to_instant
from teams.scheduling.expansion import (
    KEEP_DURATION,
    KEEP_END,
    EmptyShift,
    Part,
    PatternRule,
    clock_changes,
    empty_days,
    shift_on,
    shifts_in_week,
)

EVERY_DAY = frozenset(range(1, 8))


def rule(start: str, end: str, zone: str, policy: str = KEEP_END, parts: tuple[Part, ...] = ()) -> PatternRule:
    return PatternRule(
        dt.time.fromisoformat(start), dt.time.fromisoformat(end), EVERY_DAY, ZoneInfo(zone), policy, parts
    )


@pytest.mark.parametrize(
    ("zone", "start", "end", "day", "hours"),
    [
        ("Europe/Berlin", "22:00", "06:00", "2026-03-28", 7),
        ("Europe/Berlin", "22:00", "06:00", "2027-03-27", 7),
        ("Europe/Berlin", "22:00", "06:00", "2026-10-24", 9),
        ("Europe/Berlin", "22:00", "06:00", "2026-06-01", 8),
        ("America/New_York", "22:00", "06:00", "2026-10-31", 9),
        ("America/New_York", "22:00", "06:00", "2026-03-07", 7),
        ("Australia/Sydney", "22:00", "06:00", "2027-04-03", 9),
        ("Australia/Sydney", "22:00", "06:00", "2026-10-03", 7),
        ("Australia/Lord_Howe", "22:00", "06:00", "2027-04-03", 8.5),
        ("Australia/Lord_Howe", "22:00", "06:00", "2026-10-03", 7.5),
        ("America/Santiago", "20:00", "06:00", "2026-09-05", 9),
        ("America/Santiago", "20:00", "06:00", "2027-04-03", 11),
    ],
)
def test_a_night_shift_keeps_its_end_and_changes_its_length(
    zone: str, start: str, end: str, day: str, hours: float
) -> None:
    plan = shift_on(rule(start, end, zone), dt.date.fromisoformat(day))
    assert plan.period.minutes == hours * 60
    assert plan.period.end.astimezone(ZoneInfo(zone)).time() == dt.time.fromisoformat(end)


@pytest.mark.parametrize(("day", "end"), [("2026-03-28", "07:00"), ("2026-10-24", "05:00")])
def test_keep_duration_moves_the_end(day: str, end: str) -> None:
    plan = shift_on(rule("22:00", "06:00", "Europe/Berlin", KEEP_DURATION), dt.date.fromisoformat(day))
    assert plan.period.minutes == 8 * 60
    assert plan.period.end.astimezone(ZoneInfo("Europe/Berlin")).time() == dt.time.fromisoformat(end)


@pytest.mark.parametrize(
    ("zone", "day", "wall", "moved"),
    [
        ("Europe/Berlin", "2026-03-29", "02:30", "03:30"),
        ("America/New_York", "2026-03-08", "02:30", "03:30"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "02:45"),
        ("America/Santiago", "2026-09-06", "00:00", "01:00"),
    ],
)
def test_a_wall_time_that_does_not_exist_moves_forward_by_the_gap(zone: str, day: str, wall: str, moved: str) -> None:
    for is_end in (False, True):
        found = to_instant(dt.date.fromisoformat(day), dt.time.fromisoformat(wall), ZoneInfo(zone), is_end=is_end)
        assert found.astimezone(ZoneInfo(zone)).time() == dt.time.fromisoformat(moved)


def test_an_ambiguous_wall_time_is_the_first_for_a_start_and_the_second_for_an_end() -> None:
    plan = shift_on(rule("02:30", "08:00", "Europe/Berlin"), dt.date(2026, 10, 25))
    assert plan.period.start == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    plan = shift_on(rule("22:00", "02:30", "Europe/Berlin"), dt.date(2026, 10, 24))
    assert plan.period.end == dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)
    assert plan.period.minutes == 5.5 * 60


def test_a_pattern_that_the_gap_swallows_is_found_before_it_is_kept() -> None:
    swallowed = rule("02:00", "03:00", "Europe/Berlin")
    with pytest.raises(EmptyShift):
        shift_on(swallowed, dt.date(2026, 3, 29))
    assert empty_days(swallowed, dt.date(2026, 1, 1), dt.date(2027, 12, 31)) == [
        dt.date(2026, 3, 29),
        dt.date(2027, 3, 28),
    ]
    assert empty_days(rule("02:00", "03:30", "Europe/Berlin"), dt.date(2026, 1, 1), dt.date(2027, 12, 31)) == []
    assert (
        empty_days(rule("02:00", "03:00", "Europe/Berlin", KEEP_DURATION), dt.date(2026, 1, 1), dt.date(2027, 1, 1))
        == []
    )


def test_activities_share_the_shift_without_hole_or_overlap_on_the_night_of_the_change() -> None:
    parts = (Part(1, 0, 270), Part(2, 270, 480))
    for day in (dt.date(2026, 10, 24), dt.date(2026, 3, 28), dt.date(2026, 6, 1)):
        for policy in (KEEP_END, KEEP_DURATION):
            plan = shift_on(rule("22:00", "06:00", "Europe/Berlin", policy, parts), day)
            (first, one), (second, two) = plan.segments
            assert (first, second) == (1, 2)
            assert one.start == plan.period.start
            assert one.end == two.start
            assert two.end == plan.period.end


def test_an_activity_that_lies_in_the_gap_disappears() -> None:
    parts = (Part(1, 0, 240), Part(2, 240, 300), Part(1, 300, 480))
    plan = shift_on(rule("22:00", "06:00", "Europe/Berlin", parts=parts), dt.date(2026, 3, 28))
    assert [activity for activity, _ in plan.segments] == [1, 1]
    assert sum(p.minutes for _, p in plan.segments) == plan.period.minutes


def test_what_moves_forward_out_of_the_gap_never_runs_into_what_follows() -> None:
    """02:15 becomes 03:15, later than the 03:00 at which the next activity would begin."""
    parts = (Part(3, 300, 480), Part(1, 0, 255), Part(2, 255, 300))
    plan = shift_on(rule("22:00", "06:00", "Europe/Berlin", parts=parts), dt.date(2026, 3, 28))
    (first, one), (last, two) = plan.segments
    assert (first, last) == (1, 3)
    assert one.end == two.start == to_instant(dt.date(2026, 3, 29), dt.time(3, 15), ZoneInfo("Europe/Berlin"))
    assert one.minutes + two.minutes == plan.period.minutes == 7 * 60


def test_an_overnight_shift_belongs_to_its_first_day_and_its_minutes_to_the_weeks_in_which_they_lie() -> None:
    zone = ZoneInfo("Europe/Berlin")
    plan = shift_on(rule("22:00", "06:00", "Europe/Berlin"), dt.date(2026, 12, 27))
    assert plan.day == dt.date(2026, 12, 27)
    assert minutes_by_week(plan.period, zone) == {dt.date(2026, 12, 21): 120, dt.date(2026, 12, 28): 360}
    # In the zone of a member far away the same shift lies on one side of the border.
    assert minutes_by_week(plan.period, ZoneInfo("America/New_York")) == {dt.date(2026, 12, 21): 480}


def test_the_minutes_of_the_week_of_the_change_are_elapsed() -> None:
    zone = ZoneInfo("Europe/Berlin")
    whole = Period(
        to_instant(dt.date(2026, 10, 19), dt.time(), zone), to_instant(dt.date(2026, 10, 26), dt.time(), zone)
    )
    assert minutes_by_week(whole, zone) == {dt.date(2026, 10, 19): (7 * 24 + 1) * 60}


def test_a_week_is_made_in_the_order_of_its_days() -> None:
    weekdays = PatternRule(dt.time(7), dt.time(15, 30), frozenset({1, 3, 5}), ZoneInfo("Europe/Berlin"))
    plans = shifts_in_week(weekdays, dt.date(2026, 12, 21))
    assert [plan.day.day for plan in plans] == [21, 23, 25]
    assert {plan.period.minutes for plan in plans} == {510}


def test_clock_changes_are_found_near_the_days_on_which_they_happen() -> None:
    found = clock_changes(ZoneInfo("Europe/Berlin"), dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert dt.date(2026, 3, 29) in found
    assert dt.date(2026, 10, 25) in found
    assert clock_changes(ZoneInfo("UTC"), dt.date(2026, 1, 1), dt.date(2026, 12, 31)) == []
