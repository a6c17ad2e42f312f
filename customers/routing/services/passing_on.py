"""Handing a contact over, and what the next person reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.contacts import states
from customers.contacts.models import Contact, ContactEvent, Note
from customers.routing.models import ContactAssignment
from customers.routing.services.course import Held, hold, hold_hands, instant, record, refuse
from customers.routing.services.offering import fits
from cxportal.core import periods, realtime
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
def take_back(*, by: User, contact_id: int, at: dt.datetime | None = None) -> Contact:
    """Undo an own hand-over within ten minutes, while nobody took the contact: it is back in the same hands.

    It counts as no hand-over then. Undoing again changes nothing. Raises Refused (`built_on`,
    `undo_late`, `full`). Locks contact, then the person and whoever is being asked.
    """
    held = hold(contact_id)
    when = instant(at, held)
    contact = held.contact
    given = last_hand_over(held.events)
    if given is None or given.by_id != by.pk:
        if contact.person_id == by.pk and any(e.kind == "taken_back" for e in held.events):
            return contact
        raise refuse("built_on", _("There is no hand-over of yours to undo any more."))
    _may_take_back(held, given, at or periods.now())
    who: int = given.data["person"]
    hold_hands(who, held.offer.person_id if held.offer else None)
    fits(held, User.objects.get(pk=who))
    before = ContactAssignment.objects.filter(contact=contact, person=who).order_by("-started_at", "-pk").first()
    held.agreement = before.agreement_id if before else None
    about = {"across": bool(given.data.get("across"))}
    source = before.source if before else ContactAssignment.Source.TAKE
    return record(held, "taken_back", at=when, by=by, person=who, pod=given.pod_id, source=source, about=about)


def last_hand_over(events: Iterable[ContactEvent]) -> ContactEvent | None:
    """The hand-over that stands: the latest one, unless it was undone."""
    found = None
    for event in sorted(events, key=lambda e: (e.at, e.pk)):
        if event.kind in ("handed_over", "taken_back"):
            found = event if event.kind == "handed_over" else None
    return found


def _may_take_back(held: Held, given: ContactEvent, now: dt.datetime) -> None:
    contact = held.contact
    if contact.state not in (Contact.State.WAITING, Contact.State.OFFERED):
        if contact.state in states.WORKED and contact.person is not None:
            words = _("%(name)s has it already.") % {"name": contact.person.name}
            raise refuse("built_on", words, _("Ask for a hand over."), person=contact.person.name)
        raise refuse("built_on", _("It was closed meanwhile."))
    if any(e.kind in ("accepted", "taken", "reopened") and e.at >= given.at and e.pk > given.pk for e in held.events):
        raise refuse("built_on", _("Somebody had it since."), _("Take it from the queue."))
    if now - given.at > ContactEvent.UNDO_FOR:
        late = _("A hand-over can be undone for 10 minutes; this one is older.")
        raise refuse("undo_late", late, _("Take it from the queue."))


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
