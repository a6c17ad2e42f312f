"""Why a claim or a give-back fits or not: each rule with its numbers and its words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxportal.core.periods import MINUTE, Period, local_date, to_instant
from cxportal.core.violations import Violation
from teams.scheduling.bounds import (
    DRAFT,
    FIXED,
    OPEN,
    PAST,
    BoundValues,
    Candidate,
    Held,
    MemberState,
    judge_claim,
    judge_release,
)
from teams.scheduling.coverage import FloorBreak
from teams.scheduling.duties import DutySpan, join

BERLIN = ZoneInfo("Europe/Berlin")
AGREED = BoundValues(version=3)
LONG_BEFORE = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)


def span(day: str, start: str, end: str, zone: ZoneInfo = BERLIN) -> Period:
    first = dt.date.fromisoformat(day)
    last = first if end > start else first + dt.timedelta(days=1)
    return Period(
        to_instant(first, dt.time.fromisoformat(start), zone),
        to_instant(last, dt.time.fromisoformat(end), zone, is_end=True),
    )


def candidate(period: Period, **more: object) -> Candidate:
    return replace(Candidate(shift=99, pod=1, period=period, work=(period,), zone=BERLIN), **more)  # type: ignore[arg-type]


def member(*held: Period, zone: ZoneInfo = BERLIN, rest: int = 660, **more: object) -> MemberState:
    duties: tuple[DutySpan, ...] = ()
    for period in held:
        joined = join(duties, period, rest_minutes=rest)
        duties = tuple(sorted([d for d in duties if d not in joined.absorbed] + [joined.duty]))
    works = tuple(Held(i, 1, p, (p,)) for i, p in enumerate(held, 1))
    return replace(MemberState(1, zone, works, duties), **more)  # type: ignore[arg-type]


def codes(found: Sequence[Violation]) -> list[str]:
    return [v.code for v in found]


def test_a_claim_inside_every_bound_has_no_violation() -> None:
    assert judge_claim(candidate(span("2026-12-22", "07:00", "15:00")), member(), AGREED, now=LONG_BEFORE) == []


def test_too_little_rest_before_the_next_day_is_told_with_both_numbers_and_whose_rule_it_is() -> None:
    state = member(span("2026-12-24", "07:00", "13:00"))
    (found,) = judge_claim(candidate(span("2026-12-23", "17:30", "21:00")), state, AGREED, now=LONG_BEFORE)
    assert found.code == "rest_after"
    assert str(found.message) == "Rest before Thu 07:00 would be 10 h, the pod agreed 11 h."
    assert (found.numbers["minutes"], found.numbers["agreed"]) == (600, 660)


def test_rest_met_exactly_fits_and_missed_by_a_minute_does_not() -> None:
    state = member(span("2026-12-22", "12:00", "20:00"))
    assert judge_claim(candidate(span("2026-12-23", "07:00", "15:00")), state, AGREED, now=LONG_BEFORE) == []
    found = judge_claim(candidate(span("2026-12-23", "06:59", "15:00")), state, AGREED, now=LONG_BEFORE)
    assert codes(found) == ["rest_before"]
    assert found[0].numbers["minutes"] == 659


def test_rest_is_elapsed_time_over_the_clock_change() -> None:
    # 21:00 to 08:00 over 27/28 March 2027 is 10 h; over an ordinary night it is 11 h.
    state = member(span("2027-03-27", "13:00", "21:00"))
    found = judge_claim(candidate(span("2027-03-28", "08:00", "14:00")), state, AGREED, now=LONG_BEFORE)
    assert codes(found) == ["rest_before"]
    assert found[0].numbers["minutes"] == 600
    state = member(span("2027-03-20", "13:00", "21:00"))
    assert judge_claim(candidate(span("2027-03-21", "08:00", "14:00")), state, AGREED, now=LONG_BEFORE) == []
    # In autumn an hour is won: 22:00 to 08:00 is 11 h.
    state = member(span("2026-10-24", "14:00", "22:00"))
    assert judge_claim(candidate(span("2026-10-25", "08:00", "14:00")), state, AGREED, now=LONG_BEFORE) == []


def test_rest_looks_across_the_border_of_the_week() -> None:
    state = member(span("2026-12-27", "14:00", "22:00"))
    found = judge_claim(candidate(span("2026-12-28", "07:00", "15:00")), state, AGREED, now=LONG_BEFORE)
    assert codes(found) == ["rest_before"]


def test_a_split_shift_is_one_day_and_its_gap_no_rest() -> None:
    state = member(span("2026-12-22", "08:00", "12:00"))
    assert judge_claim(candidate(span("2026-12-22", "16:00", "20:00")), state, AGREED, now=LONG_BEFORE) == []
    found = judge_claim(candidate(span("2026-12-22", "16:30", "20:30")), state, AGREED, now=LONG_BEFORE)
    assert codes(found) == ["span"]
    assert (found[0].numbers["minutes"], found[0].numbers["agreed"]) == (750, 720)


def test_a_day_has_at_most_its_minutes_also_when_it_is_split() -> None:
    state = member(span("2026-12-22", "07:00", "13:00"))
    found = judge_claim(candidate(span("2026-12-22", "14:00", "18:30")), state, AGREED, now=LONG_BEFORE)
    assert codes(found) == ["day_minutes"]
    assert str(found[0].message) == "Your Tue 22 would have 10.5 h, the pod agreed at most 10 h a day."


def test_two_working_days_that_begin_on_one_date_share_its_minutes() -> None:
    state = member(span("2026-12-22", "00:00", "06:00"))
    found = judge_claim(candidate(span("2026-12-22", "17:00", "22:00")), state, AGREED, now=LONG_BEFORE)
    assert codes(found) == ["day_minutes"]


def test_breaks_are_not_worked_time() -> None:
    whole = span("2026-12-22", "07:00", "17:30")
    paid = (span("2026-12-22", "07:00", "12:00"), span("2026-12-22", "12:30", "17:30"))
    assert judge_claim(candidate(whole, work=paid), member(), AGREED, now=LONG_BEFORE) == []


def test_a_week_has_at_most_its_minutes_and_night_work_counts_where_it_lies() -> None:
    days = [span(f"2026-12-{day}", "08:00", "17:00") for day in (21, 22, 23, 24, 25)]
    assert judge_claim(candidate(span("2026-12-26", "10:00", "13:00")), member(*days), AGREED, now=LONG_BEFORE) == []
    found = judge_claim(candidate(span("2026-12-26", "10:00", "13:01")), member(*days), AGREED, now=LONG_BEFORE)
    assert codes(found) == ["week_minutes"]
    assert (found[0].numbers["before"], found[0].numbers["minutes"]) == (2700, 2881)
    # Sunday 21:00 to 05:00: three hours fall to this week, five to the next.
    night = candidate(span("2026-12-27", "21:00", "05:00"))
    assert judge_claim(night, member(*days), AGREED, now=LONG_BEFORE) == []


def test_the_week_is_that_of_the_members_zone() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    days = [span(f"2026-12-{day}", "08:00", "17:00", auckland) for day in (21, 22, 23, 24, 25)]
    sunday_noon = candidate(span("2026-12-27", "12:00", "16:00"))  # Monday in Auckland
    assert judge_claim(sunday_noon, member(*days, zone=auckland), AGREED, now=LONG_BEFORE) == []


def test_overlap_names_the_other_work_and_ends_that_touch_do_not_overlap() -> None:
    state = member(span("2026-12-22", "07:00", "12:00"))
    (found,) = judge_claim(candidate(span("2026-12-22", "11:00", "15:00")), state, AGREED, now=LONG_BEFORE)
    assert found.code == "overlap"
    assert "Tue 22 Dec, 07:00–12:00" in str(found.message)
    assert judge_claim(candidate(span("2026-12-22", "12:00", "15:00")), state, AGREED, now=LONG_BEFORE) == []


def test_a_seat_that_needs_a_skill_is_for_people_who_have_it() -> None:
    seat = candidate(span("2026-12-22", "07:00", "15:00"), skill=5, skill_name="Polish")
    assert codes(judge_claim(seat, member(), AGREED, now=LONG_BEFORE)) == ["skill"]
    assert judge_claim(seat, member(skills=frozenset({5})), AGREED, now=LONG_BEFORE) == []


def test_nobody_claims_into_an_absence() -> None:
    state = member(absences=(span("2026-12-22", "12:00", "13:00"),))
    assert codes(judge_claim(candidate(span("2026-12-22", "07:00", "15:00")), state, AGREED, now=LONG_BEFORE)) == [
        "absent"
    ]
    assert judge_claim(candidate(span("2026-12-22", "13:00", "15:00")), state, AGREED, now=LONG_BEFORE) == []


@pytest.mark.parametrize(
    ("minutes", "expected"), [(0, []), (30, []), (31, ["started_too_late"]), (480, ["shift_over"])]
)
def test_a_running_shift_can_be_claimed_within_the_agreed_lateness(minutes: int, expected: list[str]) -> None:
    period = span("2026-12-22", "07:00", "15:00")
    found = judge_claim(candidate(period), member(), AGREED, now=period.start + minutes * MINUTE)
    assert codes(found) == expected


def test_a_draft_says_when_claims_open() -> None:
    opens = to_instant(dt.date(2026, 11, 30), dt.time(9), BERLIN)
    draft = candidate(span("2026-12-22", "07:00", "15:00"), week_state=DRAFT, opens_at=opens)
    (found,) = judge_claim(draft, member(), AGREED, now=LONG_BEFORE)
    assert found.code == "week_draft"
    assert "Mon 30 Nov at 09:00" in str(found.message)


def test_several_broken_bounds_are_all_named() -> None:
    state = member(span("2026-12-24", "07:00", "13:00"), absences=(span("2026-12-23", "20:00", "21:00"),))
    found = judge_claim(candidate(span("2026-12-23", "17:30", "21:00"), skill=5), state, AGREED, now=LONG_BEFORE)
    assert codes(found) == ["skill", "absent", "rest_after"]


def release(
    period: Period, now: dt.datetime, state: str = OPEN, breaks: list[FloorBreak] | None = None
) -> list[Violation]:
    held = Held(1, 1, period, (period,))
    return list(judge_release(held, breaks or [], AGREED, now=now, week_state=state, zone=BERLIN, names={7: "Phone"}))


def test_giving_back_ends_at_the_notice_limit() -> None:
    period = span("2026-12-22", "07:00", "15:00")
    assert release(period, period.start - 1440 * MINUTE) == []
    found = release(period, period.start - 1439 * MINUTE)
    assert codes(found) == ["notice"]
    assert found[0].numbers == {"minutes": 1439, "agreed": 1440}


def test_a_fixed_week_takes_give_backs_only_as_offers_and_begun_work_only_as_absence() -> None:
    period = span("2026-12-22", "07:00", "15:00")
    assert codes(release(period, LONG_BEFORE, FIXED)) == ["week_fixed"]
    assert codes(release(period, period.start, FIXED)) == ["started"]
    assert codes(release(period, LONG_BEFORE, PAST)) == ["started"]


def test_giving_back_below_the_floor_is_refused_with_the_interval() -> None:
    period = span("2026-12-22", "07:00", "15:00")
    (found,) = release(period, LONG_BEFORE, breaks=[FloorBreak(span("2026-12-22", "09:00", "12:00"), 7, 1, 2)])
    assert found.code == "floor"
    assert "Phone would have 1 of the 2 people" in str(found.message)
    assert "Tue 22 Dec, 09:00–12:00" in str(found.message)


# --- against a slow simple model -------------------------------------------------------------


def allowed(works: list[Period], rest: int, span_limit: int, day: int, week: int) -> bool:
    """Whether a whole roster of one person keeps overlap, rest or span, day and week limits."""
    works = sorted(works)
    if any(one.end > two.start for one, two in pairwise(works)):
        return False
    days: list[list[Period]] = []
    for period in works:
        if days and period.start - days[-1][-1].end < rest * MINUTE:
            days[-1].append(period)
        else:
            days.append([period])
    by_date: dict[dt.date, int] = {}
    by_week: dict[tuple[int, int], int] = {}
    for group in days:
        if group[-1].end - group[0].start > span_limit * MINUTE:
            return False
        start = local_date(group[0].start, BERLIN)
        by_date[start] = by_date.get(start, 0) + sum(p.minutes for p in group)
    for period in works:
        at = period.start
        while at < period.end:
            key = local_date(at, BERLIN).isocalendar()[:2]
            by_week[key] = by_week.get(key, 0) + 15
            at += 15 * MINUTE
    return all(m <= day for m in by_date.values()) and all(m <= week for m in by_week.values())


# Nine days around the change of the clocks in Berlin on 28 March 2027.
FIRST = dt.datetime(2027, 3, 23, 23, tzinfo=dt.UTC)
quarter = st.integers(0, 4 * 24 * 9)
claims = st.lists(
    st.builds(lambda a, n: Period(FIRST + a * 15 * MINUTE, FIRST + (a + n) * 15 * MINUTE), quarter, st.integers(4, 40)),
    max_size=16,
)


@settings(max_examples=300, deadline=None)
@given(
    claims,
    st.sampled_from([540, 660]),
    st.sampled_from([600, 720]),
    st.sampled_from([480, 600]),
    st.sampled_from([1200, 2400]),
)
def test_a_claim_fits_exactly_when_the_whole_roster_with_it_keeps_the_rules(
    wanted: list[Period], rest: int, span_limit: int, day: int, week: int
) -> None:
    agreed = replace(AGREED, rest_minutes=rest, span_minutes=span_limit, day_minutes=day, week_minutes=week)
    have: list[Period] = []
    for period in wanted:
        found = judge_claim(candidate(period), member(*have, rest=rest), agreed, now=LONG_BEFORE)
        assert (found == []) == allowed([*have, period], rest, span_limit, day, week), codes(found)
        if not found:
            have.append(period)
