"""From a shift pattern in wall time to shifts in elapsed time, over clock changes. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cxportal.core.periods import DAY, MINUTE, Period, to_instant

KEEP_END = "keep_end"
KEEP_DURATION = "keep_duration"


@dataclass(frozen=True)
class Part:
    """An activity inside a pattern, in wall-clock minutes from the pattern's start."""

    activity: int
    start: int
    end: int


@dataclass(frozen=True)
class PatternRule:
    """A shift in wall time; an end not after the start means the next day.

    ``weekdays`` are ISO numbers (Monday is 1). ``policy`` says what a clock change alters: the
    length (``keep_end``) or the end (``keep_duration``).
    """

    start: dt.time
    end: dt.time
    weekdays: frozenset[int]
    zone: ZoneInfo
    policy: str = KEEP_END
    parts: tuple[Part, ...] = ()

    @property
    def wall_minutes(self) -> int:
        """Length on the clock, 1 to 1440."""
        start, end = (t.hour * 60 + t.minute for t in (self.start, self.end))
        return (end - start) % 1440 or 1440


@dataclass(frozen=True)
class ShiftPlan:
    """One shift that a pattern makes: its day, its period and its activities by elapsed time."""

    day: dt.date
    period: Period
    segments: tuple[tuple[int, Period], ...]


class EmptyShift(ValueError):
    """On this day the clock change swallows the whole shift."""

    def __init__(self, day: dt.date) -> None:
        self.day = day
        super().__init__(f"the shift is empty on {day}")


def shift_on(rule: PatternRule, day: dt.date) -> ShiftPlan:
    """The shift that the pattern makes on a day. Raises ``EmptyShift``.

    A start that does not exist moves forward by the gap; an ambiguous start is the first, an
    ambiguous end the second.
    """
    start = to_instant(day, rule.start, rule.zone)
    if rule.policy == KEEP_DURATION:
        end = start + rule.wall_minutes * MINUTE
    else:
        end_day = day if rule.end > rule.start else day + DAY
        end = to_instant(end_day, rule.end, rule.zone, is_end=True)
    if end <= start:
        raise EmptyShift(day)
    period = Period(start, end)
    return ShiftPlan(day, period, tuple(_segments(rule, day, period)))


def _segments(rule: PatternRule, day: dt.date, period: Period) -> Iterator[tuple[int, Period]]:
    edges = [
        (part.activity, _boundary(rule, day, period, part.start), _boundary(rule, day, period, part.end))
        for part in sorted(rule.parts, key=lambda part: part.start)
    ]
    return in_turn(edges, period)


def in_turn(edges: Iterable[tuple[int, dt.datetime, dt.datetime]], whole: Period) -> Iterator[tuple[int, Period]]:
    """Activities from their instants, in their order on the clock, each cut to the whole and to after the one before.

    Wall times inside a gap move forward by it, past later ones that exist: 02:15 becomes 03:15, and what begins at
    03:00 begins when that ends. One that the clocks swallow is left out.
    """
    since = whole.start
    for activity, start, end in edges:
        first, last = max(start, since), min(end, whole.end)
        if first < last:
            yield activity, Period(first, last)
            since = last


def _boundary(rule: PatternRule, day: dt.date, period: Period, offset: int) -> dt.datetime:
    """The instant of a boundary between activities; ambiguous inner ones are the first."""
    if rule.policy == KEEP_DURATION:
        return period.start + offset * MINUTE
    if offset >= rule.wall_minutes:
        return period.end
    wall = dt.datetime.combine(day, rule.start) + offset * MINUTE
    return to_instant(wall.date(), wall.time(), rule.zone)


def shifts_in_week(rule: PatternRule, monday: dt.date) -> list[ShiftPlan]:
    """The shifts of the ISO week that begins on ``monday``, in the order of their days."""
    days = (monday + (number - 1) * DAY for number in sorted(rule.weekdays))
    return [shift_on(rule, day) for day in days]


def clock_changes(zone: ZoneInfo, first: dt.date, last: dt.date) -> list[dt.date]:
    """The days between first and last on which the zone's offset changes."""
    found = []
    day = first
    before = dt.datetime.combine(day, dt.time(), dt.UTC).astimezone(zone).utcoffset()
    while day <= last:
        after = dt.datetime.combine(day + DAY, dt.time(), dt.UTC).astimezone(zone).utcoffset()
        if after != before:
            found += [day - DAY, day, day + DAY]
        day, before = day + DAY, after
    return found


def empty_days(rule: PatternRule, first: dt.date, last: dt.date) -> list[dt.date]:
    """Days on which the pattern would make an empty shift: the editor refuses it for these."""
    found = []
    for day in clock_changes(rule.zone, first, last):
        if day.isoweekday() in rule.weekdays:
            try:
                shift_on(rule, day)
            except EmptyShift:
                found.append(day)
    return found
