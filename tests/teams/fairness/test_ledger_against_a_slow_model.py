"""Random rosters, changed and settled again and again: the sums of the ledger are what a slow count finds."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest

from cxportal.core.periods import HOUR, MINUTE, Period
from teams.fairness import services
from teams.fairness.models import PointEntry
from teams.people.models import User
from teams.scheduling.models import Assignment, as_range
from teams.scheduling.services.claims import unseat
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY

type Sums = dict[tuple[int, str], Decimal]

TIMES = (("06:00", "14:00"), ("12:00", "20:00"), ("13:00", "21:00"), ("22:00", "06:00"), ("02:00", "08:00"))


def written() -> Sums:
    found: Sums = {}
    for entry in PointEntry.objects.all():
        key = (entry.member_id, entry.kind)
        found[key] = found.get(key, Decimal()) + entry.points
    return {key: points for key, points in found.items() if points}


def slow(now: dt.datetime) -> Sums:
    """Each shift of each member by itself, minute by minute, with the default weights: night 2, else 1."""
    found: Sums = {}

    for member in User.objects.filter(assignments__isnull=False).distinct():
        zone = member.contracts.get().tzinfo
        for shift in {row.shift_id: row.shift for row in member.assignments.select_related("shift")}.values():
            if shift.span.end > now:
                continue
            rows = sorted(member.assignments.filter(shift=shift), key=lambda row: row.span)
            clocks = [(row.span.start + n * MINUTE).astimezone(zone) for row in rows for n in range(row.span.minutes)]
            first, last = clocks[0], rows[-1].span.end.astimezone(zone)
            night = sum(1 for clock in clocks if clock.hour >= 23 or clock.hour < 6)
            kinds = {"night": Decimal(2)} if night >= 120 else {}
            if not kinds and (last.date() > first.date() or last.hour >= 20):
                kinds["late"] = Decimal(1)
            if first.weekday() >= 5:
                kinds["weekend"] = Decimal(1)
            for kind, points in kinds.items():
                found[member.pk, kind] = found.get((member.pk, kind), Decimal()) + points
    return found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.django_db
def test_after_any_changes_the_sums_are_what_a_slow_count_finds(cast: Cast, seed: int) -> None:
    rng, crowd = random.Random(seed), [cast.member, cast.second_member, cast.lead]
    for member in crowd:
        for day in sorted(rng.sample(range(14), 7)):
            # Two days apart per rota, so that no rest is in the way of any times.
            shift = scheduling.shift(cast.isar, MONDAY + dt.timedelta(days=2 * day), *rng.choice(TIMES))
            scheduling.seated(member, shift)
    # Nothing here is claimed at short notice: the weeks lie ten weeks ahead.
    now = scheduling.span(cast.isar, 0, "00:00", "01:00").start
    for _ in range(6):
        now += rng.randrange(1, 9) * 24 * HOUR
        _change(rng, now)
        services.settle(pod=cast.isar, at=now)
        assert written() == slow(now)
        assert services.settle(pod=cast.isar, at=now) == 0


def _change(rng: random.Random, now: dt.datetime) -> None:
    """Some work is taken out or cut afterwards, as an absence or a correction does."""
    for row in Assignment.objects.select_related("duty", "shift").filter(period__endswith__lte=now):
        fate = rng.random()
        if fate < 0.1:
            unseat(row, now)
        elif fate < 0.25 and row.span.minutes > 240:
            row.period = as_range(Period(row.span.start, row.span.end - 3 * HOUR))
            row.save()
