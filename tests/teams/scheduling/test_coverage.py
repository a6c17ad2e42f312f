"""Coverage: needed, met, short and spare people by interval; the floor; against counting by minutes."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from cxportal.core.periods import MINUTE, Period
from teams.scheduling.coverage import (
    FloorRule,
    Need,
    Staffed,
    below_floor,
    floor_needs,
    gaps,
    short_minutes,
    steps,
    worst,
)

START = dt.datetime(2026, 12, 21, tzinfo=dt.UTC)
DAY = Period(START, START + dt.timedelta(days=1))
PHONE, CHAT, TRAINING = 1, 2, 3
SERVES = frozenset({PHONE, CHAT})


def work(start: float, end: float) -> Period:
    return Period(START + dt.timedelta(hours=start), START + dt.timedelta(hours=end))


def test_a_missing_person_is_short_for_as_long_as_nobody_is_there() -> None:
    found = steps(
        DAY,
        [Need(PHONE, work(7, 21), 2)],
        [Staffed(PHONE, work(7, 17.5), 1), Staffed(PHONE, work(7, 21), 2)],
        counted=SERVES,
    )
    assert short_minutes(found) == 210
    assert gaps(found) == [(work(17.5, 21), 1)]


def test_people_of_one_activity_do_not_fill_the_gap_of_another() -> None:
    found = steps(DAY, [Need(PHONE, work(8, 12), 1)], [Staffed(CHAT, work(8, 12), 1)], counted=SERVES)
    (step,) = [s for s in found if s.needed]
    assert (step.needed, step.met, step.short, step.spare) == (1, 0, 1, 1)


def test_the_highest_of_floor_and_requirement_counts() -> None:
    found = steps(DAY, [Need(PHONE, work(8, 12), 2), Need(PHONE, work(8, 12), 3)], [], counted=SERVES)
    assert max(s.needed for s in found) == 3


def test_training_is_nobodys_spare_capacity() -> None:
    found = steps(DAY, [], [Staffed(TRAINING, work(8, 12), 1)], counted=SERVES)
    assert all(s.spare == 0 for s in found)


def test_one_person_counts_once() -> None:
    both = [Staffed(PHONE, work(8, 12), 1), Staffed(PHONE, work(10, 12), 1)]
    found = steps(DAY, [Need(PHONE, work(8, 12), 2)], both, counted=SERVES)
    assert short_minutes(found) == 240


def test_a_claim_covers_a_skill_only_with_the_skill() -> None:
    need = [Need(PHONE, work(8, 12), 1, skill=9), Need(PHONE, work(8, 12), 2)]
    without = steps(DAY, need, [Staffed(PHONE, work(8, 12), 1), Staffed(PHONE, work(8, 12), 2)], counted=SERVES)
    assert short_minutes(without) == 240
    able = [Staffed(PHONE, work(8, 12), 1, frozenset({9})), Staffed(PHONE, work(8, 12), 2)]
    assert short_minutes(steps(DAY, need, able, counted=SERVES)) == 0


def test_the_worst_interval_is_the_one_that_misses_most_people() -> None:
    found = steps(DAY, [Need(PHONE, work(8, 12), 1), Need(CHAT, work(10, 11), 2)], [], counted=SERVES)
    hit = worst(found)
    assert hit is not None
    assert (hit.period, hit.short) == (work(10, 11), 3)


def test_a_floor_around_the_clock_holds_in_elapsed_intervals_on_the_long_day() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    window = Period(dt.datetime(2026, 10, 24, 22, tzinfo=dt.UTC), dt.datetime(2026, 10, 25, 23, tzinfo=dt.UTC))
    always = FloorRule(PHONE, frozenset(range(1, 8)), dt.time(), dt.time(), 1)
    needs = floor_needs([always], window, berlin)
    assert sum(n.period.minutes for n in needs) == 25 * 60


def test_a_floor_over_midnight_reaches_into_the_next_day() -> None:
    late = FloorRule(PHONE, frozenset({7}), dt.time(22), dt.time(6), 1)
    (need,) = floor_needs([late], DAY, ZoneInfo("UTC"))
    assert need.period == work(0, 6)


def test_giving_back_below_the_floor_names_the_interval_and_both_numbers() -> None:
    before = [Staffed(PHONE, work(8, 16), 1), Staffed(PHONE, work(8, 12), 2)]
    (hit,) = below_floor([Need(PHONE, work(8, 18), 1)], before, before[1:])
    assert (hit.period, hit.people, hit.floor) == (work(12, 16), 0, 1)


def test_what_was_below_the_floor_already_is_no_break_of_this_act() -> None:
    before = [Staffed(PHONE, work(8, 12), 1), Staffed(CHAT, work(8, 12), 2)]
    assert below_floor([Need(PHONE, work(8, 18), 2)], before, before[:1]) == []


def test_gaps_apart_and_gaps_of_another_depth_are_told_by_themselves() -> None:
    needs = [Need(PHONE, work(8, 10), 1), Need(PHONE, work(10, 12), 2), Need(PHONE, work(14, 16), 2)]
    found = gaps(steps(DAY, needs, [], counted=SERVES))
    assert found == [(work(8, 10), 1), (work(10, 12), 2), (work(14, 16), 2)]
    apart = gaps(steps(DAY, [needs[0], Need(PHONE, work(11, 12), 1)], [], counted=SERVES))
    assert apart == [(work(8, 10), 1), (work(11, 12), 1)]


def test_of_equally_bad_intervals_the_earliest_is_the_worst() -> None:
    found = steps(DAY, [Need(PHONE, work(14, 15), 2), Need(PHONE, work(8, 9), 2)], [], counted=SERVES)
    hit = worst(found)
    assert hit is not None
    assert hit.period == work(8, 9)


def test_what_an_interval_misses_is_named_by_activity_the_worst_first() -> None:
    needs = [Need(TRAINING, work(8, 9), 1), Need(PHONE, work(8, 9), 1), Need(CHAT, work(8, 9), 3)]
    (step,) = [s for s in steps(DAY, needs, [], counted=SERVES) if s.short]
    assert step.short_in == ((CHAT, 3), (PHONE, 1), (TRAINING, 1))


def test_a_floor_until_an_hour_that_comes_twice_ends_with_its_second() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    window = Period(dt.datetime(2026, 10, 24, 22, tzinfo=dt.UTC), dt.datetime(2026, 10, 25, 23, tzinfo=dt.UTC))
    night = FloorRule(PHONE, frozenset({7}), dt.time(0), dt.time(2, 30), 1)
    (need,) = floor_needs([night], window, berlin)
    assert need.period.minutes == 210


def test_breaks_of_the_floor_stand_deepest_first_and_only_like_ones_are_joined() -> None:
    before = [Staffed(PHONE, work(8, 16), member) for member in (1, 2)]
    after = [Staffed(PHONE, work(8, 12), 1)]
    found = below_floor([Need(PHONE, work(8, 16), 2)], before, after)
    assert [(hit.period, hit.people) for hit in found] == [(work(12, 16), 0), (work(8, 12), 1)]


# --- against counting minute by minute ----------------------------------------------------------

hours = st.integers(0, 23)
spans = st.builds(lambda a, b: work(a, a + b), hours, st.integers(1, 8)).filter(lambda p: p.end <= DAY.end)
needs_ = st.lists(st.builds(Need, st.sampled_from([PHONE, CHAT]), spans, st.integers(1, 4)), max_size=6)
staffed_ = st.lists(st.builds(Staffed, st.sampled_from([PHONE, CHAT, TRAINING]), spans, st.integers(1, 6)), max_size=12)


@settings(max_examples=200, deadline=None)
@given(needs_, staffed_)
def test_every_step_equals_a_count_by_the_half_hour(needs: list[Need], staffed: list[Staffed]) -> None:
    found = steps(DAY, needs, staffed, counted=SERVES)
    assert found[0].period.start == DAY.start
    assert found[-1].period.end == DAY.end
    assert all(one.period.end == two.period.start for one, two in pairwise(found))
    at = DAY.start
    while at < DAY.end:
        needed = met = spare = 0
        for activity in (PHONE, CHAT, TRAINING):
            want = max((n.people for n in needs if n.activity == activity and n.period.holds(at)), default=0)
            there = len({s.member for s in staffed if s.activity == activity and s.period.holds(at)})
            needed += want
            met += min(want, there)
            spare += max(0, there - want) if activity in SERVES or want else 0
        (step,) = [s for s in found if s.period.holds(at)]
        assert (step.needed, step.met, step.short, step.spare) == (needed, met, needed - met, spare)
        at += 30 * MINUTE
