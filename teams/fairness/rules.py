"""Which points a piece of work counts, and why: the pod's fairness account. Pure.

A point stands for a day or a night that somebody gave up, not for its hours: each reason counts once
for a shift, however it is cut among seats. Sources of the reasons: night work is a day with at least two
hours inside the night (directive 2003/88/EC, article 2, and the law that follows it, for example ArbZG
section 2); an overnight shift belongs to the day on which it begins (rule 13), so weekend and public
holiday ask for that day; both look at the clock and the calendar of the member (rule 16). Short notice
is the time between the claim and the start of the work.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from cxportal.core.periods import DAY, MINUTE, Period, local_date, to_instant

CENT = Decimal("0.01")


class Kind(StrEnum):
    """The reasons for points."""

    NIGHT = "night"
    LATE = "late"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    SHORT_NOTICE = "short_notice"
    HELP = "help"


@dataclass(frozen=True)
class Weights:
    """What the pod agreed: points by reason (``help`` by the hour), the clock of late and night, the window.

    Clocks are minutes after midnight; ``short_notice_minutes`` before the start.
    """

    points: Mapping[Kind, Decimal]
    late_from: int = 20 * 60
    night_from: int = 23 * 60
    night_until: int = 6 * 60
    night_minutes: int = 120
    short_notice_minutes: int = 48 * 60
    window_weeks: int = 13


@dataclass(frozen=True)
class Work:
    """What a member works, or would work, of a shift: one piece or several.

    ``zone`` is the member's, ``holiday`` the public holiday of the day on which the work begins, where
    the member's contract holds. ``claimed_at`` is None for work that nobody claimed (an import).
    """

    pieces: tuple[Period, ...]
    zone: ZoneInfo
    claimed_at: dt.datetime | None = None
    holiday: str = ""

    @property
    def start(self) -> dt.datetime:
        return min(piece.start for piece in self.pieces)

    @property
    def end(self) -> dt.datetime:
        return max(piece.end for piece in self.pieces)

    @property
    def day(self) -> dt.date:
        """The member's local day on which the work begins."""
        return local_date(self.start, self.zone)


@dataclass(frozen=True)
class Reason:
    """Points and why; ``numbers`` are what the sentence names, JSON-serialisable."""

    kind: Kind
    points: Decimal
    numbers: Mapping[str, Any]


def reasons(work: Work, weights: Weights) -> tuple[Reason, ...]:
    """Every reason for which this work counts points; empty for an ordinary day."""
    return tuple(
        Reason(kind, weights.points[kind], numbers)
        for kind, numbers in _found(work, weights)
        if weights.points.get(kind)
    )


def help_points(minutes: int, weights: Weights) -> Decimal:
    """Points for minutes of help to another pod, to the hundredth."""
    return (weights.points.get(Kind.HELP, Decimal()) * minutes / 60).quantize(CENT)


def _found(work: Work, weights: Weights) -> Iterable[tuple[Kind, dict[str, Any]]]:
    night = night_minutes(work, weights)
    if night >= weights.night_minutes:
        yield Kind.NIGHT, {"minutes": night}
    elif work.end >= _at(work, weights.late_from):
        yield Kind.LATE, {"until": f"{work.end.astimezone(work.zone):%H:%M}"}
    if work.day.isoweekday() > 5:
        yield Kind.WEEKEND, {"weekday": work.day.isoweekday()}
    if work.holiday:
        yield Kind.HOLIDAY, {"name": work.holiday}
    if work.claimed_at is not None:
        notice = max(0, int((work.start - work.claimed_at) // MINUTE))
        if notice < weights.short_notice_minutes:
            yield Kind.SHORT_NOTICE, {"minutes": notice}


def night_minutes(work: Work, weights: Weights) -> int:
    """Elapsed minutes of the work that lie in the night on the member's clock."""
    last = local_date(work.end, work.zone)
    nights, day = [], work.day - DAY
    while day <= last:
        start = _instant(day, weights.night_from, work.zone)
        end = _instant(day + DAY, weights.night_until, work.zone)
        if start < end:
            nights.append(Period(start, end))
        day += DAY
    parts = (night.intersection(piece) for night in nights for piece in work.pieces)
    return sum(part.minutes for part in parts if part)


def _at(work: Work, minutes: int) -> dt.datetime:
    return _instant(work.day, minutes, work.zone)


def _instant(day: dt.date, minutes: int, zone: ZoneInfo) -> dt.datetime:
    """Minutes after midnight on the clock of a day; 1440 is the next midnight."""
    days, rest = divmod(minutes, 24 * 60)
    return to_instant(day + days * DAY, dt.time(rest // 60, rest % 60), zone)


def corrections[K](wanted: Mapping[K, Decimal], written: Mapping[K, Decimal]) -> dict[K, Decimal]:
    """What must be added to the ledger so that it holds what is wanted; what fits already is left out."""
    keys = [*wanted, *(key for key in written if key not in wanted)]
    found = {key: wanted.get(key, Decimal()) - written.get(key, Decimal()) for key in keys}
    return {key: points for key, points in found.items() if points}


def fair_share(minutes: Mapping[int, int], points: Decimal) -> dict[int, Decimal]:
    """Points shared out by contract minutes; evenly among all when nobody has a contract."""
    whole = sum(minutes.values())
    if not whole:
        return {member: (points / len(minutes)).quantize(CENT) for member in minutes}
    return {member: (points * part / whole).quantize(CENT) for member, part in minutes.items()}
