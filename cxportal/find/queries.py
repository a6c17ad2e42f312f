"""Finding: pages, people, customers, contacts. A person finds only what they may open."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from customers.contacts.models import Contact
from customers.directory.search import search
from customers.permissions import contact_read
from cxportal.core import periods
from cxportal.core.violations import Denied, Text
from cxportal.find.acts import acts
from cxportal.find.lines import MOST, Found, words_match
from cxportal.shell import Shell, address
from teams.people.models import User
from teams.pods.channels import Channel
from teams.pods.models import Membership


@dataclass(frozen=True)
class Results:
    """The lines of one kind, under their title."""

    title: Text
    found: list[Found] = field(default_factory=list)


def _pages(shell: Shell, query: str) -> list[Found]:
    pages = [
        Found(item.label, group.title, item.icon, item.url, item.keys)
        for group in shell.groups
        for item in group.items
        if words_match(query, item.label, group.title)
    ]
    pages += [
        Found(choice.pod.name, choice.note or choice.pod.area.name, "circle-dot", choice.url)
        for choice in shell.pods
        if query and words_match(query, choice.pod.name)
    ]
    pages += [Found(item.label, "", item.icon, item.url) for item in shell.mine if words_match(query, item.label)]
    return pages


def _people(shell: Shell, query: str) -> list[Found]:
    """People of the pods in which one works or coaches; administrators find everybody."""
    if len(query) < 2 or shell.user is None:
        return []
    words = Q()
    for word in query.split():
        words &= Q(name__icontains=word) | Q(email__istartswith=word)
    if shell.stand.is_administrator:
        people = User.objects.filter(words).order_by("name", "pk")[:MOST]
        return [
            Found(person.name, person.email or "", "user", address("settings_person", pk=person.pk))
            for person in people
        ]
    today = periods.now().date()
    memberships = (
        Membership.objects.filter(pod__in=shell.stand.pods, period__contains=today, member__is_active=True)
        .filter(member__in=User.objects.filter(words))
        .select_related("member", "pod")
        .order_by("member__name", "pk")[:MOST]
    )
    return [
        Found(row.member.name, row.pod.name, "user", f"{address('week_now', slug=row.pod.slug)}#row--{row.member_id}")
        for row in memberships
    ]


def _customers(shell: Shell, query: str) -> list[Found]:
    """Customers of the pods in which one works, by name, number, email or phone."""
    if len(query) < 2 or not shell.stand.member_of:
        return []
    found = search(query, pod_ids=sorted(shell.stand.member_of), size=MOST)
    return [
        Found(
            customer.name or customer.external_id or "",
            ", ".join(str(part) for part in (_("Customer"), customer.region, customer.segment) if part),
            "contact-round",
            address("customer", customer=customer.pk),
        )
        for customer in found.customers
    ]


def _contacts(shell: Shell, query: str) -> list[Found]:
    """A contact by its number here or in the system it came from; only one that the person may read."""
    number = query.removeprefix("#")
    if shell.user is None or not number:
        return []
    known = Q(external_id=number)
    if number.isascii() and number.isdigit() and len(number) < 19:
        known |= Q(pk=int(number))
    found = []
    for pk in Contact.objects.filter(known).order_by("-arrived_at").values_list("pk", flat=True)[:MOST]:
        with suppress(Http404, Denied):
            contact = contact_read(shell.user, pk).contact
            title = _("Contact %(number)s") % {"number": contact.pk}
            note = f"{contact.get_channel_display()}, {contact.subject or contact.get_state_display()}"
            found.append(Found(title, note, Channel(contact.channel).icon, address("contact", contact=contact.pk)))
    return found


def find(shell: Shell, query: str) -> list[Results]:
    """Results by kind for a query of at most 100 characters; kinds without a result are left out.

    Who writes something is answered with the acts that it names first; without a query, pages stand first.
    """
    query = " ".join(query.split())[:100]
    kinds: list[tuple[Text, Callable[[Shell, str], list[Found]]]] = [
        (_("Go to"), _pages),
        (_("People"), _people),
        (_("Customers"), _customers),
        (_("Contacts"), _contacts),
    ]
    kinds.insert(0 if query else len(kinds), (_("Do"), acts))
    results = [Results(title, finder(shell, query)[:MOST]) for title, finder in kinds]
    return [group for group in results if group.found]
