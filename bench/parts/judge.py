"""Four planned weeks of 150 people judged by every bound, as the pod's board and a proposal ask it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from bench import people
from bench.harness import Bench, Figure, median

AIM = "judging a planned roster"
MEMBERS, WEEKS, RUNS, MOST = 150, 4, 15, 0.2


def run(bench: Bench) -> Iterator[Figure]:
    """Everybody works five days a week; the roster is read, judged, and judged by an agreement that it breaks."""
    bench.serve()
    bench.django()
    from cxportal.core.periods import DAY, Period, now
    from teams.scheduling.models import Shift
    from teams.scheduling.reading import read_people, read_pod
    from teams.scheduling.roster import judge_roster

    (team,) = people.company([MEMBERS])
    _filled(team)
    shifts = list(Shift.objects.filter(pod=team.pod).order_by("period"))
    window = Period(shifts[0].span.start, shifts[-1].span.end + 2 * DAY)
    began = time.perf_counter()
    picture = read_pod(team.pod, window, now())
    known = read_people(picture.by_member, window, team.pod.tzinfo)
    seconds = time.perf_counter() - began
    works = sum(len(held) for held in picture.by_member.values())
    yield Figure("seconds to read them, the first time", seconds, f"s, {len(known)} people, {works:,} shifts")
    # What was worked out of a state is kept beside it, so each run gets states of its own.
    seconds, broken = _timed(lambda: judge_roster(picture, _anew(known)))
    yield Figure("seconds of CPU to judge them", seconds, "s", aim=f"≤ {MOST:g} s", met=seconds <= MOST and not broken)
    strict = replace(picture.bounds, days_in_row=4, average_minutes=1200, weekly_rest_minutes=4200)
    seconds, broken = _timed(lambda: judge_roster(picture, _anew(known), strict))
    words = f"s, {len(broken):,} shifts break it"
    yield Figure("seconds of CPU, an agreement all break", seconds, words, aim=f"≤ {MOST:g} s", met=seconds <= MOST)


def _timed[T](work: Callable[[], T]) -> tuple[float, T]:
    """The median of CPU seconds, and the last answer."""
    taken = []
    for _run in range(RUNS):
        began = time.process_time()
        found = work()
        taken.append(time.process_time() - began)
    return median(taken), found


def _anew(known):
    return {pk: replace(person, state=replace(person.state)) for pk, person in known.items()}


def _filled(team: people.Team) -> None:
    """Everybody sits on every weekday of the weeks."""
    from teams.scheduling.services import claim

    for (shift,) in people.weeks(team, WEEKS, MEMBERS):
        for member in team.members:
            claim(by=member, shift=shift)
