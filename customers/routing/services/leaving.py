"""Contacts of somebody who leaves: what they have in hand goes back to its queue, what they are asked is taken back."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from customers.contacts import states
from customers.contacts.models import Contact
from customers.routing.models import Offer
from customers.routing.services.course import hold, hold_hands, record
from cxportal.core.database import translate_errors
from teams.people.models import User
from teams.pods.leaving import Leaving


def in_hand(leaving: Leaving) -> QuerySet[Contact]:
    """Contacts that the person works on or is asked to take, in the pods that they leave or in all."""
    offered = Offer.objects.filter(person=leaving.person, state=Offer.State.OPEN).values("contact")
    mine = Contact.objects.filter(Q(person=leaving.person, state__in=states.WORKED) | Q(pk__in=offered))
    if not leaving.company:
        here = Q(serving_pod__in=leaving.pods) | Q(serving_pod=None, home_pod__in=leaving.pods)
        mine = mine.filter(here | Q(pk__in=offered.filter(pod__in=leaving.pods)))
    return mine.order_by("pk")


def hold_contacts(leaving: Leaving) -> list[int]:
    """Lock these contacts, then the person's hands, before any other lock of the act. Raises ``Refused`` (``busy``)."""
    wanted = list(in_hand(leaving).values_list("pk", flat=True))
    if not wanted:
        return []
    with translate_errors():
        rows = Contact.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted).order_by("pk")
        held = list(rows.values_list("pk", flat=True))
    hold_hands(leaving.person.pk)
    return held


def pass_on(leaving: Leaving, contacts: list[int], by: User | None) -> None:
    """Give the held contacts back: each waits with its home pod again and keeps its age."""
    person = leaving.person.pk
    for pk in contacts:
        held = hold(pk)
        at = max(leaving.at, held.last_at)
        if held.offer is not None and held.offer.person_id == person:
            record(held, "recalled", at=at, by=by, person=person, pod=held.offer.pod_id)
        elif held.contact.state in states.WORKED and held.contact.person_id == person:
            about: dict[str, Any] = {
                "why": _("%(name)s has left.") % {"name": leaving.person.name},
                "to_member": None,
                "to_pod": None,
                "across": False,
            }
            record(held, "handed_over", at=at, by=by, person=person, pod=held.contact.serving_pod_id, about=about)
