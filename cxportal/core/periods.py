"""Time: half-open periods, wall times over clock changes, weeks and days in a zone.

Everything stored is an aware datetime in UTC. A wall time becomes an instant here and only
here, by the rules of scheduling: a wall time that does not exist moves forward by the gap; an
ambiguous one means the first for a start and the second for an end.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils import timezone

from cxportal.core.instants import YEARS

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def now() -> dt.datetime:
    """The present instant, aware, in UTC."""
    return timezone.now()


@dataclass(frozen=True, order=True)
class Period:
    """A half-open span of time [start, end) of aware datetimes; an empty one is refused.

    Raises ``ValueError`` when the end does not lie after the start or an instant is naive.
    """

    start: dt.datetime
    end: dt.datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a period needs aware datetimes")
        if self.end <= self.start:
            raise ValueError("a period ends after it starts")

    @property
    def length(self) -> dt.timedelta:
        """Elapsed time, also over a clock change."""
        return self.end.astimezone(dt.UTC) - self.start.astimezone(dt.UTC)

    @property
    def minutes(self) -> int:
        """Whole elapsed minutes."""
        return int(self.length // MINUTE)

    def overlaps(self, other: Period) -> bool:
        """True when the two share an instant; touching ends share none."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Period) -> bool:
        return self.start <= other.start and other.end <= self.end

    def holds(self, instant: dt.datetime) -> bool:
        return self.start <= instant < self.end

    def intersection(self, other: Period) -> Period | None:
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None


@functools.lru_cache(maxsize=8192)
def to_instant(day: dt.date, wall: dt.time, zone: ZoneInfo, *, is_end: bool = False) -> dt.datetime:
    """The UTC instant of a wall time in a zone.

    A wall time inside a gap (spring) moves forward by the gap: 02:30 becomes 03:30. An
    ambiguous one (autumn) is the first occurrence for a start and the second for an end.
    """
    naive = dt.datetime.combine(day, wall.replace(tzinfo=None))
    first = naive.replace(tzinfo=zone, fold=0)
    second = naive.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(dt.UTC)
    if first.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != naive:
        # In a gap fold=0 carries the offset before the change, which lands after the gap.
        return first.astimezone(dt.UTC)
    return (second if is_end else first).astimezone(dt.UTC)


def day_period(day: dt.date, zone: ZoneInfo) -> Period:
    """The local day [00:00, next 00:00) in the zone: 23 to 25 hours long."""
    return Period(to_instant(day, dt.time(), zone), to_instant(day + DAY, dt.time(), zone))


def days_period(first: dt.date, last: dt.date, zone: ZoneInfo) -> Period:
    """The local days first..last, both included."""
    return Period(to_instant(first, dt.time(), zone), to_instant(last + DAY, dt.time(), zone))


def local_date(instant: dt.datetime, zone: ZoneInfo) -> dt.date:
    return instant.astimezone(zone).date()


def monday(day: dt.date) -> dt.date:
    """The Monday of the ISO week of a day."""
    return day - dt.timedelta(days=day.weekday())


def week_label(day: dt.date) -> str:
    """``2026-W52``: the ISO week as it stands in addresses."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def parse_week(label: str) -> dt.date:
    """The Monday of ``2026-W52``; raises ``ValueError`` for anything else and for a year that nobody can mean."""
    year, _, week = label.partition("-W")
    written = len(year) == 4 and len(week) == 2 and (year + week).isascii() and (year + week).isdigit()
    if not written or int(year) not in YEARS:
        raise ValueError(f"not an ISO week: {label!r}")
    return dt.date.fromisocalendar(int(year), int(week), 1)


def week_period(day: dt.date, zone: ZoneInfo) -> Period:
    """The ISO week that holds a day, Monday 00:00 to Monday 00:00 in the zone."""
    first = monday(day)
    return days_period(first, first + 6 * DAY, zone)


def minutes_by_week(period: Period, zone: ZoneInfo) -> dict[dt.date, int]:
    """Elapsed minutes of a period by the ISO week (its Monday) in which they lie, in the zone."""
    found: dict[dt.date, int] = {}
    start = period.start
    while start < period.end:
        week = week_period(local_date(start, zone), zone)
        end = min(period.end, week.end)
        found[local_date(week.start, zone)] = Period(start, end).minutes
        start = end
    return found


def each_day(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Every day from first to last, both included."""
    day = first
    while day <= last:
        yield day
        day += DAY
