"""Finding customers by what somebody types, fast at a million without an extension of the database.

Every way of finding (number, name, last name, email, phone from the front or the end) is the begin
of one indexed key in byte order, so each costs a short walk in one index. Ways are asked one after
the other; who is found by an earlier one is left out of the later, and a page goes on where the
last ended: by way and customer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Collate, Lower

from customers.directory.models import Customer, Ownership, plain_letters
from cxportal.core import periods

PAGE = 25
#: Sorts after every text that begins the same way.
END = "\U0010ffff"
FEWEST_DIGITS = 3
#: So many of the next customers are asked one by one whose they are.
NEAR = 4000
EVERYBODY = Q()


@dataclass(frozen=True, slots=True)
class Way:
    """One way of finding: the key, what it begins with, and what else must hold."""

    name: str
    key: str
    begin: str
    extra: Q = EVERYBODY

    def condition(self) -> Q:
        begins = Q(**{f"{self.key}__gte": self.begin, f"{self.key}__lt": self.begin + END}) if self.begin else EVERYBODY
        return begins & self.extra


@dataclass(frozen=True, slots=True)
class Found:
    """A page of customers; ``after`` asks for the next one (empty: there is none)."""

    customers: list[Customer]
    after: str


def ways(text: str) -> list[Way]:
    """The ways in which a typed text may find somebody, the surest first; all customers by name for none."""
    typed = " ".join(text.replace("\x00", "").split())[:160]
    plain = plain_letters(typed)
    if not plain:
        return [Way("all", "name_key", "")]
    found = [Way("number", "external_id", typed), Way("name", "name_key", plain)]
    last, _space, rest = plain.partition(" ")
    # "lindqvist rosa" and "lindqvist, rosa" find Rosa Lindqvist.
    found.append(Way("surname", "surname_key", last.rstrip(","), Q(name_key__startswith=rest) if rest else EVERYBODY))
    if not rest:
        found.append(Way("email", "email_key", typed.lower(), ~Q(email="")))
    digits = "".join(letter for letter in typed if letter in "0123456789")
    if len(digits) >= FEWEST_DIGITS and not any(letter.isalpha() for letter in typed):
        found.append(Way("phone", "phone_key", digits, ~Q(phone="")))
        # A number typed with a leading zero ends like the same number with its country.
        found.append(Way("phone end", "phone_tail", digits.lstrip("0")[::-1], ~Q(phone="")))
    return [way for way in found if way.begin]


def everybody() -> QuerySet[Customer]:
    """Customers with the keys that the ways compare."""
    return Customer.objects.annotate(email_key=Collate(Lower("email"), "C"))


def owned_by(pod_ids: list[int], at: dt.datetime) -> Exists:
    """Who is owned by one of these pods at an instant, asked for each customer: quick when few are asked."""
    return Exists(Ownership.objects.filter(customer=OuterRef("pk"), pod_id__in=pod_ids, period__contains=at))


def all_owned_by(pod_ids: list[int], at: dt.datetime) -> RawSQL:
    """The same as one list, read once: each of them is then looked up, however many others there are."""
    return RawSQL(
        "customers_customer.id = ANY(ARRAY("
        "SELECT customer_id FROM customers_ownership WHERE pod_id = ANY(%s) AND period @> %s::timestamptz))",
        [pod_ids, at],
        output_field=BooleanField(),
    )


def _near(rows: QuerySet[Customer], way: Way, most: int, pod_ids: list[int], at: dt.datetime) -> list[Customer] | None:
    """The first rows of some pods in the order of the way; None when the next ``NEAR`` of all hold too few of them."""
    ordered = rows.order_by(way.key, "pk")
    near = rows.filter(pk__in=ordered.values("pk")[:NEAR])
    found = list(near.filter(owned_by(pod_ids, at)).order_by(way.key, "pk")[:most])
    if len(found) < most and ordered.values("pk")[NEAR : NEAR + 1].exists():
        return None
    return found


def _of_these(among: QuerySet[Customer], asked: list[Way], begin: int, last: Customer | None) -> QuerySet[Any]:
    """What all ways from ``begin`` on find among few customers, with the number of the way as ``found_by``.

    One walk over these: what it costs depends on how many they are and not on how many others begin alike.
    """
    place = Case(*(When(way.condition(), then=Value(number)) for number, way in enumerate(asked)))
    keys = (When(found_by=number, then=F(way.key)) for number, way in enumerate(asked))
    key = Case(*keys, output_field=CharField(db_collation="C"))
    rows: QuerySet[Any] = among.annotate(found_by=place).filter(found_by__gte=begin)
    if last is not None:
        way = asked[begin]
        value = getattr(last, way.key) or ""
        rows = rows.filter(~Q(found_by=begin) | Q(**{f"{way.key}__gt": value}) | Q(**{way.key: value}, pk__gt=last.pk))
    return rows.order_by("found_by", key, "pk")


def search(
    text: str,
    *,
    pod_ids: list[int] | None = None,
    only: Q = EVERYBODY,
    after: str = "",
    size: int = PAGE,
    at: dt.datetime | None = None,
) -> Found:
    """A page of the customers that a text finds, among those of some pods (None: of all).

    Mostly the pods own some of the next ``NEAR`` that the index gives. Where they own next to none of very many,
    asking on would take seconds; then their customers are read as a list, for all ways that are left at once.
    At most two queries for each way, one for ``after`` and one for the list. An ``after`` that is no longer
    known starts anew.
    """
    among = everybody().filter(only).select_related("region", "segment")
    asked = ways(text)
    begin, last = _place(after, asked)
    at = at or periods.now()
    found: list[tuple[int, Customer]] = []
    for place, rows in _pages(among, asked, begin, last):
        most, way = size + 1 - len(found), asked[place]
        if pod_ids is None:
            first: list[Customer] | None = list(rows.order_by(way.key, "pk")[:most])
        else:
            first = _near(rows, way, most, pod_ids, at)
        if first is None:
            owned = among.filter(all_owned_by(pod_ids or [], at))
            rest = _of_these(owned, asked, place, last if place == begin else None)
            found += [(row.found_by, row) for row in rest[:most]]
            break
        found += [(place, row) for row in first]
        if len(found) > size:
            break
    more = ""
    if len(found) > size:
        place, customer = found[size - 1]
        more = f"{place}.{customer.pk}"
    return Found([customer for _place, customer in found[:size]], more)


def _pages(
    among: QuerySet[Customer], asked: list[Way], begin: int, last: Customer | None
) -> Iterator[tuple[int, QuerySet[Customer]]]:
    """What each way finds from ``begin`` on, in the first only what comes after ``last``."""
    for place in range(begin, len(asked)):
        way = asked[place]
        rows = among.filter(way.condition())
        for earlier in asked[:place]:
            rows = rows.exclude(earlier.condition())
        if place == begin and last is not None:
            key = getattr(last, way.key) or ""
            # The first condition follows from the second; it is what the index can walk by.
            rows = rows.filter(Q(**{f"{way.key}__gte": key}))
            rows = rows.filter(Q(**{f"{way.key}__gt": key}) | Q(**{way.key: key}, pk__gt=last.pk))
        yield place, rows


def _place(after: str, asked: list[Way]) -> tuple[int, Customer | None]:
    """Where a page goes on: the way and the last customer seen."""
    way, _dot, pk = after.partition(".")
    if not (way.isascii() and way.isdigit() and pk.isascii() and pk.isdigit()) or int(way[:3]) >= len(asked):
        return 0, None
    last = everybody().filter(pk=int(pk[:18])).first()
    return (int(way[:3]), last) if last is not None else (0, None)
