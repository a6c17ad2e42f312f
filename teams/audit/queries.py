"""The readable history: who changed what when, before and after in words."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from pghistory.models import Context

from cxportal.core.violations import Text
from teams.audit.kinds import Kind, all_kinds
from teams.audit.words import Names, own_fields, value_words

PER_PAGE = 50


@dataclass(frozen=True)
class Place:
    """Where a page of the history ends: an instant, and the event there."""

    at: dt.datetime
    kind: str
    event: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.kind}~{self.event}"

    @classmethod
    def parse(cls, text: str) -> Place | None:
        """The place written in an address; None for none or one that cannot be read."""
        parts = text.split("~")
        try:
            at = dt.datetime.fromisoformat(parts[0])
            return cls(at, parts[1], int(parts[2])) if at.tzinfo else None
        except (ValueError, IndexError):
            return None


@dataclass(frozen=True)
class Change:
    """One field before and after, in words."""

    label: Text
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One recorded change of one row."""

    at: dt.datetime
    kind: Kind
    act: str
    subject: str
    who: str
    service: str
    changes: tuple[Change, ...]

    @property
    def verb(self) -> str:
        """The service's name as words: ``set hours``."""
        return self.service.replace("_", " ")


@dataclass(frozen=True)
class Page:
    """Some entries, newest first, and where the next page begins."""

    entries: list[Entry]
    following: Place | None


def history(
    kinds: Iterable[Kind] | None = None,
    *,
    of: str = "",
    pk: int | None = None,
    by: int | None = None,
    before: Place | None = None,
) -> Page:
    """Changes of these kinds, newest first; of one thing (``of="pod", pk=3``) or by one person.

    One query finds the events (a slice of each kind); then two a kind on it, and one for each table of names.
    """
    branches = [
        _branch(kind, of, pk, by, before)
        for kind in sorted(kinds if kinds is not None else all_kinds(), key=lambda k: k.key)
        if not of or of in kind.belongs
    ]
    if not branches:
        return Page([], None)
    first, *others = branches
    found = list(first.union(*others, all=True)) if others else list(first)
    found.sort(key=lambda row: (-row["pgh_created_at"].timestamp(), row["history_kind"], -row["pgh_id"]))
    rows = found[: PER_PAGE + 1]
    following = None
    if len(rows) > PER_PAGE:
        rows = rows[:PER_PAGE]
        following = Place(rows[-1]["pgh_created_at"], rows[-1]["history_kind"], rows[-1]["pgh_id"])
    return Page(_entries(rows), following)


def _branch(kind: Kind, of: str, pk: int | None, by: int | None, before: Place | None) -> QuerySet[Any, Any]:
    events = kind.events.objects.all()
    if of:
        events = events.filter(**{kind.belongs[of]: pk})
    if by is not None:
        events = events.filter(pgh_context__metadata__user=by)
    if before is not None:
        earlier = Q(pgh_created_at__lt=before.at)
        if kind.key > before.kind:
            earlier |= Q(pgh_created_at=before.at)
        elif kind.key == before.kind:
            earlier |= Q(pgh_created_at=before.at, pgh_id__lt=before.event)
        events = events.filter(earlier)
    # Ids rise with time but for parallel transactions: twice the page covers those.
    found: QuerySet[Any, Any] = (
        events.order_by("-pgh_id")
        .annotate(history_kind=Value(kind.key, output_field=models.CharField()))
        .values("pgh_id", "pgh_created_at", "pgh_label", "pgh_context_id", "history_kind")[: 2 * PER_PAGE]
    )
    return found


def _entries(rows: Sequence[dict[str, Any]]) -> list[Entry]:
    contexts = Context.objects.in_bulk([row["pgh_context_id"] for row in rows if row["pgh_context_id"]])
    by_kind: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_kind[row["history_kind"]].append(row["pgh_id"])
    known = {kind.key: kind for kind in all_kinds()}
    pairs = {key: _with_previous(known[key], ids) for key, ids in by_kind.items()}
    names = Names()
    for key, found in pairs.items():
        for event, previous in found.values():
            names.want(known[key], event)
            if previous is not None:
                names.want(known[key], previous)
    names.want_people(context.metadata.get("user") for context in contexts.values())
    names.fetch()
    return [
        _entry(
            row,
            known[row["history_kind"]],
            *pairs[row["history_kind"]][row["pgh_id"]],
            contexts.get(row["pgh_context_id"]),
            names,
        )
        for row in rows
        if row["pgh_id"] in pairs[row["history_kind"]]
    ]


def _with_previous(kind: Kind, ids: list[int]) -> dict[int, tuple[Any, Any | None]]:
    """Each event with the one before it of the same row. Two queries."""
    earlier = kind.events.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    events = kind.events.objects.filter(pgh_id__in=ids).annotate(
        previous_id=Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1])
    )
    found = list(events)
    previous = kind.events.objects.in_bulk([event.previous_id for event in found if event.previous_id])
    return {event.pgh_id: (event, previous.get(event.previous_id)) for event in found}


def _entry(row: dict[str, Any], kind: Kind, event: Any, previous: Any, context: Any, names: Names) -> Entry:
    about = context.metadata if context is not None else {}
    act = row["pgh_label"]
    return Entry(
        at=row["pgh_created_at"],
        kind=kind,
        act=act,
        subject=", ".join(filter(None, (value_words(kind, event, name, names) for name in kind.subject))),
        who=about.get("name") or names.person(about.get("user")),
        service=about.get("service", ""),
        changes=tuple(_changes(kind, event, previous, act, names)),
    )


def _changes(kind: Kind, event: Any, previous: Any, act: str, names: Names) -> Iterable[Change]:
    if act == "delete":
        return
    for name, label in own_fields(kind):
        if act == "update" and previous is not None and getattr(event, name) == getattr(previous, name):
            continue
        before = value_words(kind, previous, name, names) if act == "update" and previous is not None else ""
        after = value_words(kind, event, name, names)
        if before != after and not (act == "insert" and name.removesuffix("_id") in kind.subject):
            yield Change(label, before, after)
