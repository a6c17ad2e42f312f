"""Customers and contacts for tests: plain functions that create rows."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.db import transaction

from customers.causes.models import Reason, ReasonGroup
from customers.contacts.models import Contact
from customers.directory.models import Customer, Ownership, OwnershipRule, Region, Segment
from cxportal.core import periods
from teams.pods.models import Pod

_numbers = itertools.count(1)


def customer(home: Pod, name: str | None = None, **fields: Any) -> Customer:
    """A customer whose home pod has always been ``home``."""
    number = next(_numbers)
    with transaction.atomic():
        made = Customer.objects.create(name=f"Customer {number}" if name is None else name, **fields)
        Ownership.objects.create(customer=made, pod=home, period=(None, None))
    return made


def contact(home: Pod, customer: Customer | None = None, *, at: dt.datetime | None = None, **fields: Any) -> Contact:
    """A contact that arrived at ``at`` (default: now) and waits."""
    at = at or periods.now()
    return Contact.objects.create(
        **{"channel": "phone", "home_pod": home, "area": home.area, "customer": customer, "arrived_at": at}
        | {"state_since": at}
        | fields
    )


def closed(home: Pod, customer: Customer | None = None, *, at: dt.datetime, minutes: int = 5, **fields: Any) -> Contact:
    """A contact that arrived at ``at``, was answered at once and resolved after ``minutes``."""
    end = at + dt.timedelta(minutes=minutes)
    given = {
        "state": "resolved",
        "state_since": end,
        "first_response_at": at,
        "closed_at": end,
        "business_day": periods.local_date(end, home.tzinfo),
        "serving_pod": home,
        "work_seconds": minutes * 60,
    }
    return contact(home, customer, at=at, **(given | fields))


def region(name: str) -> Region:
    return Region.objects.get_or_create(name=name, defaults={"code": name.lower().replace(" ", "-")})[0]


def segment(name: str) -> Segment:
    return Segment.objects.get_or_create(name=name, defaults={"code": name.lower().replace(" ", "-")})[0]


def reason(name: str, group: str = "Billing") -> Reason:
    of = ReasonGroup.objects.get_or_create(name=group, defaults={"code": group.lower().replace(" ", "-")})[0]
    return Reason.objects.get_or_create(group=of, name=name, defaults={"code": name.lower().replace(" ", "-")})[0]


def default_rule(pod: Pod) -> OwnershipRule:
    """The active rule that gives everybody else to a pod, since ever."""
    return OwnershipRule.objects.create(precedence=5, pod=pod, period=(None, None), state="active")
