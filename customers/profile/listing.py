"""The directory as a page shows it: found customers with their last contact, in finished words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.contacts.models import Contact
from customers.directory import queries
from customers.directory.models import Customer, Ownership
from customers.directory.search import EVERYBODY, search
from cxportal.core import periods
from teams.pods.channels import Channel
from teams.pods.models import Pod

SILENT_DAYS = 365
MONTHS = (3, 6, 12)


@dataclass(frozen=True)
class Asked:
    """What the page was asked for: the text, where, the segment, silent for how many months."""

    text: str = ""
    everywhere: bool = False
    segment: int | None = None
    silent: int | None = None
    after: str = ""


@dataclass(frozen=True)
class Row:
    """One customer in the list. ``open`` is false and the last contact empty for another pod's customer."""

    id: int
    name: str
    letters: str
    category: int
    about: str
    last: str
    is_open: bool
    silent: bool
    pod: Pod | None
    own: bool


@dataclass(frozen=True)
class Listing:
    """A page of the directory: rows, where the next page begins, and how many stand elsewhere."""

    rows: list[Row]
    after: str
    elsewhere: int


def letters(customer: Customer) -> str:
    """Two letters for the mark: first and last name, or the last two digits of the number."""
    words = customer.name.split()
    if not words:
        return (customer.external_id or "?")[-2:]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else words[0][1:2])).upper()


def category(customer: Customer) -> int:
    """The colour of the mark, always the same for a customer."""
    return customer.pk % 8 + 1


def listing(asked: Asked, pod: Pod, own: frozenset[int], at: dt.datetime | None = None) -> Listing:
    """A page of customers of the pod, or of all pods by name and home pod only. At most ten queries."""
    at = at or periods.now()
    pods = None if asked.everywhere else [pod.pk]
    found = search(asked.text, pod_ids=pods, only=_only(asked, at), after=asked.after, at=at)
    ids = [customer.pk for customer in found.customers]
    homes = queries.home_pods_now(ids, at) if asked.everywhere else dict.fromkeys(ids, pod)
    mine = [pk for pk in ids if homes.get(pk) is not None and homes[pk].pk in own]
    last = _last_contacts(mine)
    waiting = _open(mine)
    rows = [
        _row(one, homes.get(one.pk), own, last.get(one.pk), at, is_open=one.pk in waiting) for one in found.customers
    ]
    elsewhere = 0
    if asked.text and not asked.everywhere and not asked.after:
        elsewhere = _elsewhere(asked, pod, at)
    return Listing(rows, found.after, elsewhere)


def _only(asked: Asked, at: dt.datetime) -> Q:
    only = EVERYBODY
    if asked.segment is not None:
        only &= Q(segment_id=asked.segment)
    if asked.silent:
        since = at - dt.timedelta(days=asked.silent * SILENT_DAYS / 12)
        only &= ~Q(Exists(Contact.objects.filter(customer=OuterRef("pk"), arrived_at__gte=since)))
    return only


def _elsewhere(asked: Asked, pod: Pod, at: dt.datetime) -> int:
    """How many on the first page over all pods stand in another pod; at most a page is looked at."""
    found = search(asked.text, at=at).customers
    here = set(
        Ownership.objects.filter(customer__in=found, pod=pod, period__contains=at).values_list("customer_id", flat=True)
    )
    return sum(customer.pk not in here for customer in found)


def _last_contacts(ids: list[int]) -> dict[int, Contact]:
    """The newest contact of each customer. One query."""
    rows = (
        Contact.objects.filter(customer_id__in=ids)
        .order_by("customer_id", "-arrived_at", "-pk")
        .distinct("customer_id")
        .select_related("home_pod")
    )
    return {row.customer_id: row for row in rows if row.customer_id is not None}


def _open(ids: list[int]) -> frozenset[int]:
    rows = Contact.objects.filter(customer_id__in=ids, state__in=Contact.OPEN).values_list("customer_id", flat=True)
    return frozenset(pk for pk in rows if pk is not None)


def _row(
    customer: Customer, home: Pod | None, own: frozenset[int], last: Contact | None, at: dt.datetime, *, is_open: bool
) -> Row:
    mine = home is not None and home.pk in own
    silent = last is not None and last.arrived_at < at - dt.timedelta(days=SILENT_DAYS)
    about = [customer.place, str(customer.segment or "")] if mine else [home.name if home else ""]
    if mine and customer.name and customer.external_id:
        about.append(customer.external_id)
    return Row(
        id=customer.pk,
        name=str(customer),
        letters=letters(customer),
        category=category(customer),
        about=", ".join(filter(None, about)),
        last=_words(last, at) if mine else "",
        is_open=is_open,
        silent=silent,
        pod=home,
        own=mine,
    )


def _words(last: Contact | None, at: dt.datetime) -> str:
    """The last contact in words: channel, when and how it ended; or for how long there was none."""
    if last is None:
        return _("No contact yet")
    days = (at - last.arrived_at).days
    if days >= SILENT_DAYS:
        months = days * 12 // SILENT_DAYS
        return ngettext("No contact for %(n)s month", "No contact for %(n)s months", months) % {"n": months}
    when = last.arrived_at.astimezone(last.home_pod.tzinfo)
    today = at.astimezone(last.home_pod.tzinfo).date()
    day = _("today %(time)s") % {"time": date_format(when, "H:i")} if when.date() == today else date_format(when, "j M")
    words = {
        "channel": Channel(last.channel).label,
        "day": day,
        "state": str(Contact.State(last.state).label).lower(),
    }
    return _("%(channel)s %(day)s, %(state)s") % words


def size_of(pod: Pod, at: dt.datetime | None = None) -> int:
    """How many customers the pod owns. One query over its part of the ownership index."""
    return Ownership.objects.filter(pod=pod, period__contains=at or periods.now()).count()


def counts(pod: Pod, at: dt.datetime | None = None) -> list[tuple[str, int]]:
    """Customers of a pod by segment, for those who see counts only; the largest first. One query."""
    rows = (
        Ownership.objects.filter(pod=pod, period__contains=at or periods.now())
        .order_by()
        .values_list("customer__segment__name")
        .annotate(n=Count("pk"))
    )
    return sorted(((name or _("No segment"), n) for name, n in rows), key=lambda row: -row[1])
