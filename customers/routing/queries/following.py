"""What comes after a contact that the viewer has just closed: the next one, or the queue."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from customers.contacts import states
from customers.contacts.models import Contact
from customers.routing.models import Offer
from customers.routing.queries import numbers
from customers.routing.queries.board import title
from teams.people.models import User
from teams.pods.channels import Channel
from teams.pods.models import Pod
from teams.pods.queries import standing
from teams.presence.models import Presence, State

# For so long after the closing the page leads on; later it is read, not finished.
LEADS_ON = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class Following:
    """The next contact: one that is offered to the viewer (``offered``) or in their hands already, else what waits.

    Without a ``contact`` ``waiting`` tells how many wait in the pod and whether the viewer may take one.
    """

    pod: Pod
    contact: int | None = None
    name: str = ""
    subject: str = ""
    icon: str = ""
    offered: bool = False
    waiting: int = 0
    takes: bool = False


def following(closed: Contact, viewer: User, now: dt.datetime) -> Following | None:
    """None unless the viewer closed this contact a moment ago and works in a pod. At most five queries."""
    if closed.closed_at is None or closed.person_id != viewer.pk or now - closed.closed_at > LEADS_ON:
        return None
    pod = _desk(closed, viewer)
    if pod is None:
        return None
    offers = Offer.objects.filter(person=viewer, state=Offer.State.OPEN, until__gt=now).order_by("until")
    offer = offers.select_related("contact__customer").first()
    if offer is not None:
        return _one(pod, offer.contact, offered=True)
    hands = Contact.objects.filter(person=viewer, state__in=states.WORKED).select_related("customer")
    held = hands.order_by("arrived_at", "pk").first()
    if held is not None:
        return _one(pod, held)
    serving = Presence.objects.filter(pk=viewer.pk, state__in=(State.AVAILABLE, State.AFTER_WORK)).exists()
    waiting = numbers.waiting_count(pod)
    return Following(pod, waiting=waiting, takes=serving and waiting > 0)


def _desk(closed: Contact, viewer: User) -> Pod | None:
    """The pod from whose queue the viewer works: where the contact was, else their own."""
    stand = standing(viewer)
    for pod in (closed.serving_pod, closed.home_pod):
        if pod is not None and pod.pk in stand.member_of:
            return pod
    return Pod.objects.filter(pk=stand.home).first() if stand.home else None


def _one(pod: Pod, contact: Contact, *, offered: bool = False) -> Following:
    icon = Channel(contact.channel).icon
    return Following(pod, contact.pk, title(contact), contact.subject, icon, offered=offered)
