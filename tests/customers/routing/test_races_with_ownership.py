"""A customer is moved between the router's look and its decision: the pod gets the contact that owns them at commit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

import pytest
import time_machine

from customers.contacts.models import Contact
from customers.directory import queries, services
from customers.directory.models import Customer
from customers.routing.models import Offer, RoutingDecision
from customers.routing.services import Arrival, arrive, intake
from cxportal.core.batch import Prepared
from tests.cast import Cast
from tests.factories import customers, routing
from tests.factories.routing import NOW, later
from tests.races import meeting, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

LOOKED, MOVED = (intake, "_understood"), (services, "move_customer")
ANY_POD = Prepared(
    "owned_by_any_pod", "SELECT 1 WHERE $1::bigint > 0 AND $2::bigint > 0 AND $3::timestamptz IS NOT NULL"
)


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def rosa(cast: Cast) -> Customer:
    """A customer of Isar; both pods have somebody who is there."""
    routing.on_shift(cast.member, cast.isar)
    routing.on_shift(cast.other_member, cast.elbe)
    customers.default_rule(cast.isar)
    return services.create_customer(by=cast.member, name="Rosa")


def moved_while_routing(cast: Cast, since: dt.datetime | None) -> Contact:
    """The arrival has looked when the move begins, and goes on when the move is committed."""
    who = rosa(cast)
    arrival = Arrival("phone", customer_id=who.pk)
    with meeting(LOOKED, MOVED):
        together(
            [
                partial(arrive, by=None, arrival=arrival),
                lambda: services.move_customer(by=cast.administrator, customer=who, pod=cast.elbe, at=since),
            ]
        )
    return Contact.objects.get()


@pytest.mark.parametrize("since", [None, later(-60)])
def test_a_contact_goes_to_the_pod_that_owns_its_customer_at_commit(cast: Cast, since: dt.datetime | None) -> None:
    contact = moved_while_routing(cast, since)
    assert contact.home_pod == cast.elbe
    assert Offer.objects.get(contact=contact, state="open").person == cast.other_member
    assert RoutingDecision.objects.filter(contact=contact).count() == 1


@pytest.mark.parametrize("since", [None, later(-60)])
def test_control_without_the_guard_the_pod_has_it_that_owned_them_before(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, since: dt.datetime | None
) -> None:
    monkeypatch.setattr(intake, "OWNED", ANY_POD)
    contact = moved_while_routing(cast, since)
    assert contact.home_pod == cast.isar
    assert queries.home_pods_now([contact.customer_id or 0]) == {contact.customer_id: cast.elbe}
