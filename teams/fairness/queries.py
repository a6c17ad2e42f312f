"""Read models of the fairness page: the own account, and the pod side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from cxportal.core.periods import local_date
from teams.fairness import words
from teams.fairness.agreed import DEFINITIONS, since, weights
from teams.fairness.models import PointEntry
from teams.fairness.reading import Calendars
from teams.fairness.rules import Kind, fair_share
from teams.people.models import User
from teams.pods.agreement import Values, in_words, values_at
from teams.pods.models import Pod
from teams.pods.queries import members_on
from teams.scheduling.carried import Carried

MOST_PIPS = 24


@dataclass(frozen=True)
class Line:
    """An entry in words. ``points`` carry their sign; ``shift`` is 0 for what is no shift's."""

    kind: str
    label: str
    why: str
    points: str
    day: dt.date
    shift: int


@dataclass(frozen=True)
class Pips:
    """Points of one reason of one person: their number in words and as that many marks."""

    kind: str
    label: str
    points: str
    marks: range


@dataclass(frozen=True)
class Share:
    """A person of the pod: points of the window, by reason, beside the share that falls to their contract hours.

    ``track`` is a mark for each point by its reason, ``free`` for each that the share has beyond them, and ``share``
    where the share ends.
    """

    pk: int
    name: str
    category: int
    letters: str
    mine: bool
    points: str
    fair: str
    pips: tuple[Pips, ...]
    track: tuple[str, ...]
    difference: str
    above: bool


@dataclass(frozen=True)
class FairnessPage:
    """The account of a pod over its window."""

    weeks: int
    since: dt.date
    version: int
    own: Share | None
    lines: tuple[Line, ...]
    shares: tuple[Share, ...]
    weights: tuple[tuple[str, str, str], ...]
    kinds: tuple[tuple[str, str], ...]


def entries(pod: Pod, first: dt.datetime) -> QuerySet[PointEntry]:
    """The ledger of a pod since an instant, newest first."""
    return PointEntry.objects.filter(pod=pod, happened_at__gte=first)


def points_of(pod: Pod, members: Iterable[int], at: dt.datetime) -> dict[int, Decimal]:
    """Points of people in the window that the pod agreed: who carried less may go first. Two queries."""
    agreed = weights(values_at(pod, at))
    found = dict.fromkeys(members, Decimal())
    rows = entries(pod, since(agreed, at)).filter(member__in=list(found), happened_at__lte=at)
    for member, points in rows.values_list("member", "points"):
        found[member] += points
    return found


def carried(pod: Pod, members: Collection[int], at: dt.datetime) -> dict[int, Carried]:
    """Points of some of the pod's people beside their fair share, as the page tells them; nothing while nobody has any.

    Four queries.
    """
    rows = entries(pod, since(weights(values_at(pod, at)), at)).filter(happened_at__lte=at)
    day = local_date(at, pod.tzinfo)
    sums = dict.fromkeys(members_on(pod, day).values_list("pk", flat=True), Decimal())
    for member, points in rows.values_list("member", "points"):
        sums[member] = sums.get(member, Decimal()) + points
    if not any(sums.values()):
        return {}
    calendars = Calendars(sums, pod.tzinfo)
    fair = fair_share({member: calendars.minutes(member, day) for member in sums}, sum(sums.values(), Decimal()))
    return {
        member: Carried(words.carried(sums[member], round(fair[member], 1)), float(sums[member] - fair[member]))
        for member in members
        if member in sums
    }


def read_fairness(pod: Pod, viewer: User, *, at: dt.datetime) -> FairnessPage:
    """The page of a pod for one of its people. Five queries for any number of people and entries."""
    values = values_at(pod, at)
    agreed = weights(values)
    first = since(agreed, at)
    rows = list(entries(pod, first).filter(happened_at__lte=at).order_by("-happened_at", "-pk"))
    people = {person.pk: person for person in members_on(pod, local_date(at, pod.tzinfo))}
    gone = {row.member_id for row in rows} - people.keys()
    people |= {person.pk: person for person in User.objects.filter(pk__in=gone)}
    shares = _shares(rows, people, viewer, Calendars(people, pod.tzinfo), local_date(at, pod.tzinfo))
    return FairnessPage(
        weeks=agreed.window_weeks,
        since=local_date(first, pod.tzinfo),
        version=values.version,
        own=next((share for share in shares if share.mine), None),
        lines=tuple(_line(row, pod.tzinfo) for row in rows if row.member_id == viewer.pk),
        shares=shares,
        weights=tuple(_weights(values)),
        kinds=tuple((kind.value, str(PointEntry.Reason(kind.value).label)) for kind in Kind),
    )


def _shares(
    rows: list[PointEntry], people: dict[int, User], viewer: User, calendars: Calendars, day: dt.date
) -> tuple[Share, ...]:
    """Everybody of the pod and everybody with points; who carried most comes first."""
    by_kind: dict[int, dict[str, Decimal]] = {member: {} for member in people}
    for row in rows:
        mine = by_kind[row.member_id]
        mine[row.kind] = mine.get(row.kind, Decimal()) + row.points
    sums = {member: sum(kinds.values(), Decimal()) for member, kinds in by_kind.items()}
    fair = fair_share({member: calendars.minutes(member, day) for member in people}, sum(sums.values(), Decimal()))
    order = sorted(people, key=lambda member: (-sums[member], people[member].name, member))
    return tuple(
        Share(
            pk=member,
            name=people[member].name,
            category=people[member].category,
            letters=(people[member].name.strip()[:2] or "?").capitalize(),
            mine=member == viewer.pk,
            points=words.number(sums[member]),
            fair=words.number(round(fair[member], 1)),
            pips=(pips := tuple(_pips(by_kind[member]))),
            track=_track(pips, round(fair[member])),
            difference=words.number(abs(sums[member] - round(fair[member], 1))),
            above=sums[member] > round(fair[member], 1),
        )
        for member in order
    )


def _pips(points: dict[str, Decimal]) -> Iterator[Pips]:
    for kind in Kind:
        found = points.get(kind.value, Decimal())
        marks = range(min(MOST_PIPS, max(0, round(found))))
        yield Pips(kind.value, str(PointEntry.Reason(kind.value).label), words.number(found), marks)


def _track(pips: Iterable[Pips], share: int) -> tuple[str, ...]:
    marks = [pip.kind for pip in pips for _mark in pip.marks]
    marks += ["free"] * min(MOST_PIPS, share - len(marks))
    return (*marks[:share], "share", *marks[share:])


def _line(row: PointEntry, zone: ZoneInfo) -> Line:
    parts = row.source.split(":")
    return Line(
        kind=row.kind,
        label=str(row.get_kind_display()),
        why=words.why(row.kind, row.numbers),
        points=words.signed(row.points),
        day=local_date(row.happened_at, zone),
        shift=int(parts[1]) if parts[0] == "shift" else 0,
    )


def _weights(values: Values) -> Iterator[tuple[str, str, str]]:
    """Key, label and value of what the pod agreed, in the order of the definitions."""
    for bound in DEFINITIONS:
        yield bound.key, str(bound.label), in_words(bound, values[bound.key])
