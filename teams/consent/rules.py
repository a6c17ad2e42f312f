"""When a pod has agreed: the outcome of a vote by consent. Pure.

Nobody's no can be outvoted: one objection ends a vote. Without one it is adopted when the consents
reach the agreed share of everybody who was asked, at the closing time or once all have answered.
Who stands aside neither carries nor stops it, and counts among those who were asked.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

CONSENT, ASIDE, OBJECT = "consent", "aside", "object"
OPEN, ADOPTED, OBJECTED, LAPSED, WITHDRAWN = "open", "adopted", "objected", "lapsed", "withdrawn"

HALF = Fraction(1, 2)
REMIND_BEFORE = dt.timedelta(hours=24)


@dataclass(frozen=True)
class Tally:
    """How many were asked, and how many of them answered what."""

    electorate: int
    consents: int = 0
    asides: int = 0
    objections: int = 0

    @property
    def answered(self) -> int:
        return self.consents + self.asides + self.objections

    @property
    def waiting(self) -> int:
        return self.electorate - self.answered


def tally(electorate: int, choices: Iterable[str]) -> Tally:
    """The latest answers of the electorate, counted."""
    given = list(choices)
    return Tally(electorate, given.count(CONSENT), given.count(ASIDE), given.count(OBJECT))


def exact(share: float) -> Fraction:
    """A share as people mean it: 0.67 is two thirds, 0.51 is 51 of a hundred; never below half.

    A decimal within half a percent of a fraction with a denominator up to six stands for it.
    """
    typed = Fraction(str(round(float(share), 4)))
    simple = typed.limit_denominator(6)
    meant = simple if abs(simple - typed) < Fraction(1, 200) else typed
    return min(Fraction(1), max(HALF, meant))


def needed(electorate: int, share: float) -> int:
    """How many consents the agreed share of an electorate takes; at least one."""
    return max(1, math.ceil(exact(share) * electorate))


def outcome(found: Tally, share: float, *, now: dt.datetime, closes_at: dt.datetime) -> str:
    """``open``, ``adopted``, ``objected`` or ``lapsed`` at an instant."""
    if found.objections:
        return OBJECTED
    if found.waiting > 0 and now < closes_at:
        return OPEN
    return ADOPTED if found.consents >= needed(found.electorate, share) else LAPSED


def remind_at(opens_at: dt.datetime, closes_at: dt.datetime) -> dt.datetime:
    """When who has not answered is reminded: a day before the end, or in the last quarter of a short vote."""
    return closes_at - min(REMIND_BEFORE, (closes_at - opens_at) / 4)
