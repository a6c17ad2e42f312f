"""Who is needed and who is there, interval by interval. Pure.

Both the floor that the pod agreed and the requirement that somebody typed in or imported are
*needs*; where several speak of one activity at one instant the highest counts. One person
covers one seat at a time, so people are counted, not seats.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from cxportal.core.periods import DAY, Period, local_date, to_instant


@dataclass(frozen=True)
class FloorRule:
    """The agreed least number of people for an activity at a time of the week (pod's zone).

    ``weekdays`` are ISO numbers; an end not after the start means the next day, so 00:00 to
    00:00 is the whole day. ``skill`` narrows it to people who have the skill.
    """

    activity: int
    weekdays: frozenset[int]
    start: dt.time
    end: dt.time
    people: int
    skill: int | None = None


@dataclass(frozen=True)
class Need:
    """So many people are needed for an activity over a period."""

    activity: int
    period: Period
    people: int
    skill: int | None = None


@dataclass(frozen=True)
class Staffed:
    """A member works on an activity over a period."""

    activity: int
    period: Period
    member: int
    skills: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Step:
    """An interval over which nothing changes; ``met`` + ``short`` = ``needed`` people."""

    period: Period
    needed: int
    met: int
    short: int
    spare: int
    short_in: tuple[tuple[int, int], ...] = ()  # (activity, people short), the worst first

    @property
    def short_minutes(self) -> int:
        """Person-minutes that are missing."""
        return self.short * self.period.minutes


@dataclass(frozen=True)
class FloorBreak:
    """An interval in which fewer people would be there than the pod agreed."""

    period: Period
    activity: int
    people: int
    floor: int


def floor_needs(floors: Iterable[FloorRule], window: Period, zone: ZoneInfo) -> list[Need]:
    """The floor as needs inside a window; days are the pod's, lengths are elapsed."""
    first, last = local_date(window.start, zone) - DAY, local_date(window.end, zone)
    found = []
    for rule in floors:
        day = first
        while day <= last:
            if day.isoweekday() in rule.weekdays:
                end_day = day if rule.end > rule.start else day + DAY
                start = to_instant(day, rule.start, zone)
                end = to_instant(end_day, rule.end, zone, is_end=True)
                if start < end and (part := Period(start, end).intersection(window)):
                    found.append(Need(rule.activity, part, rule.people, rule.skill))
            day += DAY
    return found


def steps(window: Period, needs: Iterable[Need], staffed: Iterable[Staffed], *, counted: frozenset[int]) -> list[Step]:
    """The window cut where anything changes, in order and without a hole.

    ``counted`` are the activities whose spare people show (those that serve customers);
    training or a stand-up is nobody's spare capacity.
    """
    changes: dict[dt.datetime, list[tuple[Need | Staffed, int]]] = defaultdict(list)
    everything: list[Need | Staffed] = [*needs, *staffed]
    for item in everything:
        if part := item.period.intersection(window):
            changes[part.start].append((item, 1))
            changes[part.end].append((item, -1))
    edges = sorted({window.start, window.end, *changes})
    wanted: dict[int, Counter[tuple[int | None, int]]] = defaultdict(Counter)
    there: dict[int, Counter[tuple[int, frozenset[int]]]] = defaultdict(Counter)
    found = []
    for start, end in pairwise(edges):
        for item, sign in changes[start]:
            if isinstance(item, Need):
                wanted[item.activity][item.skill, item.people] += sign
            else:
                there[item.activity][item.member, item.skills] += sign
        found.append(_step(Period(start, end), wanted, there, counted))
    return found


def _step(
    period: Period,
    wanted: dict[int, Counter[tuple[int | None, int]]],
    there: dict[int, Counter[tuple[int, frozenset[int]]]],
    counted: frozenset[int],
) -> Step:
    needed = met = spare = 0
    missing = []
    for activity in {*wanted, *there}:
        people = {key for key, count in there[activity].items() if count > 0}
        need, short = _short(wanted[activity], people)
        needed += need
        met += need - short
        if short:
            missing.append((activity, short))
        if activity in counted or need:
            spare += max(0, len({member for member, _ in people}) - (need - short))
    missing.sort(key=lambda pair: (-pair[1], pair[0]))
    return Step(period, needed, met, needed - met, spare, tuple(missing))


def _short(wanted: Counter[tuple[int | None, int]], people: set[tuple[int, frozenset[int]]]) -> tuple[int, int]:
    """People needed and people missing for one activity: the highest of the needs, by skill.

    A person with the skill counts for it and for the activity as a whole.
    """
    present = len({member for member, _ in people})
    need = short = 0
    for (skill, number), count in wanted.items():
        if count <= 0:
            continue
        able = present if skill is None else len({m for m, skills in people if skill in skills})
        need = max(need, number)
        short = max(short, number - able)
    return need, max(0, min(need, short))


def below_floor(floor: Iterable[Need], before: Sequence[Staffed], after: Sequence[Staffed]) -> list[FloorBreak]:
    """Where an act would take people away below the floor, neighbours of one depth joined.

    An interval that was below already and is left as it was is no break of this act.
    """
    found: list[FloorBreak] = []
    for need in floor:
        edges = {need.period.start, need.period.end}
        for item in (*before, *after):
            if item.activity == need.activity and (part := item.period.intersection(need.period)):
                edges |= {part.start, part.end}
        ordered = sorted(edges)
        for start, end in pairwise(ordered):
            then, now = (_present(need, people, start) for people in (before, after))
            if now < need.people and now < then:
                _add(found, FloorBreak(Period(start, end), need.activity, now, need.people))
    return sorted(found, key=lambda b: (b.people - b.floor, b.period))


def _present(need: Need, staffed: Sequence[Staffed], at: dt.datetime) -> int:
    return len(
        {
            s.member
            for s in staffed
            if s.activity == need.activity and s.period.holds(at) and (need.skill is None or need.skill in s.skills)
        }
    )


def _add(found: list[FloorBreak], new: FloorBreak) -> None:
    last = found[-1] if found else None
    if last and (last.period.end, last.activity, last.people, last.floor) == (
        new.period.start,
        new.activity,
        new.people,
        new.floor,
    ):
        found[-1] = FloorBreak(Period(last.period.start, new.period.end), new.activity, new.people, new.floor)
    else:
        found.append(new)


def short_minutes(found: Iterable[Step]) -> int:
    """Person-minutes missing over all steps."""
    return sum(step.short_minutes for step in found)


def worst(found: Iterable[Step]) -> Step | None:
    """The step that misses most people (the earliest of these), or nothing when all is met."""
    return max((s for s in found if s.short), key=lambda s: (s.short, -s.period.start.timestamp()), default=None)


def gaps(found: Iterable[Step]) -> list[tuple[Period, int]]:
    """The short intervals with the people missing, neighbours of one depth joined."""
    joined: list[tuple[Period, int]] = []
    for step in found:
        if not step.short:
            continue
        if joined and joined[-1][0].end == step.period.start and joined[-1][1] == step.short:
            joined[-1] = (Period(joined[-1][0].start, step.period.end), step.short)
        else:
            joined.append((step.period, step.short))
    return joined
