"""The end of a contact, and its coming back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from customers.causes.models import Reason
from customers.contacts import states
from customers.contacts.models import Contact
from customers.feedback import services as feedback
from customers.routing.models import ContactAssignment
from customers.routing.services.course import Held, hold, instant, is_repeat, record, refuse
from cxportal.core.periods import MINUTE
from cxportal.core.violations import Invalid
from teams.audit.tracking import recorded
from teams.fairness.services import credit_help
from teams.people.models import User
from teams.pods.queries import standing


@dataclass(frozen=True)
class Closed:
    """A resolved contact, with the survey link that is shown once (None when no survey is due)."""

    contact: Contact
    survey: feedback.SurveyLink | None = None


@recorded
def end(*, by: User, contact_id: int, member: User | None = None, at: dt.datetime | None = None) -> Contact:
    """The conversation is over, the person writes up. Raises Refused (`closed`, `not_yours`).

    Telephony may report the end before the acceptance: then somebody has it, and it is offered to
    nobody. Ending what has ended changes nothing.
    """
    who, reported = member or by, member is not None and member.pk != by.pk
    held = hold(contact_id)
    when = instant(at, held)
    if is_repeat(held, "ended", when, who.pk) or held.contact.state == Contact.State.AFTER_WORK:
        return held.contact
    if not reported:
        _in_hand(held, who)
    elif when >= held.last_at:
        _open(held)
    return record(held, "ended", at=when, by=by, person=who.pk, pod=held.contact.serving_pod_id)


@recorded
def resolve(
    *,
    by: User,
    contact_id: int,
    reason_id: int | None = None,
    resolution: str = "",
    complaint: bool | None = None,
    member: User | None = None,
    at: dt.datetime | None = None,
) -> Closed:
    """Close a contact as solved, with its reason; the rollups count it and a survey may be due.

    Raises Refused (`not_yours`, `closed`) and Invalid for an unknown reason. Resolving again
    changes nothing. Locks contact, person, rollup.
    """
    who, reported = member or by, member is not None and member.pk != by.pk
    held = hold(contact_id)
    when = instant(at, held)
    contact = held.contact
    if contact.state == Contact.State.RESOLVED or is_repeat(held, "resolved", when, who.pk):
        return Closed(contact)
    if reason_id is not None and not Reason.objects.filter(pk=reason_id, retired_at__isnull=True).exists():
        raise Invalid({"reason": _("Choose one of the reasons in use.")})
    if not reported:
        _in_hand(held, who)
    elif when >= held.last_at:
        _open(held)
    contact.reason_id = reason_id or contact.reason_id
    contact.resolution = resolution[:500] or contact.resolution
    contact.complaint = contact.complaint if complaint is None else complaint
    about = {"reason": reason_id} if reason_id else {}
    served = held.assignment
    record(held, "resolved", at=when, by=by, person=who.pk, pod=contact.serving_pod_id, about=about)
    if contact.state != Contact.State.RESOLVED:
        return Closed(contact)
    _credit(served, contact, when)
    return Closed(contact, feedback.invite(contact=contact, by=by, at=when))


@recorded
def abandon(*, by: User, contact_id: int, at: dt.datetime | None = None) -> Contact:
    """The customer hung up or left. While somebody works on it, this ends the conversation instead.

    Raises Refused (`closed`) when it was resolved; abandoning again changes nothing.
    """
    held = hold(contact_id)
    when = instant(at, held)
    if held.contact.state == Contact.State.ABANDONED or is_repeat(held, "abandoned", when, None):
        return held.contact
    if when >= held.last_at:
        _open(held)
    return record(held, "abandoned", at=when, by=by)


@recorded
def reopen(*, by: User, contact_id: int, at: dt.datetime | None = None) -> Contact:
    """A closed contact comes back to its home pod, first to the person who had it when at home there.

    Reopening what is open changes nothing. Locks contact, rollup.
    """
    held = hold(contact_id)
    when = instant(at, held)
    if held.contact.state not in states.CLOSED:
        return held.contact
    last = held.contact.person
    at_home = last is not None and standing(last).home == held.contact.home_pod_id
    data = {"to_member": last.pk} if last is not None and at_home else {}
    return record(held, "reopened", at=when, by=by, about=data)


def _credit(served: ContactAssignment | None, contact: Contact, when: dt.datetime) -> None:
    """Who solved it for another pod has helped: points in the fairness account of the own pod, once for a contact."""
    if served is None or served.pod_id == contact.home_pod_id:
        return
    minutes = max(1, round((when - served.started_at) / MINUTE))
    credit_help(member=served.person, minutes=minutes, source=f"contact:{contact.pk}", at=when)


def _open(held: Held) -> None:
    if held.contact.state in states.CLOSED:
        raise refuse("closed", _("This contact is closed. Reopen it to work on it."))


def _in_hand(held: Held, who: User) -> None:
    _open(held)
    contact = held.contact
    if contact.state in states.WORKED and contact.person_id == who.pk:
        return
    if contact.person is not None:
        words = _("%(name)s has this contact.") % {"name": contact.person.name}
        raise refuse("not_yours", words, _("Ask for a hand over."), person=contact.person.name)
    raise refuse("not_yours", _("Nobody has this contact yet."), _("Take it first."))
