"""The router gives out what waits; with none of them nothing is lost."""

import json

import pytest
import time_machine

from customers.contacts.models import Contact
from customers.routing import agreements, engine, services
from customers.routing.models import Offer, RoutingDecision
from customers.routing.services import Arrival
from teams.presence import services as presence
from teams.presence.models import PresenceEvent
from tests.factories import customers, people, routing
from tests.factories.routing import NOW, later

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def call(cast, **about):
    who = customers.customer(cast.isar)
    return services.arrive(by=None, arrival=Arrival("phone", customer_id=who.pk, **about)).contact_id


def open_offer(contact_id):
    return Offer.objects.filter(contact_id=contact_id, state="open").first()


def test_what_waited_without_a_router_is_given_out_by_the_next_one(cast):
    first, second = call(cast), call(cast)
    routing.on_shift(cast.member, cast.isar)
    routing.on_shift(cast.second_member, cast.isar)
    assert engine.round() == 2
    assert {open_offer(first).person, open_offer(second).person} == {cast.member, cast.second_member}
    assert engine.round() == 0


def test_the_oldest_of_a_channel_is_served_first(cast):
    newer = customers.contact(cast.isar, at=later(-10))
    older = customers.contact(cast.isar, at=later(-40))
    routing.on_shift(cast.member, cast.isar)
    engine.round()
    assert open_offer(older.pk).person == cast.member
    assert open_offer(newer.pk) is None


def test_after_the_threshold_a_partner_is_asked_and_home_may_still_take_it(cast, clock):
    routing.on_shift(cast.member, cast.isar)
    busy = call(cast)
    services.accept(by=cast.member, contact_id=busy)
    routing.on_shift(cast.other_member, cast.elbe)
    routing.agreement(cast.isar, cast.elbe, thresholds={"phone": 10})
    waiting = call(cast)
    assert open_offer(waiting) is None
    assert Contact.objects.get(pk=waiting).due_at == later(10)
    clock.move_to(later(10))
    assert engine.round() == 1
    assert open_offer(waiting).person == cast.other_member
    # Home is free again before the partner answers: it takes its own contact, with its age.
    services.resolve(by=cast.member, contact_id=busy)
    assert engine.round() == 1
    assert open_offer(waiting).person == cast.member
    assert Offer.objects.get(contact_id=waiting, person=cast.other_member).state == "recalled"
    assert Contact.objects.get(pk=waiting).arrived_at == NOW


def test_a_contact_that_a_partner_served_is_not_sent_out_again(cast, clock):
    routing.on_shift(cast.other_member, cast.elbe)
    routing.agreement(cast.isar, cast.elbe)
    contact = call(cast)
    services.accept(by=cast.other_member, contact_id=contact)
    clock.move_to(later(30))
    routing.there(cast.other_member, at=later(30))
    services.hand_over(by=cast.other_member, contact_id=contact, why="Needs the depot", to_pod_id=cast.isar.pk)
    engine.round()
    assert open_offer(contact) is None
    assert Contact.objects.get(pk=contact).state == "waiting"


def test_a_pause_recalls_waiting_offers_and_lets_running_contacts_finish(cast):
    routing.on_shift(cast.other_member, cast.elbe)
    routing.on_shift(cast.guest, cast.elbe)
    made = routing.agreement(cast.isar, cast.elbe)
    running, waiting = call(cast), call(cast)
    who = open_offer(running).person
    services.accept(by=who, contact_id=running)
    agreements.pause(by=cast.other_member, pod=cast.elbe, agreement_id=made.pk)
    assert open_offer(waiting) is None
    assert Contact.objects.get(pk=waiting).state == "waiting"
    assert Contact.objects.get(pk=running).state == "in_work"
    engine.round()
    assert open_offer(waiting) is None


def test_the_cap_at_once_holds(cast):
    routing.on_shift(cast.other_member, cast.elbe)
    routing.on_shift(cast.guest, cast.elbe)
    routing.agreement(cast.isar, cast.elbe, cap_once=1)
    first, second = call(cast), call(cast)
    assert open_offer(first) is not None
    engine.round()
    assert open_offer(second) is None
    failed = RoutingDecision.objects.filter(contact_id=second).latest("pk").trace
    assert {"agreement", "partner", "used", "cap"} <= {
        key for step in failed if step["name"] == "cap_once" and not step["passed"] for key in step["numbers"]
    }


def test_who_falls_silent_is_recorded_and_found_again(cast, clock):
    routing.on_shift(cast.member, cast.isar)
    clock.move_to(later(100))
    engine.round()
    silent = PresenceEvent.objects.get(member=cast.member)
    assert (silent.silent, silent.at) == (True, later(75))
    contact = call(cast)
    assert open_offer(contact) is None
    clock.move_to(later(160))
    assert presence.heartbeat(member=cast.member) is True
    assert engine.round() == 1
    assert open_offer(contact).person == cast.member


def test_a_decision_is_stored_once_while_nothing_changes(cast):
    contact = call(cast)
    for _ in range(3):
        engine.round()
    assert RoutingDecision.objects.filter(contact_id=contact).count() == 1


def test_a_skill_that_somebody_learns_lets_the_contact_go(cast):
    routing.on_shift(cast.member, cast.isar)
    skill = people.skill("Sorbian", cast.other_member)
    contact = call(cast, skill_id=skill.pk)
    engine.round()
    assert open_offer(contact) is None
    people.skill("Sorbian", cast.member)
    engine.round()
    assert open_offer(contact).person == cast.member


def test_the_next_look_is_due_when_an_offer_ends(cast):
    routing.on_shift(cast.member, cast.isar)
    call(cast)
    assert engine.next_due(later(16)) == later(20)
    assert engine.next_due(NOW) == later(5)


def test_home_takes_by_hand_what_is_out_with_a_partner(cast):
    routing.on_shift(cast.other_member, cast.elbe)
    routing.agreement(cast.isar, cast.elbe)
    contact = call(cast)
    assert open_offer(contact).person == cast.other_member
    routing.there(cast.member)
    services.take(by=cast.member, contact_id=contact)
    assert open_offer(contact) is None
    assert Contact.objects.get(pk=contact).person == cast.member


def test_a_heap_that_nobody_can_serve_hides_nothing(cast, monkeypatch):
    monkeypatch.setattr("customers.routing.world.AT_HAND", 2)
    skill = people.skill("Sorbian", cast.other_member)
    for age in range(5):
        customers.contact(cast.isar, at=later(-100 - age), required_skill=skill)
    plain = customers.contact(cast.isar, at=later(-5))
    routing.on_shift(cast.member, cast.isar)
    assert engine.round() == 1
    assert open_offer(plain.pk).person == cast.member


@pytest.mark.parametrize(
    ("agreed", "where", "wakes", "at_once"),
    [(False, "isar", False, True), (True, "elbe", True, False), (False, None, True, False)],
    ids=["offered at home", "out with a partner", "nobody there"],
)
def test_a_burst_of_decided_arrivals_shares_the_routers_next_look(cast, published, agreed, where, wakes, at_once):
    if where:
        routing.on_shift(cast.member if where == "isar" else cast.other_member, getattr(cast, where))
    if agreed:
        routing.agreement(cast.isar, cast.elbe)
    call(cast)
    (told,) = {
        json.dumps({"t": sorted(t for t, *_ in published), "e": event, "i": ids}) for _t, event, ids in published
    }
    heard = engine.news(told)
    assert (bool(heard.pods), heard.at_once) == (wakes, at_once)


def test_what_changes_for_people_makes_the_router_look_at_once(cast, published):
    routing.on_shift(cast.member, cast.isar)
    contact = call(cast)
    published.clear()
    services.decline(by=cast.member, contact_id=contact)
    told = [json.dumps({"t": [topic], "e": event, "i": ids}) for topic, event, ids in published]
    assert engine.News(frozenset({cast.isar.pk}), at_once=True) in [engine.news(text) for text in told]
