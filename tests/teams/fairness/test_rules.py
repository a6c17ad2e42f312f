"""Which points a shift counts: the reasons on the member's clock and calendar, and what sets a ledger right."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxportal.core.periods import MINUTE, Period, to_instant
from teams.fairness.rules import Kind, Weights, Work, corrections, fair_share, help_points, night_minutes, reasons

BERLIN, SYDNEY, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Sydney"), ZoneInfo("Australia/Lord_Howe")
WEIGHTS = Weights(points={kind: Decimal(1) for kind in Kind})
TUESDAY = dt.date(2026, 11, 24)


def work(day: dt.date, start: str, end: str, zone: ZoneInfo = BERLIN, **more: object) -> Work:
    first, last = dt.time.fromisoformat(start), dt.time.fromisoformat(end)
    until = day if last > first else day + dt.timedelta(days=1)
    span = Period(to_instant(day, first, zone), to_instant(until, last, zone, is_end=True))
    return Work((span,), zone, **more)  # type: ignore[arg-type]


def kinds(found: Work, weights: Weights = WEIGHTS) -> set[Kind]:
    return {reason.kind for reason in reasons(found, weights)}


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("07:00", "15:30", set()),
        ("11:45", "19:59", set()),
        ("11:45", "20:00", {Kind.LATE}),
        ("16:00", "00:59", {Kind.LATE}),  # one minute of night is missing
        ("16:00", "01:00", {Kind.NIGHT}),
        ("22:00", "06:00", {Kind.NIGHT}),
        ("04:00", "12:00", {Kind.NIGHT}),
        ("04:01", "12:00", set()),
    ],
)
def test_late_begins_at_the_agreed_hour_and_a_night_with_two_hours_of_it(
    start: str, end: str, expected: set[Kind]
) -> None:
    assert kinds(work(TUESDAY, start, end)) == expected


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    assert kinds(work(dt.date(2026, 11, 27), "22:00", "06:00")) == {Kind.NIGHT}
    assert kinds(work(dt.date(2026, 11, 29), "22:00", "06:00")) == {Kind.NIGHT, Kind.WEEKEND}
    assert kinds(work(dt.date(2026, 11, 30), "00:00", "06:00")) == {Kind.NIGHT}


def test_a_weekend_is_one_on_the_members_own_clock() -> None:
    saturday = work(dt.date(2026, 11, 28), "00:30", "05:00", SYDNEY)
    assert Kind.WEEKEND in kinds(saturday)
    assert Kind.WEEKEND not in kinds(replace(saturday, zone=BERLIN))


def test_a_holiday_counts_beside_a_weekend_and_names_itself() -> None:
    found = reasons(work(dt.date(2026, 12, 26), "09:00", "17:00", holiday="Second Christmas Day"), WEIGHTS)
    assert [(reason.kind, dict(reason.numbers)) for reason in found] == [
        (Kind.WEEKEND, {"weekday": 6}),
        (Kind.HOLIDAY, {"name": "Second Christmas Day"}),
    ]


@pytest.mark.parametrize(("minutes", "counts"), [(2880, False), (2879, True), (1, True), (-20, True)])
def test_notice_is_short_below_the_agreed_time_before_the_start(minutes: int, counts: bool) -> None:
    plain = work(TUESDAY, "09:00", "17:00")
    assert (Kind.SHORT_NOTICE in kinds(replace(plain, claimed_at=plain.start - minutes * MINUTE))) is counts


def test_what_nobody_claimed_has_no_notice() -> None:
    assert kinds(work(TUESDAY, "09:00", "17:00")) == set()


@pytest.mark.parametrize(
    ("day", "zone", "minutes"),
    [
        (dt.date(2027, 3, 27), BERLIN, 6 * 60),
        (dt.date(2026, 10, 24), BERLIN, 8 * 60),
        (dt.date(2027, 4, 3), SYDNEY, 8 * 60),
        (dt.date(2027, 4, 3), LORD_HOWE, 7 * 60 + 30),
        (TUESDAY, BERLIN, 7 * 60),
    ],
)
def test_a_night_is_as_long_as_it_was_when_the_clocks_changed(day: dt.date, zone: ZoneInfo, minutes: int) -> None:
    assert night_minutes(work(day, "22:00", "07:00", zone), WEIGHTS) == minutes


def test_a_reason_without_points_is_none() -> None:
    nothing = replace(WEIGHTS, points={Kind.LATE: Decimal()})
    assert reasons(work(dt.date(2026, 11, 28), "12:00", "21:00"), nothing) == ()


def test_help_counts_by_the_hour_to_the_hundredth() -> None:
    assert [help_points(minutes, WEIGHTS) for minutes in (60, 20, 1)] == [
        Decimal("1.00"),
        Decimal("0.33"),
        Decimal("0.02"),
    ]


STARTS = st.integers(0, 2 * 365 * 24 * 60).map(
    lambda minutes: dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + minutes * MINUTE
)
ZONES = st.sampled_from([BERLIN, SYDNEY, LORD_HOWE, ZoneInfo("America/New_York"), ZoneInfo("America/Santiago")])


@given(STARTS, st.integers(1, 1000), ZONES)
def test_the_night_is_what_a_count_of_every_minute_finds(start: dt.datetime, length: int, zone: ZoneInfo) -> None:
    found = night_minutes(Work((Period(start, start + length * MINUTE),), zone), WEIGHTS)
    clocks = ((start + n * MINUTE).astimezone(zone) for n in range(length))
    assert found == sum(1 for clock in clocks if clock.hour >= 23 or clock.hour < 6)


@given(STARTS, st.integers(30, 700), st.integers(1, 29), ZONES)
def test_cutting_work_in_two_pieces_changes_no_points(
    start: dt.datetime, length: int, cut: int, zone: ZoneInfo
) -> None:
    middle, end = start + cut * MINUTE, start + length * MINUTE
    whole = Work((Period(start, end),), zone, claimed_at=start - 60 * MINUTE)
    cut_up = replace(whole, pieces=(Period(middle, end), Period(start, middle)))
    assert reasons(whole, WEIGHTS) == reasons(cut_up, WEIGHTS)


LEDGERS = st.dictionaries(st.integers(0, 6), st.decimals(-9, 9, places=2), max_size=6)


@given(LEDGERS, LEDGERS)
def test_corrections_bring_a_ledger_to_what_is_wanted_and_then_add_nothing(
    wanted: dict[int, Decimal], written: dict[int, Decimal]
) -> None:
    added = corrections(wanted, written)
    after = {key: written.get(key, Decimal()) + added.get(key, Decimal()) for key in {*wanted, *written}}
    assert {key: points for key, points in after.items() if points} == {k: p for k, p in wanted.items() if p}
    assert corrections(wanted, after) == {}
    assert all(added.values())


def test_a_share_goes_by_contract_hours_and_evenly_without_contracts() -> None:
    assert fair_share({1: 2400, 2: 1200}, Decimal(9)) == {1: Decimal(6), 2: Decimal(3)}
    assert fair_share({1: 0, 2: 0}, Decimal(9)) == {1: Decimal("4.5"), 2: Decimal("4.5")}
    assert fair_share({}, Decimal()) == {}
