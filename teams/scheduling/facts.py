"""What the rules are told: the agreed values, a member around a candidate, the seat that is wanted. Pure."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cxportal.core.periods import DAY, Period, local_date, minutes_by_week, to_instant
from teams.scheduling.coverage import FloorRule
from teams.scheduling.duties import DutySpan
from teams.scheduling.rounds import Turn
from teams.scheduling.waived import Waived

DRAFT, OPEN, FIXED, PAST = "draft", "open", "fixed", "past"

DAYS_BEYOND = 30  # how far around the near work the working days of a member are known
WEEKS_BEYOND = 25  # and their weeks; so an average can run over 26 weeks, and not longer


@dataclass(frozen=True)
class BoundValues:
    """The agreed values in force, in minutes, and the version that holds them.

    ``None`` or no break at all: not agreed, so it binds nobody. ``night_from`` and
    ``night_until`` are wall times in minutes after midnight, in the member's zone.
    """

    version: int = 0
    version_id: int | None = None
    rest_minutes: int = 660
    day_minutes: int = 600
    week_minutes: int = 2880
    span_minutes: int = 720
    notice_minutes: int = 1440
    late_claim_minutes: int = 30
    open_days_before: int = 28
    fixed_days_before: int = 7
    floors: tuple[FloorRule, ...] = ()
    break_minutes: int = 0
    long_break_minutes: int = 0
    days_in_row: int | None = None
    weekly_rest_minutes: int | None = None
    average_minutes: int | None = None
    reference_weeks: int = 17
    weekends_in_four: int | None = None
    night_from: int = 1380
    night_until: int = 360
    night_share_minutes: int = 120
    nights_in_row: int | None = None
    nights_in_four_weeks: int | None = None
    night_minutes: int | None = None
    opening_rounds: int = 0
    opening_round_minutes: int = 1440
    opening_round_shifts: int = 2


class WorkDay(NamedTuple):
    """A working day in numbers: the member's local date on which it begins (ordinal), and epoch seconds."""

    day: int
    start: int
    end: int


@dataclass(frozen=True)
class Held:
    """Work that a member has: the whole period and the paid parts inside it.

    ``week`` is the pod's week to which its shift belongs, and ``since`` the instant from which it is held.
    """

    shift: int
    pod: int
    period: Period
    work: tuple[Period, ...]
    week: int = 0
    since: dt.datetime | None = None

    @property
    def minutes(self) -> int:
        return sum(p.minutes for p in self.work)


@dataclass(frozen=True)
class Place:
    """A pod in which a member works, from ``first`` until before ``until`` (None: without an end)."""

    pod: int
    first: dt.date
    until: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        return self.first <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Beyond:
    """What a member has farther away than ``held`` and ``duties`` reach, as the database adds it up.

    ``days`` are working days by start, 30 days to both sides; ``weeks`` paid minutes by the ordinal
    of the Monday of their ISO week in the member's zone, 25 weeks to both sides. Nothing here is
    in ``held`` or ``duties`` too. ``neutral`` is leave and sickness over those weeks, in epoch
    seconds, sorted and apart, the near ones included.
    """

    days: tuple[WorkDay, ...] = ()
    weeks: tuple[tuple[int, int], ...] = ()
    neutral: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class MemberState:
    """What the rules need to know of a member around a candidate.

    ``held`` and ``duties`` reach at least over the ISO weeks (in the member's zone) that the
    candidate touches and two days to both sides, ``beyond`` holds what lies farther away. It is
    None for somebody who was only read to be drawn: they cannot be judged. ``places`` are where the
    member works; None asks nothing of them.
    """

    member: int
    zone: ZoneInfo
    held: tuple[Held, ...] = ()
    duties: tuple[DutySpan, ...] = ()
    absences: tuple[Period, ...] = ()
    skills: frozenset[int] = frozenset()
    contract_minutes: int | None = None
    region: str = ""
    waived: tuple[Waived, ...] = ()
    beyond: Beyond | None = Beyond()
    places: tuple[Place, ...] | None = None

    @functools.cached_property
    def far(self) -> Beyond:
        """What lies beyond; raises ``ValueError`` when it was not read."""
        if self.beyond is None:
            raise ValueError("this member was read to be drawn, not to be judged")
        return self.beyond

    @functools.cached_property
    def days(self) -> list[WorkDay]:
        """Every known working day, by its start."""
        return sorted([*self.far.days, *(work_day(d.period, self.zone) for d in self.duties)])

    @functools.cached_property
    def weeks(self) -> dict[int, int]:
        """Paid minutes of every known week, by the ordinal of its Monday."""
        found = dict(self.far.weeks)
        for first, minutes in minutes_of((p for h in self.held for p in h.work), self.zone).items():
            found[first.toordinal()] = found.get(first.toordinal(), 0) + minutes
        return found


@dataclass(frozen=True)
class Candidate:
    """A seat that somebody would take, or a part of it. ``zone`` is the pod's.

    ``began`` is when the seat became vacant: for a running shift the claim counts from now,
    its lateness from then. ``turn`` is the round of sign-up that runs in its ``week``, when there is one.
    """

    shift: int
    pod: int
    period: Period
    work: tuple[Period, ...]
    zone: ZoneInfo
    week_state: str = OPEN
    opens_at: dt.datetime | None = None
    began: dt.datetime | None = None
    skill: int | None = None
    skill_name: str = ""
    activities: frozenset[int] = field(default_factory=frozenset)
    week: int = 0
    turn: Turn | None = None

    @property
    def held(self) -> Held:
        """The same as work that is held; in a round, since it began."""
        return Held(self.shift, self.pod, self.period, self.work, self.week, self.turn.began if self.turn else None)


def seconds(instant: dt.datetime) -> int:
    """Whole epoch seconds of an instant."""
    return int(instant.timestamp())


def work_day(period: Period, zone: ZoneInfo) -> WorkDay:
    """A working day in numbers. It counts for the day on which it begins, in the member's zone."""
    return WorkDay(local_date(period.start, zone).toordinal(), seconds(period.start), seconds(period.end))


def monday_of(day: int) -> int:
    """The ordinal of the Monday of a day's ISO week."""
    return day - (day - 1) % 7


@functools.lru_cache(maxsize=8192)
def midnight(day: int, zone: ZoneInfo) -> int:
    """Epoch seconds at which a local day begins."""
    return seconds(to_instant(dt.date.fromordinal(day), dt.time(), zone))


def minutes_of(work: Iterable[Period], zone: ZoneInfo) -> dict[dt.date, int]:
    """Minutes by the ISO week (its Monday) in which they lie, in a zone."""
    found: dict[dt.date, int] = {}
    for period in work:
        first = local_date(period.start, zone)
        first -= first.weekday() * DAY
        if period.end.timestamp() <= midnight(first.toordinal() + 7, zone):
            found[first] = found.get(first, 0) + period.minutes
            continue
        for monday, minutes in minutes_by_week(period, zone).items():
            found[monday] = found.get(monday, 0) + minutes
    return found
