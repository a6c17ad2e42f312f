"""Breaks, days in a row, weekly rest, average, weekends and nights: each bound with its numbers and its words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from cxportal.core.periods import DAY, Period
from cxportal.core.violations import Violation
from teams.pods import agreement
from teams.scheduling.agreed import DEFINITIONS, bound_values
from teams.scheduling.bounds import Beyond, BoundValues, MemberState, judge_claim
from teams.scheduling.facts import seconds
from tests.teams.scheduling.test_bounds import AGREED, BERLIN, LONG_BEFORE, candidate, codes, member, span

MONDAY = dt.date(2026, 12, 7)


def on(day: int, start: str = "10:00", end: str = "16:00", zone: ZoneInfo = BERLIN) -> Period:
    return span((MONDAY + day * DAY).isoformat(), start, end, zone)


def judge(period: Period, state: MemberState, **agreed: int | None) -> list[Violation]:
    bounds = replace(AGREED, week_minutes=6000, **agreed)  # type: ignore[arg-type]
    return judge_claim(candidate(period), state, bounds, now=LONG_BEFORE)


def parts(day: int, *hours: tuple[str, str]) -> tuple[Period, ...]:
    return tuple(on(day, start, end) for start, end in hours)


def with_breaks(*hours: tuple[str, str]) -> list[Violation]:
    work = parts(1, *hours)
    bounds = replace(AGREED, break_minutes=30, long_break_minutes=45)
    whole = Period(work[0].start, work[-1].end)
    return judge_claim(candidate(whole, work=work), member(), bounds, now=LONG_BEFORE)


def test_more_than_six_hours_of_work_need_the_short_break_and_more_than_nine_the_long_one() -> None:
    assert with_breaks(("08:00", "14:00")) == []
    (found,) = with_breaks(("08:00", "14:15"))
    assert found.code == "break"
    assert str(found.message) == (
        "Your Tue 8 would have 0 min of break in 6 h 15 of work; the pod agreed 30 min above 6 h."
    )
    assert with_breaks(("08:00", "12:00"), ("12:30", "17:30")) == []
    (found,) = with_breaks(("08:00", "12:00"), ("12:30", "17:45"))
    assert (found.code, found.numbers["minutes"], found.numbers["agreed"]) == ("long_break", 30, 45)
    assert with_breaks(("08:00", "12:00"), ("12:15", "15:00"), ("15:30", "18:00")) == []


def test_a_hole_of_less_than_a_quarter_of_an_hour_is_no_break() -> None:
    assert codes(with_breaks(("08:00", "10:00"), ("10:14", "12:00"), ("12:16", "15:00"))) == ["break"]
    assert with_breaks(("08:00", "10:00"), ("10:15", "12:00"), ("12:15", "15:00")) == []


def test_a_break_after_more_than_six_hours_on_end_comes_too_late() -> None:
    (found,) = with_breaks(("08:00", "14:30"), ("15:00", "17:00"))
    assert found.code == "break_late"
    assert str(found.message) == (
        "On Tue 8 you would work 6.5 h without a break; after 6 h at the latest there is one."
    )


def test_the_gap_of_a_split_day_is_a_break_and_work_without_a_gap_joins_to_one_stretch() -> None:
    morning = member(on(1, "08:00", "12:00"))
    assert judge(on(1, "12:30", "16:30"), morning, break_minutes=30) == []
    assert codes(judge(on(1, "12:00", "16:00"), morning, break_minutes=30)) == ["break"]


def test_days_in_a_row_are_counted_over_the_border_of_the_week_and_told_with_their_dates() -> None:
    state = member(*(on(day) for day in (*range(-3, 0), *range(1, 4))))
    (found,) = judge(on(0), state, days_in_row=6)
    assert found.code == "days_in_row"
    assert str(found.message) == "You would work 7 days in a row, Fri 4 to Thu 10; the pod agreed at most 6."
    assert found.numbers == {"days": 7, "agreed": 6, "from": "2026-12-04", "to": "2026-12-10"}
    assert judge(on(0), state, days_in_row=7) == []
    assert judge(on(5), state, days_in_row=6) == []


def test_a_night_belongs_to_the_day_on_which_it_begins_in_a_row_too() -> None:
    nights = member(on(0, "22:00", "04:00"), on(1, "22:00", "04:00"))
    assert judge(on(2, "22:00", "04:00"), nights, days_in_row=3) == []
    assert codes(judge(on(2, "22:00", "04:00"), nights, days_in_row=2)) == ["days_in_row"]


def test_in_every_week_begins_a_free_time_and_over_the_border_it_counts_once() -> None:
    # Sunday 18:00 to Tuesday 08:00 is 38 h and counts for the week that ends; the next has none.
    week = [on(day, "08:00", "12:00") for day in range(1, 7)]
    state = member(*(on(day, "08:00", "18:00") for day in range(-6, 0)), *week)
    (found,) = judge(on(7, "08:00", "12:00"), state, weekly_rest_minutes=2100)
    assert found.code == "weekly_rest"
    assert str(found.message) == (
        "In your week 50 no free time of 35 h would begin, as the pod agreed; the longest would have 20 h."
    )
    assert found.numbers == {"minutes": 1200, "agreed": 2100, "week": "2026-12-07"}
    assert judge(on(8, "08:00", "12:00"), member(*week), weekly_rest_minutes=2100) == []


def test_a_long_leave_gives_every_week_its_free_time() -> None:
    state = member(on(-10), on(18))
    assert judge(on(17), state, weekly_rest_minutes=2880) == []


def test_weekly_rest_is_elapsed_time_over_the_clock_change() -> None:
    # Saturday 22:00 to Monday 09:00 is 35 h on the clock; on 27 to 29 March 2027 it is 34.
    for first, expected in (("2027-03-15", []), ("2027-03-22", ["weekly_rest"])):
        begin = dt.date.fromisoformat(first)
        week = [span((begin + n * DAY).isoformat(), "14:00", "22:00") for n in range(5)]
        saturday = span((begin + 5 * DAY).isoformat(), "14:00", "22:00")
        state = member(*week, span((begin + 7 * DAY).isoformat(), "09:00", "14:00"))
        assert codes(judge(saturday, state, weekly_rest_minutes=2100)) == expected


def test_the_average_runs_over_every_reference_period_and_names_the_worst() -> None:
    # Two weeks of 50 h and one of 20: with 20 h more in the fourth, weeks two to four have 30 h on average.
    heavy = [on(7 * week + day, "08:00", "18:00") for week in (0, 1) for day in range(5)]
    light = [on(14 + day, "08:00", "18:00") for day in range(2)]
    state = member(*heavy, *light)
    (found,) = judge(on(21, "08:00", "18:00"), state, average_minutes=1560, reference_weeks=3)
    assert found.code == "average_minutes"
    assert str(found.message) == (
        "From Mon 14 Dec to Sun 3 Jan your weeks would have 26 h 40 on average, the pod agreed at most 26 h."
    )
    assert judge(on(21, "08:00", "18:00"), state, average_minutes=1600, reference_weeks=3) == []


def test_leave_and_sickness_are_neutral_in_the_average() -> None:
    work = [on(14 + day, "08:00", "18:00") for day in range(4)]
    away = (seconds(on(0, "00:00", "12:00").start), seconds(on(14, "00:00", "12:00").start))
    state = member(*work)
    assert judge(on(18, "08:00", "18:00"), state, average_minutes=2400, reference_weeks=3) == []
    state = replace(state, beyond=Beyond(neutral=(away,)))
    assert codes(judge(on(18, "08:00", "18:00"), state, average_minutes=2400, reference_weeks=3)) == ["average_minutes"]
    # Somebody who was away for nearly all of it is measured against a week, not against a day.
    away = (away[0], seconds(on(20, "00:00", "12:00").start))
    assert judge(on(20, "08:00", "16:00"), MemberState(1, BERLIN, beyond=Beyond(neutral=(away,))),
                 average_minutes=2400, reference_weeks=3) == []  # fmt: skip


def test_weekends_in_four_are_told_with_the_first_and_the_last() -> None:
    state = member(on(5), on(6), on(19))
    (found,) = judge(on(27), state, weekends_in_four=2)
    assert found.code == "weekends"
    assert str(found.message) == (
        "You would work on 3 of 4 weekends, Sat 12 Dec to Sun 3 Jan; the pod agreed at most 2."
    )
    assert judge(on(34), state, weekends_in_four=2) == []  # the fourth weekend after the first
    assert judge(on(12, "22:00", "04:00"), member(on(5)), weekends_in_four=2) == []
    assert judge(on(11, "22:00", "04:00"), member(on(5)), weekends_in_four=1) == []  # Friday's night is Friday's


def test_nights_in_a_row_and_in_four_weeks() -> None:
    nights = [on(day, "22:00", "04:00") for day in range(3)]
    (found,) = judge(on(3, "22:00", "04:00"), member(*nights), nights_in_row=3)
    assert found.code == "nights_in_row"
    assert str(found.message) == "You would work 4 nights in a row, Mon 7 to Thu 10; the pod agreed at most 3."
    assert judge(on(4, "12:00", "18:00"), member(*nights), nights_in_row=3) == []
    (found,) = judge(on(27, "22:00", "04:00"), member(*nights), nights_in_four_weeks=3)
    assert str(found.message) == (
        "You would work 4 nights in four weeks, Mon 7 Dec to Sun 3 Jan; the pod agreed at most 3."
    )
    assert judge(on(28, "22:00", "04:00"), member(*nights), nights_in_four_weeks=3) == []


@pytest.mark.parametrize(("end", "expected"), [("00:59", []), ("01:00", ["nights_in_row"])])
def test_a_working_day_is_a_night_from_the_agreed_share_on(end: str, expected: list[str]) -> None:
    state = member(on(0, "22:00", "04:00"))
    assert codes(judge(on(1, "19:00", end), state, nights_in_row=1)) == expected


def test_the_night_is_that_of_the_members_zone() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    night_there = on(1, "14:00", "20:00")  # 22:00 to 04:00 in Tokyo
    assert judge(night_there, member(on(0, "14:00", "20:00")), nights_in_row=1) == []
    assert codes(judge(night_there, member(on(0, "14:00", "20:00"), zone=tokyo), nights_in_row=1)) == ["nights_in_row"]


def test_a_night_has_at_most_its_own_minutes() -> None:
    (found,) = judge(on(1, "20:00", "04:30"), member(), night_minutes=480)
    assert found.code == "night_minutes"
    assert str(found.message) == "Your night of Tue 8 would have 8.5 h, the pod agreed at most 8 h a night."
    assert judge(on(1, "10:00", "18:30"), member(), night_minutes=480) == []


def test_a_claim_that_breaks_the_rest_is_not_joined_to_what_is_too_close() -> None:
    state = member(on(1, "22:00", "04:00"))
    assert codes(judge(on(1, "08:00", "14:00"), state, days_in_row=1, night_minutes=360)) == ["span"]


def test_somebody_who_was_read_to_be_drawn_is_not_judged() -> None:
    with pytest.raises(ValueError, match="drawn"):
        judge(on(1), replace(member(), beyond=None), days_in_row=6)


def test_every_agreed_value_reaches_the_rules_and_its_default_lies_inside_its_limits() -> None:
    values = bound_values(3, 1, {}, {}, {})
    assert (values.days_in_row, values.weekly_rest_minutes, values.break_minutes) == (6, 2100, 30)
    for bound in DEFINITIONS:
        if bound.key == "coverage_floor":
            continue
        assert hasattr(values, bound.key)
        assert bound.least <= bound.default <= bound.most
    assert bound_values(3, 1, {"reference_weeks": 52}, {}, {}).reference_weeks == 26


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("night_from", 1380, "23:00"),
        ("night_until", 330, "05:30"),
        ("night_from", 1440, "24:00"),
        ("reference_weeks", 17, "17 weeks"),
        ("weekends_in_four", 1, "1 weekend"),
        ("nights_in_row", 5, "5 nights"),
    ],
)
def test_values_are_worded_by_their_unit(key: str, value: int, expected: str) -> None:
    assert agreement.in_words(agreement.definition(key), value) == expected


def test_bounds_that_nobody_agreed_on_bind_nobody() -> None:
    everyday = member(*(on(day, "22:00", "05:30") for day in range(13)))
    assert judge(on(13, "22:00", "05:30"), everyday) == []
    assert BoundValues().days_in_row is None
