"""What a change would do to the planned weeks: counted against a slow and simple model."""

from __future__ import annotations

import datetime as dt
import itertools
import random

import pytest
import time_machine

from cxportal.core.periods import MINUTE
from teams.consent import services
from teams.consent.foresight import told
from teams.pods.agreement import Values, values_at
from teams.scheduling.foresight import missed_floor, planned_breaks
from teams.scheduling.models import Assignment
from tests.cast import Cast
from tests.factories import people, scheduling

NEAR = dt.datetime.combine(scheduling.MONDAY, dt.time(6), dt.UTC) - dt.timedelta(days=4)
SHIFTS = (("06:00", "14:00"), ("09:00", "17:00"), ("12:00", "20:00"))


def too_close(rest_minutes: int) -> int:
    """Shifts of a member that begin too soon after the one before, by plain subtraction."""
    rows = Assignment.objects.order_by("member", "period").values_list("member", "period")
    pairs = itertools.pairwise(rows)
    return sum(a[0] == b[0] and (b[1].lower - a[1].upper) // MINUTE < rest_minutes for a, b in pairs)


@pytest.mark.parametrize("seed", range(4))
def test_shifts_that_would_break_a_longer_rest_are_counted(cast: Cast, seed: int) -> None:
    draw = random.Random(seed)
    crew = [people.member(cast.isar) for _n in range(4)]
    for member in crew:
        for day in range(6):
            # Late and then early is 10 h: today's 11 h must hold, or the shift is broken already.
            before = Assignment.objects.filter(member=member).order_by("-period").first()
            fits = [s for s in SHIFTS if before is None or _gap(before, scheduling.span(cast.isar, day, *s)) >= 660]
            scheduling.seated(member, scheduling.shift(cast.isar, day, *draw.choice(fits)))
    with time_machine.travel(NEAR, tick=False):
        agreed = values_at(cast.isar, NEAR)
        for rest in (780, 840, 960):
            facts = planned_breaks(cast.isar, agreed, Values(1, {**agreed.values, "rest_minutes": rest}), NEAR)
            assert facts is not None
            assert (facts["shifts"], facts["of"]) == (too_close(rest), 24)


def _gap(before: Assignment, span: object) -> int:
    return int((span.start - before.span.end) // MINUTE)  # type: ignore[attr-defined]


def test_a_row_of_days_is_told_once_as_the_roster_tells_it(cast: Cast) -> None:
    """The one engine tells a limit on the shift that passes it; shift by shift it was told on every one behind it."""
    for day in range(6):
        scheduling.seated(cast.member, scheduling.shift(cast.isar, day, "08:00", "12:00"))
    with time_machine.travel(NEAR, tick=False):
        agreed = values_at(cast.isar, NEAR)
        facts = planned_breaks(cast.isar, agreed, Values(1, {**agreed.values, "days_in_row": 4}), NEAR)
    assert facts is not None
    assert (facts["shifts"], facts["of"]) == (1, 6)
    fifth = scheduling.MONDAY + dt.timedelta(days=4)
    assert facts["cases"] == [f"Mara Jung, {dt.date.strftime(fifth, 'Fri %-d %b')}, 08:00–12:00"]


def test_what_is_broken_today_already_is_not_laid_on_the_proposal(cast: Cast) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 1, "12:00", "20:00"))
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 2, "06:00", "14:00"))
    with time_machine.travel(NEAR, tick=False):
        agreed = values_at(cast.isar, NEAR)
        wanted = {**agreed.values, "rest_minutes": 720, "day_minutes": 450}
        facts = planned_breaks(cast.isar, agreed, Values(1, wanted), NEAR)
    assert facts is not None
    # Both are longer than the proposed day; that the second follows after 10 h is no news.
    assert facts["shifts"] == 2
    with time_machine.travel(NEAR, tick=False):
        rest = planned_breaks(cast.isar, agreed, Values(1, {**agreed.values, "rest_minutes": 720}), NEAR)
    assert rest is not None
    assert rest["shifts"] == 0


def test_a_looser_bound_breaks_nothing_and_the_proposal_keeps_what_was_seen(cast: Cast) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 1, "06:00", "15:00"))
    with time_machine.travel(NEAR, tick=False):
        agreed = values_at(cast.isar, NEAR)
        looser = planned_breaks(cast.isar, agreed, Values(1, {**agreed.values, "week_minutes": 3000}), NEAR)
        assert looser is not None
        assert looser["shifts"] == 0
        row = services.propose(by=cast.member, pod=cast.isar, values={"day_minutes": 480})
    (seen,) = told(cast.isar, row.effect, names=True)
    assert str(seen.words).startswith("1 planned shift up to")
    assert seen.cases == (
        f"Mara Jung, {dt.date.strftime(scheduling.MONDAY + dt.timedelta(days=1), 'Tue %-d %b')}, 06:00–15:00",
    )
    assert told(cast.isar, row.effect, names=False)[0].cases == ()


def test_a_higher_floor_tells_the_work_that_would_be_missing(cast: Cast) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 1, "08:00", "12:00"))
    row = {"activity": "phone", "weekdays": [2], "start": "08:00", "end": "12:00", "people": 1}
    after = Values(1, {"coverage_floor": [{**row, "people": 2}]})
    before = Values(1, {"coverage_floor": [row]})
    with time_machine.travel(NEAR, tick=False):
        facts = missed_floor(cast.isar, before, after, NEAR)
    assert facts is not None
    assert (facts["before"], facts["after"]) == (0, 240)


def test_a_pod_without_weeks_has_nothing_to_foresee(cast: Cast) -> None:
    row = services.propose(by=cast.member, pod=cast.isar, values={"day_minutes": 480})
    assert row.effect == []
