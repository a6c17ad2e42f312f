"""A member's working days: how a claim joins them and a give-back splits them. Pure.

A *duty* runs from the first start to the last end of a working day and carries the instant
until which the person rests after it. Two duties never overlap over [start, rest_until); the
database holds that too. Work closer together than the rest is therefore one working day (a
split shift), and only the agreed span limits how far such a day may stretch.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cxportal.core.periods import MINUTE, Period


@dataclass(frozen=True, order=True)
class DutySpan:
    """A working day: its period, the end of the rest after it, the version that judged it."""

    period: Period
    rest_until: dt.datetime
    version: int = 0

    @property
    def rest_minutes(self) -> int:
        """The rest that this duty was judged with, in elapsed minutes."""
        return int((self.rest_until - self.period.end) // MINUTE)

    def blocks(self, other: DutySpan) -> bool:
        """True when the two overlap over [start, rest_until), as the database sees it."""
        return self.period.start < other.rest_until and other.period.start < self.rest_until


@dataclass(frozen=True)
class Joined:
    """What a claim makes of the duties: the new one and those that it takes in."""

    duty: DutySpan
    absorbed: tuple[DutySpan, ...]


def join(duties: Iterable[DutySpan], added: Period, *, rest_minutes: int, version: int = 0) -> Joined:
    """The duty that holds ``added`` and every duty too close to it for a rest in between.

    A duty whose end stays the end of the joined one keeps its ``rest_until`` (a new agreement
    binds later duties); otherwise the rest is counted anew, in elapsed minutes.
    """
    rest = rest_minutes * MINUTE
    duty = DutySpan(added, added.end + rest, version)
    absorbed: list[DutySpan] = []
    waiting = sorted(duties)
    while near := [d for d in waiting if d.blocks(duty)]:
        waiting = [d for d in waiting if d not in near]
        absorbed += near
        everything = [added, *(d.period for d in absorbed)]
        period = Period(min(p.start for p in everything), max(p.end for p in everything))
        kept = [d.rest_until for d in absorbed if d.period.end == period.end]
        duty = DutySpan(period, max(kept) if kept and period.end != added.end else period.end + rest, version)
    return Joined(duty, tuple(sorted(absorbed)))


def shrink(duty: DutySpan, left: Sequence[Period]) -> tuple[DutySpan, ...]:
    """The duties that remain of one when only the periods ``left`` of it are still worked.

    A gap of at least the duty's own rest splits it; nothing left means no duty.
    """
    rest = duty.rest_minutes * MINUTE
    groups: list[list[Period]] = []
    for period in sorted(left):
        if groups and period.start < max(p.end for p in groups[-1]) + rest:
            groups[-1].append(period)
        else:
            groups.append([period])
    found = []
    for group in groups:
        period = Period(group[0].start, max(p.end for p in group))
        until = duty.rest_until if period.end == duty.period.end else period.end + rest
        found.append(DutySpan(period, until, duty.version))
    return tuple(found)
