"""A contact that arrives is decided over at once."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.contacts.models import Contact
from customers.routing import services, world
from customers.routing.models import Offer, RoutingDecision
from customers.routing.services import Arrival
from cxportal.core.models import IdempotencyKey
from cxportal.core.violations import Invalid, Refused
from tests.factories import customers, people, routing
from tests.factories.routing import NOW, later

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def test_it_is_offered_to_the_member_who_is_longest_idle(cast):
    routing.on_shift(cast.member, cast.isar, idle=30)
    routing.on_shift(cast.second_member, cast.isar, idle=300)
    who = customers.customer(cast.isar)
    answer = services.arrive(by=cast.administrator, arrival=Arrival("phone", customer_id=who.pk, subject="Invoice"))
    assert answer.decision["outcome"] == "offer"
    assert answer.decision["person"] == cast.second_member.pk
    contact = Contact.objects.get(pk=answer.contact_id)
    assert (contact.state, contact.home_pod, contact.customer) == ("offered", cast.isar, who)
    offer = Offer.objects.get(contact=contact)
    assert (offer.person, offer.until) == (cast.second_member, routing.later(20))
    assert RoutingDecision.objects.get(contact=contact).digest


def test_the_person_who_knows_the_customer_comes_first(cast):
    routing.on_shift(cast.member, cast.isar, idle=30)
    routing.on_shift(cast.second_member, cast.isar, idle=300)
    who = customers.customer(cast.isar)
    customers.closed(cast.isar, who, at=routing.later(-86400), person=cast.member)
    answer = services.arrive(by=None, arrival=Arrival("phone", customer_id=who.pk))
    assert (answer.decision["person"], answer.decision["why"]) == (cast.member.pk, "usual")


def test_nobody_on_shift_means_the_home_queue_and_nobody_absent_is_asked(cast):
    routing.there(cast.member)
    answer = services.arrive(by=None, arrival=Arrival("phone", customer_id=customers.customer(cast.isar).pk))
    assert (answer.decision["outcome"], answer.decision["why"]) == ("queue", "nobody")
    assert answer.state == "waiting"
    assert not Offer.objects.exists()


def test_a_silent_page_is_not_available_for_a_call(cast):
    routing.on_shift(cast.member, cast.isar)
    routing.there(cast.member, at=routing.later(-90))
    answer = services.arrive(by=None, arrival=Arrival("phone", customer_id=customers.customer(cast.isar).pk))
    assert answer.decision["outcome"] != "offer"
    assert {"person": cast.member.pk, "why": "no_heartbeat"} in [s["numbers"] for s in answer.decision["trace"]]


def test_after_hours_it_waits_at_home_with_the_next_opening_and_a_call_back(cast, clock):
    clock.move_to(NOW.replace(hour=22))
    answer = services.arrive(by=None, arrival=Arrival("phone", customer_id=customers.customer(cast.isar).pk))
    assert (answer.decision["outcome"], answer.decision["why"]) == ("queue", "closed")
    assert answer.decision["opens_at"] is not None
    assert answer.decision["call_back"] is True


def test_without_anybody_at_home_a_partner_is_asked_at_once(cast):
    routing.on_shift(cast.other_member, cast.elbe)
    made = routing.agreement(cast.isar, cast.elbe)
    answer = services.arrive(by=None, arrival=Arrival("phone", customer_id=customers.customer(cast.isar).pk))
    assert (answer.decision["person"], answer.decision["agreement"]) == (cast.other_member.pk, made.pk)
    contact = Contact.objects.get(pk=answer.contact_id)
    assert contact.home_pod == cast.isar


def test_a_skill_that_nobody_holds_is_marked_and_told(cast):
    routing.on_shift(cast.member, cast.isar)
    rare = people.skill("Sorbian")
    who = customers.customer(cast.isar)
    answer = services.arrive(by=None, arrival=Arrival("phone", customer_id=who.pk, skill_id=rare.pk))
    assert answer.decision["nobody_holds_skill"] is True
    assert answer.state == "waiting"
    assert Contact.objects.get(pk=answer.contact_id).skill_missing
    assert cast.member.notices.filter(kind="skill_missing").exists()
    assert cast.operations_lead.notices.filter(kind="skill_missing").exists()


def test_an_unknown_customer_goes_to_the_pod_of_the_address_else_to_the_default(cast):
    customers.default_rule(cast.elbe)
    named = services.arrive(by=None, arrival=Arrival("phone", pod_id=cast.isar.pk, caller="+49 89 …417"))
    other = services.arrive(by=None, arrival=Arrival("phone"))
    assert Contact.objects.get(pk=named.contact_id).home_pod == cast.isar
    flagged = Contact.objects.get(pk=other.contact_id)
    assert (flagged.home_pod, flagged.by_default_rule) == (cast.elbe, True)


def test_without_any_rule_it_is_refused_in_words(cast):
    with pytest.raises(Refused) as refusal:
        services.arrive(by=None, arrival=Arrival("phone"))
    assert refusal.value.codes == {"no_home"}


@pytest.mark.parametrize(
    "wrong",
    [{"channel": "fax"}, {"priority": 0}, {"skill_id": 999999}, {"customer_id": 999999}, {"direction": "up"}],
)
def test_wrong_values_are_named(cast, wrong):
    customers.default_rule(cast.isar)
    with pytest.raises(Invalid):
        services.arrive(by=None, arrival=Arrival(**({"channel": "phone"} | wrong)))
    assert not Contact.objects.exists()


def test_the_same_key_and_body_get_the_stored_answer(cast):
    routing.on_shift(cast.member, cast.isar)
    arrival = Arrival("phone", customer_id=customers.customer(cast.isar).pk)
    first = services.arrive(by=None, arrival=arrival, key="k1", scope="token:1")
    again = services.arrive(by=None, arrival=arrival, key="k1", scope="token:1")
    assert (again.contact_id, again.decision, again.stored) == (first.contact_id, first.decision, True)
    assert Contact.objects.count() == 1
    assert IdempotencyKey.objects.count() == 1
    services.arrive(by=None, arrival=arrival, key="k1", scope="token:2")
    assert Contact.objects.count() == 2


def test_the_same_key_with_another_body_is_invalid(cast):
    customers.default_rule(cast.isar)
    services.arrive(by=None, arrival=Arrival("phone"), key="k1")
    with pytest.raises(Invalid) as refusal:
        services.arrive(by=None, arrival=Arrival("chat"), key="k1")
    assert "Idempotency-Key" in refusal.value.fields
    with pytest.raises(Invalid):
        services.arrive(by=None, arrival=Arrival("phone"), at=later(-30), key="k1")
    assert Contact.objects.count() == 1


def test_a_number_that_is_known_already_is_refused(cast):
    customers.default_rule(cast.isar)
    services.arrive(by=None, arrival=Arrival("phone", external_id="call-1"))
    with pytest.raises(Refused) as refusal:
        services.arrive(by=None, arrival=Arrival("phone", external_id="call-1"))
    assert refusal.value.codes == {"external_id_taken"}


def test_intake_with_an_offer_takes_at_most_eight_trips(cast):
    routing.on_shift(cast.member, cast.isar)
    routing.on_shift(cast.other_member, cast.elbe)
    routing.agreement(cast.isar, cast.elbe)
    who = customers.customer(cast.isar)
    services.arrive(by=None, arrival=Arrival("phone", customer_id=who.pk))  # typical times are looked up once
    with CaptureQueriesContext(
        connection,
    ) as trips:
        services.arrive(by=cast.administrator, arrival=Arrival("phone", customer_id=who.pk), key="k", scope="s")
    sent = [q["sql"] for q in trips if "SAVEPOINT" not in q["sql"]]
    assert len(sent) <= 8, "\n\n".join(sent)


def test_an_older_contact_of_the_channel_goes_first(cast):
    routing.on_shift(cast.member, cast.isar)
    customers.contact(cast.isar, at=routing.later(-30))
    answer = services.arrive(by=None, arrival=Arrival("phone", customer_id=customers.customer(cast.isar).pk))
    assert (answer.decision["outcome"], answer.decision["why"]) == ("wait", "ahead")


def test_a_machine_that_started_a_moment_ago_takes_contacts(cast, monkeypatch):
    """The monotonic clock counts from the machine's start: what was never looked up is stale even then."""
    monkeypatch.setattr(world, "_typical", {})
    monkeypatch.setattr("time.monotonic", lambda: 5.0)
    answer = services.arrive(by=None, arrival=Arrival("phone", customer_id=customers.customer(cast.isar).pk))
    assert answer.state == "waiting"
