"""Open weeks made from a pattern, and the lines of them as a member reads them."""

from __future__ import annotations

from typing import Any

from cxportal.core import periods
from cxportal.core.periods import DAY
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling.models import Shift, ShiftPattern
from teams.scheduling.opening.queries import Wanted, judge_pattern
from teams.scheduling.opening.rules import Line, Series
from teams.scheduling.services.weeks import add_shifts, planned
from tests.factories import pods, scheduling
from tests.factories.scheduling import MONDAY


def weeks_of(pattern: ShiftPattern, number: int = 1, *, state: str = "open") -> list[Shift]:
    """The shifts of a pattern in so many weeks from MONDAY on."""
    mondays = [MONDAY + 7 * n * DAY for n in range(number)]
    return [
        shift
        for monday in mondays
        for shift in add_shifts(scheduling.week(pattern.pod, monday, state=state), planned(pattern, monday))
    ]


def judged(pod: Pod, member: User, pattern: ShiftPattern, *, weeks: int = 1, left_out: tuple[int, ...] = ()) -> Series:
    """The pattern's open days as this member reads them now."""
    last = MONDAY + (7 * weeks - 1) * DAY
    return judge_pattern(pod, member, Wanted(pattern.pk, MONDAY, last, left_out=left_out), periods.now())[1]


def lines(pod: Pod, member: User, pattern: ShiftPattern, *, weeks: int = 1) -> list[Line]:
    """What of it would be claimed."""
    return [each.line for each in judged(pod, member, pattern, weeks=weeks).taken]


def agree(pod: Pod, **values: Any) -> None:
    """The pod agreed on these values long ago."""
    pods.agreement(pod, since=pods.LONG_AGO + DAY, **values)
