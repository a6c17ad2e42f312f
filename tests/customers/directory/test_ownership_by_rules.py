"""Home pods follow the rules by precedence and date; what lies before an instant never changes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from customers.directory import findings, queries, rulebook, services
from customers.directory.models import Customer, OwnershipRule
from cxportal.core import periods
from cxportal.core.violations import Refused
from teams.pods.models import Pod
from tests.cast import Cast
from tests.factories import customers, pods

pytestmark = pytest.mark.django_db
YEAR = dt.timedelta(days=365)


@pytest.fixture
def world(cast: Cast) -> Cast:
    """Everybody belongs to Isar, by the rule for everybody else."""
    customers.default_rule(cast.isar)
    return cast


def owner(customer: Customer, at: dt.datetime | None = None) -> Pod:
    found = queries.home_pod_at(customer.pk, at)
    assert found is not None
    return found.pod


def settled() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def activated(cast: Cast, pod: Pod, **scope: object) -> OwnershipRule:
    rule = rulebook.add_rule(by=cast.administrator, pod=pod, **scope)  # type: ignore[arg-type]
    rulebook.activate_rule(by=cast.administrator, rule=rule)
    settled()
    rule.refresh_from_db()
    return rule


def test_the_most_particular_rule_decides(world: Cast) -> None:
    lech, inn, naab = (pods.open_pod(name) for name in ("Lech", "Inn", "Naab"))
    bavaria, business = customers.region("Bavaria"), customers.segment("Business")
    made = services.create_customer(by=world.member, name="Café Lenz", region=bavaria, segment=business)
    assert owner(made) == world.isar
    activated(world, world.elbe, segment=business)
    assert owner(made) == world.elbe
    activated(world, lech, region=bavaria)
    assert owner(made) == lech
    activated(world, inn, region=bavaria, segment=business)
    assert owner(made) == inn
    services.move_customer(by=world.member, customer=made, pod=naab)
    settled()
    assert owner(made) == naab


def test_history_before_the_instant_stays(world: Cast) -> None:
    made = services.create_customer(by=world.member, name="Rosa", region=customers.region("Bavaria"))
    before = periods.now()
    activated(world, world.elbe, region=made.region)
    assert (owner(made, before), owner(made)) == (world.isar, world.elbe)


def test_a_rule_for_next_year_changes_nothing_today(world: Cast) -> None:
    made = services.create_customer(by=world.member, name="Rosa", region=customers.region("Bavaria"))
    start = periods.now() + YEAR
    activated(world, world.elbe, region=made.region, starts=start)
    assert owner(made) == world.isar
    assert owner(made, start - dt.timedelta(seconds=1)) == world.isar
    assert owner(made, start) == world.elbe


def test_a_customer_made_later_also_gets_the_pod_of_next_year(world: Cast) -> None:
    bavaria, start = customers.region("Bavaria"), periods.now() + YEAR
    activated(world, world.elbe, region=bavaria, starts=start)
    made = services.create_customer(by=world.member, name="Rosa", region=bavaria)
    settled()
    assert (owner(made), owner(made, start)) == (world.isar, world.elbe)


def test_a_rule_with_an_end_gives_the_customers_back(world: Cast) -> None:
    made = services.create_customer(by=world.member, name="Rosa", region=customers.region("Bavaria"))
    end = periods.now() + YEAR
    activated(world, world.elbe, region=made.region, ends=end)
    assert (owner(made), owner(made, end)) == (world.elbe, world.isar)
    assert made.ownerships.count() == 3


def test_a_double_is_reported_with_examples_and_refuses_the_activation(world: Cast) -> None:
    bavaria = customers.region("Bavaria")
    services.create_customer(by=world.member, name="Rosa", region=bavaria)
    activated(world, world.elbe, region=bavaria)
    draft = rulebook.add_rule(by=world.administrator, pod=world.isar, region=bavaria)
    double = findings.findings()[0]
    assert (double.kind, double.customers, double.examples) == ("double", 1, ("Rosa",))
    with pytest.raises(Refused) as error:
        rulebook.activate_rule(by=world.administrator, rule=draft)
    assert error.value.codes == {"rules_overlap"}


def test_who_falls_to_the_default_rule_is_reported(world: Cast) -> None:
    services.create_customer(by=world.member, name="Rosa")
    assert [(f.kind, f.customers, f.examples) for f in findings.findings()] == [("default", 1, ("Rosa",))]


def test_no_default_rule_is_reported_and_refuses_new_customers(cast: Cast) -> None:
    assert [f.kind for f in findings.findings()] == ["none"]
    with pytest.raises(Refused) as error:
        services.create_customer(by=cast.member, name="Rosa")
    assert error.value.codes == {"no_ownership_rule"}


def test_the_preview_counts_who_would_move_and_changes_nothing(world: Cast) -> None:
    bavaria = customers.region("Bavaria")
    rosa = services.create_customer(by=world.member, name="Rosa", region=bavaria)
    per = services.create_customer(by=world.member, name="Per", region=bavaria)
    services.create_customer(by=world.member, name="Elsewhere")
    services.move_customer(by=world.member, customer=per, pod=world.isar)
    draft = rulebook.add_rule(by=world.administrator, pod=world.elbe, region=bavaria)
    seen = findings.preview(draft)
    # Per is named, and a name goes before a region.
    assert [(m.source, m.customers, m.examples) for m in seen.moves] == [(world.isar, 1, ("Rosa",))]
    assert {(s.pod.name, s.before, s.after) for s in seen.sizes} == {("Isar", 3, 2), ("Elbe", 0, 1)}
    assert owner(rosa) == world.isar


def test_ending_a_rule_hands_its_customers_to_the_next(world: Cast) -> None:
    made = services.create_customer(by=world.member, name="Rosa", region=customers.region("Bavaria"))
    rule = activated(world, world.elbe, region=made.region)
    assert rulebook.end_rule(by=world.administrator, rule=rule) == 1
    settled()
    assert owner(made) == world.isar


def test_the_last_rule_for_everybody_else_cannot_end(world: Cast) -> None:
    rule = OwnershipRule.objects.get()
    with pytest.raises(Refused) as error:
        rulebook.end_rule(by=world.administrator, rule=rule)
    assert error.value.codes == {"last_default_rule"}
    rulebook.replace_rule(by=world.administrator, rule=rule, pod=world.elbe)
    assert owner(services.create_customer(by=world.member, name="Rosa")) == world.elbe


def test_a_pod_under_set_up_owns_nobody(world: Cast) -> None:
    made = services.create_customer(by=world.member, name="Rosa")
    with pytest.raises(Refused) as error:
        services.move_customer(by=world.member, customer=made, pod=pods.pod("New"))
    assert error.value.codes == {"pod_not_open"}


def test_moving_twice_to_the_same_pod_is_one_move(world: Cast) -> None:
    made = services.create_customer(by=world.member, name="Rosa")
    first = services.move_customer(by=world.member, customer=made, pod=world.elbe)
    assert services.move_customer(by=world.member, customer=made, pod=world.elbe) == first
    settled()
    assert made.ownerships.count() == 2


def test_a_released_customer_goes_by_the_rules_again(world: Cast) -> None:
    made = services.create_customer(by=world.member, name="Rosa")
    services.move_customer(by=world.member, customer=made, pod=world.elbe)
    services.release_customer(by=world.member, customer=made)
    settled()
    assert owner(made) == world.isar


def test_a_new_region_moves_the_customer(world: Cast) -> None:
    bavaria = customers.region("Bavaria")
    activated(world, world.elbe, region=bavaria)
    made = services.create_customer(by=world.member, name="Rosa")
    services.change_customer(by=world.member, customer=made, region=bavaria)
    settled()
    assert owner(made) == world.elbe


def test_at_its_opening_a_pod_takes_over_and_the_instant_may_move(world: Cast) -> None:
    bavaria, now = customers.region("Bavaria"), periods.now()
    made = services.create_customer(by=world.member, name="Rosa", region=bavaria)
    activated(world, world.elbe, region=bavaria)
    new = pods.pod("New")
    rulebook.add_rule(by=world.administrator, pod=new, region=bavaria)
    for days in (10, 20, 5):
        instant = now + dt.timedelta(days=days)
        rulebook.open_pod(new, instant, world.administrator)
        settled()
        assert owner(made, instant - dt.timedelta(seconds=1)) == world.elbe
        assert owner(made, instant) == new
    rulebook.open_pod(new, None, world.administrator)
    settled()
    assert owner(made, now + YEAR) == world.elbe
