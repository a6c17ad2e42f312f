"""Contacts of one customer closed at the same time, and what folds and asks beside; each guard with its control."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from customers.contacts import rollups
from customers.contacts.models import Contact
from customers.contacts.rollup_check import compare
from customers.contacts.rollup_models import Scope
from customers.directory.models import Customer
from customers.feedback import services as feedback
from customers.feedback.models import Survey
from customers.routing import services as routing_services
from cxportal.core import periods
from cxportal.core.database import LockClass
from tests.cast import Cast
from tests.factories import customers as make
from tests.factories import routing
from tests.races import Act, meeting, together, without_constraints, without_locks

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

MONDAY = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
WEEK = dt.date(2026, 1, 5), dt.date(2026, 1, 12)
COUNTED = (rollups, "_run")


def new_customers(cast: Cast, count: int) -> list[Customer]:
    with transaction.atomic():  # whose home pod is asked for at its end
        return [make.customer(cast.isar) for _ in range(count)]


def closing(cast: Cast, customer: Customer, day: int) -> Act:
    def close() -> None:
        with transaction.atomic():
            rollups.contact_closed(make.closed(cast.isar, customer, at=MONDAY + dt.timedelta(days=day)))

    return close


def first_contacts(cast: Cast) -> list[Act]:
    """Two first contacts of one customer, closed on two days."""
    (customer,) = new_customers(cast, 1)
    return [closing(cast, customer, day) for day in (0, 1)]


def is_wrong() -> bool:
    return any(check.wrong for check in compare())


def test_two_first_contacts_of_one_customer_count_one_customer(cast: Cast) -> None:
    acts = first_contacts(cast)
    with meeting(COUNTED):
        together(acts)
    assert rollups.served(Scope.POD, *WEEK) == {cast.isar.pk: 1}
    assert rollups.served(Scope.COMPANY, *WEEK) == {0: 1}
    assert not is_wrong()


def test_control_without_the_lock_the_same_two_count_twice(cast: Cast) -> None:
    acts = first_contacts(cast)
    with without_locks(LockClass.ROLLUP), meeting(COUNTED):
        together(acts)
    assert rollups.served(Scope.POD, *WEEK) == {cast.isar.pk: 2}
    assert is_wrong()


def import_and_closing(cast: Cast) -> list[Act]:
    """More customers than are locked one by one, and a closing of one of them."""
    customers = new_customers(cast, rollups.FEW + 1)

    def bring_in() -> None:
        with transaction.atomic():
            for customer in customers:
                make.closed(cast.isar, customer, at=MONDAY)
            rollups.customers_changed([c.pk for c in customers])

    return [bring_in, closing(cast, customers[0], 2)]


def test_an_import_of_many_customers_and_a_closing_count_each_customer_once(cast: Cast) -> None:
    acts = import_and_closing(cast)
    with meeting(COUNTED):
        together(acts)
    assert rollups.served(Scope.COMPANY, *WEEK) == {0: rollups.FEW + 1}
    assert not is_wrong()


def test_control_without_the_lock_import_and_closing_count_one_twice(cast: Cast) -> None:
    acts = import_and_closing(cast)
    with without_locks(LockClass.ROLLUP), meeting(COUNTED):
        together(acts)
    assert rollups.served(Scope.COMPANY, *WEEK) == {0: rollups.FEW + 2}
    assert is_wrong()


def test_of_two_folds_at_once_one_folds(cast: Cast) -> None:
    together([first_contacts(cast)[0]])
    with meeting(COUNTED):
        assert sorted(together([rollups.fold, rollups.fold]).answers) == [False, True]
    assert rollups.served(Scope.COMPANY, *WEEK) == {0: 1}
    assert not is_wrong()


def test_without_its_lock_two_folds_still_count_once_since_a_row_is_deleted_by_one(cast: Cast) -> None:
    """The lock only saves the second fold its waiting; what holds the count is that it takes rows by deleting them."""
    together([first_contacts(cast)[0]])
    with without_locks(LockClass.ROLLUP), meeting(COUNTED, before=True):
        assert together([rollups.fold, rollups.fold]).answers == [True, True]
    assert rollups.served(Scope.COMPANY, *WEEK) == {0: 1}
    assert not is_wrong()


# --- who closes asks the customer once ----------------------------------------------------------------


def resolved_by_two(cast: Cast) -> list[Act]:
    """Two contacts of one customer, resolved by two people in the same instant."""
    (customer,) = new_customers(cast, 1)
    acts: list[Act] = []
    for person in (cast.member, cast.second_member):
        now = periods.now()
        routing.there(person, at=now)
        contact = Contact.objects.get(pk=make.contact(cast.isar, customer, at=now).pk)
        contact.events.create(kind="arrived", at=now, pod=cast.isar)
        routing_services.take(by=person, contact_id=contact.pk)
        acts.append(lambda who=person, pk=contact.pk: routing_services.resolve(by=who, contact_id=pk))  # type: ignore[misc]
    return acts


ASKED = (feedback, "_asked")


def test_a_customer_whose_two_contacts_are_resolved_at_once_is_asked_once(cast: Cast) -> None:
    acts = resolved_by_two(cast)
    with meeting(ASKED):
        assert len(together(acts).answers) == 2
    assert Survey.objects.count() == 1


def test_control_without_the_rollups_lock_the_customer_is_asked_twice(cast: Cast) -> None:
    """On one day the rollup's own constraint would end one of them; over midnight it would not."""
    acts = resolved_by_two(cast)
    with without_locks(LockClass.ROLLUP), without_constraints("served_day_once"), meeting(ASKED):
        assert len(together(acts).answers) == 2
        assert Survey.objects.count() == 2
