"""The demo's stated company, its rota and its drawn world, without a database."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict

import numpy as np
import pytest

from cxportal.core.statistics import Share, wilson
from cxportal.demo import company, names, roster, world

NOW = dt.datetime(2026, 11, 18, 13, tzinfo=dt.UTC)
MONDAY = dt.date(2026, 10, 19)


def test_the_company_is_as_large_as_it_is_said_to_be() -> None:
    plan = company.plan()
    assert len(plan.pods) == 12
    assert len(plan.areas) == 3
    assert sum(pod.customers for pod in plan.pods) == 24_000
    assert 125 <= sum(pod.members for pod in plan.pods) <= 150
    assert sum(pod.wave is None for pod in plan.pods) >= 4
    assert min(pod.launch_week for pod in plan.pods if pod.launch_week is not None) >= 13
    assert len(company.plan("large").pods) == 100


@pytest.mark.parametrize("scale", ["small", "company", "large"])
def test_names_addresses_and_regions_of_pods_are_unique(scale: str) -> None:
    pods = company.plan(scale).pods
    for values in ([p.name for p in pods], [p.slug for p in pods], [p.region for p in pods]):
        assert len(set(values)) == len(pods)
    assert len(set(names.FIRST)) == len(names.FIRST)


def test_the_rota_keeps_rest_days_and_hours() -> None:
    pods = company.plan().pods
    work: dict[tuple[int, int], list[roster.Sitting]] = defaultdict(list)
    for sitting in roster.seatings(pods, MONDAY, 9, seed=1):
        work[sitting.pod, sitting.member].append(sitting)
    for sittings in work.values():
        spans = sorted(
            (
                item.day.toordinal() * 1440 + roster.PATTERNS[item.pattern].starts,
                item.day.toordinal() * 1440 + roster.PATTERNS[item.pattern].ends,
            )
            for item in sittings
        )
        assert all(later[0] - earlier[1] >= 660 for earlier, later in itertools.pairwise(spans))
        weeks: dict[int, int] = defaultdict(int)
        for begin, _end in spans:
            weeks[(begin // 1440 - 1) // 7] += 1
        assert max(weeks.values()) * roster.SHIFT_HOURS <= 48
        assert max(weeks.values()) <= 6


def test_a_seat_is_given_to_one_person_and_a_fuller_rota_keeps_who_sits() -> None:
    pods = company.plan("small").pods
    full = roster.seatings(pods, MONDAY, 2, seed=1)
    half = roster.seatings(pods, MONDAY, 2, seed=1, fill=[0.5, 0.5])
    assert len({(s.pod, s.day, s.pattern, s.seat) for s in full}) == len(full)
    assert set(half) < set(full)


def test_the_same_seed_draws_the_same_world_and_another_another() -> None:
    plan = company.plan("small")
    first, again, other = (world.generate(plan, now=NOW, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.arrived, again.arrived)
    assert not np.array_equal(first.arrived[:100], other.arrived[:100])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_phase_of_every_pod_holds_its_true_share(seed: int) -> None:
    plan = company.plan()
    drawn = world.generate(plan, now=NOW, seed=seed)
    for index, pod in enumerate(plan.pods):
        launch = pod.launch_week
        phases = [(0, 26)] if launch is None else [(0, launch), (launch + company.DIP_WEEKS, 26)]
        for start, end in phases:
            here = (drawn.pod == index) & (drawn.csat > 0) & (drawn.day >= start * 7) & (drawn.day < end * 7)
            share = Share(int((drawn.csat[here] > 3).sum()), int(here.sum()))
            interval = wilson(share)
            assert share.n >= 100
            assert interval is not None
            assert interval.low <= pod.share_in(start) <= interval.high


def test_the_world_has_the_shape_of_days_and_weeks() -> None:
    drawn = world.generate(company.plan(), now=NOW, seed=1)
    weekday = drawn.day % 7
    monday, saturday, sunday = ((weekday == number).sum() for number in (0, 5, 6))
    assert monday > 2 * saturday > 2 * sunday
    live = drawn.channel < world.LIVE
    assert np.all(weekday[live & (drawn.arrived > 0)] < 7)
    assert (drawn.answered[drawn.answered >= 0] >= drawn.arrived[drawn.answered >= 0]).all()
    assert (drawn.closed >= drawn.arrived).all()
    assert (drawn.closed < NOW.timestamp()).all()
    assert len(drawn) == pytest.approx(company.plan().contacts, rel=0.05)
