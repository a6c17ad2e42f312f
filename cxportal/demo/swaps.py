"""Wishes and exchanges of the demo, through the services: what members would swap, and what they ask for.

In every pod some members would swap a shift of the weeks ahead, and one asks a colleague.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from cxportal.core.periods import local_date, monday
from cxportal.core.violations import Answer as No
from cxportal.demo.build import Built
from cxportal.demo.world import ZONE
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling.models import Assignment
from teams.scheduling.swaps.models import SwapWish
from teams.scheduling.swaps.partners import find_partners
from teams.scheduling.swaps.reading import pod_scene
from teams.scheduling.swaps.rules import Leg
from teams.scheduling.swaps.services import Planned, ask
from teams.scheduling.swaps.wishes import open_wish

WISHES = 4  # a pod


def offer_some(built: Built, *, now: dt.datetime, seed: int) -> int:
    """Open wishes and one question in each pod that has none; returns how many were made."""
    rng = np.random.default_rng([seed, 33])
    made = 0
    for pod in built.pods:
        if SwapWish.objects.filter(pod=pod, outcome="open", ends_at__gt=now).exists():
            continue
        first = monday(local_date(now, ZONE)) + dt.timedelta(weeks=2)
        rows = list(
            Assignment.objects.filter(
                shift__pod=pod, shift__day__range=(first, first + dt.timedelta(days=4)), shift__week__opens_at__lte=now
            )
            .select_related("member", "shift")
            .order_by("period", "pk")
        )
        rng.shuffle(rows)
        made += _asked(pod, rows[WISHES:], now) + sum(_wish(row, rng, now) for row in _one_each(rows)[:WISHES])
    return made


def _one_each(rows: list[Assignment]) -> list[Assignment]:
    seen: dict[int, Assignment] = {}
    for row in rows:
        seen.setdefault(row.member_id, row)
    return list(seen.values())


def _wish(row: Assignment, rng: np.random.Generator, now: dt.datetime) -> bool:
    """For a day of the same week, or for any day."""
    day = monday(row.shift.day) + dt.timedelta(days=int(rng.integers(5)))
    wanted = day if rng.random() < 0.5 and day != row.shift.day else None
    try:
        open_wish(by=row.member, assignment=row.pk, first=wanted, last=wanted, at=now)
    except No:
        return False
    return True


def _asked(pod: Pod, rows: list[Assignment], now: dt.datetime) -> bool:
    """The first swap that fits is asked of the colleague; nobody has answered yet."""
    for row in rows[:5]:
        leg = Leg(row.member_id, 0, row.pk, row.shift_id, row.span, row.shift.version)
        found = find_partners(pod_scene(pod, row.span, now), leg, first=None, last=None)
        partner = next((p for p in found.partners if p.returns), None)
        if partner is None:
            continue
        planned = [Planned(one.assignment, one.taker) for one in partner.legs]
        try:
            ask(by=User.objects.get(pk=row.member_id), pod=pod, planned=planned, at=now)
        except No:
            continue
        return True
    return False
