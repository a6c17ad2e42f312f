"""The acts of a vote: propose, answer, withdraw, and the decision that follows.

Every act locks the pod's agreement first, so two decisions, or an answer and the closing, come one
after the other; whoever comes second sees what the first has done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.database import LockClass, lock, translate_errors
from cxportal.core.periods import local_date
from cxportal.core.violations import Denied, Invalid, Refused, Violation
from teams.audit.tracking import recorded
from teams.consent import news, rules
from teams.consent.agreed import EXCEPTION, SHARE, VOTE
from teams.consent.cases import find
from teams.consent.foresight import foresee
from teams.consent.judging import changed_values, must_be_free, titled
from teams.consent.models import Ballot, Elector, Proposal, ProposedValue
from teams.people.models import User
from teams.pods import versions
from teams.pods.agreement import Values, values_at
from teams.pods.models import Membership, Pod
from teams.pods.queries import standing

State, Why, Choice = Proposal.State, Proposal.Why, Ballot.Choice
LEAST_TIME = periods.MINUTE


@recorded
def propose(
    *,
    by: User,
    pod: Pod,
    values: Mapping[str, Any],
    title: str = "",
    reason: str = "",
    effective_from: dt.datetime | None = None,
    amends: int | None = None,
    at: dt.datetime | None = None,
) -> Proposal:
    """Open a vote on other values of the pod's agreement; who proposes consents by it.

    ``values`` by bound key; those that are in force already are no change. Without a title the changes are
    it; without ``effective_from`` the next version is in force once it is adopted. ``amends`` is the number
    of an earlier proposal; the proposer's own open one is withdrawn with it. Locks the pod's agreement.
    Raises ``Denied`` for who is not at home here, ``Invalid``, ``Refused`` (``outer_limit`` by bound and
    number, ``nothing_changed``, ``under_vote``, ``still_open``).
    """
    now = at or periods.now()
    _must_be_at_home(by, pod)
    if effective_from is not None and effective_from <= now:
        raise Invalid({"effective_from": _("Choose a day that is still to come.")})
    lock(LockClass.AGREEMENT, [pod.pk])
    earlier = _earlier(by, pod, amends, now)
    agreed = values_at(pod, now)
    wanted = changed_values(pod, agreed, values)
    must_be_free(pod, wanted)
    after = Values(agreed.version, {**agreed.values, **wanted})
    row = _open(
        by, pod, agreed, now, closes_at=now + int(agreed[VOTE.key]) * periods.MINUTE,
        kind=Proposal.Kind.CHANGE, title=(title.strip() or titled(agreed, wanted))[:120], reason=reason.strip()[:1000],
        effective_from=effective_from, amends=earlier, effect=foresee(pod, agreed, after, wanted, now),
    )  # fmt: skip
    ProposedValue.objects.bulk_create(
        ProposedValue(proposal=row, pod=pod, key=key, value=value, was=agreed[key]) for key, value in wanted.items()
    )
    return _begin(row, by, now)


@recorded
def ask_exception(
    *,
    by: User,
    pod: Pod,
    subject: Mapping[str, Any],
    key: str,
    title: str,
    reason: str,
    before: dt.datetime,
    at: dt.datetime | None = None,
) -> Proposal:
    """Ask the pod for an exception in one case; asking again while the vote is open answers the same.

    ``subject`` names its kind of case and what the room behind it needs; ``key`` tells one case from
    another. The vote ends with the agreed hours, and never after ``before``. Locks the pod's agreement.
    Raises ``Denied``, ``Invalid`` (``reason``), ``Refused`` (``too_late``, ``nobody_votes``).
    """
    now = at or periods.now()
    if pod.pk not in standing(by).member_of:
        raise Denied(_("Only who works in %(pod)s asks it for an exception.") % {"pod": pod})
    if not reason.strip():
        raise Invalid({"reason": _("Say why, so that the others can decide.")})
    lock(LockClass.AGREEMENT, [pod.pk])
    if known := Proposal.objects.filter(pod=pod, subject_key=key, state=State.OPEN, closes_at__gt=now).first():
        return known
    _close_due(pod, now)
    agreed = values_at(pod, now)
    closes_at = min(now + int(agreed[EXCEPTION.key]) * periods.MINUTE, before)
    if closes_at - now < LEAST_TIME:
        raise Refused(Violation("too_late", _("There is no time left for a vote before it begins.")))
    row = _open(
        by, pod, agreed, now, closes_at=closes_at, kind=Proposal.Kind.EXCEPTION, title=title[:120],
        reason=reason.strip()[:1000], subject=dict(subject), subject_key=key,
    )  # fmt: skip
    return _begin(row, by, now)


def _open(by: User, pod: Pod, agreed: Values, now: dt.datetime, *, closes_at: dt.datetime, **fields: Any) -> Proposal:
    """Write the proposal under the next number of its pod, and the electorate of this instant."""
    members = Membership.objects.filter(
        pod=pod, kind="home", period__contains=local_date(now, pod.tzinfo), member__is_active=True
    )
    electors = sorted(set(members.values_list("member", flat=True)))
    if not electors:
        raise Refused(Violation("nobody_votes", _("Nobody is at home in %(pod)s, so nobody can vote.") % {"pod": pod}))
    last = Proposal.objects.filter(pod=pod).order_by("-number").values_list("number", flat=True).first()
    row = Proposal.objects.create(
        pod=pod, number=(last or 0) + 1, by=by, share=str(round(float(agreed[SHARE.key]), 4)), opened_at=now,
        closes_at=closes_at, remind_at=rules.remind_at(now, closes_at), **fields,
    )  # fmt: skip
    Elector.objects.bulk_create(Elector(proposal=row, member_id=member) for member in electors)
    return row


def _begin(row: Proposal, by: User, now: dt.datetime) -> Proposal:
    """The proposer's own consent, the news to the others, and the decision when nobody else is to be asked."""
    if elector := row.electors.filter(member=by).first():
        Ballot.objects.create(elector=elector, choice=Choice.CONSENT, at=now)
    news.opened(row, by)
    return _settle(row, now)


@recorded
def vote(*, by: User, proposal: int, choice: str, reason: str = "", at: dt.datetime | None = None) -> Proposal:
    """Consent, stand aside or object; another answer until the closing replaces it, the same one changes nothing.

    An objection needs a reason and ends the vote. Locks the pod's agreement. Raises ``Http404`` for strangers,
    ``Denied`` for who was not asked, ``Invalid`` (``reason``, ``choice``), ``Refused`` (``vote_closed``).
    """
    now = at or periods.now()
    row = _locked(proposal)
    reason = reason.strip()[:1000]
    elector = row.electors.filter(member=by).first()
    if elector is None:
        raise Denied(_("This vote belongs to who was at home in %(pod)s when it opened.") % {"pod": row.pod})
    if choice not in Choice.values:
        raise Invalid({"choice": _("Consent, stand aside or object.")})
    if choice == Choice.OBJECT and not reason:
        raise Invalid({"reason": _("Say what speaks against it, so that the text can be amended.")})
    last = elector.ballots.filter(latest=True).first()
    if last is not None and (last.choice, last.reason) == (choice, reason):
        return row
    if row.state != State.OPEN or row.closes_at <= now:
        raise Refused(_closed(row))
    elector.ballots.filter(latest=True).update(latest=False)
    Ballot.objects.create(elector=elector, choice=choice, reason=reason, at=now)
    news.answered(row, by)
    return _settle(row, now)


@recorded
def withdraw(*, by: User, proposal: int, at: dt.datetime | None = None) -> Proposal:
    """Take an own proposal back while its vote is open; withdrawing again changes nothing.

    Locks the pod's agreement. Raises ``Refused`` (``not_yours``, ``vote_closed``).
    """
    now = at or periods.now()
    row = _locked(proposal)
    if row.by_id != by.pk:
        words = _("Only who proposed it can take it back.")
        raise Refused(Violation("not_yours", words, {"number": row.number}, _("You can object, with a reason.")))
    if row.state == State.WITHDRAWN:
        return row
    if row.state != State.OPEN or row.closes_at <= now:
        raise Refused(_closed(row))
    return _end(row, State.WITHDRAWN, now)


@recorded
def close_due(*, by: User | None, pod: Pod, at: dt.datetime | None = None) -> int:
    """Decide every vote of a pod whose time has come; returns how many. Pages call it before they read.

    Whoever comes second finds nothing left to decide. Locks the pod's agreement.
    """
    now = at or periods.now()
    lock(LockClass.AGREEMENT, [pod.pk])
    return _close_due(pod, now)


@recorded
def remind(*, by: User | None, proposal: int, at: dt.datetime | None = None) -> bool:
    """Remind once who has not answered an open vote that ends soon. Locks the pod's agreement."""
    now = at or periods.now()
    row = _locked(proposal)
    if row.state != State.OPEN or row.reminded_at is not None or not row.remind_at <= now < row.closes_at:
        return False
    row.reminded_at = now
    row.save(update_fields=["reminded_at"])
    news.reminded(row)
    return True


def proposals_of(member: User, pods: Iterable[Pod]) -> QuerySet[Proposal]:
    """Votes that somebody opened in these pods and that are still open."""
    return Proposal.objects.filter(by=member, pod__in=list(pods), state=State.OPEN).order_by("pk")


def unanswered(member: User, pods: Iterable[Pod]) -> QuerySet[Elector]:
    """Open votes in which somebody was asked and has not answered."""
    asked = Elector.objects.filter(member=member, proposal__pod__in=list(pods), proposal__state=State.OPEN)
    return asked.exclude(ballots__latest=True).order_by("pk")


def end_votes(*, member: User, pods: Iterable[Pod], at: dt.datetime) -> None:
    """Somebody leaves these pods: what they proposed is withdrawn and the others are told; nobody waits for an answer
    that was not given, one that was given stays. Only under the locks of the pods' agreements.
    """
    places = list(pods)
    for row in proposals_of(member, places).select_related("pod"):
        _end(row, State.WITHDRAWN, at)
        news.left(row, member)
    for elector in unanswered(member, places).select_related("proposal__pod"):
        elector.delete()
        _settle(elector.proposal, at)


def is_due(pod: Pod, now: dt.datetime) -> bool:
    """Whether a vote of the pod waits for its decision: one query, without a lock."""
    return Proposal.objects.filter(pod=pod, state=State.OPEN, closes_at__lte=now).exists()


def _close_due(pod: Pod, now: dt.datetime) -> int:
    due = list(Proposal.objects.filter(pod=pod, state=State.OPEN, closes_at__lte=now).order_by("closes_at", "pk"))
    for row in due:
        row.pod = pod
        _settle(row, now)
    return len(due)


def _settle(row: Proposal, now: dt.datetime) -> Proposal:
    """Decide by what was answered, if it is time. Only under the lock of the pod's agreement."""
    choices = Ballot.objects.filter(elector__proposal=row, latest=True).values_list("choice", flat=True)
    found = rules.tally(row.electors.count(), choices)
    state = rules.outcome(found, float(row.share), now=now, closes_at=row.closes_at)
    if state == State.OPEN:
        news.changed(row)
        return row
    if state == State.LAPSED:
        return _end(row, State.LAPSED, now, why=Why.SHARE)
    return _adopt(row, now) if state == State.ADOPTED else _end(row, State.OBJECTED, now)


def _adopt(row: Proposal, now: dt.datetime) -> Proposal:
    """Make what was decided true: the next version, or the exception. What cannot be any more lapses."""
    if row.kind == Proposal.Kind.EXCEPTION:
        if not find(row.subject["kind"]).allow(row, now):
            return _end(row, State.LAPSED, now, why=Why.GONE)
        return _end(row, State.ADOPTED, now)
    values = dict(row.values.values_list("key", "value"))
    if versions.check_values(values, row.pod.country):
        return _end(row, State.LAPSED, now, why=Why.LIMIT)
    since = max(now, row.effective_from or now)
    row.version = versions.add_version(by=row.by, pod=row.pod, values=values, reason=row.title, since=since)
    return _end(row, State.ADOPTED, now)


def _end(row: Proposal, state: Proposal.State, now: dt.datetime, *, why: str = "") -> Proposal:
    row.state, row.why, row.closed_at = state, why, now
    row.save(update_fields=["state", "why", "closed_at", "version"])
    row.values.update(open=False)
    news.ended(row)
    return row


def _locked(proposal: int) -> Proposal:
    """The proposal under its pod's lock; its state is that of now."""
    row = Proposal.objects.select_related("pod").filter(pk=proposal).first()
    if row is None:
        raise Http404
    lock(LockClass.AGREEMENT, [row.pod_id])
    with translate_errors():
        row.refresh_from_db(fields=["state", "why", "closed_at", "reminded_at", "version"])
    return row


def _earlier(by: User, pod: Pod, number: int | None, now: dt.datetime) -> Proposal | None:
    """The proposal that is amended; an own open one makes way for its better text."""
    _close_due(pod, now)
    if number is None:
        return None
    row = Proposal.objects.select_related("pod").filter(pod=pod, number=number, kind=Proposal.Kind.CHANGE).first()
    if row is None:
        raise Invalid({"amends": _("There is no such proposal.")})
    if row.state != State.OPEN:
        return row
    if row.by_id != by.pk:
        words = _("The vote on proposal %(n)s is still open.") % {"n": number}
        raise Refused(
            Violation("still_open", words, {"number": number}, _("Answer it: an objection reopens the talk."))
        )
    return _end(row, State.WITHDRAWN, now)


def _must_be_at_home(by: User, pod: Pod) -> None:
    if standing(by).home != pod.pk:
        raise Denied(_("The agreement belongs to the members at home in %(pod)s.") % {"pod": pod})


def _closed(row: Proposal) -> Violation:
    """What has become of a vote that takes no answer any more."""
    told = {"number": row.number, "state": row.state}
    if row.state == State.OPEN:
        return Violation("vote_closed", _("The time of proposal %(number)s is over.") % told, told)
    told["words"] = row.get_state_display().lower()
    words = _("The vote on proposal %(number)s is closed: %(words)s.") % told
    return Violation("vote_closed", words, {"number": row.number, "state": row.state})
