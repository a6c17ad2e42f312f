"""Acts on overflow agreements: propose, sign, take back, withdraw, pause, resume, end. Two pods, nobody above them.

Every act locks the agreement's row first. A version that changed meanwhile is a 409 (`stale`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from customers.routing import agreed, services
from customers.routing.models import Offer, OverflowAgreement, OverflowTerms, Signature
from customers.routing.services import alarms
from customers.routing.services.course import hold_offered, refuse
from customers.routing.terms import Terms, violations
from cxportal.core import periods, realtime
from cxportal.core.database import LockClass, lock, lock_key, translate_errors
from cxportal.core.violations import Denied, Invalid, Refused
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.pods.models import Pod, Promise
from teams.pods.queries import standing
from teams.skills.models import Skill

State = OverflowAgreement.State


def _held(agreement_id: int, by: User, pod: Pod) -> OverflowAgreement:
    """The agreement with its row locked; 404 for a pod that is no side of it, 403 for who is no member."""
    if pod.pk not in standing(by).member_of:
        raise Denied(_("Only members of %(pod)s act for it.") % {"pod": pod})
    with translate_errors():
        row = OverflowAgreement.objects.select_for_update(of=("self",), no_key=True).select_related("home", "partner")
        found = row.filter(pk=agreement_id).first()
    if found is None or pod.pk not in (found.home_id, found.partner_id):
        raise Http404
    return found


def _fresh(agreement: OverflowAgreement, seen_version: int | None) -> OverflowTerms | None:
    """The newest version, refused when the page was older than it."""
    newest = agreement.versions.order_by("-number").first()
    if seen_version is not None and newest is not None and newest.number != seen_version:
        raise refuse(
            "stale",
            _("Version %(n)s was written meanwhile.") % {"n": newest.number},
            _("Read what changed, then decide."),
            version=newest.number,
            seen=seen_version,
        )
    return newest


@recorded
def propose(
    *,
    by: User,
    pod: Pod,
    partner_id: int | None = None,
    terms: Terms,
    agreement_id: int | None = None,
    seen_version: int | None = None,
    at: dt.datetime | None = None,
) -> OverflowTerms:
    """Write a version and sign it for the own pod; the other pod is asked to sign.

    With `agreement_id` either side changes an agreement; without, `pod` asks `partner_id` for help.
    A version that still waited for signatures is replaced. Raises Refused with every broken bound.
    """
    clock = at or periods.now()
    if agreement_id is None:
        agreement = _begun(by, pod, partner_id)
    else:
        agreement = _held(agreement_id, by, pod)
        if agreement.state == State.ENDED:
            raise refuse("ended", _("This agreement has ended."), _("Propose a new one."))
    newest = _fresh(agreement, seen_version)
    _judge(agreement, terms, clock)
    agreement.versions.filter(state=OverflowTerms.State.PROPOSED).update(state=OverflowTerms.State.WITHDRAWN)
    version = OverflowTerms.objects.create(
        agreement=agreement,
        number=newest.number + 1 if newest else 1,
        proposed_by=by,
        proposed_for=pod,
        proposed_at=clock,
        **_columns(terms, clock),
    )
    Signature.objects.create(terms=version, pod=pod, by=by, at=clock)
    other = agreement.partner if pod.pk == agreement.home_id else agreement.home
    alarms.agreement_waits(pod_id=other.pk, by=by, agreement_id=agreement.pk, number=version.number, other=pod.name)
    _tell(agreement)
    return version


def _begun(by: User, pod: Pod, partner_id: int | None) -> OverflowAgreement:
    if pod.pk not in standing(by).member_of:
        raise Denied(_("Only members of %(pod)s act for it.") % {"pod": pod})
    lock(LockClass.AGREEMENT, [lock_key("overflow", pod.pk)])
    partner = Pod.objects.filter(pk=partner_id or 0, closed_at__isnull=True).exclude(pk=pod.pk).first()
    if partner is None:
        raise Invalid({"partner": _("Choose another pod that is open.")})
    live = OverflowAgreement.objects.filter(home=pod).exclude(state=State.ENDED)
    if live.filter(partner=partner).exists():
        raise refuse("exists", _("You have an agreement with %(pod)s.") % {"pod": partner}, _("Change that one."))
    return OverflowAgreement.objects.create(home=pod, partner=partner, order=live.count() + 1)


def _judge(agreement: OverflowAgreement, terms: Terms, clock: dt.datetime) -> None:
    promises = dict(Promise.objects.filter(pod=agreement.home_id).values_list("channel", "seconds"))
    ahead = replace(terms, starts_at=max(terms.starts_at or clock, clock))  # what has ended by now helps nobody
    found = violations(ahead, promises, agreed.willingness(agreement.partner_id, clock))
    if Skill.objects.filter(pk__in=terms.skill_ids).count() != len(set(terms.skill_ids)):
        raise Invalid({"skills": _("Choose skills from the list.")})
    if found:
        raise Refused(found)


def _columns(terms: Terms, clock: dt.datetime) -> dict[str, Any]:
    return {
        "thresholds": dict(sorted(terms.thresholds.items())),
        "skill_ids": sorted(set(terms.skill_ids)),
        "when_closed": terms.when_closed,
        "when_nobody": terms.when_nobody,
        "expected_wait": terms.expected_wait,
        "reserve": terms.reserve,
        "guard": terms.guard,
        "cap_once": terms.cap_once,
        "cap_hour": terms.cap_hour,
        "cap_day": terms.cap_day,
        "hours": None if terms.hours is None else [list(span) if span else None for span in terms.hours],
        "starts_at": terms.starts_at or clock,
        "ends_at": terms.ends_at,
        "why": terms.why[:200],
    }


def terms_of(version: OverflowTerms) -> Terms:
    """A stored version as the rules read it."""
    hours = None if version.hours is None else tuple((span[0], span[1]) if span else None for span in version.hours)
    return Terms(
        thresholds=version.thresholds,
        skill_ids=tuple(version.skill_ids),
        when_closed=version.when_closed,
        when_nobody=version.when_nobody,
        expected_wait=version.expected_wait,
        reserve=version.reserve,
        guard=version.guard,
        cap_once=version.cap_once,
        cap_hour=version.cap_hour,
        cap_day=version.cap_day,
        hours=hours,
        starts_at=version.starts_at,
        ends_at=version.ends_at,
        why=version.why,
    )


@recorded
def sign(*, by: User, pod: Pod, agreement_id: int, seen_version: int, at: dt.datetime | None = None) -> OverflowTerms:
    """Say yes for a pod to the version that was read; with both signatures it is in force at once.

    Judged again by promises and willingness of this instant. Signing twice changes nothing.
    """
    clock = at or periods.now()
    agreement = _held(agreement_id, by, pod)
    newest = _fresh(agreement, seen_version)
    if newest is None or newest.state not in (OverflowTerms.State.PROPOSED, OverflowTerms.State.IN_FORCE):
        raise refuse("nothing_to_sign", _("Nothing waits for a signature."))
    if newest.signatures.filter(pod=pod).exists():
        return newest
    _judge(agreement, terms_of(newest), clock)
    Signature.objects.create(terms=newest, pod=pod, by=by, at=clock)
    if newest.signatures.count() == 2:
        _put_in_force(agreement, newest, clock)
    _tell(agreement)
    return newest


def _put_in_force(agreement: OverflowAgreement, version: OverflowTerms, clock: dt.datetime) -> None:
    agreement.versions.filter(state=OverflowTerms.State.IN_FORCE).update(state=OverflowTerms.State.REPLACED)
    version.state, version.in_force_at = OverflowTerms.State.IN_FORCE, clock
    version.save(update_fields=["state", "in_force_at"])
    if agreement.state == State.PROPOSED:
        agreement.state = State.ACTIVE
        agreement.save(update_fields=["state"])


@recorded
def take_back(*, by: User, pod: Pod, agreement_id: int, at: dt.datetime | None = None) -> OverflowTerms:
    """Take back the signature that put a version in force: it waits again, what held before holds again.

    Possible for ``UNDO_FOR``, while nothing went out and nobody proposed another. Repeating it changes nothing.
    Raises ``Refused`` (``built_on``, ``undo_late``, ``undo_used``). Locks: the agreement's row, then the
    lending of the helper, so that no router lends under what is being taken back.
    """
    clock = at or periods.now()
    agreement = _held(agreement_id, by, pod)
    lock(LockClass.AGREEMENT, [agreement.partner_id])
    living = agreement.versions.filter(state__in=[OverflowTerms.State.PROPOSED, OverflowTerms.State.IN_FORCE])
    newest, force = living.last(), living.filter(state=OverflowTerms.State.IN_FORCE).first()
    lately = force if force and agreed.undo_open(force, pod, clock) else None
    if newest is not None and newest != force and not lately and not newest.signatures.filter(pod=pod).exists():
        return newest
    _may_take_back(agreement, newest, lately)
    assert lately is not None
    lately.signatures.get(pod=pod).delete()
    lately.state, lately.in_force_at = OverflowTerms.State.PROPOSED, None
    lately.save(update_fields=["state", "in_force_at"])
    _put_back(agreement)
    _tell(agreement)
    return lately


def _may_take_back(agreement: OverflowAgreement, newest: OverflowTerms | None, lately: OverflowTerms | None) -> None:
    other_way = _("Pause the agreement, propose a change or end it.")
    if agreement.state == State.ENDED or newest is None or (newest.state != OverflowTerms.State.IN_FORCE):
        raise refuse("built_on", _("Another version was proposed or the agreement ended."), other_way)
    if lately is None:
        minutes = int(agreed.UNDO_FOR.total_seconds() // 60)
        words = _("A pod takes back its own signature within %(n)s minutes after it put a version in force.")
        raise refuse("undo_late", words % {"n": minutes}, other_way)
    if agreed.used_since(lately):
        raise refuse("undo_used", _("A contact went out under this version already."), other_way)


def _put_back(agreement: OverflowAgreement) -> None:
    """What held before the version that is taken back holds again; a first one leaves nothing in force."""
    before = agreement.versions.filter(state=OverflowTerms.State.REPLACED).order_by("-number").first()
    if before is not None:
        before.state = OverflowTerms.State.IN_FORCE
        before.save(update_fields=["state"])
    else:
        agreement.state, agreement.paused_by, agreement.paused_at = State.PROPOSED, None, None
        agreement.save(update_fields=["state", "paused_by", "paused_at"])


@recorded
def withdraw(*, by: User, pod: Pod, agreement_id: int, at: dt.datetime | None = None) -> OverflowAgreement:
    """Take the waiting version back, or decline to sign it. A first version ends the agreement with it."""
    clock = at or periods.now()
    agreement = _held(agreement_id, by, pod)
    agreement.versions.filter(state=OverflowTerms.State.PROPOSED).update(state=OverflowTerms.State.WITHDRAWN)
    if agreement.state == State.PROPOSED:
        agreement.state, agreement.ended_at = State.ENDED, clock
        agreement.save(update_fields=["state", "ended_at"])
    _tell(agreement)
    return agreement


@recorded
def pause(*, by: User, pod: Pod, agreement_id: int, at: dt.datetime | None = None) -> OverflowAgreement:
    """Either pod pauses at once: contacts in work finish, waiting offers go home with their age."""
    clock = at or periods.now()
    agreement = _held(agreement_id, by, pod)
    if agreement.state == State.PAUSED:
        return agreement
    if agreement.state != State.ACTIVE:
        raise refuse("not_active", _("Only an agreement in force can be paused."))
    agreement.state, agreement.paused_by, agreement.paused_at = State.PAUSED, pod, clock
    agreement.save(update_fields=["state", "paused_by", "paused_at"])
    _recall(agreement, by, clock)
    _tell(agreement)
    return agreement


@recorded
def resume(*, by: User, pod: Pod, agreement_id: int, at: dt.datetime | None = None) -> OverflowAgreement:
    """The pod that paused lets it run again. Resuming what runs changes nothing."""
    agreement = _held(agreement_id, by, pod)
    if agreement.state == State.ACTIVE:
        return agreement
    if agreement.state != State.PAUSED:
        raise refuse("not_paused", _("This agreement is not paused."))
    if agreement.paused_by_id != pod.pk:
        words = _("%(pod)s paused it.") % {"pod": agreement.paused_by}
        raise refuse("paused_by_other", words, _("Ask that pod to resume."))
    agreement.state, agreement.paused_by, agreement.paused_at = State.ACTIVE, None, None
    agreement.save(update_fields=["state", "paused_by", "paused_at"])
    _tell(agreement)
    return agreement


@recorded
def finish(*, by: User, pod: Pod, agreement_id: int, at: dt.datetime | None = None) -> OverflowAgreement:
    """Either pod ends the agreement for good; what is in work finishes, offers go home."""
    clock = at or periods.now()
    agreement = _held(agreement_id, by, pod)
    if agreement.state == State.ENDED:
        return agreement
    agreement.versions.filter(state=OverflowTerms.State.PROPOSED).update(state=OverflowTerms.State.WITHDRAWN)
    agreement.state, agreement.ended_at = State.ENDED, clock
    agreement.save(update_fields=["state", "ended_at"])
    _recall(agreement, by, clock)
    _tell(agreement)
    return agreement


def _recall(agreement: OverflowAgreement, by: User, clock: dt.datetime) -> None:
    """Take back every offer that is out. All contacts are locked before the first person: one has several."""
    out = sorted(Offer.objects.filter(agreement=agreement, state=Offer.State.OPEN).values_list("contact_id", flat=True))
    hold_offered(out)
    for contact_id in out:
        services.recall(by=by, contact_id=contact_id, agreement_id=agreement.pk, at=clock)


def _tell(agreement: OverflowAgreement) -> None:
    waiting = agreement.versions.filter(state=OverflowTerms.State.PROPOSED).values_list("number", flat=True).first()
    alarms.agreement_settled(agreement_id=agreement.pk, waiting=waiting)
    topics = ["overflow", f"overflow:{agreement.pk}", f"queue:{agreement.home_id}", f"queue:{agreement.partner_id}"]
    realtime.publish(topics, "agreement", agreement=agreement.pk)
