"""A busy Tuesday morning in Isar, for the pages of the queue: waiting, in work, overflow in both directions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from customers.contacts.models import Contact
from customers.routing import engine, services
from customers.routing.models import OverflowAgreement
from teams.pods.models import Promise
from tests.cast import Cast
from tests.factories import customers, people, routing
from tests.factories.routing import NOW


@dataclass(frozen=True)
class Scene:
    """What a test looks at: contacts by their customer's name, and the agreement that Isar asks under."""

    contacts: dict[str, Contact]
    agreement: OverflowAgreement


WAITING = (
    ("chat", 158, "Mira Aldenhoven", "Charged twice for the travel pass"),
    ("chat", 124, "Piotr Zielke", "Roaming stopped at the border"),
    ("phone", 102, "Greta Nowak", "Second call about her router return"),
    ("phone", 51, "", "In the phone menu: contract"),
    ("email", 11_100, "Adaeze Brandl", "Invoice copies for 2025"),
    ("letter", 6_400, "Landmann Bakery", "Dunning letter after payment"),
)
WORK = (
    ("phone", 372, "Tomasz Brandl", "Wants to leave, scored 2 of 10"),
    ("chat", 270, "Yara Haddad", "Change of bank account"),
    ("email", 1320, "Hotel Seehof", "12 new lines for the season"),
)


def make_scene(cast: Cast) -> Scene:
    """Everything through the services, at instants before ``NOW``."""
    Promise.objects.filter(pod=cast.isar, channel="phone").update(seconds=180)
    Promise.objects.filter(pod=cast.isar, channel="chat").update(seconds=120)
    chiara, deniz, lin = (people.member(cast.isar, name) for name in ("Chiara Bianchi", "Deniz Kaya", "Lin Wei"))
    routing.on_shift(cast.member, cast.isar)
    routing.on_shift(deniz, cast.isar)
    routing.on_shift(chiara, cast.isar, "chat")
    routing.on_shift(lin, cast.isar, "email")
    routing.on_shift(cast.other_member, cast.elbe)
    routing.on_shift(people.member(cast.elbe, "Tobias Ahrens"), cast.elbe)
    found: dict[str, Contact] = {}
    agreement = routing.agreement(cast.isar, cast.elbe, thresholds={"phone": 120}, reserve=1, cap_once=1)
    routing.agreement(cast.elbe, cast.isar, thresholds={"chat": 60}, cap_day=30)
    people_in_work = dict(zip((name for _c, _s, name, _t in WORK), (cast.member, chiara, lin), strict=True))
    for channel, ago, name, subject in WORK:
        contact = _arrive(cast, channel, ago + 20, name, subject)
        services.take(by=people_in_work[name], contact_id=contact.pk, at=NOW - dt.timedelta(seconds=ago))
        found[name] = contact
    out = _arrive(cast, "phone", 200, "Asel Nurlan", "Needs the depot")
    services.take(by=deniz, contact_id=_arrive(cast, "phone", 700, "Linnea Storm", "Number port stuck").pk)
    engine.round(at=NOW)
    services.accept(by=out.offers.get(state="open").person, contact_id=out.pk, at=NOW)
    for channel, ago, name, subject in WAITING:
        found[name or "unknown"] = _arrive(cast, channel, ago, name, subject)
    customers.closed(cast.isar, found["Greta Nowak"].customer, at=NOW - dt.timedelta(days=2), person=chiara)
    routing.there(cast.lead, state="break")
    found["Asel Nurlan"] = out
    return Scene({name: Contact.objects.get(pk=c.pk) for name, c in found.items()}, agreement)


def _arrive(cast: Cast, channel: str, ago: int, name: str, subject: str) -> Contact:
    """A contact that waits, whoever is free: it is stored without asking the routing."""
    who = customers.customer(cast.isar, name) if name else None
    at = NOW - dt.timedelta(seconds=ago)
    contact = customers.contact(
        cast.isar, who, at=at, channel=channel, subject=subject, caller="" if name else "Unknown caller, +49 89 …417"
    )
    contact.events.create(kind="arrived", at=at, pod=cast.isar)
    return contact
