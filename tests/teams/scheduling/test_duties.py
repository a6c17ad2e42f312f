"""Working days: joined and split by claims and give-backs, against a slow simple model."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from cxportal.core.periods import MINUTE, Period
from teams.scheduling.duties import DutySpan, join, shrink

START = dt.datetime(2026, 12, 21, tzinfo=dt.UTC)
REST = 660


def at(hour: float) -> dt.datetime:
    return START + dt.timedelta(hours=hour)


def work(start: float, end: float) -> Period:
    return Period(at(start), at(end))


def duty(start: float, end: float, rest: float = 11) -> DutySpan:
    return DutySpan(work(start, end), at(end + rest))


def test_a_first_claim_makes_a_duty_with_its_rest() -> None:
    joined = join([], work(8, 16), rest_minutes=REST)
    assert joined.duty == duty(8, 16)
    assert joined.absorbed == ()


def test_a_split_shift_is_one_working_day() -> None:
    joined = join([duty(8, 12)], work(16, 20), rest_minutes=REST)
    assert joined.duty == duty(8, 20)
    assert joined.absorbed == (duty(8, 12),)


def test_a_rest_met_exactly_keeps_two_days_apart_and_a_minute_less_joins_them() -> None:
    assert join([duty(8, 16)], work(27, 35), rest_minutes=REST).absorbed == ()
    early = Period(at(27) - MINUTE, at(35))
    assert join([duty(8, 16)], early, rest_minutes=REST).absorbed == (duty(8, 16),)


def test_a_claim_between_two_days_joins_both() -> None:
    joined = join([duty(0, 4), duty(18, 22)], work(8, 12), rest_minutes=REST)
    assert joined.duty == duty(0, 22)
    assert len(joined.absorbed) == 2


def test_a_judged_duty_keeps_its_rest_when_its_end_stays() -> None:
    old = DutySpan(work(12, 20), at(20 + 9), 3)
    joined = join([old], work(8, 10), rest_minutes=REST, version=4)
    assert joined.duty == DutySpan(work(8, 20), at(29), 4)
    later = join([old], work(21, 22), rest_minutes=REST, version=4)
    assert later.duty.rest_until == at(33)


def test_giving_back_an_end_shortens_the_day_with_the_rest_it_was_judged_by() -> None:
    assert shrink(DutySpan(work(8, 20), at(29), 3), [work(8, 12)]) == (DutySpan(work(8, 12), at(21), 3),)
    assert shrink(duty(8, 20), [work(16, 20)]) == (duty(16, 20),)
    assert shrink(duty(8, 20), []) == ()


def test_giving_back_the_middle_of_a_long_day_splits_it() -> None:
    long = duty(0, 30)
    assert shrink(long, [work(0, 4), work(26, 30)]) == (duty(0, 4), duty(26, 30))


# --- against a slow simple model -------------------------------------------------------------


def slow(works: list[Period], rest: int) -> list[DutySpan]:
    """All working days of a person from scratch: cut wherever the gap is at least the rest."""
    found: list[list[Period]] = []
    for period in sorted(works):
        if found and period.start - max(p.end for p in found[-1]) < rest * MINUTE:
            found[-1].append(period)
        else:
            found.append([period])
    return [
        DutySpan(Period(group[0].start, max(p.end for p in group)), max(p.end for p in group) + rest * MINUTE)
        for group in found
    ]


quarters = st.integers(0, 4 * 24 * 10)
periods = st.builds(
    lambda start, length: Period(START + start * 15 * MINUTE, START + (start + length) * 15 * MINUTE),
    quarters,
    st.integers(1, 48),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(periods, max_size=14), st.sampled_from([0, 480, 660, 720]), st.randoms(use_true_random=False))
def test_claiming_and_giving_back_in_any_order_gives_the_days_of_the_slow_model(
    wanted: list[Period], rest: int, random: object
) -> None:
    works: list[Period] = []
    duties: list[DutySpan] = []
    for period in wanted:
        if any(period.overlaps(w) for w in works):
            continue
        joined = join(duties, period, rest_minutes=rest)
        duties = sorted([d for d in duties if d not in joined.absorbed] + [joined.duty])
        works.append(period)
        assert duties == slow(works, rest)
    random.shuffle(works)  # type: ignore[attr-defined]
    for period in list(works):
        works.remove(period)
        holder = next(d for d in duties if d.period.contains(period))
        duties.remove(holder)
        duties += shrink(holder, [w for w in works if holder.period.contains(w)])
        duties.sort()
        assert duties == slow(works, rest)
        assert all(one.rest_until <= two.period.start for one, two in pairwise(duties))
    assert duties == []
