"""Rings among 200 open wishes: the search of a swap's page, where rings exist and where none does."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Iterator

from bench import people
from bench.harness import Bench, Figure, median, pick

AIM = "ring search"
PEOPLE, WISHES, LOOKED = 100, 200, 40


def run(bench: Bench) -> Iterator[Figure]:
    """Everybody works twice a week for two weeks; two hundred shifts are up for a swap, each for one day in return."""
    bench.serve()
    bench.django()
    (team,) = people.company([PEOPLE])
    _filled(team)
    for name, anything in (("one day in return each", False), ("any day in return", True)):
        market_seconds, found, seconds = _search(team, anything=anything)
        yield Figure(f"reading {WISHES} wishes, {name}", market_seconds, "s")
        yield Figure(
            f"search from one wish, {name}, p95", pick(seconds, 0.95), "s", aim="< 1", met=pick(seconds, 0.95) < 1
        )
        yield Figure(f"the same, median ({found} of {LOOKED} are in a ring)", median(seconds), "s")


def _filled(team: people.Team) -> None:
    """Each person sits on two days of each of two weeks, drawn once for all runs."""
    from teams.scheduling.services import claim

    days = people.weeks(team, 2, PEOPLE)
    draw = random.Random(4127)
    for member in team.members:
        for week in (days[:5], days[5:]):
            for (shift,) in draw.sample(week, 2):
                claim(by=member, shift=shift)


def _search(team: people.Team, *, anything: bool) -> tuple[float, int, list[float]]:
    """Seconds to read the market, how many wishes are in a ring, and the seconds of each search."""
    from cxportal.core import periods
    from cxportal.core.periods import local_date
    from teams.scheduling.swaps.reading import hull, open_wishes, pod_scene, wish_of
    from teams.scheduling.swaps.rings import Market, rings

    _wish(team, anything=anything)
    now = periods.now()
    began = time.perf_counter()
    rows = open_wishes(team.pod, now)
    read = pod_scene(team.pod, hull(row.span for row in rows), now)
    wishes = [wish_of(row) for row in rows]
    reading = time.perf_counter() - began
    assert len(wishes) == WISHES, local_date(now, team.pod.tzinfo)
    seconds, found = [], 0
    for wish in wishes[:LOOKED]:
        # Pure computing, so by its processor time: the same on a machine that does something else as well.
        began = time.process_time()
        # A market of its own for each: a page asks for one wish and keeps nothing.
        market = Market(read.picture, read.people, wishes, read.settings)
        found += bool(list(rings(market, wish.pk)))
        seconds.append(time.process_time() - began)
    return reading, found, seconds


def _wish(team: people.Team, *, anything: bool) -> None:
    """Two hundred wishes: of every person the first shift of each week."""
    from teams.scheduling.models import Assignment
    from teams.scheduling.swaps.models import SwapWish
    from teams.scheduling.swaps.wishes import open_wish

    SwapWish.objects.all().delete()
    draw = random.Random(7)
    first: dict[tuple[int, str], Assignment] = {}
    for row in Assignment.objects.select_related("shift__week", "member").order_by("period"):
        first.setdefault((row.member_id, row.shift.week.label), row)
    for row in list(first.values())[:WISHES]:
        day = None if anything else row.shift.week.monday + dt.timedelta(days=draw.randrange(5))
        open_wish(by=row.member, assignment=row.pk, first=day, last=day)
