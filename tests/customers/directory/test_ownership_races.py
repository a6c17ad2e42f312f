"""Ownership under load: two changes at once follow one another, and nobody is without a pod at any instant."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from customers.directory import rulebook, services
from customers.directory.models import Customer, Ownership
from cxportal.core.violations import Refused
from tests.cast import make_cast
from tests.factories import customers

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], object]) -> list[BaseException]:
    """Runs acts at the same instant on connections of their own; what they raised."""
    start = threading.Barrier(len(acts))
    raised: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait()
            act()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def covered() -> list[int]:
    """Customers whose spans do not cover all of time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id FROM customers_customer c LEFT JOIN customers_ownership o ON o.customer_id = c.id "
            "GROUP BY c.id HAVING range_agg(o.period) IS DISTINCT FROM '{(,)}'::tstzmultirange"
        )
        return [row[0] for row in cursor.fetchall()]


def test_two_moves_of_one_customer_follow_one_another() -> None:
    cast = make_cast()
    customers.default_rule(cast.isar)
    rosa = services.create_customer(by=cast.member, name="Rosa")
    raised = together(
        *[
            lambda pod=pod: services.move_customer(by=cast.administrator, customer=rosa, pod=pod)
            for pod in (cast.isar, cast.elbe) * 5
        ]
    )
    assert not raised
    assert covered() == []
    assert Ownership.objects.filter(customer=rosa, period__endswith=None).count() == 1


def test_customers_made_while_a_rule_is_activated_get_its_pod() -> None:
    cast = make_cast()
    customers.default_rule(cast.isar)
    bavaria = customers.region("Bavaria")
    rule = rulebook.add_rule(by=cast.administrator, pod=cast.elbe, region=bavaria)
    makers = [lambda n=n: services.create_customer(by=cast.member, name=f"Rosa {n}", region=bavaria) for n in range(8)]
    raised = together(*makers, lambda: rulebook.activate_rule(by=cast.administrator, rule=rule))
    assert not raised
    assert Customer.objects.count() == 8
    assert set(Ownership.objects.filter(period__endswith=None).values_list("pod", flat=True)) == {cast.elbe.pk}
    assert covered() == []


def test_of_two_drafts_for_one_scope_one_is_activated() -> None:
    cast = make_cast()
    bavaria = customers.region("Bavaria")
    customers.default_rule(cast.isar)
    drafts = [rulebook.add_rule(by=cast.administrator, pod=pod, region=bavaria) for pod in (cast.isar, cast.elbe)]
    raised = together(*[lambda rule=rule: rulebook.activate_rule(by=cast.administrator, rule=rule) for rule in drafts])
    assert [error.codes for error in raised if isinstance(error, Refused)] == [{"rules_overlap"}]
    assert len(raised) == 1
