"""Bounds that are lifted for one member on one shift, by the pod's consent or by a lead in an emergency. Pure.

A lifted bound is no reason against that claim, or against giving that shift back, as far as it was asked
for and no further. A lifted rest also ends the rest of the working day before where the claim begins:
both stay days of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from cxportal.core.periods import MINUTE, Period, local_date
from cxportal.core.violations import Violation
from teams.scheduling.duties import DutySpan

# What no exception lifts: it is no bound of the agreement, or nobody could agree to it.
NEVER_WAIVED = frozenset(
    {"overlap", "absent", "skill", "shift_over", "week_draft", "started", "not_a_member", "round_full"}
)
# What stands against giving work back; everything else stands against a claim.
OF_RELEASES = frozenset({"floor", "notice", "week_fixed"})
# The bound behind a broken rule, where its key is another word.
BOUND_OF = {
    "rest_before": "rest_minutes",
    "rest_after": "rest_minutes",
    "span": "span_minutes",
    "started_too_late": "late_claim_minutes",
    "break": "break_minutes",
    "long_break": "long_break_minutes",
    "weekly_rest": "weekly_rest_minutes",
    "weekends": "weekends_in_four",
}
# What a bound counts, by the name of the number in its violation.
COUNTED = ("minutes", "days", "weekends", "nights")


@dataclass(frozen=True)
class Waived:
    """One lifted bound: ``granted`` is the number that was asked for (the 570 minutes of rest that would be left)."""

    shift: int
    code: str
    granted: int | None = None

    def covers(self, violation: Violation) -> bool:
        """Whether a broken bound is what was lifted, and broken no further than that."""
        if violation.code != self.code:
            return False
        number, agreed = number_of(violation), agreed_of(violation)
        if self.granted is None or number is None or agreed is None:
            return True
        return bool(self.granted <= number if number < agreed else number <= self.granted)


def number_of(violation: Violation) -> int | None:
    """The number that stands against the agreed one, or None; of a floor how many people it would miss."""
    if violation.code == "floor":
        return int(violation.numbers["floor"]) - int(violation.numbers["people"])
    return next((int(violation.numbers[name]) for name in COUNTED if violation.numbers.get(name) is not None), None)


def agreed_of(violation: Violation) -> int | None:
    """The agreed number, or None; of a floor nobody is missing."""
    return 0 if violation.code == "floor" else violation.numbers.get("agreed")


class Resting(Protocol):
    """What is asked of a member here."""

    @property
    def zone(self) -> ZoneInfo: ...
    @property
    def duties(self) -> tuple[DutySpan, ...]: ...
    @property
    def waived(self) -> tuple[Waived, ...]: ...


@dataclass(frozen=True)
class Eased:
    """A member's working days and the rest after a claim, as lifted rests leave them; ``cut`` are the changed days."""

    duties: tuple[DutySpan, ...]
    rest_minutes: int
    cut: tuple[DutySpan, ...] = ()


def ease(member: Resting, shift: int, added: Period, rest_minutes: int, day: dt.date) -> Eased:
    """Let the rest before and after a claim give way as far as it was lifted for this shift.

    ``day`` is the claim's day in the member's zone: work of the same day is one working day with it and
    has no rest between. Without a lifted rest everything stays.
    """
    granted = {w.code: w.granted or 0 for w in member.waived if w.shift == shift}
    before, after = granted.get("rest_before"), granted.get("rest_after")
    if before is None and after is None:
        return Eased(tuple(member.duties), rest_minutes)
    duties: list[DutySpan] = []
    cut, rest = [], rest_minutes
    for duty in sorted(member.duties):
        other_day = local_date(duty.period.start, member.zone) != day
        left, gap = ((a - b) // MINUTE for a, b in ((added.start, duty.period.end), (duty.period.start, added.end)))
        if other_day and before is not None and before <= left < duty.rest_minutes:
            cut.append(duty)
            duty = DutySpan(duty.period, added.start, duty.version)
        if other_day and after is not None and after <= gap < rest:
            rest = int(gap)
        duties.append(duty)
    return Eased(tuple(duties), rest, tuple(cut))


def liftable(violations: Iterable[Violation]) -> bool:
    """Whether an exception could lift every one of some broken bounds, and there is one."""
    codes = {v.code for v in violations}
    return bool(codes) and not codes & NEVER_WAIVED
