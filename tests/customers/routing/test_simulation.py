"""A small simulated day through the same decision: the orderings that must hold (rule 26)."""

import heapq
import itertools
import random
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from customers.routing.drain import plan
from customers.routing.eligibility import obstacle
from customers.routing.snapshot import InHand, Person, Snapshot, Window
from tests.customers.routing.worlds import NOW, agreement, contact, person, pod, world

HOURS = 4
TALK = 420
FOREVER = (Window(NOW - timedelta(days=1), NOW + timedelta(days=2)),)


@dataclass
class Result:
    """What a simulated stretch of calls came to."""

    answered: int = 0
    at_home: int = 0
    in_time: int = 0
    least_idle_after_lending: dict[int, int] = field(default_factory=dict)


def simulate(*, people_each: int, threshold: int | None, reserve: int = 0, seed: int = 1, pods: int = 3) -> Result:
    """Poisson calls, 30 an hour and pod, exponential talk of 420 s; partners in a ring when a threshold is agreed."""
    rng = random.Random(seed)
    numbers = range(1, pods + 1)
    events: list[tuple[float, int, str, int]] = []
    order = itertools.count()
    for home in numbers:
        at = rng.expovariate(30 / 3600)
        while at < HOURS * 3600:
            heapq.heappush(events, (at, next(order), "call", home))
            at += rng.expovariate(30 / 3600)
    staff = {
        (home - 1) * people_each + i: person((home - 1) * people_each + i, pod=home, heartbeat_at=NOW, idle_since=NOW)
        for home in numbers
        for i in range(1, people_each + 1)
    }
    agreed = tuple(
        agreement(n, home=home, partner=partner, thresholds={"phone": threshold}, reserve=reserve, order=k + 1)
        for n, (home, k) in enumerate(((h, k) for h in numbers for k in range(pods - 1)), start=1)
        if threshold is not None
        for partner in [(home + k) % pods + 1]
    )
    waiting, result, ids = {}, Result(), itertools.count(1)
    while events:
        second, _n, kind, ident = heapq.heappop(events)
        clock = NOW + timedelta(seconds=second)
        if kind == "call":
            new = replace(contact(next(ids), home=ident), arrived_at=clock)
            waiting[new.id] = new
            if threshold:
                heapq.heappush(events, (second + threshold, next(order), "look", ident))
        elif kind == "free":
            staff[ident] = replace(staff[ident], in_hand=(), idle_since=clock)
        snapshot = _snapshot(waiting, staff, agreed, numbers, clock)
        answers, after = plan(waiting.values(), snapshot, clock)
        for call, decision in answers:
            if decision.person is None or decision.pod is None:
                continue
            who = staff[decision.person]
            staff[who.id] = replace(who, in_hand=(InHand(call.id, "phone"),), idle_since=None)
            del waiting[call.id]
            waited = (clock - call.arrived_at).total_seconds()
            result.answered += 1
            result.at_home += decision.agreement is None
            result.in_time += waited <= 20
            heapq.heappush(events, (second + rng.expovariate(1 / TALK), next(order), "free", who.id))
            if decision.agreement is not None:
                idle = sum(p.pod == decision.pod and not p.in_hand for p in staff.values())
                known = result.least_idle_after_lending.get(decision.pod, 99)
                result.least_idle_after_lending[decision.pod] = min(known, idle)
        _nobody_idle(waiting.values(), after, clock)
    return result


def _snapshot(waiting, staff: dict[int, Person], agreed, numbers, clock) -> Snapshot:
    pods = [pod(n, *(c for c in waiting.values() if c.home == n), windows=FOREVER) for n in numbers]
    people = [replace(p, heartbeat_at=clock, on_shift_until=clock + timedelta(hours=1)) for p in staff.values()]
    return world(*pods, people=people, agreements=agreed)


def _nobody_idle(waiting, after: Snapshot, clock) -> None:
    for call in waiting:
        assert not any(p.pod == call.home and obstacle(p, call, clock) is None for p in after.people)


def shares(**policy) -> tuple[float, float]:
    runs = [simulate(seed=seed, **policy) for seed in range(3)]
    answered = sum(r.answered for r in runs)
    return sum(r.at_home for r in runs) / answered, sum(r.in_time for r in runs) / answered


def test_the_share_at_home_falls_as_the_threshold_falls():
    home = {threshold: shares(people_each=4, threshold=threshold)[0] for threshold in (10, 60, 240)}
    assert home[10] <= home[60] <= home[240] <= 1
    assert home[10] < home[240]


def test_overflow_answers_more_in_time_than_standing_alone():
    alone = shares(people_each=4, threshold=None)
    together = shares(people_each=4, threshold=10)
    assert alone[0] == 1
    assert together[1] > alone[1] + 0.05


@pytest.mark.parametrize("reserve", [1, 2])
def test_a_helper_never_falls_below_its_reserve(reserve):
    result = simulate(people_each=4, threshold=10, reserve=reserve)
    assert result.least_idle_after_lending
    assert min(result.least_idle_after_lending.values()) >= reserve
