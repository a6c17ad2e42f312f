"""One event of a contact's life: stored, told again from the beginning, and everything that follows from it.

Locks in written order: the contact row (`hold`), then the presence rows of the people concerned
(`hold_hands`, all at once), then the rollup as the last. Every act in this package goes through `record`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from customers.contacts import rollups, states
from customers.contacts.models import Contact, ContactEvent
from customers.routing.models import ContactAssignment, LoadEvent, Offer
from cxportal.core import periods, realtime
from cxportal.core.database import translate_errors
from cxportal.core.violations import Invalid, Refused, Violation
from teams.people.models import User
from teams.presence import services as presence
from teams.presence.models import State

CLOCKS_APART = dt.timedelta(seconds=5)
SILENT = frozenset({"noted", "changed"})
OFFER_ENDS = {
    "declined": Offer.State.DECLINED,
    "lapsed": Offer.State.LAPSED,
}


@dataclass
class Held:
    """A contact whose row is locked, with its events, its open offer and its open assignment.

    ``agreement`` is the one under which a person gets it back who helped before.
    """

    contact: Contact
    events: list[ContactEvent]
    offer: Offer | None
    assignment: ContactAssignment | None
    agreement: int | None = None
    people: set[int] = field(default_factory=set)

    @property
    def course(self) -> states.Course:
        """Where the contact stands now."""
        return states.course(map(happening, self.events))

    @property
    def last_at(self) -> dt.datetime:
        """The instant of the latest event that says something about the state."""
        told = [e.at for e in self.events if e.kind not in SILENT]
        return max(told, default=self.contact.arrived_at)


def happening(event: ContactEvent) -> states.Happening:
    """A stored event as the pure course reads it; a hand-over's pod is the one that receives."""
    data = event.data
    pod = data.get("to_pod") if event.kind == "handed_over" else event.pod_id
    return states.Happening(event.kind, event.at, event.pk, data.get("person"), pod)


def hold(contact_id: int) -> Held:
    """Lock the contact and read what hangs on it; 404 when there is none, `busy` when it is locked too long."""
    with translate_errors():
        contact = (
            Contact.objects.select_for_update(of=("self",), no_key=True)
            .select_related("home_pod")
            .filter(pk=contact_id)
        )
        found = contact.first()
    if found is None:
        raise Http404
    events = list(ContactEvent.objects.filter(contact=found).order_by("at", "pk"))
    if not events:
        events = [_imported_arrival(found)]
    offer = Offer.objects.filter(contact=found, state=Offer.State.OPEN).first()
    assignment = ContactAssignment.objects.filter(contact=found, ended_at__isnull=True).first()
    return Held(found, events, offer, assignment)


def hold_hands(*people: int | None) -> None:
    """Lock the presence rows of everybody whom an act on held contacts concerns: at once, in one order."""
    for member in sorted({person for person in people if person is not None}):
        presence.presence_row(member)


def hold_offered(contact_ids: Iterable[int]) -> None:
    """Lock several contacts and then all who are asked for them, before the first is changed."""
    wanted = sorted(contact_ids)
    with translate_errors():
        rows = Contact.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted)
        list(rows.order_by("pk").values_list("pk"))
    asked = Offer.objects.filter(contact__in=wanted, state=Offer.State.OPEN)
    hold_hands(*asked.values_list("person_id", flat=True))


def _imported_arrival(contact: Contact) -> ContactEvent:
    """Imported contacts have no events: their course begins with what the columns say."""
    return ContactEvent.objects.create(
        contact=contact, kind="arrived", at=contact.arrived_at, pod_id=contact.home_pod_id
    )


def instant(at: dt.datetime | None, held: Held) -> dt.datetime:
    """The instant of an act: now, or as told. Up to 5 s before the arrival is clamped to it.

    Raises Invalid for an instant in the future or clearly before the arrival.
    """
    now = periods.now()
    if at is None:
        return max(now, held.last_at)
    if at > now + CLOCKS_APART:
        raise Invalid({"at": _("This lies in the future.")})
    if at < held.contact.arrived_at:
        if held.contact.arrived_at - at > CLOCKS_APART:
            raise Invalid({"at": _("This lies before the contact arrived.")})
        return held.contact.arrived_at
    return at


def is_repeat(held: Held, kind: str, at: dt.datetime, person: int | None) -> bool:
    """Was this very event told before?"""
    return any(e.kind == kind and e.at == at and e.data.get("person") == person for e in held.events)


def record(
    held: Held,
    kind: str,
    *,
    at: dt.datetime,
    by: User | None,
    person: int | None = None,
    pod: int | None = None,
    source: str = ContactAssignment.Source.OFFER,
    about: Mapping[str, Any] | None = None,
) -> Contact:
    """Store one event and bring contact, offer, assignment, hands, rollups and boards to the same truth."""
    contact = held.contact
    before = held.course
    data = {**({"person": person} if person else {}), **(about or {})}
    event = ContactEvent(contact=contact, kind=kind, at=at, by=by, pod_id=pod, data=data)
    event.save()
    held.events.append(event)
    now = held.course
    agreement = _agreement_of(held, now)
    _end_offer(held, kind, now, at)
    _assign(held, now, at, agreement, source)
    _columns(contact, now)
    for member in sorted(held.people):
        _hands(member, at)
    _roll_up(contact, before, now)
    _tell(held, before, now)
    return contact


def _agreement_of(held: Held, now: states.Course) -> int | None:
    offer = held.offer
    if offer is not None and offer.person_id == now.person:
        return offer.agreement_id
    if held.assignment is not None and held.assignment.person_id == now.person:
        return held.assignment.agreement_id
    return held.agreement


def _end_offer(held: Held, kind: str, now: states.Course, at: dt.datetime) -> None:
    offer = held.offer
    if offer is None or now.state == "offered":
        return
    state = OFFER_ENDS.get(kind, Offer.State.RECALLED)
    if now.state in states.WORKED and offer.person_id == now.person:
        state = Offer.State.ACCEPTED
    offer.state, offer.ended_at = state, max(at, offer.made_at)
    offer.save(update_fields=["state", "ended_at"])
    held.people.add(offer.person_id)
    _load(held, offer.person_id, str(state), -1, at)
    held.offer = None


def _assign(held: Held, now: states.Course, at: dt.datetime, agreement: int | None, source: str) -> None:
    current = held.assignment
    worked = now.state in states.WORKED
    if current is not None and (not worked or current.person_id != now.person):
        current.ended_at = max(at, current.started_at)
        current.save(update_fields=["ended_at"])
        held.people.add(current.person_id)
        _load(held, current.person_id, "ended", -1, at)
        held.assignment = current = None
    if not worked or now.person is None or not now.stints:
        return
    stint = now.stints[-1]
    if current is None:
        pod = now.pod or held.contact.home_pod_id
        held.assignment = ContactAssignment.objects.create(
            contact=held.contact,
            person_id=now.person,
            pod_id=pod,
            agreement_id=agreement,
            source=source,
            started_at=stint.start,
            after_work_at=stint.after_work_at,
        )
        held.people.add(now.person)
        _load(held, now.person, "accepted", 1, at)
    elif current.after_work_at != stint.after_work_at or current.started_at != stint.start:
        current.after_work_at, current.started_at = stint.after_work_at, stint.start
        current.save(update_fields=["after_work_at", "started_at"])
        held.people.add(now.person)


def _load(held: Held, person: int, kind: str, delta: int, at: dt.datetime) -> None:
    LoadEvent.objects.create(
        person_id=person, contact=held.contact, kind=kind, channel=held.contact.channel, delta=delta, at=at
    )


def _columns(contact: Contact, now: states.Course) -> None:
    contact.state = now.state
    contact.state_since = now.since
    contact.person_id = now.person
    contact.serving_pod_id = now.pod
    contact.first_response_at = now.first_response_at
    contact.work_seconds = now.work_seconds
    contact.after_work_seconds = now.after_work_seconds
    contact.reopened_count = now.reopened_count
    contact.closed_at = now.closed_at
    contact.business_day = (
        periods.local_date(now.closed_at, contact.home_pod.tzinfo) if now.closed_at is not None else None
    )
    if now.state != "offered":
        contact.due_at = None
    contact.save()


def _hands(member: int, at: dt.datetime) -> None:
    """Idle, busy or writing up after a call: from what the person has in hand now."""
    offers = Offer.objects.filter(person_id=member, state=Offer.State.OPEN).count()
    work = list(
        ContactAssignment.objects.filter(person_id=member, ended_at__isnull=True).values_list(
            "contact__channel", "after_work_at"
        )
    )
    writing = any(channel == "phone" and after is not None for channel, after in work)
    idle = at if not offers and not work else None
    presence.working(member_id=member, state=State.AFTER_WORK if writing else State.AVAILABLE, at=at, idle_since=idle)


def _roll_up(contact: Contact, before: states.Course, now: states.Course) -> None:
    if now.state == "resolved":
        if before.state != "resolved" or before.closed_at != now.closed_at:
            rollups.contact_closed(contact)
    elif before.state == "resolved":
        rollups.contact_reopened(contact)


def _tell(held: Held, before: states.Course, now: states.Course) -> None:
    contact = held.contact
    pods = {contact.home_pod_id, before.pod, now.pod} - {None}
    people = set(held.people) | ({before.person, now.person} - {None})
    topics = [f"queue:{pod}" for pod in pods] + [f"contact:{contact.pk}"] + [f"offers:{p}" for p in people]
    realtime.publish(topics, "board", contact=contact.pk)


def refuse(code: str, message: Any, way_out: Any = "", **numbers: Any) -> Refused:
    """One violation as a refusal."""
    return Refused(Violation(code, message, numbers, way_out))
