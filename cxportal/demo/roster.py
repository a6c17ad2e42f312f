"""Who sits on which shift: a pure rota that keeps every bound of the first agreement.

Members work blocks of a week (early, middle or late) that rotate, so no early shift follows a late
one; who works on a Saturday is free on a weekday before. At most six days and 48 hours a week.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxportal.demo.company import PodPlan

WEEKLY_HOURS = (38, 38, 30, 38, 38, 20, 38, 38, 30, 38, 38, 38, 38, 30, 20)
SHIFT_HOURS = 8


@dataclass(frozen=True)
class PatternPlan:
    """A shift of every week: local minutes, ISO weekdays, seats for ten members, and its activities."""

    name: str
    block: int  # 0 early, 1 middle, 2 late, 3 Saturday
    starts: int
    ends: int
    weekdays: tuple[int, ...]
    seats: int
    segments: tuple[tuple[str, int, int], ...]


_WEEK = (1, 2, 3, 4, 5)
# Phone and chat are covered from opening to closing; breaks of one shift fall into another's cover.
PATTERNS = (
    PatternPlan("Early, phone", 0, 465, 975, _WEEK, 2, (("phone", 0, 240), ("email", 270, 360), ("phone", 360, 510))),
    PatternPlan("Early, chat", 0, 465, 975, _WEEK, 1, (("chat", 0, 240), ("email", 270, 510))),
    PatternPlan(
        "Middle",
        1,
        570,
        1080,
        _WEEK,
        2,
        (("email", 0, 135), ("chat", 135, 240), ("back-office", 270, 360), ("chat", 360, 420), ("phone", 420, 510)),
    ),
    PatternPlan("Late, phone", 2, 705, 1215, _WEEK, 2, (("phone", 0, 120), ("email", 120, 240), ("phone", 270, 510))),
    PatternPlan("Late, chat", 2, 705, 1215, _WEEK, 1, (("email", 0, 90), ("chat", 90, 240), ("chat", 270, 510))),
    PatternPlan("Saturday, phone", 3, 525, 1035, (6,), 1, (("phone", 0, 240), ("phone", 270, 510))),
    PatternPlan("Saturday, chat", 3, 525, 1035, (6,), 1, (("chat", 0, 210), ("phone", 240, 270), ("chat", 270, 510))),
)


@dataclass(frozen=True)
class Sitting:
    """A member of a pod on one seat of one shift. ``member`` counts from 0 inside the pod."""

    pod: int
    day: dt.date
    pattern: int
    seat: int
    member: int


def weekly_hours(member: int) -> int:
    """Contract hours a week of a pod's n-th member."""
    return WEEKLY_HOURS[member % len(WEEKLY_HOURS)]


def seats_of(pattern: PatternPlan, members: int) -> int:
    """Seats of a pattern in a pod: two of ten members more bring one seat more on the larger shifts."""
    return pattern.seats + (1 if members >= 12 and pattern.seats > 1 and pattern.block < 2 else 0)


def seatings(
    pods: Sequence[PodPlan], monday: dt.date, weeks: int, *, seed: int, fill: Sequence[float] | None = None
) -> list[Sitting]:
    """The rota of all pods from a Monday on. ``fill`` is the share of seats taken by week (1 = all)."""
    found = []
    for index, pod in enumerate(pods):
        for week in range(weeks):
            first = monday + dt.timedelta(weeks=week)
            # Each week has its own chance, so that a later start draws the same rota, fuller by then.
            rng = np.random.default_rng([seed, 7, index, first.toordinal()])
            # A stretched pod has more seats open.
            share = 1.0 if fill is None else max(0.1, 1 - (1 - fill[week]) * pod.strain)
            found += _week(index, pod, first, share, rng)
    return found


def _week(index: int, pod: PodPlan, monday: dt.date, share: float, rng: np.random.Generator) -> list[Sitting]:
    number = monday.toordinal() // 7
    taken: dict[int, int] = defaultdict(int)
    days: dict[int, set[int]] = defaultdict(set)
    limit = {
        member: max(2, weekly_hours(member) // SHIFT_HOURS + (weekly_hours(member) % SHIFT_HOURS > 4))
        for member in range(pod.members)
    }
    block = _blocks(pod.members, number + index, limit)
    saturday = {(number * 2 + turn) % pod.members for turn in range(2)}
    found = []
    # Saturday first, since few may work then; the other days by chance, or every gap would be a Friday's.
    for weekday in (6, *(int(day) for day in rng.permutation(np.arange(1, 6)))):
        day = monday + dt.timedelta(days=weekday - 1)
        for at, pattern in enumerate(PATTERNS):
            if weekday not in pattern.weekdays:
                continue
            for seat in range(1, seats_of(pattern, pod.members) + 1):
                member = _next(pattern, block, weekday, taken, days, limit, saturday, rng)
                if member is None:
                    continue
                taken[member] += 1
                days[member].add(weekday)
                if rng.random() <= share:
                    found.append(Sitting(index, day, at, seat, member))
    return found


def _blocks(members: int, number: int, limit: dict[int, int]) -> list[int]:
    """Early, middle or late in a week of the calendar, for each member: as many hours as the block has seats.

    The order moves on by a third of the pod each week, so that everybody comes round.
    """
    need = [0.0, 0.0, 0.0]
    for pattern in PATTERNS:
        if pattern.block < 3:
            need[pattern.block] += seats_of(pattern, members) * len(pattern.weekdays)
    whole, asked = sum(limit.values()), sum(need)
    found, given = [0] * members, 0.0
    for turn in range(members):
        member = (turn + number * (members // 3)) % members
        middle = (given + limit[member] / 2) / whole * asked
        found[member] = 0 if middle < need[0] else 1 if middle < need[0] + need[1] else 2
        given += limit[member]
    return found


def _next(
    pattern: PatternPlan,
    blocks: list[int],
    weekday: int,
    taken: dict[int, int],
    days: dict[int, set[int]],
    limit: dict[int, int],
    saturday: set[int],
    rng: np.random.Generator,
) -> int | None:
    """The member with the most hours left whose block it is this week; nobody rather than a broken bound."""
    free = [m for m in range(len(blocks)) if taken[m] < limit[m] and weekday not in days[m]]
    if pattern.block == 3:
        free = [m for m in free if m in saturday]
    else:
        # Three blocks of members; who works on Saturday keeps the day of that week free that fits.
        mine = [m for m in free if blocks[m] == pattern.block]
        free = [m for m in mine if not (m in saturday and weekday == 2 + m % 3)] or mine
    if not free:
        return None
    return min(free, key=lambda m: (taken[m] / limit[m], rng.random()))
