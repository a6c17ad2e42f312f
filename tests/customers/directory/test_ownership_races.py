"""Ownership under load: two changes at once follow one another, and nobody is without a pod at any instant."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import IntegrityError, OperationalError, connection

from customers.directory import ownership, queries, rulebook, services
from customers.directory.models import Customer, Ownership, OwnershipRule
from cxportal.core import periods
from cxportal.core.database import LockClass
from tests.cast import Cast
from tests.factories import customers
from tests.races import Act, meeting, together, without_constraints, without_locks

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

BROKEN = (IntegrityError, OperationalError)  # by a constraint, or by waiting for one another in front of it


def covered() -> list[int]:
    """Customers whose spans do not cover all of time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id FROM customers_customer c LEFT JOIN customers_ownership o ON o.customer_id = c.id "
            "GROUP BY c.id HAVING range_agg(o.period) IS DISTINCT FROM '{(,)}'::tstzmultirange"
        )
        return [row[0] for row in cursor.fetchall()]


# --- one customer is moved --------------------------------------------------------------------------


def moves(cast: Cast, times: int) -> list[Act]:
    customers.default_rule(cast.isar)
    rosa = services.create_customer(by=cast.member, name="Rosa")
    return [
        partial(services.move_customer, by=cast.administrator, customer=rosa, pod=pod)
        for pod in (cast.isar, cast.elbe) * times
    ]


NAMED_READ = (services, "_end_named")


def named_rules() -> int:
    return OwnershipRule.objects.filter(state="active", customer__isnull=False, period__endswith=None).count()


def test_ten_moves_of_one_customer_follow_one_another(cast: Cast) -> None:
    acts = moves(cast, 5)
    with meeting(NAMED_READ):
        together(acts)
    assert covered() == []
    assert (Ownership.objects.filter(period__endswith=None).count(), named_rules()) == (1, 1)


def test_control_without_lock_and_constraints_two_rules_name_one_customer(cast: Cast) -> None:
    acts = moves(cast, 1)
    out = ("ownership_rule_one_answer", "ownership_one_home")
    with without_locks(LockClass.CUSTOMER), without_constraints(*out), meeting(NAMED_READ):
        together(acts)
        assert named_rules() == 2


def test_without_the_lock_the_constraint_still_refuses_the_second_rule(cast: Cast) -> None:
    acts = moves(cast, 1)
    with without_locks(LockClass.CUSTOMER), meeting(NAMED_READ):
        told = together(acts, tolerate=BROKEN)
    assert (len(told.answers), len(told.errors)) == (1, 1)
    assert (named_rules(), covered()) == (1, [])


# --- a customer is made while a rule is activated ------------------------------------------------------


def made_and_activated(cast: Cast, number: int) -> list[Act]:
    customers.default_rule(cast.isar)
    bavaria = customers.region("Bavaria")
    rule = rulebook.add_rule(by=cast.administrator, pod=cast.elbe, region=bavaria)
    now = periods.now()  # a customer made at an earlier instant would be told of the rule by its date
    return [
        *(
            partial(services.create_customer, by=cast.member, name=f"Rosa {n}", region=bavaria, at=now)
            for n in range(number)
        ),
        partial(rulebook.activate_rule, by=cast.administrator, rule=rule, at=now),
    ]


RULES_READ = ((queries, "deciding_rule"), (ownership, "settle"))


def owners() -> set[int]:
    return set(Ownership.objects.filter(period__endswith=None).values_list("pod", flat=True))


def test_customers_made_while_a_rule_is_activated_get_its_pod(cast: Cast) -> None:
    acts = made_and_activated(cast, 8)
    with meeting(*RULES_READ):
        together(acts)
    assert Customer.objects.count() == 8
    assert owners() == {cast.elbe.pk}
    assert covered() == []


def test_control_without_the_lock_on_the_rules_a_customer_keeps_the_pod_of_the_old_rule(cast: Cast) -> None:
    acts = made_and_activated(cast, 1)
    with without_locks(LockClass.SETTINGS), meeting(*RULES_READ):
        together(acts)
    assert owners() == {cast.isar.pk}


# --- two drafts for one scope ---------------------------------------------------------------------------


def two_drafts(cast: Cast) -> list[Act]:
    bavaria = customers.region("Bavaria")
    customers.default_rule(cast.isar)
    drafts = [rulebook.add_rule(by=cast.administrator, pod=pod, region=bavaria) for pod in (cast.isar, cast.elbe)]
    return [partial(rulebook.activate_rule, by=cast.administrator, rule=rule) for rule in drafts]


DOUBLES_SOUGHT = (rulebook, "doubles_of")


def regional_rules() -> int:
    return OwnershipRule.objects.filter(state="active", region__isnull=False).count()


def test_of_two_drafts_for_one_scope_one_is_activated(cast: Cast) -> None:
    acts = two_drafts(cast)
    with meeting(DOUBLES_SOUGHT):
        told = together(acts)
    assert (len(told.answers), told.codes, regional_rules()) == (1, {"rules_overlap"}, 1)


def test_control_without_lock_and_constraint_both_drafts_decide(cast: Cast) -> None:
    acts = two_drafts(cast)
    with (
        without_locks(LockClass.SETTINGS),
        without_constraints("ownership_rule_one_answer"),
        meeting(DOUBLES_SOUGHT),
    ):
        together(acts)
        assert regional_rules() == 2


def test_without_the_lock_the_constraint_still_lets_one_decide(cast: Cast) -> None:
    acts = two_drafts(cast)
    with without_locks(LockClass.SETTINGS), meeting(DOUBLES_SOUGHT):
        told = together(acts, tolerate=BROKEN)
    assert (len(told.answers), len(told.errors), regional_rules()) == (1, 1, 1)
