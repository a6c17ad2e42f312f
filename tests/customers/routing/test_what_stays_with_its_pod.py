"""Whose contact it is when another pod enters it or helped before, and for whom a coach of the one side acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers import permissions
from customers.contacts.models import Contact
from customers.routing import agreements, queries, services
from customers.routing.services import Arrival
from customers.routing.terms import Terms
from cxportal.core.violations import Refused
from tests.cast import Cast
from tests.factories import customers, people, routing
from tests.factories.routing import NOW, later

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def helped(cast: Cast) -> int:
    """A call of Isar that Elbe's member took by overflow and works on."""
    routing.agreement(cast.isar, cast.elbe)
    routing.on_shift(cast.other_member, cast.elbe)
    routing.there(cast.member)
    who = customers.customer(cast.isar, "Rosa Lindqvist")
    contact = services.arrive(
        by=None, arrival=Arrival("phone", customer_id=who.pk, subject="Router"), at=later(-60)
    ).contact_id
    services.accept(by=cast.other_member, contact_id=contact, at=later(-59))
    return contact


@pytest.mark.parametrize("mine", [True, False])
def test_a_contact_of_another_pods_customer_is_entered_but_not_read(cast: Cast, browser: Browser, mine: bool) -> None:
    routing.there(cast.member)
    theirs = customers.customer(cast.elbe, "Rosa Lindqvist")
    client = browser(cast.member)
    given = {"channel": "letter", "direction": "in", "subject": "Moved house", "customer": theirs.pk}
    told = client.post(
        reverse("new_contact", args=[cast.isar.slug]), given | ({"mine": "on"} if mine else {}), follow=True
    )
    assert told.redirect_chain == [(reverse("queue", args=[cast.isar.slug]), 303)]
    assert "Contact entered. It waits in Elbe, whose customer it is." in told.content.decode()
    contact = Contact.objects.get()
    assert (contact.home_pod, contact.state, contact.person) == (cast.elbe, "waiting", None)
    assert client.get(reverse("contact", args=[contact.pk])).status_code == 404
    assert client.get(reverse("customer", args=[theirs.pk])).status_code == 404


def test_what_is_handed_over_to_a_pod_is_read_there_though_it_helped_before(cast: Cast, browser: Browser) -> None:
    contact = helped(cast)
    mate = people.member(cast.elbe)
    page = reverse("contact", args=[contact])
    assert browser(mate).get(page).status_code == 404
    services.resolve(by=cast.other_member, contact_id=contact, at=later(-58))
    assert browser(mate).get(page).status_code == 404
    services.reopen(by=cast.member, contact_id=contact, at=later(-57))
    services.take(by=cast.member, contact_id=contact, at=later(-56))
    services.hand_over(by=cast.member, contact_id=contact, why="Depot", to_pod_id=cast.elbe.pk, at=later(-55))
    seen = browser(mate).get(page)
    assert seen.status_code == 200
    assert f'href="{reverse("queue", args=[cast.elbe.slug])}" aria-label="Back to the queue"' in seen.content.decode()
    routing.there(mate)
    services.take(by=mate, contact_id=contact, at=later(-54))
    assert browser(people.member(cast.elbe)).get(page).status_code == 200


def test_only_what_the_helper_gave_back_is_counted_as_handed_back(cast: Cast) -> None:
    contact = helped(cast)
    made = cast.isar.overflow_out.get()
    services.resolve(by=cast.other_member, contact_id=contact, at=later(-58))
    services.reopen(by=cast.member, contact_id=contact, at=later(-57))
    services.take(by=cast.member, contact_id=contact, at=later(-56))
    services.hand_over(
        by=cast.member, contact_id=contact, why="Knows it", to_member_id=cast.second_member.pk, at=later(-55)
    )
    assert queries.agreement_page(made, cast.isar).handed_back == 0
    other = customers.customer(cast.isar)
    second = services.arrive(by=None, arrival=Arrival("phone", customer_id=other.pk), at=later(-54)).contact_id
    services.accept(by=cast.other_member, contact_id=second, at=later(-53))
    services.hand_over(by=cast.other_member, contact_id=second, why="Gone", to_pod_id=cast.isar.pk, at=later(-52))
    assert queries.agreement_page(made, cast.isar).handed_back == 1


def test_who_coaches_one_side_and_works_in_the_other_acts_for_the_other(cast: Cast) -> None:
    made = routing.agreement(cast.isar, cast.elbe)
    people.join(cast.other_member, cast.isar, "coach")
    side = permissions.agreement_acting(cast.other_member, made.pk)
    assert side.pod == cast.elbe


def test_what_ended_while_it_waited_for_a_signature_is_signed_no_more(
    cast: Cast, clock: time_machine.Traveller
) -> None:
    terms = Terms(thresholds={"phone": 10}, ends_at=later(3600))
    made = agreements.propose(by=cast.member, pod=cast.isar, partner_id=cast.elbe.pk, terms=terms)
    clock.move_to(later(3600))
    with pytest.raises(Refused) as refusal:
        agreements.sign(by=cast.other_member, pod=cast.elbe, agreement_id=made.agreement_id, seen_version=1)
    assert refusal.value.codes == {"ends_first"}


def test_what_people_of_the_home_pod_were_doing_is_told_to_that_pod_alone(cast: Cast, browser: Browser) -> None:
    routing.on_shift(cast.member, cast.isar)
    routing.there(cast.member, state="break")
    routing.on_shift(cast.other_member, cast.elbe)
    routing.agreement(cast.isar, cast.elbe)
    rosa = customers.customer(cast.isar, "Rosa Lindqvist")
    customers.closed(cast.isar, rosa, at=later(-3600), person=cast.member)
    contact = services.arrive(by=None, arrival=Arrival("phone", customer_id=rosa.pk)).contact_id
    for reader, told in ((cast.second_member, True), (cast.other_member, False)):
        page = browser(reader).get(reverse("contact", args=[contact])).content.decode()
        assert ("on a break" in page) is told
        assert "Elbe was asked" in page
        answer = browser(reader).get(f"/api/v1/contacts/{contact}/").json()
        names = {step["name"] for decision in answer["decisions"] for step in decision["trace"]}
        assert ("usual" in names, "active" in names) == (told, True)
