"""What a person reads of votes: who answered what, what waits for them, and how an agreement came to be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core.violations import Text
from teams.consent import foresight, rules
from teams.consent.cases import find
from teams.consent.models import Ballot, Elector, Proposal, ProposedValue
from teams.people.models import User
from teams.pods import agreement
from teams.pods.bounds_shown import changes, value_words
from teams.pods.models import AgreementVersion, Pod
from teams.pods.queries import standing

State, Kind, Choice = Proposal.State, Proposal.Kind, Ballot.Choice
TONES = {State.OPEN: "accent", State.ADOPTED: "good", State.OBJECTED: "gap"}


@dataclass(frozen=True)
class Change:
    """One bound under vote: its value before and the proposed one; lists show what comes and goes."""

    label: Text
    old: str
    new: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """Who answered, and what they said to it."""

    person: User
    reason: str


@dataclass(frozen=True)
class Card:
    """A proposal as one person reads it; people and texts are empty for who stands outside the pod."""

    row: Proposal
    pod: Pod
    inside: bool
    title: str
    by: str
    changes: tuple[Change, ...]
    lines: tuple[Text, ...]
    foreseen: tuple[foresight.Told, ...]
    count: rules.Tally
    needed: int
    consents: tuple[Answer, ...] = ()
    asides: tuple[Answer, ...] = ()
    objections: tuple[Answer, ...] = ()
    waiting: tuple[User, ...] = ()
    mine: str = ""
    my_reason: str = ""
    asked: bool = False
    amended_by: tuple[int, ...] = ()
    viewer: int = 0

    @property
    def key(self) -> int:
        return self.row.number

    @property
    def target_key(self) -> str:
        """The number as text, for the id of the card's element."""
        return str(self.row.number)

    @property
    def open(self) -> bool:
        return self.row.state == State.OPEN

    @property
    def tone(self) -> str:
        return TONES.get(State(self.row.state), "plain")

    @property
    def owed(self) -> bool:
        """This person was asked and has not answered yet."""
        return self.open and self.asked and not self.mine

    @property
    def mine_to_withdraw(self) -> bool:
        return self.open and self.row.by_id == self.viewer

    @property
    def amendable(self) -> bool:
        """Anybody at home may write a better text once the vote has ended without a yes."""
        return (
            self.row.kind == Kind.CHANGE and not self.amended_by and self.row.state not in (State.OPEN, State.ADOPTED)
        )


def with_answers(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Proposals with all that a card tells: five queries for any number."""
    latest = Prefetch("ballots", Ballot.objects.filter(latest=True), to_attr="counting")
    electors = Elector.objects.select_related("member").order_by("member__name", "pk").prefetch_related(latest)
    return rows.select_related("by", "amends", "version", "pod").prefetch_related(
        "values", "amendments", Prefetch("electors", electors)
    )


def cards(pod: Pod, viewer: User, rows: QuerySet[Proposal]) -> list[Card]:
    """Proposals of a pod as a person reads them. Exceptions are left out for who stands outside."""
    inside = pod.pk in standing(viewer).pods
    known = rows if inside else rows.exclude(kind=Kind.EXCEPTION)
    return [card(pod, viewer, row, inside=inside) for row in with_answers(known.filter(pod=pod))]


def open_cards(pod: Pod, viewer: User) -> list[Card]:
    """The open votes of a pod: those that wait for this person first, then by their end."""
    found = cards(pod, viewer, Proposal.objects.filter(state=State.OPEN))
    return sorted(found, key=lambda each: (not each.owed, each.row.closes_at))


def card(pod: Pod, viewer: User, row: Proposal, *, inside: bool) -> Card:
    """One proposal, read by ``with_answers``."""
    electors: list[Any] = list(row.electors.all())
    given = {elector.member: ballot for elector in electors for ballot in elector.counting}
    count = rules.tally(len(electors), [ballot.choice for ballot in given.values()])
    mine = given.get(viewer)
    changed = tuple(_change(value) for value in row.values.all())
    base = Card(
        row=row,
        pod=pod,
        inside=inside,
        title=row.title if inside else "; ".join(f"{each.label}: {each.new}" for each in changed),
        by=row.by.name if row.by and inside else "",
        changes=changed,
        lines=tuple(find(row.subject["kind"]).lines(pod, row.subject)) if row.subject else (),
        foreseen=tuple(foresight.told(pod, row.effect, names=inside)),
        count=count,
        needed=rules.needed(count.electorate, float(row.share)),
        amended_by=tuple(sorted(each.number for each in row.amendments.all())),
        viewer=viewer.pk,
    )
    if not inside:
        return base
    people = {choice: tuple(Answer(p, b.reason) for p, b in given.items() if b.choice == choice) for choice in Choice}
    return replace(
        base,
        consents=people[Choice.CONSENT],
        asides=people[Choice.ASIDE],
        objections=people[Choice.OBJECT],
        waiting=tuple(elector.member for elector in electors if elector.member not in given),
        mine=mine.choice if mine else "",
        my_reason=mine.reason if mine else "",
        asked=any(elector.member_id == viewer.pk for elector in electors),
    )


def _change(value: ProposedValue) -> Change:
    bound = next((bound for bound in agreement.definitions() if bound.key == value.key), None)
    if bound is None:
        return Change(value.key, str(value.was), str(value.value))
    lines = changes({value.key: value.was}, {value.key: value.value}) if isinstance(value.value, list) else []
    prefix = f"{bound.label}: "
    return Change(
        bound.label,
        value_words(bound, value.was),
        value_words(bound, value.value),
        tuple(line.removeprefix(prefix) for line in lines),
    )


def under_vote(pod: Pod) -> dict[str, tuple[int, Any]]:
    """By bound the open proposal that would change it, and the value. One query."""
    rows = ProposedValue.objects.filter(pod=pod, open=True).values_list("key", "proposal__number", "value")
    return {key: (number, value) for key, number, value in rows}


def owed(user: User, now: dt.datetime) -> list[Proposal]:
    """Open votes in the home pod that wait for this person, the next to close first. One query."""
    home = standing(user).home
    if home is None:
        return []
    asked = Elector.objects.filter(member=user, proposal__pod=home).exclude(ballots__latest=True).values("proposal")
    rows = Proposal.objects.filter(pk__in=asked, state=State.OPEN, closes_at__gt=now)
    return list(rows.select_related("pod", "by").order_by("closes_at", "pk"))


@dataclass(frozen=True)
class Past:
    """One line of how an agreement came to be: a version, or a vote that ended without one."""

    at: dt.datetime
    title: str
    meta: str
    tone: str = "plain"
    lines: tuple[str, ...] = ()
    said: str = ""
    url: str = ""


def history(pod: Pod, viewer: User, now: dt.datetime) -> list[Past]:
    """Versions with who, when and why, and the votes that changed nothing; the newest first. Four queries."""
    inside = pod.pk in standing(viewer).pods
    ended = Proposal.objects.filter(pod=pod).exclude(state=State.OPEN)
    rows = list(with_answers(ended if inside else ended.exclude(kind=Kind.EXCEPTION)))
    by_version = {row.version_id: row for row in rows if row.version_id}
    found: list[Past] = []
    before: Mapping[str, Any] | None = None
    for version in AgreementVersion.objects.filter(pod=pod).select_related("created_by").order_by("number"):
        lines = changes(before, version.values) if before is not None else []
        found.append(_version(pod, version, lines, by_version.get(version.pk), now, inside=inside))
        before = version.values
    found += [_vote(pod, row, inside=inside) for row in rows if row.version_id is None]
    return sorted(found, key=lambda past: past.at, reverse=True)


def _version(
    pod: Pod, version: AgreementVersion, lines: list[str], row: Proposal | None, now: dt.datetime, *, inside: bool
) -> Past:
    ahead = version.effective_from > now
    number = _("Version %(n)s, not in force yet") if ahead else _("Version %(n)s")
    meta = [number % {"n": version.number}]
    if row is not None:
        meta.append(_tally_words(row))
        if inside and row.by:
            meta.append(_("proposed by %(name)s") % {"name": row.by.name})
    title = lines[0] if lines else _("First agreement of the pod")
    said = row.reason if row is not None and inside else ""
    return Past(version.effective_from, title, ", ".join(meta), "good", tuple(lines[1:]), said, _url(pod, row))


def _vote(pod: Pod, row: Proposal, *, inside: bool) -> Past:
    """A vote that left the agreement as it was: objected to, lapsed, withdrawn, or an exception."""
    state = str(row.get_state_display())
    if row.why:
        state = f"{state}, {row.get_why_display()}"
    said = next((b.reason for e in row.electors.all() for b in _counting(e) if b.choice == Choice.OBJECT), "")
    title = row.title if inside else "; ".join(f"{c.label}: {c.new}" for c in map(_change, row.values.all()))
    meta = ", ".join([_("Proposal %(n)s") % {"n": row.number}, state, _tally_words(row)])
    tone = TONES.get(State(row.state), "plain")
    return Past(row.closed_at or row.closes_at, title, meta, tone, (), said if inside else "", _url(pod, row))


def _counting(elector: Any) -> Iterable[Ballot]:
    return list(elector.counting)


def _tally_words(row: Proposal) -> str:
    choices = [ballot.choice for elector in row.electors.all() for ballot in _counting(elector)]
    count = rules.tally(len(row.electors.all()), choices)
    words = _("consent of %(n)s of %(of)s") % {"n": count.consents, "of": count.electorate}
    return f"{words}, " + _("%(n)s aside") % {"n": count.asides} if count.asides else words


def _url(pod: Pod, row: Proposal | None) -> str:
    return reverse("proposal", kwargs={"slug": pod.slug, "number": row.number}) if row is not None else ""


def visible(user: User, pod: Pod) -> QuerySet[Proposal]:
    """Proposals of a pod that a person may read: exceptions stay inside."""
    rows = Proposal.objects.filter(pod=pod)
    return rows if pod.pk in standing(user).pods else rows.filter(~Q(kind=Kind.EXCEPTION))
