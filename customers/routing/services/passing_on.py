"""Handing a contact over, and what the next person reads."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.contacts import states
from customers.contacts.models import Contact, ContactEvent, Note
from customers.routing.services.course import hold, instant, record, refuse
from cxportal.core import realtime
from cxportal.core.violations import Invalid
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import standing

LONGEST = 4000


@recorded
def hand_over(
    *,
    by: User,
    contact_id: int,
    why: str,
    to_pod_id: int | None = None,
    to_member_id: int | None = None,
    member: User | None = None,
    at: dt.datetime | None = None,
) -> Contact:
    """Pass a contact on, with a reason, to a colleague or to another pod; it keeps its age.

    The home pod stays the owner. A colleague gets it first when free; the receiving pod's queue
    holds it otherwise. Raises Invalid without a reason or a receiver, Refused (`not_yours`).
    """
    who = member or by
    held = hold(contact_id)
    when = instant(at, held)
    contact = held.contact
    _complete(why, to_pod_id, to_member_id)
    if contact.state not in states.WORKED or contact.person_id != who.pk:
        if any(e.kind == "handed_over" and e.by_id == by.pk and e.at == when for e in held.events):
            return contact
        raise refuse("not_yours", _("Only who has the contact hands it over."), _("Take it first."))
    receiver = _receiver(contact, to_pod_id, to_member_id, who)
    away = receiver["to_pod"] not in (None, contact.home_pod_id)
    data: dict[str, Any] = {
        "why": why.strip()[:LONGEST],
        "to_member": to_member_id,
        "to_pod": receiver["to_pod"] if away else None,
        "across": receiver["to_pod"] != contact.serving_pod_id,
    }
    return record(held, "handed_over", at=when, by=by, person=who.pk, pod=contact.serving_pod_id, about=data)


def _complete(why: str, to_pod_id: int | None, to_member_id: int | None) -> None:
    wrong: dict[str, Any] = {}
    if not why.strip():
        wrong["why"] = _("Say why, the next person reads it first.")
    if to_pod_id is None and to_member_id is None:
        wrong["receiver"] = _("Choose who gets it.")
    if wrong:
        raise Invalid(wrong)


def _receiver(contact: Contact, to_pod_id: int | None, to_member_id: int | None, who: User) -> dict[str, int | None]:
    if to_member_id is not None:
        receiver = User.objects.filter(pk=to_member_id, is_active=True).first()
        home = standing(receiver).home if receiver else None
        if receiver is None or home is None or receiver.pk == who.pk:
            raise Invalid({"receiver": _("Choose somebody else who works in a pod.")})
        return {"to_pod": home}
    if to_pod_id is None or not Pod.objects.filter(pk=to_pod_id, closed_at__isnull=True).exists():
        raise Invalid({"receiver": _("This pod takes no contacts.")})
    if to_pod_id == contact.serving_pod_id:
        raise refuse("same_pod", _("It is with this pod already."), _("Choose a colleague or another pod."))
    return {"to_pod": to_pod_id}


@recorded
def add_note(*, by: User, contact_id: int, text: str, at: dt.datetime | None = None) -> Note:
    """Write down what the next person should know. Raises Invalid for an empty or overlong note."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Invalid({"text": _("A note has between 1 and 4,000 characters.")})
    held = hold(contact_id)
    when = instant(at, held)
    note = Note.objects.create(contact=held.contact, by=by, at=when, text=text)
    ContactEvent.objects.create(contact=held.contact, kind="noted", at=when, by=by, data={"note": note.pk})
    realtime.publish([f"contact:{contact_id}"], "notes", contact=contact_id)
    return note
