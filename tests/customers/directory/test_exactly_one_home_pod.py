"""The database keeps exactly one home pod per customer and instant, whoever writes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from customers.directory.models import Customer, Ownership, OwnershipRule
from cxportal.core.database import constraint_name
from tests.cast import Cast
from tests.factories import customers

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def commit() -> None:
    """Fires what waits for the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def broken(error: pytest.ExceptionInfo[IntegrityError]) -> str:
    return constraint_name(error.value)


def test_a_customer_without_a_home_pod_cannot_be_committed(cast: Cast) -> None:
    Customer.objects.create(name="Nobody's")
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        commit()
    Customer.objects.all().delete()
    assert broken(error) == "customer_always_owned"


def test_two_home_pods_at_one_instant_are_refused(cast: Cast) -> None:
    customer = customers.customer(cast.isar)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Ownership.objects.create(customer=customer, pod=cast.elbe, period=(NOON, None))
    assert broken(error) == "ownership_one_home"


def test_a_gap_between_two_home_pods_is_refused(cast: Cast) -> None:
    customer = customers.customer(cast.isar)
    customer.ownerships.update(period=(None, NOON))
    Ownership.objects.create(customer=customer, pod=cast.elbe, period=(NOON + dt.timedelta(seconds=1), None))
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        commit()
    customer.delete()
    assert broken(error) == "customer_always_owned"


def test_deleting_the_ownership_of_a_living_customer_is_refused(cast: Cast) -> None:
    customer = customers.customer(cast.isar)
    customer.ownerships.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        commit()
    customer.delete()


def test_a_change_that_meets_exactly_is_taken(cast: Cast) -> None:
    customer = customers.customer(cast.isar)
    customer.ownerships.update(period=(None, NOON))
    Ownership.objects.create(customer=customer, pod=cast.elbe, period=(NOON, None))
    commit()
    assert customer.ownerships.count() == 2


def test_a_customer_goes_with_the_ownership(cast: Cast) -> None:
    customer = customers.customer(cast.isar)
    customer.delete()
    commit()
    assert not Ownership.objects.exists()


def test_two_active_rules_for_one_scope_at_one_instant_are_refused(cast: Cast) -> None:
    customers.default_rule(cast.isar)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        customers.default_rule(cast.elbe)
    assert broken(error) == "ownership_rule_one_answer"


def test_a_rule_whose_scope_does_not_fit_its_precedence_is_refused(cast: Cast) -> None:
    region = customers.region("Bavaria")
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        OwnershipRule.objects.create(precedence=4, region=region, pod=cast.isar, period=(None, None))
    assert broken(error) == "ownership_rule_scope"


def test_a_nameless_customer_needs_a_number(cast: Cast) -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Customer.objects.create(name="")
    assert broken(error) == "customer_has_name_or_number"
