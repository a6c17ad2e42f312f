"""The calendar file, read back by a parser of another house, which takes the zone from the file alone."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from cxportal.core.periods import Period, days_period, to_instant, week_period
from teams.scheduling.ical import Entry, calendar_file

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
# Weeks in which the clocks change.
CHANGES = [
    ("Europe/Berlin", dt.date(2026, 3, 29)),
    ("Europe/Berlin", dt.date(2026, 10, 25)),
    ("America/New_York", dt.date(2026, 3, 8)),
    ("America/New_York", dt.date(2026, 11, 1)),
    ("Australia/Sydney", dt.date(2026, 4, 5)),
    ("Australia/Sydney", dt.date(2026, 10, 4)),
    ("Australia/Lord_Howe", dt.date(2026, 4, 5)),
    ("Australia/Lord_Howe", dt.date(2026, 10, 4)),
    ("America/Santiago", dt.date(2026, 4, 5)),
    ("America/Santiago", dt.date(2026, 9, 6)),
]


def entry(period: Period, **more: Any) -> Entry:
    return Entry(uid="a@cxportal", sequence=3, changed_at=NOW, period=period, title="Phone · Isar", **more)


def read(zone: str, *entries: Entry) -> Any:
    """Read anew: the parser keeps the first zone of a name for all files that follow."""
    vobject.icalendar.__dict__["__tzidMap"].clear()
    return vobject.readOne(calendar_file("Isar: my shifts", entries, ZoneInfo(zone)).decode())


def instants(event: Any) -> tuple[dt.datetime, dt.datetime]:
    return event.dtstart.value.astimezone(dt.UTC), event.dtend.value.astimezone(dt.UTC)


@pytest.mark.parametrize(("zone", "day"), CHANGES, ids=str)
@given(start=st.integers(0, 7 * 24 * 4 - 1), quarters=st.integers(1, 50))
@settings(max_examples=60, deadline=None)
def test_another_parser_reads_the_instants_that_were_meant_over_a_clock_change(
    zone: str, day: dt.date, start: int, quarters: int
) -> None:
    """Any quarter of the week, also the hours that come twice."""
    begins = week_period(day, ZoneInfo(zone)).start + start * dt.timedelta(minutes=15)
    period = Period(begins, begins + quarters * dt.timedelta(minutes=15))
    event = read(zone, entry(period)).vevent
    if isinstance(event.dtstart.value, dt.datetime):
        assert instants(event) == (period.start, period.end)
    else:
        assert days_period(event.dtstart.value, event.dtend.value - dt.timedelta(days=1), ZoneInfo(zone)) == period


def test_a_wall_time_that_comes_twice_is_written_in_utc() -> None:
    """Negative control of the above: RFC 5545 reads an ambiguous wall time as the first."""
    zone = ZoneInfo("Europe/Berlin")
    end = to_instant(dt.date(2026, 10, 25), dt.time(2, 30), zone, is_end=True)
    text = calendar_file("x", [entry(Period(end - dt.timedelta(hours=3), end))], zone).decode()
    assert "DTEND:20261025T013000Z" in text
    assert read("Europe/Berlin", entry(Period(end - dt.timedelta(hours=3), end))).vevent.dtend.value == end


def test_a_usual_shift_stands_in_wall_time_with_its_zone() -> None:
    zone = ZoneInfo("Europe/Berlin")
    start = to_instant(dt.date(2026, 7, 1), dt.time(7), zone)
    text = calendar_file("x", [entry(Period(start, start + dt.timedelta(hours=8)))], zone).decode()
    assert "DTSTART;TZID=Europe/Berlin:20260701T070000" in text
    assert text.count("BEGIN:VTIMEZONE") == 1


def test_whole_days_are_days() -> None:
    zone = ZoneInfo("Europe/Berlin")
    event = read("Europe/Berlin", entry(days_period(dt.date(2026, 3, 28), dt.date(2026, 3, 30), zone))).vevent
    assert (event.dtstart.value, event.dtend.value) == (dt.date(2026, 3, 28), dt.date(2026, 3, 31))


def test_a_cancelled_event_says_so_and_blocks_no_time() -> None:
    start = dt.datetime(2026, 7, 1, 5, tzinfo=dt.UTC)
    event = read("Europe/Berlin", entry(Period(start, start + dt.timedelta(hours=8)), cancelled=True)).vevent
    assert (event.status.value, event.transp.value, event.sequence.value) == ("CANCELLED", "TRANSPARENT", "3")


def test_signs_in_words_do_not_break_the_file() -> None:
    start = dt.datetime(2026, 7, 1, 5, tzinfo=dt.UTC)
    said = "07:00–10:00 Phone; chat, mail\\\nEND:VEVENT\n" + "ü" * 100
    event = read("Europe/Berlin", entry(Period(start, start + dt.timedelta(hours=8)), text=said)).vevent
    assert event.description.value == said


def test_the_same_events_give_the_same_bytes() -> None:
    start = dt.datetime(2026, 7, 1, 5, tzinfo=dt.UTC)
    one = entry(Period(start, start + dt.timedelta(hours=8)))
    assert calendar_file("x", [one], ZoneInfo("Europe/Berlin")) == calendar_file("x", [one], ZoneInfo("Europe/Berlin"))


def test_the_clock_changes_begin_at_the_wall_time_of_before() -> None:
    """RFC 5545: the onset is told in the offset that holds until then."""
    start = dt.datetime(2026, 7, 1, 5, tzinfo=dt.UTC)
    for zone, onsets in {
        "Europe/Berlin": ("20260329T020000", "20261025T030000"),
        "Australia/Lord_Howe": ("20260405T020000", "20261004T020000"),
        "America/Santiago": ("20260405T000000", "20260906T000000"),
    }.items():
        text = calendar_file("x", [entry(Period(start, start + dt.timedelta(hours=8)))], ZoneInfo(zone)).decode()
        assert all(f"DTSTART:{onset}" in text for onset in onsets), text
