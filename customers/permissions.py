"""Who may open what on this floor: fetch and authorise in one step.

``fetch(user, **url_kwargs)`` returns the object, raises ``Http404`` for strangers (unknown and
forbidden look alike) and ``Denied`` with the reason for people who may know of it but lack the role.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from customers.contacts.models import Contact, ContactEvent
from customers.directory import queries as directory
from customers.directory.models import Customer
from customers.routing.models import ContactAssignment, Offer, OverflowAgreement
from cxportal.core import periods
from cxportal.core.batch import Prepared, fetch
from cxportal.core.violations import Denied
from teams.people.models import User
from teams.permissions import known_pod, member_pod, oversees, week_pod
from teams.pods.models import Pod
from teams.pods.queries import Role, standing

HELPER_READS_FOR = dt.timedelta(days=7)

# Asked for each contact that telephony reports, where compiling a union by the ORM cost more than the query.
REPORTER = Prepared(
    "reporter",
    """
SELECT p.slug FROM teams_membership m JOIN teams_pod p ON p.id = m.pod_id
WHERE m.member_id = $1::bigint AND m.period @> $2::date AND m.kind IN ('home', 'guest')
UNION ALL
SELECT r.role FROM teams_rolegrant r WHERE r.user_id = $1 AND r.period @> $2 AND r.role = 'administrator'
""",
)


@dataclass(frozen=True)
class Board:
    """A pod's queue as one person may see it: with contacts, or counts alone for who oversees."""

    user: User
    pod: Pod
    works: bool


@dataclass(frozen=True)
class Read:
    """A contact as one person may read it; ``works`` when they may also act on it."""

    user: User
    contact: Contact
    works: bool
    helper: bool = False
    integrates: bool = False


@dataclass(frozen=True)
class Reporter:
    """Who may take contacts in: people who work in ``pods``, and integrations."""

    user: User
    pods: frozenset[str]
    integrates: bool


@dataclass(frozen=True)
class Side:
    """An agreement seen from one of its two pods; ``acts`` for the pod's members."""

    user: User
    pod: Pod
    agreement: OverflowAgreement
    acts: bool

    @property
    def other(self) -> Pod:
        return self.agreement.partner if self.pod.pk == self.agreement.home_id else self.agreement.home


@dataclass(frozen=True)
class Book:
    """A pod's directory as one person may see it: with customers, or counts alone for who oversees."""

    user: User
    pod: Pod
    works: bool


@dataclass(frozen=True)
class Known:
    """A customer as one person may read them; ``works`` when they may also change what is known."""

    user: User
    customer: Customer
    home: Pod
    works: bool


def customers_of(user: User, slug: str) -> Book:
    """The customers of a pod: its members see them, operations leads and executives counts."""
    seen = queue_of(user, slug)
    return Book(user, seen.pod, works=seen.works)


def customer_read(user: User, customer: int) -> Known:
    """A customer: members of the home pod, and who works on a contact of theirs (a helper 7 days after)."""
    found = Customer.objects.select_related("region", "segment").filter(pk=customer).first()
    owner = directory.home_pod_at(customer) if found is not None else None
    if found is None or owner is None:
        raise Http404
    if owner.pod.pk in standing(user).member_of:
        return Known(user, found, owner.pod, works=True)
    if _serves(user, found):
        return Known(user, found, owner.pod, works=False)
    stand = standing(user)
    if owner.pod.pk in stand.coach:
        raise Denied(_("Coaches never read customers. Members of %(pod)s can.") % {"pod": owner.pod})
    if oversees(user, owner.pod):
        raise Denied(_("You see counts of %(pod)s, not its customers. Its members can.") % {"pod": owner.pod})
    raise Http404


def customer_change(user: User, customer: int) -> Known:
    """A customer of the own pod, to change what is known."""
    known = customer_read(user, customer)
    if not known.works:
        raise Denied(_("Only members of %(pod)s change what is known of its customers.") % {"pod": known.home})
    return known


def _serves(user: User, customer: Customer) -> bool:
    """An open contact in an own pod, an open offer, or a contact worked on, open or closed up to 7 days ago."""
    stand = standing(user)
    theirs = Contact.objects.filter(customer=customer)
    recent = theirs.filter(Q(closed_at__isnull=True) | Q(closed_at__gt=periods.now() - HELPER_READS_FOR))
    if theirs.filter(home_pod__in=stand.member_of, state__in=Contact.OPEN, imported=False).exists():
        return True
    if Offer.objects.filter(contact__customer=customer, person=user, state=Offer.State.OPEN).exists():
        return True
    return ContactAssignment.objects.filter(contact__in=recent, person=user).exists()


def queue_of(user: User, slug: str) -> Board:
    """The queue of a pod: its members see contacts, operations leads and executives counts."""
    pod = known_pod(user, slug)
    stand = standing(user)
    if pod.pk in stand.member_of:
        return Board(user, pod, works=True)
    if oversees(user, pod):
        return Board(user, pod, works=False)
    member_pod(user, slug)
    raise Http404


def works_in(user: User, slug: str) -> Pod:
    """A pod in which the person works: who may take from its queue or enter a contact."""
    return member_pod(user, slug)


def contact_read(user: User, contact: int) -> Read:
    """A contact: members of its home pod or of the pod it was handed to, and who helps by overflow.

    A helper reads it while it is open and 7 days after, and while it is offered to them.
    """
    found = (
        Contact.objects.select_related(
            "customer", "home_pod", "serving_pod", "person", "required_skill", "reason__group", "area", "segment"
        )
        .filter(pk=contact)
        .first()
    )
    if found is None:
        raise Http404
    stand = standing(user)
    handed = found.serving_pod_id in stand.member_of and not _overflow(found)
    if found.home_pod_id in stand.member_of or handed:
        return Read(user, found, works=True)
    if _helps(user, found):
        return Read(user, found, works=found.is_open, helper=True)
    _explain(user, found)
    raise Http404


def contact_work(user: User, contact: int) -> Read:
    """A contact on which the person may act."""
    found = contact_read(user, contact)
    if not found.works:
        raise Denied(_("This contact is closed; members of its home pod can reopen it."))
    return found


def contact_handed(user: User, contact: int) -> Read:
    """A contact on which the person may act, or that they handed to a pod whose contacts they do not read.

    For ten minutes they may take it back; they read no more of it than before.
    """
    try:
        return contact_work(user, contact)
    except Http404:
        since = periods.now() - ContactEvent.UNDO_FOR
        gave = ContactEvent.objects.filter(contact=contact, kind="handed_over", by=user, at__gte=since)
        if not gave.exists():
            raise
    return Read(user, Contact.objects.select_related("home_pod", "serving_pod").get(pk=contact), works=True)


def reporter(user: User) -> Reporter:
    """Who may take a contact in: who works in a pod; an administrator, whose tokens are integrations. One query."""
    day = periods.now().date()
    known = [row[0] for row in fetch(REPORTER(user.pk, day))[0]]
    integrates = Role.ADMINISTRATOR in known
    if not known:
        raise Denied(_("Only people who work in a pod, and integrations, take contacts in."))
    return Reporter(user, frozenset(known) - {Role.ADMINISTRATOR}, integrates)


def contact_event(user: User, contact: int) -> Read:
    """A contact on which somebody acts, or of which an integration reports what happened.

    An integration (an administrator's token) reads nothing: it gets the state back and no more.
    """
    if standing(user).is_administrator:
        found = Contact.objects.filter(pk=contact).first()
        if found is None:
            raise Http404
        return Read(user, found, works=False, integrates=True)
    return contact_work(user, contact)


def _overflow(contact: Contact) -> bool:
    """Is it with another pod by overflow, where only the helper reads it? What waits there was handed over to it."""
    if contact.state in (Contact.State.WAITING, Contact.State.OFFERED):
        return False
    last = ContactAssignment.objects.filter(contact=contact).order_by("-started_at", "-pk").first()
    return last is not None and last.agreement_id is not None


def _helps(user: User, contact: Contact) -> bool:
    if Offer.objects.filter(contact=contact, person=user, state=Offer.State.OPEN).exists():
        return True
    recent = contact.closed_at is None or contact.closed_at > periods.now() - HELPER_READS_FOR
    return recent and ContactAssignment.objects.filter(contact=contact, person=user).exists()


def _explain(user: User, contact: Contact) -> None:
    stand = standing(user)
    if contact.home_pod_id in stand.coach:
        raise Denied(_("Coaches never read contacts. Members of %(pod)s can.") % {"pod": contact.home_pod})
    if oversees(user, contact.home_pod) and not stand.has(Role.EXECUTIVE):
        raise Denied(_("You see counts of %(pod)s, not its contacts. Its members can.") % {"pod": contact.home_pod})


def agreements_of(user: User, slug: str) -> Pod:
    """A pod's overflow agreements: its members, its coaches, and who oversees it."""
    pod = known_pod(user, slug)
    if pod.pk in standing(user).pods or oversees(user, pod):
        return pod
    return week_pod(user, slug)


def agreement_of(user: User, slug: str, agreement: int) -> Side:
    """One agreement, seen from a pod that is a side of it."""
    pod = agreements_of(user, slug)
    found = OverflowAgreement.objects.select_related("home", "partner", "paused_by").filter(pk=agreement).first()
    if found is None or pod.pk not in (found.home_id, found.partner_id):
        raise Http404
    return Side(user, pod, found, acts=pod.pk in standing(user).member_of)


def agreement_act(user: User, slug: str, agreement: int) -> Side:
    """An agreement on which the person may act for their pod."""
    side = agreement_of(user, slug, agreement)
    if not side.acts:
        raise Denied(_("Only members of %(pod)s act for it.") % {"pod": side.pod})
    return side


def agreement_side(user: User, agreement: int) -> Side:
    """One agreement by its id alone, seen from the pod in which the person works, else from one that they coach."""
    found = OverflowAgreement.objects.select_related("home", "partner").filter(pk=agreement).first()
    stand, sides = standing(user), [] if found is None else [found.home, found.partner]
    for pod in sorted(sides, key=lambda p: (p.pk not in stand.member_of, p.pk not in stand.pods)):
        try:
            return agreement_of(user, pod.slug, agreement)
        except Http404:
            continue
    raise Http404


def agreement_acting(user: User, agreement: int) -> Side:
    """One agreement on which the person may act for their pod."""
    side = agreement_side(user, agreement)
    return agreement_act(user, side.pod.slug, agreement)
