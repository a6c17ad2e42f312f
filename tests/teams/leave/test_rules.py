"""What a day costs, who gets it, and what is left: the pure rules, against slow and simple models."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from teams.leave.rules import (
    FREE,
    FULL,
    HELD,
    NO,
    Asked,
    DayFacts,
    Lot,
    Terms,
    add_months,
    available,
    cost,
    draw,
    due_minutes,
    entitlement,
    given_back,
    judge,
    lapsed,
    last_of,
    lot_order,
    rounds_order,
    seed_of,
    sick_until,
    take,
    to_tell,
)

DAY = dt.date(2027, 7, 12)
TERMS = Terms(places=3, notice_days=3, ahead_days=420)
TODAY = dt.date(2027, 6, 1)

lots = st.lists(
    st.builds(
        Lot,
        year=st.sampled_from([2025, 2026, 2027]),
        valid_until=st.sampled_from([None, dt.date(2027, 3, 31), dt.date(2028, 3, 31)]),
        minutes=st.integers(0, 4000),
        told_on=st.sampled_from([None, dt.date(2026, 10, 1), dt.date(2027, 6, 1)]),
    ),
    max_size=5,
    unique_by=lambda lot: (lot.year, lot.valid_until),
)
days_of_2027 = st.dates(dt.date(2027, 1, 1), dt.date(2027, 12, 31))


def test_a_full_day_costs_what_the_contract_asks_of_that_weekday() -> None:
    assert cost(Asked(DAY), 456) == 456
    assert cost(Asked(DAY), 0) == 0


def test_a_part_of_a_day_costs_its_minutes_and_never_more_than_the_day() -> None:
    assert cost(Asked(DAY, 8 * 60, 12 * 60), 456) == 240
    assert cost(Asked(DAY, 8 * 60, 20 * 60), 456) == 456


def test_a_public_holiday_costs_nothing_and_half_a_one_half() -> None:
    assert due_minutes(480, holiday=True) == 0
    assert due_minutes(480, half=True) == 240
    assert due_minutes(0, half=True) == 0
    assert due_minutes(480, holiday=True, half=True) == 0


def test_a_part_timer_is_due_the_same_weeks() -> None:
    assert entitlement(Fraction(30), [(40 * 60, 365)], 365) == 30 * 480
    assert entitlement(Fraction(30), [(24 * 60, 365)], 365) == 18 * 480
    half_year = [(40 * 60, 181), (20 * 60, 184)]
    assert entitlement(Fraction(30), half_year, 365) == round(6 * 2400 * 181 / 365 + 6 * 1200 * 184 / 365)


def test_a_sick_report_gives_the_day_or_its_part_back_and_never_more() -> None:
    assert given_back(480, 0, 60, whole=True) == 480
    assert given_back(480, 0, 60, whole=False) == 60
    assert given_back(480, 450, 60, whole=False) == 30


@given(lots, days_of_2027, st.integers(1, 5000))
def test_taking_keeps_the_sum_and_never_falls_below_zero(held: list[Lot], day: dt.date, minutes: int) -> None:
    answer = take(held, day, minutes)
    reach = available(held, day)
    if answer is None:
        assert minutes > reach
        return
    taken, left = answer
    assert minutes <= reach
    assert sum(lot.minutes for lot in taken) == minutes
    assert sum(lot.minutes for lot in left) == sum(lot.minutes for lot in held) - minutes
    assert all(lot.minutes >= 0 for lot in left)
    assert all(lot.serves(day) for lot in taken)


@given(lots, days_of_2027, st.integers(1, 2000))
def test_what_lapses_first_is_used_first(held: list[Lot], day: dt.date, minutes: int) -> None:
    answer = take(held, day, minutes)
    if answer is None:
        return
    _taken, left = answer
    after = {(lot.year, lot.valid_until): lot.minutes for lot in left}
    ends = [(lot.valid_until or last_of(lot.year), lot) for lot in held if lot.serves(day)]
    for end, lot in ends:
        used = lot.minutes - after[lot.year, lot.valid_until]
        earlier = [other for other_end, other in ends if other_end < end]
        assert not used or all(after[other.year, other.valid_until] == 0 for other in earlier)


def test_a_lot_of_which_nobody_was_told_never_lapses() -> None:
    carried = Lot(2026, dt.date(2027, 3, 31), 480)
    assert lapsed([carried], dt.date(2030, 1, 1)) == []
    assert carried.serves(dt.date(2029, 5, 1))


@given(st.dates(dt.date(2026, 6, 1), dt.date(2027, 12, 31)), st.dates(dt.date(2027, 1, 1), dt.date(2028, 12, 31)))
def test_nothing_lapses_within_three_months_of_being_told(told: dt.date, today: dt.date) -> None:
    carried = Lot(2026, dt.date(2027, 3, 31), 480, told)
    if lapsed([carried], today):
        assert today > dt.date(2027, 3, 31)
        assert today > add_months(told, 3)
        assert not carried.serves(today)
    else:
        assert carried.serves(today)


def test_the_member_hears_between_six_and_three_months_before() -> None:
    year = Lot(2026, None, 960)
    ends = {2026: dt.date(2027, 3, 31)}
    assert to_tell([year], dt.date(2026, 9, 29), ends) == []
    assert to_tell([year], dt.date(2026, 9, 30), ends) == [(year, dt.date(2027, 3, 31))]
    told = Lot(2026, None, 960, dt.date(2026, 9, 30))
    assert to_tell([told], dt.date(2026, 12, 1), ends) == []
    assert to_tell([Lot(2026, None, 0)], dt.date(2026, 12, 1), ends) == []


def test_what_sickness_left_untaken_lives_fifteen_months() -> None:
    assert sick_until(2026) == dt.date(2028, 3, 31)


def judged(asked: list[Asked], facts: DayFacts, held: list[Lot] | None, **more: bool) -> list[tuple[str, set[str]]]:
    answers = judge(asked, {each.day: facts for each in asked}, TERMS, held, TODAY, **more)
    return [(each.outcome, {why.code for why in each.violations}) for each in answers]


def test_each_day_is_judged_by_itself() -> None:
    year = [Lot(2027, None, 10_000)]
    assert judged([Asked(DAY)], DayFacts(due=480), year) == [("fits", set())]
    assert judged([Asked(DAY)], DayFacts(due=0, away=9), year) == [(FREE, set())]
    assert judged([Asked(DAY)], DayFacts(due=480, away=3), year) == [(FULL, {"leave_full"})]
    assert judged([Asked(DAY)], DayFacts(due=480, away=3), year, takes_place=False) == [("fits", set())]
    assert judged([Asked(DAY)], DayFacts(due=480, held=Asked(DAY)), year) == [(HELD, set())]
    assert judged([Asked(DAY, 480, 600)], DayFacts(due=480, held=Asked(DAY, 480, 720)), year) == [(HELD, set())]
    assert judged([Asked(DAY)], DayFacts(due=480, held=Asked(DAY, 480, 720)), year) == [(NO, {"leave_held"})]
    assert judged([Asked(DAY)], DayFacts(due=480, elsewhere=True), year) == [(NO, {"leave_home"})]
    assert judged([Asked(DAY)], DayFacts(due=None), year) == [(NO, {"leave_contract"})]
    assert judged([Asked(DAY)], DayFacts(due=480, peak="Christmas"), year) == [(NO, {"leave_peak"})]
    assert judged([Asked(TODAY)], DayFacts(due=480), year) == [(NO, {"leave_notice"})]
    assert judged([Asked(TODAY - dt.timedelta(days=1))], DayFacts(due=480), year) == [(NO, {"leave_past"})]
    far = [Asked(TODAY + dt.timedelta(days=421))]
    assert judged(far, DayFacts(due=480), None) == [(NO, {"leave_ahead"})]
    assert judged(far, DayFacts(due=480), None, bound=False) == [("fits", set())]


def test_the_balance_of_one_request_is_spent_once() -> None:
    asked = [Asked(DAY), Asked(DAY + dt.timedelta(days=1))]
    assert [outcome for outcome, _ in judged(asked, DayFacts(due=480), [Lot(2027, None, 600)])] == ["fits", NO]


def test_a_full_day_takes_nothing_of_the_balance_for_the_next() -> None:
    asked = [Asked(DAY), Asked(DAY + dt.timedelta(days=1))]
    facts = {asked[0].day: DayFacts(due=480, away=3), asked[1].day: DayFacts(due=480)}
    answers = judge(asked, facts, TERMS, [Lot(2027, None, 480)], TODAY)
    assert [each.outcome for each in answers] == [FULL, "fits"]


members = st.dictionaries(st.integers(1, 40), st.integers(0, 6), min_size=1, max_size=20)


@given(members, st.integers(1000, 9999))
def test_who_had_fewest_days_last_time_chooses_first(had: dict[int, int], number: int) -> None:
    order = rounds_order(had, seed_of(number, {}))
    assert sorted(order) == sorted(had)
    assert [had[member] for member in order] == sorted(had.values())
    assert order == rounds_order(dict(reversed(had.items())), seed_of(number, {}))


wishes = st.dictionaries(
    st.integers(1, 30), st.lists(st.integers(1, 5), min_size=1, max_size=5, unique=True), max_size=20
)


@given(wishes, st.integers(1000, 9999), st.dictionaries(st.integers(1, 5), st.integers(0, 3)))
def test_a_lottery_gives_each_their_best_wish_with_a_place_left(
    wanted: dict[int, list[int]], number: int, free: dict[int, int]
) -> None:
    order = lot_order(seed_of(number, wanted), wanted)
    drawn = draw(order, wanted, free)
    assert drawn == draw(lot_order(seed_of(number, dict(reversed(wanted.items()))), wanted), wanted, free)
    for share in range(1, 6):
        assert sum(got == share for got in drawn.values()) <= max(0, free.get(share, 0))
    left = dict(free)
    for member in order:
        best = next((wish for wish in wanted[member] if left.get(wish, 0) > 0), None)
        assert drawn.get(member) == best
        if best is not None:
            left[best] -= 1


def test_one_more_entry_or_another_number_makes_another_lot() -> None:
    seed = seed_of(4127, {1: [2], 3: [1]})
    assert seed != seed_of(4128, {1: [2], 3: [1]})
    assert seed != seed_of(4127, {1: [2], 3: [1], 4: [1]})
    assert seed != seed_of(4127, {1: [2, 1], 3: [1]})
