"""Read model of the agreement page: bounds on rails, and the versions in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.violations import Text
from teams.pods import agreement
from teams.pods.agreement import BoundDefinition
from teams.pods.models import AgreementVersion, Pod


@dataclass(frozen=True)
class Rail:
    """A bound drawn from 0 to 100: the allowed stretch ``low``–``high`` and the agreed ``at``."""

    low: int
    high: int
    at: int
    low_words: str
    high_words: str

    @property
    def width(self) -> int:
        return self.high - self.low


@dataclass(frozen=True)
class Bound:
    """One agreed value in words, with its rail when it is a number inside limits."""

    key: str
    label: Text
    effect: Text
    value: str
    lines: tuple[str, ...]
    rail: Rail | None


@dataclass(frozen=True)
class Shown:
    """The agreement in force: version 0 means that nothing was agreed and the defaults hold."""

    version: int
    since: dt.datetime | None
    bounds: tuple[Bound, ...]


def in_force(pod: Pod, at: dt.datetime | None = None) -> Shown:
    """The bounds that hold now, inside the limits of the pod's country. Two queries."""
    at = at or periods.now()
    row = pod.agreement_versions.filter(effective_from__lte=at).order_by("-effective_from").first()
    values: Mapping[str, Any] = row.values if row else {}
    limits = agreement.outer_limits(pod.country)
    bounds = tuple(
        _bound(bound, values.get(bound.key, bound.default), *limits[bound.key]) for bound in agreement.definitions()
    )
    return Shown(row.number if row else 0, row.effective_from if row else None, bounds)


def _bound(bound: BoundDefinition, value: Any, least: float | None, most: float | None) -> Bound:
    lines = tuple((bound.entry or entry_words)(entry) for entry in value) if isinstance(value, list) else ()
    words = _("none") if value == [] else agreement.in_words(bound, value)
    return Bound(bound.key, bound.label, bound.effect, words, lines, _rail(bound, value, least, most))


def _rail(bound: BoundDefinition, value: Any, least: float | None, most: float | None) -> Rail | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or least is None or most is None or most <= least:
        return None
    # A fifth of the allowed stretch stands free on either side, as what nobody may agree.
    margin = (most - least) / 5
    start = max(0.0, least - margin)
    span = most + margin - start

    def place(number: float) -> int:
        return max(0, min(100, round(100 * (number - start) / span)))

    return Rail(
        place(least), place(most), place(value), agreement.in_words(bound, least), agreement.in_words(bound, most)
    )


def entry_words(entry: Any) -> str:
    """One entry of a list bound (a coverage floor) in words, in the order in which it is stored."""
    if not isinstance(entry, dict):
        return str(entry)
    return ", ".join(f"{key} {_plain(value)}" for key, value in entry.items() if value not in (None, "", []))


def _plain(value: Any) -> str:
    return "–".join(map(str, value)) if isinstance(value, list) else str(value)


@dataclass(frozen=True)
class Version:
    """A version and what it changed."""

    number: int
    since: dt.datetime
    reason: str
    changes: tuple[str, ...]


def versions(pod: Pod) -> list[Version]:
    """Versions of a pod, newest first, with what each changed in words. One query."""
    found: list[Version] = []
    before: Mapping[str, Any] = {}
    for row in AgreementVersion.objects.filter(pod=pod).order_by("number"):
        changes = tuple(_changes(before, row.values)) if found else ()
        found.append(Version(row.number, row.effective_from, row.reason, changes))
        before = row.values
    return found[::-1]


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    lines = []
    for bound in agreement.definitions():
        old, new = before.get(bound.key, bound.default), after.get(bound.key, bound.default)
        if old != new:
            words = {"bound": bound.label, "new": agreement.in_words(bound, new), "old": agreement.in_words(bound, old)}
            lines.append(_("%(bound)s: %(new)s, was %(old)s") % words)
    return lines
