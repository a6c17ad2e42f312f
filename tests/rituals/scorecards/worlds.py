"""Contacts and answers for the scorecards' tests, written set-wise and counted by the rollup."""

from __future__ import annotations

import datetime as dt
import itertools

from django.db import transaction

from customers.contacts import rollups
from customers.contacts.models import Contact
from customers.directory.models import Customer, Ownership, Segment
from customers.feedback.models import Response
from cxportal.core import periods
from teams.pods.models import Pod

_numbers = itertools.count(1)


def today() -> dt.date:
    return periods.now().date()


@transaction.atomic
def serve(
    pod: Pod,
    customers: int,
    *,
    happy: int = 0,
    unhappy: int = 0,
    on: dt.date | None = None,
    segment: Segment | None = None,
) -> list[Contact]:
    """One contact for each of so many new customers, closed on a day, the first of them with answers 5 and 2."""
    day = on or today() - dt.timedelta(days=3)
    noon = dt.datetime.combine(day, dt.time(12), dt.UTC)
    people = Customer.objects.bulk_create(
        Customer(source="world", external_id=str(next(_numbers)), name="Somebody") for _ in range(customers)
    )
    Ownership.objects.bulk_create(Ownership(customer=person, pod=pod, period=(None, None)) for person in people)
    contacts = Contact.objects.bulk_create(
        Contact(
            channel="phone",
            state="resolved",
            customer=person,
            home_pod=pod,
            serving_pod=pod,
            area_id=pod.area_id,
            segment=segment,
            arrived_at=noon,
            closed_at=noon,
            business_day=day,
        )
        for person in people
    )
    Response.objects.bulk_create(
        Response(
            kind="imported",
            contact=contact,
            home_pod=pod,
            serving_pod=pod,
            area_id=pod.area_id,
            segment=segment,
            day=day,
            csat=5 if i < happy else 2,
            nps=10 if i < happy else 3,
        )
        for i, contact in enumerate(contacts[: happy + unhappy])
    )
    rollups.customers_changed(c.customer_id for c in contacts)
    return contacts
