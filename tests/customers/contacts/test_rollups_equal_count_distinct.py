"""Distinct customers by the rollup are those of COUNT(DISTINCT), whatever happened in whatever order."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.contacts import rollups
from customers.contacts.models import Contact
from customers.contacts.rollup_check import compare
from customers.contacts.rollup_models import Scope, ServedCell, ServedDay, ServedDelta
from customers.directory.models import Customer, Segment
from teams.pods.models import Pod
from tests.cast import Cast
from tests.factories import customers as make

START = dt.date(2026, 1, 5)
DAYS = 40


def noon(day: int) -> dt.datetime:
    return dt.datetime.combine(START + dt.timedelta(days=day), dt.time(12), dt.UTC)


def counted(start: dt.date, end: dt.date, **where: Any) -> int:
    """The naive count that the rollup must equal."""
    return (
        Contact.objects.filter(
            state="resolved",
            automated=False,
            customer__isnull=False,
            business_day__gte=start,
            business_day__lt=end,
            **where,
        )
        .exclude(channel__in=["billing", "self_service"])
        .values("customer")
        .distinct()
        .count()
    )


def assert_equal(cast: Cast) -> None:
    """Every scope over a spread of periods, and the check command's own comparison."""
    assert [c for c in compare() if c.wrong] == []
    for first, last in [(0, DAYS), (3, 9), (10, 11), (0, 1), (20, DAYS)]:
        start, end = START + dt.timedelta(days=first), START + dt.timedelta(days=last)
        pods = rollups.served(Scope.POD, start, end)
        for pod in (cast.isar, cast.elbe):
            assert pods.get(pod.pk, 0) == counted(start, end, home_pod=pod)
        assert rollups.served(Scope.AREA, start, end).get(cast.south.pk, 0) == counted(start, end, area=cast.south)
        assert rollups.served(Scope.COMPANY, start, end).get(0, 0) == counted(start, end)
        consumers = make.segment("Consumers")
        in_segment = counted(start, end, segment=consumers)
        assert rollups.served(Scope.SEGMENT, start, end).get(consumers.pk, 0) == in_segment
        inside = rollups.served_in_segment(consumers.pk, start, end)
        assert inside[Scope.COMPANY].get(0, 0) == in_segment
        in_south = counted(start, end, segment=consumers, area=cast.south)
        assert inside[Scope.AREA].get(cast.south.pk, 0) == in_south
        in_isar = counted(start, end, segment=consumers, home_pod=cast.isar)
        assert inside[Scope.POD].get(cast.isar.pk, 0) == in_isar


#: (what, which customer or contact, day, pod, segment)
operation = st.tuples(
    st.sampled_from(["close", "close", "close", "reopen", "delete", "identify", "late import", "fold", "forget"]),
    st.integers(0, 4),
    st.integers(0, DAYS - 1),
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(operation, min_size=1, max_size=25))
def test_random_operations_in_any_order(cast: Cast, operations: list[tuple[str, int, int, bool, bool]]) -> None:
    with transaction.atomic():
        people = [make.customer(cast.isar) for _ in range(5)]
        consumers = make.segment("Consumers")
        for what, which, day, own, consumer in operations:
            happen(what, people[which], day, cast.isar if own else cast.elbe, consumers if consumer else None, which)
        assert_equal(cast)
        transaction.set_rollback(True)


def happen(what: str, customer: Customer, day: int, pod: Pod, segment: Segment | None, which: int) -> None:
    """One random event, by the calls that services make."""
    mine = list(Contact.objects.filter(customer=customer).order_by("pk"))
    if what == "close":
        rollups.contact_closed(make.closed(pod, customer, at=noon(day), segment=segment))
    elif what == "late import":
        for back in range(3):
            make.closed(pod, customer, at=noon(max(0, day - 7 * back)), segment=segment, imported=True)
        make.closed(pod, None, at=noon(day))
        make.closed(pod, customer, at=noon(day), channel="billing", automated=True)
        rollups.customers_changed([customer.pk, None, customer.pk])
    elif what == "fold":
        rollups.fold()
    elif what == "forget":
        Contact.objects.filter(customer=customer).delete()
        rollups.customers_changed([customer.pk])
    elif mine:
        contact = mine[which % len(mine)]
        if what == "reopen":
            Contact.objects.filter(pk=contact.pk).update(state="waiting", closed_at=None, business_day=None)
            rollups.contact_reopened(contact)
        elif what == "delete":
            contact.delete()
            rollups.contact_removed(contact)
        elif what == "identify":
            other = Customer.objects.exclude(pk=customer.pk).order_by("?").first()
            assert other is not None
            Contact.objects.filter(pk=contact.pk).update(customer=other)
            rollups.customers_changed([customer.pk, other.pk])


@pytest.fixture
def served_twice(cast: Cast) -> Contact:
    """Two contacts of one customer of Isar, on the first and the tenth day; the second is returned."""
    customer = make.customer(cast.isar)
    for day in (0, 9):
        contact = make.closed(cast.isar, customer, at=noon(day))
        rollups.contact_closed(contact)
    return contact


def test_a_customer_who_comes_twice_counts_once_and_in_each_week(cast: Cast, served_twice: Contact) -> None:
    end = START + dt.timedelta(days=14)
    assert rollups.served(Scope.POD, START, end) == {cast.isar.pk: 1}
    weeks = rollups.pods_by_week(START, end)
    assert weeks == {cast.isar.pk: {START: 1, START + dt.timedelta(days=7): 1}}


def test_weeks_of_a_segment_are_counted_from_its_days(cast: Cast) -> None:
    consumers = make.segment("Consumers")
    customer = make.customer(cast.isar)
    for day, segment in [(0, consumers), (1, consumers), (8, None)]:
        rollups.contact_closed(make.closed(cast.isar, customer, at=noon(day), segment=segment))
    end = START + dt.timedelta(days=14)
    assert rollups.pods_by_week(START, end, consumers.pk) == {cast.isar.pk: {START: 1}}


def test_a_reopened_contact_counts_on_its_last_closing_day(cast: Cast, served_twice: Contact) -> None:
    Contact.objects.filter(pk=served_twice.pk).update(business_day=START + dt.timedelta(days=20))
    rollups.contact_closed(served_twice)
    day = START + dt.timedelta(days=9)
    assert rollups.served(Scope.POD, day, day + dt.timedelta(days=1)) == {}
    assert_equal(cast)


def test_a_second_call_changes_nothing(cast: Cast, served_twice: Contact) -> None:
    before = ServedDelta.objects.count()
    rollups.contact_closed(served_twice)
    assert ServedDelta.objects.count() == before


def test_folding_changes_no_answer_and_leaves_no_empty_cell(cast: Cast, served_twice: Contact) -> None:
    before = rollups.served(Scope.COMPANY, START, START + dt.timedelta(days=30))
    assert rollups.fold()
    assert not ServedDelta.objects.exists()
    assert rollups.served(Scope.COMPANY, START, START + dt.timedelta(days=30)) == before
    served_twice.delete()
    rollups.contact_removed(served_twice)
    rollups.fold()
    assert not ServedCell.objects.filter(n=0).exists()
    assert_equal(cast)


def test_a_moved_customer_keeps_the_history_with_the_old_pod(cast: Cast, served_twice: Contact) -> None:
    contact = make.closed(cast.elbe, served_twice.customer, at=noon(12))
    rollups.contact_closed(contact)
    end = START + dt.timedelta(days=30)
    assert rollups.served(Scope.POD, START, end) == {cast.isar.pk: 1, cast.elbe.pk: 1}
    assert rollups.served(Scope.COMPANY, START, end) == {0: 1}


@pytest.mark.parametrize(
    "fields",
    [
        {"automated": True},
        {"channel": "billing"},
        {"channel": "self_service"},
        {"state": "abandoned"},
    ],
)
def test_what_no_person_solved_is_not_served(cast: Cast, fields: dict[str, Any]) -> None:
    rollups.contact_closed(make.closed(cast.isar, make.customer(cast.isar), at=noon(1), **fields))
    assert rollups.served(Scope.COMPANY, START, START + dt.timedelta(days=30)) == {}


def test_outbound_contacts_with_a_person_are_served(cast: Cast) -> None:
    rollups.contact_closed(make.closed(cast.isar, make.customer(cast.isar), at=noon(1), direction="out"))
    assert rollups.served(Scope.COMPANY, START, START + dt.timedelta(days=30)) == {0: 1}


def test_an_import_is_one_statement_for_any_number_of_customers(cast: Cast) -> None:
    customers = [make.customer(cast.isar) for _ in range(rollups.FEW + 5)]
    for customer in customers:
        make.closed(cast.isar, customer, at=noon(1))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        rollups.customers_changed([c.pk for c in customers])
    assert len(queries) == 2
    assert rollups.served(Scope.POD, START, START + dt.timedelta(days=30)) == {cast.isar.pk: len(customers)}


def test_a_customer_with_history_cannot_be_deleted_past_the_rollup(cast: Cast, served_twice: Contact) -> None:
    customer = served_twice.customer
    assert customer is not None
    Contact.objects.filter(customer=customer).delete()
    with pytest.raises(ProtectedError):
        customer.delete()
    with pytest.raises(IntegrityError, match="served"), transaction.atomic():
        delete_past_the_models(customer)
    rollups.customers_changed([customer.pk])
    assert not ServedDay.objects.exists()


def delete_past_the_models(customer: Customer) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_ownership WHERE customer_id = %s", [customer.pk])
        cursor.execute("DELETE FROM customers_customer WHERE id = %s", [customer.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_outside_a_transaction_it_refuses() -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        rollups._serialise([1])


def test_check_rollups_finds_what_was_changed_behind_its_back(cast: Cast, served_twice: Contact) -> None:
    out, err = StringIO(), StringIO()
    call_command("check_rollups", stdout=out)
    assert "the rollup equals the contacts" in out.getvalue()
    Contact.objects.filter(pk=served_twice.pk).update(business_day=START)
    with pytest.raises(SystemExit) as left:
        call_command("check_rollups", stdout=out, stderr=err)
    assert left.value.code == 1
    assert "differ from the contacts" in err.getvalue()
    call_command("check_rollups", "--repair", stdout=out)
    assert_equal(cast)


def test_check_rollups_finds_a_wrong_cell(cast: Cast, served_twice: Contact) -> None:
    rollups.fold()
    ServedCell.objects.filter(scope=Scope.POD).update(n=2)
    wrong = {c.what: c.wrong for c in compare()}
    assert wrong["cells"] == 2
    assert wrong["days missing"] == wrong["days too many"] == 0


def test_check_rollups_of_nothing_is_content(cast: Cast) -> None:
    assert [c.values for c in compare()] == [0, 0, 0]


def test_the_days_known_are_the_first_and_the_last(cast: Cast, served_twice: Contact) -> None:
    assert rollups.days_known() == (START, START + dt.timedelta(days=9))
    rollups.fold()
    rollups.contact_closed(make.closed(cast.isar, served_twice.customer, at=noon(30)))
    assert rollups.days_known() == (START, START + dt.timedelta(days=30))


def test_before_the_first_contact_no_day_is_known(cast: Cast) -> None:
    assert rollups.days_known() is None
