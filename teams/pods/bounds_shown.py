"""Read model of the agreement page: bounds on rails, and the versions in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from cxportal.core import periods
from cxportal.core.violations import Text
from teams.pods import agreement
from teams.pods.agreement import BoundDefinition, Limit
from teams.pods.models import AgreementVersion, Pod

# Whose word an outer limit is; the product's own are said without.
WHOSE: dict[str, Text] = {"company": _l("company: %(limit)s"), "law": _l("law: %(limit)s"), "product": "%(limit)s"}


@dataclass(frozen=True)
class Rail:
    """A bound drawn from 0 to 100: the allowed stretch ``low``–``high``, the agreed ``at``, what is proposed ``next``.

    The pod's own stretch runs from ``at`` to the side on which the number binds nobody.
    """

    low: int
    high: int
    at: int
    low_words: str
    high_words: str
    side: str = ""
    next: int | None = None

    @property
    def width(self) -> int:
        return self.high - self.low

    @property
    def ours(self) -> tuple[int, int] | None:
        """Begin and width of what the pod agreed; None where the number is no least and no most."""
        if self.side == "least":
            return self.at, max(0, self.high - self.at)
        return (self.low, max(0, self.at - self.low)) if self.side == "most" else None


@dataclass(frozen=True)
class Bound:
    """One agreed value in words, with its rail when it is a number inside limits, and what is under vote for it."""

    key: str
    label: Text
    effect: Text
    value: str
    note: Text
    lines: tuple[str, ...]
    rail: Rail | None
    proposed: str = ""
    proposal: int | None = None


@dataclass(frozen=True)
class Group:
    """Bounds that belong together on the page."""

    key: str
    label: Text
    bounds: tuple[Bound, ...]


@dataclass(frozen=True)
class Shown:
    """The agreement in force: version 0 means that nothing was agreed and the defaults hold."""

    version: int
    since: dt.datetime | None
    groups: tuple[Group, ...]


def in_force(pod: Pod, at: dt.datetime | None = None, under_vote: Mapping[str, tuple[int, Any]] | None = None) -> Shown:
    """The bounds that hold now, inside the limits of the pod's country. Two queries.

    ``under_vote`` names by bound the proposal that would change it, and the value.
    """
    at = at or periods.now()
    row = pod.agreement_versions.filter(effective_from__lte=at).order_by("-effective_from").first()
    values: Mapping[str, Any] = row.values if row else {}
    limits, voted = agreement.limits_of(pod.country), under_vote or {}
    found: dict[str, list[Bound]] = {}
    for bound in agreement.definitions():
        shown = _bound(bound, values.get(bound.key, bound.default), limits[bound.key], voted.get(bound.key))
        found.setdefault(bound.group, []).append(shown)
    groups = tuple(Group(key, label, tuple(found[key])) for key, label in agreement.GROUPS.items() if found.get(key))
    return Shown(row.number if row else 0, row.effective_from if row else None, groups)


def _bound(bound: BoundDefinition, value: Any, limit: Limit, voted: tuple[int, Any] | None) -> Bound:
    number, wanted = voted or (None, None)
    return Bound(
        bound.key,
        bound.label,
        bound.effect,
        value_words(bound, value),
        _("under vote") if voted else _note(bound, value, limit),
        value_lines(bound, value),
        _rail(bound, value, limit, wanted if voted else None),
        value_words(bound, wanted) if voted else "",
        number,
    )


def value_words(bound: BoundDefinition, value: Any) -> str:
    """A value in words; an empty list is ``none``."""
    return _("none") if value == [] else agreement.in_words(bound, value)


def value_lines(bound: BoundDefinition, value: Any) -> tuple[str, ...]:
    """The entries of a list, each in words; nothing for a plain value."""
    return tuple((bound.entry or entry_words)(entry) for entry in value) if isinstance(value, list) else ()


def _note(bound: BoundDefinition, value: Any, limit: Limit) -> Text:
    """What the number is to those who live by it, or that it can go no further."""
    if bound.side == "least" and value == limit.least:
        return {"law": _("the least that the law allows"), "company": _("the least that the company allows")}.get(
            limit.least_by, _("the least possible")
        )
    if bound.side == "most" and value == limit.most:
        return {"law": _("the most that the law allows"), "company": _("the most that the company allows")}.get(
            limit.most_by, _("the most possible")
        )
    return {"least": _("at least"), "most": _("at most")}.get(bound.side, "")


def _rail(bound: BoundDefinition, value: Any, limit: Limit, wanted: Any) -> Rail | None:
    least, most = limit.least, limit.most
    if isinstance(value, bool) or not isinstance(value, int | float) or least is None or most is None or most <= least:
        return None
    # A fifth of the allowed stretch stands free on either side, as what nobody may agree.
    margin = (most - least) / 5
    start = max(0.0, least - margin)
    span = most + margin - start

    def place(number: float) -> int:
        return max(0, min(100, round(100 * (number - start) / span)))

    return Rail(
        place(least),
        place(most),
        place(value),
        str(WHOSE[limit.least_by]) % {"limit": agreement.in_words(bound, least)},
        str(WHOSE[limit.most_by]) % {"limit": agreement.in_words(bound, most)},
        bound.side,
        None if wanted is None else place(wanted),
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
        lines = tuple(changes(before, row.values)) if found else ()
        found.append(Version(row.number, row.effective_from, row.reason, lines))
        before = row.values
    return found[::-1]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What differs between two sets of values, each bound in words; values that are missing are the defaults."""
    lines = []
    for bound in agreement.definitions():
        old, new = before.get(bound.key, bound.default), after.get(bound.key, bound.default)
        if old == new:
            continue
        if isinstance(old, list) and isinstance(new, list):
            lines += _entries_changed(bound, old, new)
            continue
        words = {"bound": bound.label, "new": value_words(bound, new), "old": value_words(bound, old)}
        lines.append(_("%(bound)s: %(new)s, was %(old)s") % words)
    return lines


def _entries_changed(bound: BoundDefinition, old: list[Any], new: list[Any]) -> list[str]:
    """Each entry of a list that came or went, in words."""
    came = [entry for entry in new if entry not in old]
    went = [entry for entry in old if entry not in new]
    return [
        text % {"bound": bound.label, "entry": words}
        for text, entries in ((_("%(bound)s: now %(entry)s"), came), (_("%(bound)s: no longer %(entry)s"), went))
        for words in value_lines(bound, entries)
    ]
