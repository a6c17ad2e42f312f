"""Exceptions for one case: ask the pod before a claim or a give-back, or lift a bound in an emergency as its lead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.database import LockClass, lock
from cxportal.core.periods import local_date
from cxportal.core.realtime import publish
from cxportal.core.violations import Denied, Invalid, Refused, Violation
from teams.audit.tracking import recorded
from teams.consent.models import Proposal
from teams.consent.news import topic as agreement_topic
from teams.consent.services import ask_exception
from teams.notifications.services import notify
from teams.people.models import User
from teams.pods.agreement import definitions
from teams.pods.models import Pod
from teams.pods.queries import Role, members_on, standing
from teams.pods.versions import check_values
from teams.scheduling import words
from teams.scheduling.bounds import judge_claim
from teams.scheduling.effects import release_effect
from teams.scheduling.models import Assignment, Shift
from teams.scheduling.services.claims import choose, look
from teams.scheduling.services.doors import lock_roster, must_work_in, shift_or_404, tell
from teams.scheduling.services.spending import alive
from teams.scheduling.waived import BOUND_OF, NEVER_WAIVED, Waived, agreed_of, number_of
from teams.scheduling.waiver_models import Waiver

Grants = dict[str, dict[str, int | None]]
Act = Waiver.Act
MOST_BOUNDS = 12


def missing(shift: Shift, member: User, now: dt.datetime) -> tuple[Grants, list[Violation]]:
    """What would have to be lifted so that a member could claim a shift now, and the sentences of it.

    A lifted bound may uncover another, so the claim is judged until nothing is left; what nobody can lift
    is raised as ``Refused``, and so is a seat that is taken. Nothing to lift answers empty. Two trips.
    """
    picture, person = look(shift, member, now)
    view = picture.by_shift.get(shift.pk)
    if view is None:
        raise Http404
    seat, part = choose(member, shift, picture, person, view, None)
    candidate, state = picture.candidate(view, seat, part), replace(person.state, waived=())
    grants: Grants = {}
    told: list[Violation] = []
    for _round in range(MOST_BOUNDS):
        found = judge_claim(candidate, state, picture.bounds, now=now)
        if not found:
            break
        if never := [v for v in found if v.code in NEVER_WAIVED or v.code in grants]:
            raise Refused(never)
        told += found
        grants |= {v.code: {"minutes": number_of(v), "agreed": v.numbers.get("agreed")} for v in found}
        lifted = tuple(Waived(shift.pk, code, grant["minutes"]) for code, grant in grants.items())
        state = replace(state, waived=lifted)
    return grants, told


def missing_to_release(shift: Shift, member: User, now: dt.datetime) -> tuple[Grants, list[Violation]]:
    """What would have to be lifted so that a member could give a shift back, and the sentences of it.

    The notice runs down while the pod votes, so it is lifted as such; a floor only for as many people as
    would be missing now. What nobody can lift is raised as ``Refused``. Two trips.
    """
    picture, person = look(shift, member, now)
    view = picture.by_shift.get(shift.pk)
    own = next((taken for taken in view.taken if taken.member == member.pk), None) if view else None
    if view is None or own is None:
        raise Http404
    told = release_effect(picture, replace(person.state, waived=()), view, own, own.period).violations
    if never := [v for v in told if v.code in NEVER_WAIVED]:
        raise Refused(never)
    grants: Grants = {}
    for each in told:
        counts = each.code == "floor"
        most = max(number_of(each) or 0, grants.get(each.code, {}).get("minutes") or 0) if counts else None
        grants[each.code] = {"minutes": most, "agreed": agreed_of(each)}
    return grants, list(told)


def sits(shift: Shift, member: User) -> Assignment | None:
    """What a member holds of a shift: then the exception is for giving it back. One query."""
    return Assignment.objects.filter(shift=shift, member=member).order_by("period").first()


def wanted(shift: Shift, member: User, now: dt.datetime) -> tuple[Grants, list[Violation]]:
    """What would have to be lifted for what the member can do with the shift: claim it, or give it back."""
    return (missing_to_release if sits(shift, member) else missing)(shift, member, now)


def outside(pod: Pod, grants: Mapping[str, Mapping[str, int | None]]) -> list[Violation]:
    """What of an exception lies outside the outer limits, by which even the whole pod is bound. One query."""
    known = {bound.key for bound in definitions()}
    values = {
        BOUND_OF.get(code, code): grant["minutes"] for code, grant in grants.items() if grant["minutes"] is not None
    }
    return check_values({key: value for key, value in values.items() if key in known}, pod.country)


@recorded
def ask(*, by: User, shift: int, reason: str, at: dt.datetime | None = None) -> Proposal:
    """Ask the pod whether a shift may be claimed, or an own one given back, against its bounds this once.

    The vote ends with the agreed hours and never after the shift's beginning. Locks the pod's agreement.
    Raises ``Refused`` with what nobody can lift, ``outer_limit``, ``fits`` when it can simply be done,
    ``too_late``; ``Invalid`` without a reason; ``Denied`` or ``Http404`` for others.
    """
    now = at or periods.now()
    row = shift_or_404(shift)
    must_work_in(by, row.pod)
    own = sits(row, by)
    act, span = (Act.RELEASE, own.span) if own else (Act.CLAIM, row.span)
    grants, _told = wanted(row, by, now)
    must_be_worth_asking(row, by, grants)
    if violations := outside(row.pod, grants):
        raise Refused(violations)
    told = words.day_span(span, row.pod.tzinfo)
    about = {"shift": row.pk, "version": row.version, "member": by.pk, "assignment": own.pk if own else None}
    subject = {"kind": act.value, **about, "grants": grants, "span": told}
    title = _("%(name)s gives back %(span)s: an exception") if own else _("%(name)s, %(span)s: an exception")
    key = f"{act.value}:{row.pk}:{by.pk}"
    return ask_exception(
        by=by, pod=row.pod, subject=subject, key=key, title=title % {"name": by.name, "span": told}, reason=reason,
        before=span.start, at=now,
    )  # fmt: skip


def must_be_worth_asking(shift: Shift, member: User, grants: Grants) -> None:
    """Raises ``Refused`` (``fits``, ``allowed``) when nothing has to be lifted, or it is lifted already."""
    act = Act.RELEASE if sits(shift, member) else Act.CLAIM
    if not grants:
        words_ = {
            Act.CLAIM: _("Nothing stands against this claim; it needs no exception."),
            Act.RELEASE: _("Nothing stands against giving it back; it needs no exception."),
        }
        raise Refused(Violation("fits", words_[act]))
    if alive(shift, member.pk, act).exists():
        words_ = {
            Act.CLAIM: _("An exception for this shift is there already; claim it."),
            Act.RELEASE: _("An exception for this shift is there already; give it back."),
        }
        raise Refused(Violation("allowed", words_[act]))


def allow(proposal: Proposal, now: dt.datetime) -> bool:
    """The pod has consented: lift what was asked for, if the shift is still the one that was asked about."""
    subject = proposal.subject
    row = Shift.objects.filter(pk=subject["shift"], version=subject["version"], cancelled_at=None).first()
    if row is None or row.span.end <= now:
        return False
    act = Act(subject["kind"])
    if act == Act.RELEASE and not row.assignments.filter(pk=subject["assignment"], member=subject["member"]).exists():
        return False
    Waiver.objects.get_or_create(
        shift=row, member_id=subject["member"], act=act, used_at=None, ended_at=None,
        defaults={
            "shift_version": row.version, "grants": subject["grants"], "source": Waiver.Source.CONSENT,
            "proposal": proposal, "reason": proposal.reason, "made_at": now,
        },
    )  # fmt: skip
    row.pod = proposal.pod
    tell(row.pod, [row.day], [subject["member"]])
    return True


@recorded
def override(*, by: User, shift: int, member: User, reason: str, at: dt.datetime | None = None) -> Waiver:
    """Lift in an emergency what stands against one member's claim of one shift; the member then claims it.

    Also below the outer limits, which is why it is told to everybody in the pod and stays on the week and
    beside the agreement. The same override again answers the same. Locks: (member, week), (pod, day), the
    pod's agreement. Raises ``Denied`` for who does not lead here, ``Invalid``, ``Refused`` (``fits``, and
    what nobody can lift).
    """
    now = at or periods.now()
    row = shift_or_404(shift)
    _must_lead(by, row.pod)
    if not reason.strip():
        raise Invalid({"reason": _("Say what the emergency is; everybody in the pod reads it.")})
    if not members_on(row.pod, local_date(now, row.pod.tzinfo)).filter(pk=member.pk).exists():
        raise Invalid({"member": _("Choose somebody who works in %(pod)s.") % {"pod": row.pod}})
    lock_roster(row.pod, [member.pk], [row.span])
    lock(LockClass.AGREEMENT, [row.pod_id])
    if known := alive(row, member.pk, Act.CLAIM).first():
        return known
    grants, _told = missing(row, member, now)
    must_be_worth_asking(row, member, grants)
    made = Waiver.objects.create(
        shift=row, shift_version=row.version, member=member, grants=grants, source=Waiver.Source.OVERRIDE, by=by,
        reason=reason.strip()[:1000], made_at=now,
    )  # fmt: skip
    _tell_everybody(made, row)
    return made


def _tell_everybody(made: Waiver, row: Shift) -> None:
    assert made.by is not None
    tell(row.pod, [row.day], [made.member_id], news=True)
    publish([agreement_topic(row.pod_id)], "agreement", pod=row.pod_id)
    _notify(made, row, "bound_overridden", made.by, made.made_at)


def _notify(waiver: Waiver, row: Shift, kind: str, by: User, at: dt.datetime) -> None:
    """Everybody in the pod reads what happened to an override."""
    data: dict[str, Any] = {
        "by": by.name,
        "name": waiver.member.name,
        "span": words.day_span(row.span, row.pod.tzinfo),
        "reason": waiver.reason,
    }
    url = reverse("shift", kwargs={"slug": row.pod.slug, "shift": row.pk})
    people = members_on(row.pod, local_date(at, row.pod.tzinfo))
    notify(to=people, kind=kind, data=data, url=url, source=f"waiver:{waiver.pk}:{kind}", by=by)


@recorded
def take_back(*, by: User, waiver: int, at: dt.datetime | None = None) -> Waiver:
    """Take an emergency override back that nobody has used, and tell the pod; again changes nothing.

    Locks: (member, week), (pod, day). Raises ``Refused`` (``used``); ``Denied`` for who does not lead here.
    """
    rows = Waiver.objects.select_related("shift__pod", "member")
    row = rows.filter(pk=waiver, source=Waiver.Source.OVERRIDE).first()
    if row is None:
        raise Http404
    pod = row.shift.pod
    _must_lead(by, pod)
    lock_roster(pod, [row.member_id], [row.shift.span])
    row.refresh_from_db(fields=["used_at", "ended_at"])
    if row.used_at is not None:
        raise Refused(Violation("used", _("It was claimed already; the claim can be given back.")))
    if row.ended_at is None:
        row.ended_at = at or periods.now()
        row.save(update_fields=["ended_at"])
        tell(pod, [row.shift.day], [row.member_id], news=True)
        publish([agreement_topic(pod.pk)], "agreement", pod=pod.pk)
        _notify(row, row.shift, "override_ended", by, row.ended_at)
    return row


def leads(user: User, pod: Pod) -> bool:
    """Who may lift a bound in an emergency: who leads the pod, and the operations lead of its area."""
    stand = standing(user)
    return pod.pk in stand.leads or stand.has(Role.OPERATIONS_LEAD, pod.area_id)


def _must_lead(by: User, pod: Pod) -> None:
    if not leads(by, pod):
        raise Denied(_("Only who leads %(pod)s lifts a bound in an emergency. Ask the pod instead.") % {"pod": pod})
