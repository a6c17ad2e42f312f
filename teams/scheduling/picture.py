"""What the rules need to know: a pod over a window, and people around it, as plain data. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from cxportal.core.periods import DAY, Period, day_period, week_period
from teams.pods.models import Pod
from teams.scheduling.availability.rules import UNSAID, Availability
from teams.scheduling.bounds import DRAFT, FIXED, OPEN, PAST, BoundValues, Candidate, MemberState
from teams.scheduling.coverage import Need, Staffed, Step, floor_needs, steps
from teams.scheduling.rounds import Turn, turn_at


@dataclass(frozen=True)
class ActivityView:
    """An activity as the roster draws it."""

    pk: int
    name: str
    slug: str
    channels: frozenset[str]
    category: int
    icon: str


@dataclass(frozen=True)
class WeekView:
    """A week with its instants; the state follows from the clock."""

    pk: int
    monday: dt.date
    opens_at: dt.datetime
    fixes_at: dt.datetime
    planned_opens_at: dt.datetime
    ends_at: dt.datetime

    def state(self, now: dt.datetime) -> str:
        """draft, open, fixed or past."""
        if now >= self.ends_at:
            return PAST
        if now < self.opens_at:
            return DRAFT
        return OPEN if now < self.fixes_at else FIXED

    def turn(self, bounds: BoundValues, now: dt.datetime) -> Turn | None:
        """The round of sign-up that runs, when the pod agreed on rounds."""
        return turn_at(bounds, self.opens_at, self.fixes_at, now)


@dataclass(frozen=True)
class SeatView:
    """A place on a shift."""

    pk: int
    number: int
    skill: int | None
    must: bool


@dataclass(frozen=True)
class TakenView:
    """Somebody sits on a seat over a period; ``give_away`` is the open offer, if there is one."""

    pk: int
    seat: int
    member: int
    period: Period
    made_at: dt.datetime
    give_away: int | None = None


@dataclass(frozen=True)
class QuietView:
    """Somebody takes a period of a shift at an instant, unless somebody else does before."""

    pk: int
    member: int
    name: str
    falls_at: dt.datetime
    period: Period


@dataclass(frozen=True)
class ShiftView:
    """A shift with its activities, seats and people."""

    pk: int
    week: int
    day: dt.date
    period: Period
    version: int
    urgent: bool
    segments: tuple[tuple[int, Period], ...]
    seats: tuple[SeatView, ...]
    taken: tuple[TakenView, ...]
    quiet: tuple[QuietView, ...] = ()

    def work(self, period: Period) -> tuple[Period, ...]:
        """The paid parts inside a period: what an activity covers; breaks are not paid."""
        return tuple(p for _, p in self.parts(period))

    def parts(self, period: Period) -> tuple[tuple[int, Period], ...]:
        """The activities inside a period."""
        clipped = ((activity, p.intersection(period)) for activity, p in self.segments)
        return tuple((activity, p) for activity, p in clipped if p)

    def free(self, seat: SeatView) -> list[Period]:
        """The parts of the shift for which nobody sits on this seat."""
        return minus(self.period, [t.period for t in self.taken if t.seat == seat.pk])

    def open_seats(self) -> list[tuple[SeatView, Period]]:
        """Every free part of every seat: must seats first, then by number."""
        taken: dict[int, list[Period]] = {}
        for each in self.taken:
            taken.setdefault(each.seat, []).append(each.period)
        return [(seat, part) for seat in self.seats for part in minus(self.period, taken.get(seat.pk, ()))]


@dataclass(frozen=True)
class WaiverView:
    """Bounds that are lifted for somebody on a shift; ``grants`` as they are stored, ``by`` an emergency's lead."""

    pk: int
    shift: int
    member: int
    name: str
    by: str | None
    source: str
    reason: str
    grants: Mapping[str, Mapping[str, int | None]]
    used: bool


@dataclass(frozen=True)
class PodPicture:
    """A pod over a window at an instant: agreement, weeks, shifts, needs, activities.

    ``agreed`` are all values of the agreement, also those that rooms above give a meaning.
    """

    pod: Pod
    at: dt.datetime
    window: Period
    bounds: BoundValues
    activities: Mapping[int, ActivityView]
    skill_names: Mapping[int, str]
    weeks: Mapping[int, WeekView]
    shifts: tuple[ShiftView, ...]
    requirements: tuple[Need, ...]
    skills: Mapping[int, frozenset[int]]
    members: Mapping[int, str]
    hours: Mapping[int, tuple[int, int]]
    exceptions: Mapping[dt.date, tuple[int | None, int | None, str]]
    agreed: Mapping[str, Any] = field(default_factory=dict)
    waivers: tuple[WaiverView, ...] = ()
    kept: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def again(self, pod: Pod, at: dt.datetime) -> PodPicture:
        """The same rows at another instant; shares what was worked out (``replace`` begins anew)."""
        found = replace(self, pod=pod, at=at)
        object.__setattr__(found, "kept", self.kept)
        return found

    def keep[T](self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` answers, worked out once for all pictures of the same rows.

        ``make`` must not look at the clock (``at``), and what it words carries the language in its key.
        """
        if key not in self.kept:
            self.kept[key] = make()
        found: T = self.kept[key]
        return found

    @property
    def zone(self) -> ZoneInfo:
        return self.pod.tzinfo

    @cached_property
    def by_shift(self) -> dict[int, ShiftView]:
        return {shift.pk: shift for shift in self.shifts}

    @cached_property
    def by_member(self) -> dict[int, list[tuple[ShiftView, TakenView]]]:
        """What each member sits on, in the order of the shifts."""

        def gather() -> dict[int, list[tuple[ShiftView, TakenView]]]:
            found: dict[int, list[tuple[ShiftView, TakenView]]] = {}
            for shift in self.shifts:
                for taken in shift.taken:
                    found.setdefault(taken.member, []).append((shift, taken))
            return found

        return self.keep("by_member", gather)

    @cached_property
    def floor(self) -> list[Need]:
        """The agreed floor inside the window."""
        return self.keep("floor", lambda: floor_needs(self.bounds.floors, self.window, self.zone))

    @cached_property
    def counted(self) -> frozenset[int]:
        """Activities that serve customers: only their spare people show."""
        return frozenset(a.pk for a in self.activities.values() if a.channels)

    @cached_property
    def staffed(self) -> list[Staffed]:
        """Everybody who works, by activity."""
        return self.keep(
            "staffed",
            lambda: [s for shift in self.shifts for t in shift.taken for s in self.seated(shift, t.member, t.period)],
        )

    def seated(
        self, shift: ShiftView, member: int, period: Period, skills: frozenset[int] | None = None
    ) -> list[Staffed]:
        """What one person on a shift adds to the coverage; ``skills`` for somebody who has no work here yet."""
        skills = self.skills.get(member, frozenset()) if skills is None else skills
        return [Staffed(activity, part, member, skills) for activity, part in shift.parts(period)]

    def steps(self, window: Period, staffed: Sequence[Staffed] | None = None) -> list[Step]:
        """Coverage of a window, against the higher of floor and requirement; kept for the people as they are."""
        if staffed is None:
            return self.keep(("steps", window), lambda: self.steps(window, self.staffed))
        needs = [n for n in (*self.floor, *self.requirements) if n.period.overlaps(window)]
        people = [s for s in staffed if s.period.overlaps(window)]
        return steps(window, needs, people, counted=self.counted)

    def days_of(self, period: Period) -> Period:
        """The pod's local days that a period touches, as one window."""
        first = period.start.astimezone(self.zone).date()
        last = (period.end - dt.timedelta(microseconds=1)).astimezone(self.zone).date()
        return Period(day_period(first, self.zone).start, day_period(last, self.zone).end)

    def candidate(self, shift: ShiftView, seat: SeatView, period: Period) -> Candidate:
        """A seat, or a part of it, as the rules take it."""
        week = self.weeks[shift.week]
        return Candidate(
            shift=shift.pk,
            pod=self.pod.pk,
            period=period,
            work=shift.work(period),
            zone=self.zone,
            week_state=week.state(self.at),
            opens_at=week.opens_at,
            week=week.pk,
            turn=week.turn(self.bounds, self.at),
            began=next((free.start for free in shift.free(seat) if free.contains(period)), period.start),
            skill=seat.skill,
            skill_name=self.skill_names.get(seat.skill or 0, ""),
        )


def main_activity(parts: Sequence[tuple[int, Period]]) -> int | None:
    """The activity with most minutes, which every drawing of a shift shows; of equals the first."""
    total: dict[int, int] = {}
    for activity, part in parts:
        total[activity] = total.get(activity, 0) + part.minutes
    return max(total, key=lambda a: total[a]) if total else None


def minus(whole: Period, taken: Iterable[Period]) -> list[Period]:
    """What is left of a period without others, in order."""
    left, start = [], whole.start
    for period in sorted(taken):
        if period.start > start:
            left.append(Period(start, min(period.start, whole.end)))
        start = max(start, period.end)
        if start >= whole.end:
            return left
    return [*left, Period(start, whole.end)]


@dataclass(frozen=True)
class Person:
    """A member as the roster draws them, with the state that the rules take."""

    pk: int
    name: str
    category: int
    state: MemberState
    wishes: Availability = UNSAID

    def __hash__(self) -> int:
        # Equal people have equal names; walking through all that they hold costs more than it tells apart.
        return hash((self.pk, self.name))

    @property
    def letters(self) -> str:
        return (self.name.strip()[:2] or "?").capitalize()

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else self.name


def reach(around: Period, zone: ZoneInfo) -> Period:
    """The window that the rules look at around a period: its ISO weeks and two days beyond.

    Weeks of far zones begin up to 26 h apart; the two days cover them.
    """
    first = week_period(around.start.astimezone(zone).date(), zone).start
    last = week_period(around.end.astimezone(zone).date(), zone).end
    return Period(first - 2 * DAY, last + 2 * DAY)
