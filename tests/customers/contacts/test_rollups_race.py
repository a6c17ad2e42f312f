"""Two first contacts of one customer closed at the same time, with and without the lock."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from customers.contacts import rollups
from customers.contacts.rollup_check import compare
from customers.contacts.rollup_models import Scope
from customers.directory.models import Customer
from tests.cast import Cast
from tests.factories import customers as make

MONDAY = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)


def new_customers(cast: Cast, count: int) -> list[Customer]:
    with transaction.atomic():  # whose home pod is asked for at its end
        return [make.customer(cast.isar) for _ in range(count)]


def close_both_at_once(cast: Cast, customer: Customer) -> None:
    """The second closing runs wholly between the first one's statement and its commit, unless something stops it."""
    first_counted, second_done = threading.Event(), threading.Event()
    errors: list[BaseException] = []

    def first() -> None:
        with transaction.atomic():
            rollups.contact_closed(make.closed(cast.isar, customer, at=MONDAY))
            first_counted.set()
            second_done.wait(0.7)

    def second() -> None:
        first_counted.wait(5)
        with transaction.atomic():
            rollups.contact_closed(make.closed(cast.isar, customer, at=MONDAY + dt.timedelta(days=1)))
        second_done.set()

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15)
    assert errors == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_first_contacts_of_one_customer_count_one_customer(cast: Cast) -> None:
    close_both_at_once(cast, *new_customers(cast, 1))
    week = dt.date(2026, 1, 5), dt.date(2026, 1, 12)
    assert rollups.served(Scope.POD, *week) == {cast.isar.pk: 1}
    assert rollups.served(Scope.COMPANY, *week) == {0: 1}
    assert [c for c in compare() if c.wrong] == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_same_two_count_twice(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollups, "_serialise", lambda customers: None)
    close_both_at_once(cast, *new_customers(cast, 1))
    week = dt.date(2026, 1, 5), dt.date(2026, 1, 12)
    assert rollups.served(Scope.POD, *week) == {cast.isar.pk: 2}
    assert [c.what for c in compare() if c.wrong] != []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_an_import_of_many_customers_waits_for_a_closing_and_counts_it_once(cast: Cast) -> None:
    customers = new_customers(cast, rollups.FEW + 1)
    closed, imported = threading.Event(), threading.Event()

    def bring_in() -> None:
        closed.wait(5)
        with transaction.atomic():
            for customer in customers:
                make.closed(cast.isar, customer, at=MONDAY)
            rollups.customers_changed([c.pk for c in customers])
        imported.set()
        connection.close()

    thread = threading.Thread(target=bring_in)
    thread.start()
    with transaction.atomic():
        rollups.contact_closed(make.closed(cast.isar, customers[0], at=MONDAY + dt.timedelta(days=2)))
        closed.set()
        imported.wait(0.7)
        assert not imported.is_set()
    thread.join(15)
    assert [c for c in compare() if c.wrong] == []
    assert rollups.served(Scope.COMPANY, dt.date(2026, 1, 5), dt.date(2026, 1, 12)) == {0: len(customers)}
