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


def test_members_work_about_what_their_contract_says_and_few_seats_stay_open() -> None:
    pods, weeks = company.plan().pods, 12
    hours: dict[tuple[int, int], int] = defaultdict(int)
    taken: dict[tuple[int, int], int] = defaultdict(int)
    for sitting in roster.seatings(pods, MONDAY, weeks, seed=1):
        hours[sitting.pod, sitting.member] += roster.SHIFT_HOURS
        taken[sitting.pod, (sitting.day - MONDAY).days // 7] += 1
    for index, pod in enumerate(pods):
        for member in range(pod.members):
            assert -9 <= hours[index, member] / weeks - roster.weekly_hours(member) <= 3
        seats = sum(roster.seats_of(p, pod.members) * len(p.weekdays) for p in roster.PATTERNS)
        assert all(seats - taken[index, week] <= 5 for week in range(weeks))


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


def test_customers_meet_whom_they_met_last_as_often_as_stated_when_that_person_is_on_shift() -> None:
    plan = company.plan()
    drawn = world.generate(plan, now=NOW, seed=1)
    weeks = (NOW.date() - drawn.first).days // 7 + 1
    on_shift: dict[tuple[int, dt.date], list[roster.Sitting]] = defaultdict(list)
    for sitting in roster.seatings(plan.pods, drawn.first, weeks, seed=1):
        on_shift[sitting.pod, sitting.day].append(sitting)
    met: dict[int, int] = {}
    same: dict[bool, list[bool]] = {True: [], False: []}
    for row in np.flatnonzero((drawn.person >= 0) & (drawn.customer >= 0) & (drawn.serving == drawn.pod)):
        pod, customer = int(drawn.pod[row]), int(drawn.customer[row])
        at = dt.datetime.fromtimestamp(drawn.arrived[row], world.ZONE)
        minute, last = at.hour * 60 + at.minute, met.get(customer)
        there = [s.member for s in on_shift[pod, at.date()]
                 if roster.PATTERNS[s.pattern].starts <= minute < roster.PATTERNS[s.pattern].ends]  # fmt: skip
        if last in there:
            launch = plan.pods[pod].launch_week
            changed = launch is not None and (at.date() - drawn.first).days // 7 >= launch
            same[changed].append(last == drawn.person[row])
        met[customer] = int(drawn.person[row])
    assert 0.63 <= np.mean(same[True]) <= 0.72
    assert 0.38 <= np.mean(same[False]) <= 0.50


def test_a_stretched_pod_answers_later_and_loses_more_callers() -> None:
    plan = company.plan()
    drawn = world.generate(plan, now=NOW, seed=1)
    phone = (drawn.channel == 0) & (drawn.answered >= 0)
    waits = [(drawn.answered - drawn.arrived)[phone & (drawn.pod == n)] for n in range(len(plan.pods))]
    in_time = [float((wait < 180).mean()) for wait in waits]
    lost = [float(drawn.abandoned[(drawn.channel < world.LIVE) & (drawn.pod == n)].mean()) for n in range(len(waits))]
    strain = [pod.strain for pod in plan.pods]
    assert np.corrcoef(strain, in_time)[0, 1] < -0.9
    assert np.corrcoef(strain, lost)[0, 1] > 0.9
    assert 0.8 < min(in_time) < 0.9 < max(in_time) < 1


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
