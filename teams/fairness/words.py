"""Points in words; the only place that words them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from teams.fairness.rules import Kind, Reason
from teams.scheduling.words import hours


def number(points: Decimal) -> str:
    """``4``, ``4.5``, ``4.25``: points without their unit."""
    plain = points.quantize(Decimal(1)) if points == points.to_integral_value() else points.normalize()
    return str(formats.number_format(plain))


def signed(points: Decimal) -> str:
    """``+1`` or ``−1``, with a true minus."""
    return f"+{number(points)}" if points > 0 else f"−{number(-points)}"


def counts(reason: Reason) -> str:
    """What a claim would count: ``Counts 1 late point``."""
    whole = int(reason.points) if reason.points == int(reason.points) else 2
    texts = {
        Kind.NIGHT: ngettext("Counts %(n)s night point", "Counts %(n)s night points", whole),
        Kind.LATE: ngettext("Counts %(n)s late point", "Counts %(n)s late points", whole),
        Kind.WEEKEND: ngettext("Counts %(n)s weekend point", "Counts %(n)s weekend points", whole),
        Kind.HOLIDAY: ngettext("Counts %(n)s holiday point", "Counts %(n)s holiday points", whole),
        Kind.SHORT_NOTICE: ngettext(
            "Counts %(n)s point for short notice", "Counts %(n)s points for short notice", whole
        ),
        Kind.HELP: ngettext("Counts %(n)s point for help", "Counts %(n)s points for help", whole),
    }
    return texts[reason.kind] % {"n": number(reason.points)}


def carried(points: Decimal, fair: Decimal) -> str:
    """What somebody carried beside the share that falls to their contract: ``4 points, share 5.5``."""
    whole = int(points) if points == int(points) else 2
    text = ngettext("%(points)s point, share %(fair)s", "%(points)s points, share %(fair)s", whole)
    return text % {"points": number(points), "fair": number(fair)}


def why(kind: str, numbers: Mapping[str, Any]) -> str:
    """The sentence behind an entry, from its stored numbers."""
    if numbers.get("corrected"):
        return _("Set right: the work was changed afterwards")
    if kind == Kind.NIGHT:
        return _("%(hours)s of it in the night") % {"hours": hours(int(numbers["minutes"]))}
    if kind == Kind.LATE:
        return _("until %(until)s") % numbers
    if kind == Kind.WEEKEND:
        return str(WEEKDAYS[int(numbers["weekday"]) - 1])
    if kind == Kind.HOLIDAY:
        return str(numbers["name"])
    if kind == Kind.SHORT_NOTICE:
        return _("claimed %(hours)s before") % {"hours": hours(int(numbers["minutes"]))}
    return _("%(hours)s for another pod") % {"hours": hours(int(numbers["minutes"]))}
