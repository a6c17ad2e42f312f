"""Random rosters around changes of the clocks: the engine says what a slow model says, for every bound."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxportal.core.periods import DAY, MINUTE, Period, minutes_by_week
from teams.pods.models import Pod
from teams.scheduling.bounds import BoundValues, Candidate, Held, MemberState, judge_claim
from teams.scheduling.duties import DutySpan, join
from teams.scheduling.facts import Beyond, seconds, work_day
from teams.scheduling.picture import Person, PodPicture, SeatView, ShiftView, TakenView, reach
from teams.scheduling.roster import Broken, judge_roster
from tests.teams.scheduling.slow_model import Work, broken

LONG_BEFORE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
BERLIN = ZoneInfo("Europe/Berlin")
# The member's zone, the pod's, and a Monday two weeks before the clocks of the member change.
PLACES = {
    "Berlin, spring": (BERLIN, BERLIN, dt.date(2027, 3, 15)),
    "Berlin, autumn": (BERLIN, BERLIN, dt.date(2026, 10, 12)),
    "New York for Berlin": (ZoneInfo("America/New_York"), BERLIN, dt.date(2026, 10, 19)),
    "Sydney": (ZoneInfo("Australia/Sydney"), ZoneInfo("Australia/Sydney"), dt.date(2027, 3, 22)),
    "Lord Howe for Sydney": (ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Australia/Sydney"), dt.date(2027, 3, 22)),
    "Santiago, autumn": (ZoneInfo("America/Santiago"), ZoneInfo("America/Santiago"), dt.date(2027, 3, 22)),
    "Santiago for Berlin, spring": (ZoneInfo("America/Santiago"), BERLIN, dt.date(2026, 8, 24)),
}
WEEKS = 5


@st.composite
def works(draw: st.DrawFn) -> tuple[int, int, int, int]:
    """Day of the roster, quarter of that day, quarters of length, quarter of a break of half an hour (0: none)."""
    length = draw(st.sampled_from([8, 16, 24, 26, 32, 34, 36, 40, 44]))
    start = draw(st.sampled_from([24, 28, 32, 56, 80, 84, 88, 92, 94]) | st.integers(0, 95))
    return draw(st.integers(0, 7 * WEEKS - 1)), start, length, draw(st.sampled_from([0, 12, 16, 20, 24]))


rosters = st.lists(works(), min_size=8, max_size=30)
values = st.builds(
    BoundValues,
    rest_minutes=st.sampled_from([480, 660]),
    day_minutes=st.sampled_from([480, 600, 720]),
    week_minutes=st.sampled_from([2880, 3600]),
    span_minutes=st.sampled_from([720, 900]),
    break_minutes=st.sampled_from([0, 30]),
    long_break_minutes=st.just(45),
    days_in_row=st.sampled_from([3, 5, 6]),
    weekly_rest_minutes=st.sampled_from([2100, 2880]),
    average_minutes=st.sampled_from([1200, 1800, 2880]),
    reference_weeks=st.sampled_from([2, 3, 17]),
    weekends_in_four=st.sampled_from([0, 1, 2, 3]),
    night_from=st.sampled_from([1320, 1380, 1440]),
    night_until=st.sampled_from([300, 360]),
    night_share_minutes=st.sampled_from([60, 120, 180]),
    nights_in_row=st.sampled_from([1, 2, 5]),
    nights_in_four_weeks=st.sampled_from([2, 4, 12]),
    night_minutes=st.sampled_from([360, 480, 600]),
)
leaves = st.lists(st.tuples(st.integers(0, 4 * 7 * WEEKS), st.integers(1, 60)), max_size=2)


def as_work(monday: dt.date, zone: ZoneInfo, item: tuple[int, int, int, int]) -> Work:
    day, start, length, pause = item
    begin = dt.datetime.combine(monday, dt.time(), zone).astimezone(dt.UTC) + day * DAY + start * 15 * MINUTE
    end = begin + length * 15 * MINUTE
    if not 0 < pause < length - 2:
        return Work(Period(begin, end), (Period(begin, end),))
    hole = begin + pause * 15 * MINUTE
    return Work(Period(begin, end), (Period(begin, hole), Period(hole + 30 * MINUTE, end)))


def as_leave(monday: dt.date, zone: ZoneInfo, items: Sequence[tuple[int, int]]) -> list[Period]:
    begin = dt.datetime.combine(monday, dt.time(), zone).astimezone(dt.UTC)
    return [Period(begin + a * 6 * 60 * MINUTE, begin + (a + n) * 6 * 60 * MINUTE) for a, n in items]


def merged(periods: Sequence[Period]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for period in sorted(periods):
        if found and seconds(period.start) <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], seconds(period.end)))
        else:
            found.append((seconds(period.start), seconds(period.end)))
    return tuple(found)


def state(
    have: Sequence[Work], zone: ZoneInfo, agreed: BoundValues, leave: Sequence[Period], around: Period | None = None
) -> MemberState:
    """The member with all this work; what lies outside of the reach ``around`` a period stands beyond."""
    duties: tuple[DutySpan, ...] = ()
    for work in have:
        joined = join(duties, work.period, rest_minutes=agreed.rest_minutes)
        duties = tuple(sorted([d for d in duties if d not in joined.absorbed] + [joined.duty]))
    held = [Held(at, 1, work.period, work.parts) for at, work in enumerate(have, 1)]
    if around is None:
        return MemberState(1, zone, tuple(held), duties, beyond=Beyond(neutral=merged(leave)))
    near = [d for d in duties if Period(d.period.start, d.rest_until).overlaps(around)]
    weeks: dict[int, int] = {}
    for part in (part for h in held if not h.period.overlaps(around) for part in h.work):
        for monday, minutes in minutes_by_week(part, zone).items():
            weeks[monday.toordinal()] = weeks.get(monday.toordinal(), 0) + minutes
    beyond = Beyond(
        tuple(work_day(d.period, zone) for d in duties if d not in near), tuple(weeks.items()), merged(leave)
    )
    return MemberState(1, zone, tuple(h for h in held if h.period.overlaps(around)), tuple(near), beyond=beyond)


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=20, deadline=None)
@given(rosters, values, leaves)
def test_a_claim_is_refused_for_exactly_what_the_whole_roster_with_it_breaks(
    place: str, roster: list[tuple[int, int, int, int]], agreed: BoundValues, away: list[tuple[int, int]]
) -> None:
    zone, pods, monday = PLACES[place]
    leave, have = as_leave(monday, zone, away), list[Work]()
    for item in roster:
        work = as_work(monday, zone, item)
        candidate = Candidate(99, 1, work.period, work.parts, pods)
        for around in (None, reach(work.period, pods)):
            found = judge_claim(candidate, state(have, zone, agreed, leave, around), agreed, now=LONG_BEFORE)
            told, expected = {v.code for v in found}, broken([*have, work], zone, agreed, leave)
            if expected & {"overlap", "rest"}:
                assert told & {"overlap", "rest_before", "rest_after", "span"}
            else:
                assert told == expected
        if not found:
            have.append(work)
    # What was claimed one by one never passes what the model refuses of the whole.
    assert broken(have, zone, agreed, leave) == set()


def picture_of(have: Sequence[Work], zone: ZoneInfo, pods: ZoneInfo, agreed: BoundValues) -> PodPicture:
    shifts = tuple(
        ShiftView(
            at, 1, work.period.start.astimezone(pods).date(), work.period, 1, False,
            tuple((1, part) for part in work.parts), (SeatView(at, 1, None, True),),
            (TakenView(at, at, 1, work.period, LONG_BEFORE),),
        )
        for at, work in enumerate(have, 1)
    )  # fmt: skip
    window = Period(min(w.period.start for w in have), max(w.period.end for w in have))
    return PodPicture(Pod(pk=1, zone=pods.key), LONG_BEFORE, window, agreed, {}, {}, {}, shifts, (), {}, {}, {}, {})


def judged(have: Sequence[Work], zone: ZoneInfo, pods: ZoneInfo, was: BoundValues, to: BoundValues) -> list[Broken]:
    person = Person(1, "Mira", 1, state(have, zone, was, ()))
    return judge_roster(picture_of(have, zone, pods, was), {1: person}, to)


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=30, deadline=None)
@given(rosters, values, values)
def test_a_planned_roster_breaks_under_another_agreement_what_the_model_refuses(
    place: str, roster: list[tuple[int, int, int, int]], was: BoundValues, to: BoundValues
) -> None:
    zone, pods, monday = PLACES[place]
    loose = replace(
        was, days_in_row=12, weekends_in_four=4, nights_in_row=7, nights_in_four_weeks=20, average_minutes=2880,
        break_minutes=0, weekly_rest_minutes=None, night_minutes=600,
    )  # fmt: skip
    have: list[Work] = []
    for item in roster:
        work = as_work(monday, zone, item)
        if not broken([*have, work], zone, loose):
            have.append(work)
    if not have:
        return
    assert judged(have, zone, pods, loose, loose) == []
    told = {v.code for item in judged(have, zone, pods, loose, to) for v in item.violations}
    expected = broken(have, zone, to)
    if "rest" in expected:
        assert told & {"rest_before", "span"}
    else:
        assert told == expected
