"""A reason that is kept is said later as its rule says it, in the language of who reads it."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from cxportal.core.periods import DAY, MINUTE, to_instant
from cxportal.core.violations import Violation
from teams.scheduling import bounds, day_limits, long_limits, rounds
from teams.scheduling.bounds import DRAFT, MemberState, judge_claim
from teams.scheduling.facts import Held, Place
from teams.scheduling.opening.reasons import kept as keep
from teams.scheduling.opening.reasons import said
from teams.scheduling.rounds import Turn
from tests.teams.scheduling.test_bounds import AGREED, BERLIN, LONG_BEFORE, candidate, member, span
from tests.teams.scheduling.test_bounds_of_many_days import judge, on, with_breaks

type Scene = Callable[[], list[Violation]]

EARLY = span("2026-12-22", "07:00", "15:00")
OPENS = to_instant(dt.date(2026, 11, 30), dt.time(9), BERLIN)
NIGHTS = [on(day, "22:00", "04:00") for day in range(3)]


def plain(state: MemberState | None = None, now: dt.datetime = LONG_BEFORE, **more: object) -> list[Violation]:
    return judge_claim(candidate(EARLY, **more), state or member(), AGREED, now=now)


def in_round(number: int) -> list[Violation]:
    turn = Turn(number, 2, 1, OPENS, OPENS + DAY)
    work = on(0)
    return plain(member(held=(Held(1, 1, work, (work,), week=5, since=OPENS),)), week=5, turn=turn)


def until(last: dt.date | None) -> MemberState:
    return member(places=(Place(1, dt.date(2026, 1, 1), last),) if last else ())


SCENES: dict[str, Scene] = {
    "shift_over": lambda: plain(now=EARLY.end),
    "week_draft": lambda: plain(week_state=DRAFT, opens_at=OPENS),
    "week_draft without a date": lambda: plain(week_state=DRAFT),
    "started_too_late": lambda: plain(now=EARLY.start + 31 * MINUTE),
    "skill": lambda: plain(skill=5, skill_name="Polish"),
    "not_a_member": lambda: plain(until(dt.date(2026, 12, 1))),
    "not_a_member at all": lambda: plain(until(None)),
    "absent": lambda: plain(member(absences=(span("2026-12-22", "12:00", "13:00"),))),
    "overlap": lambda: plain(member(span("2026-12-22", "14:00", "18:00"))),
    "rest_before": lambda: plain(member(span("2026-12-21", "14:00", "22:00"))),
    "rest_after": lambda: plain(member(span("2026-12-23", "00:30", "05:00"))),
    "span": lambda: plain(member(span("2026-12-22", "20:00", "23:00"))),
    "day_minutes": lambda: plain(member(span("2026-12-22", "15:30", "18:30"))),
    "break": lambda: with_breaks(("08:00", "14:15")),
    "long_break": lambda: with_breaks(("08:00", "12:00"), ("12:30", "17:45")),
    "break_late": lambda: with_breaks(("08:00", "14:30"), ("15:00", "17:00")),
    "week_minutes": lambda: judge_claim(candidate(EARLY), member(), replace(AGREED, week_minutes=400), now=LONG_BEFORE),
    "weekly_rest": lambda: judge(
        on(7, "08:00", "12:00"),
        member(
            *(on(day, "08:00", "18:00") for day in range(-6, 0)), *(on(day, "08:00", "12:00") for day in range(1, 7))
        ),
        weekly_rest_minutes=2100,
    ),
    "average_minutes": lambda: judge(
        on(21, "08:00", "18:00"),
        member(*(on(7 * week + day, "08:00", "18:00") for week in (0, 1) for day in range(5))),
        average_minutes=1150,
        reference_weeks=3,
    ),
    "days_in_row": lambda: judge(on(0), member(*(on(day) for day in (-2, -1, 1, 2))), days_in_row=4),
    "weekends": lambda: judge(on(27), member(on(5), on(6), on(19)), weekends_in_four=2),
    "nights_in_row": lambda: judge(on(3, "22:00", "04:00"), member(*NIGHTS), nights_in_row=3),
    "nights_in_four_weeks": lambda: judge(on(27, "22:00", "04:00"), member(*NIGHTS), nights_in_four_weeks=3),
    "night_minutes": lambda: judge(on(1, "20:00", "04:30"), member(), night_minutes=480),
    "round_full": lambda: in_round(1),
    "round_full in the last": lambda: in_round(2),
}


def kept(scene: str) -> tuple[Violation, dict[str, object]]:
    """The one reason of a scene, and what the database gives back of it."""
    code = scene.split()[0]
    (found,) = [violation for violation in SCENES[scene]() if violation.code == code]
    return found, json.loads(json.dumps(keep(found, BERLIN)))


@pytest.mark.parametrize("scene", SCENES)
def test_what_is_kept_says_what_the_rule_said(scene: str) -> None:
    found, reason = kept(scene)
    assert said({**reason, "words": ""}) == str(found.message)


def test_every_reason_of_a_claim_has_its_sentence() -> None:
    sources = (Path(module.__file__ or "").read_text() for module in (bounds, day_limits, long_limits, rounds))
    codes = set(re.findall(r'(?:Violation|_rest)\(\s*"(\w+)"', "".join(sources))) | {"break", "long_break"}
    of_giving_back = {"started", "week_fixed", "notice", "floor"}
    assert codes - of_giving_back == {scene.split()[0] for scene in SCENES}


def test_a_reason_of_a_job_is_read_in_the_readers_language() -> None:
    _found, reason = kept("rest_before")
    with translation.override("de"):
        assert "Di 07:00" in said(reason)
    assert "Tue 07:00" in said(reason)


def test_a_code_that_is_no_more_is_told_in_the_words_of_its_day() -> None:
    assert said({"code": "gone", "zone": "Europe/Berlin", "words": "As it was."}) == "As it was."
    assert said({}) == ""


def test_wall_times_of_a_reason_are_those_of_the_pod() -> None:
    found, _reason = kept("absent")
    assert "Tue 07:00" in said(keep(found, ZoneInfo("America/New_York")) | {"start": "2026-12-22T12:00:00+00:00"})
