"""How a contact comes into somebody's hands, and out of them."""

from decimal import Decimal

import pytest
import time_machine
from django.http import Http404

from customers.contacts.models import Contact, ContactEvent
from customers.contacts.rollup_models import ServedDay
from customers.routing import engine, services
from customers.routing.models import ContactAssignment, LoadEvent, Offer
from customers.routing.services import Arrival
from cxportal.core.violations import Invalid, Refused
from teams.fairness.models import PointEntry
from teams.presence.models import Presence, PresenceEvent
from tests.factories import customers, people, routing
from tests.factories.routing import NOW, later

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def arrive(cast, channel="phone", **about):
    who = about.pop("customer", None) or customers.customer(cast.isar)
    answer = services.arrive(by=None, arrival=Arrival(channel, customer_id=who.pk, **about))
    return Contact.objects.get(pk=answer.contact_id)


def test_the_whole_life_of_a_call(cast, clock):
    routing.on_shift(cast.member, cast.isar)
    reason = customers.reason("Invoice unclear")
    contact = arrive(cast)
    clock.move_to(later(8))
    services.accept(by=cast.member, contact_id=contact.pk)
    clock.move_to(later(308))
    services.end(by=cast.member, contact_id=contact.pk)
    assert Presence.objects.get(pk=cast.member.pk).state == "after_work"
    clock.move_to(later(368))
    closed = services.resolve(by=cast.member, contact_id=contact.pk, reason_id=reason.pk, resolution="Explained")
    contact.refresh_from_db()
    assert (contact.state, contact.person, contact.serving_pod) == ("resolved", cast.member, cast.isar)
    assert (contact.work_seconds, contact.after_work_seconds) == (300, 60)
    assert contact.first_response_at == later(8)
    assert contact.business_day == NOW.date()
    assert contact.reason == reason
    assert closed.survey is not None
    assert ServedDay.objects.filter(customer=contact.customer).exists()
    presence = Presence.objects.get(pk=cast.member.pk)
    assert (presence.state, presence.idle_since) == ("available", later(368))
    assert list(PresenceEvent.objects.values_list("state", flat=True)) == ["after_work", "available"]
    assert list(contact.events.order_by("at", "pk").values_list("kind", flat=True)) == [
        "arrived",
        "offered",
        "accepted",
        "ended",
        "resolved",
    ]
    assert sum(LoadEvent.objects.filter(person=cast.member).values_list("delta", flat=True)) == 0


def test_somebody_else_cannot_accept_an_offer(cast):
    routing.on_shift(cast.member, cast.isar)
    contact = arrive(cast)
    with pytest.raises(Refused) as refusal:
        services.accept(by=cast.second_member, contact_id=contact.pk)
    assert refusal.value.codes == {"no_offer"}


def test_a_second_click_changes_nothing(cast):
    routing.on_shift(cast.member, cast.isar)
    contact = arrive(cast)
    for _ in range(2):
        services.accept(by=cast.member, contact_id=contact.pk)
    assert ContactAssignment.objects.filter(contact=contact).count() == 1
    assert contact.events.filter(kind="accepted").count() == 1


def test_who_is_slower_reads_who_was_faster(cast):
    routing.there(cast.member)
    routing.there(cast.second_member)
    contact = arrive(cast)
    services.take(by=cast.member, contact_id=contact.pk)
    with pytest.raises(Refused) as refusal:
        services.take(by=cast.second_member, contact_id=contact.pk)
    assert refusal.value.codes == {"taken"}
    assert cast.member.name in str(refusal.value)


def test_a_decline_bars_for_two_minutes_and_then_the_same_person_is_asked_again(cast, clock):
    routing.on_shift(cast.member, cast.isar)
    contact = arrive(cast)
    services.decline(by=cast.member, contact_id=contact.pk)
    assert engine.round() == 0
    contact.refresh_from_db()
    assert (contact.state, contact.arrived_at) == ("waiting", NOW)
    assert contact.due_at == later(120)
    clock.move_to(later(121))
    routing.there(cast.member, at=later(121))
    assert engine.round() == 1
    assert Offer.objects.get(contact=contact, state="open").person == cast.member


def test_an_offer_that_lapses_goes_to_the_next_person(cast, clock):
    routing.on_shift(cast.member, cast.isar, idle=300)
    routing.on_shift(cast.second_member, cast.isar, idle=30)
    contact = arrive(cast)
    clock.move_to(later(21))
    engine.round()
    assert Offer.objects.get(contact=contact, person=cast.member).state == "lapsed"
    assert Offer.objects.get(contact=contact, state="open").person == cast.second_member
    with pytest.raises(Refused):
        services.accept(by=cast.member, contact_id=contact.pk)


def test_accepting_after_the_time_is_refused_even_before_the_router_looked(cast, clock):
    routing.on_shift(cast.member, cast.isar)
    contact = arrive(cast)
    clock.move_to(later(20))
    with pytest.raises(Refused) as refusal:
        services.accept(by=cast.member, contact_id=contact.pk)
    assert refusal.value.codes == {"offer_lapsed"}


def test_a_call_is_exclusive_and_chats_fill_up_to_three(cast):
    routing.there(cast.member)
    for _ in range(3):
        services.take(by=cast.member, contact_id=arrive(cast, "chat").pk)
    with pytest.raises(Refused) as refusal:
        services.take(by=cast.member, contact_id=arrive(cast, "chat").pk)
    assert refusal.value.codes == {"full"}
    with pytest.raises(Refused):
        services.take(by=cast.member, contact_id=arrive(cast, "phone").pk)


def test_who_is_on_a_break_takes_nothing(cast):
    routing.there(cast.member, state="break")
    with pytest.raises(Refused) as refusal:
        services.take(by=cast.member, contact_id=arrive(cast).pk)
    assert refusal.value.codes == {"not_here"}


def test_a_required_skill_is_asked_of_who_takes(cast):
    routing.there(cast.member)
    skill = people.skill("Sorbian", cast.second_member)
    with pytest.raises(Refused) as refusal:
        services.take(by=cast.member, contact_id=arrive(cast, skill_id=skill.pk).pk)
    assert refusal.value.codes == {"skill"}


def test_take_next_takes_what_is_most_due_and_says_when_nothing_fits(cast):
    routing.there(cast.member)
    with pytest.raises(Refused) as refusal:
        services.take_next(by=cast.member, pod=cast.isar)
    assert refusal.value.codes == {"nothing_fits"}
    customers.contact(cast.isar, at=later(-50), channel="email")
    urgent = customers.contact(cast.isar, at=later(-15))
    assert services.take_next(by=cast.member, pod=cast.isar).pk == urgent.pk


def test_handing_over_needs_a_reason_and_a_receiver(cast):
    routing.there(cast.member)
    contact = arrive(cast)
    services.take(by=cast.member, contact_id=contact.pk)
    with pytest.raises(Invalid) as refusal:
        services.hand_over(by=cast.member, contact_id=contact.pk, why=" ")
    assert set(refusal.value.fields) == {"why", "receiver"}


def test_a_colleague_gets_what_was_handed_over_first(cast, clock):
    routing.there(cast.member)
    contact = arrive(cast)
    services.take(by=cast.member, contact_id=contact.pk)
    routing.on_shift(cast.lead, cast.isar, idle=3000)
    routing.on_shift(cast.second_member, cast.isar, idle=1)
    clock.move_to(later(5))
    services.hand_over(by=cast.member, contact_id=contact.pk, why="Knows the depot", to_member_id=cast.second_member.pk)
    engine.round()
    offer = Offer.objects.get(contact=contact, state="open")
    assert offer.person == cast.second_member
    contact.refresh_from_db()
    assert contact.arrived_at == NOW


def test_another_pod_can_receive_and_the_home_pod_stays_the_owner(cast):
    routing.there(cast.member)
    contact = arrive(cast)
    services.take(by=cast.member, contact_id=contact.pk)
    services.hand_over(by=cast.member, contact_id=contact.pk, why="Their product", to_pod_id=cast.elbe.pk)
    contact.refresh_from_db()
    assert (contact.state, contact.home_pod, contact.serving_pod) == ("waiting", cast.isar, cast.elbe)
    routing.on_shift(cast.other_member, cast.elbe)
    engine.round()
    assert Offer.objects.get(contact=contact, state="open").person == cast.other_member


def test_a_reopened_contact_goes_to_the_same_person(cast, clock):
    routing.on_shift(cast.member, cast.isar, idle=1)
    contact = arrive(cast)
    services.accept(by=cast.member, contact_id=contact.pk)
    services.resolve(by=cast.member, contact_id=contact.pk)
    routing.on_shift(cast.second_member, cast.isar, idle=3000)
    clock.move_to(later(60))
    routing.there(cast.member, at=later(60), idle=0)
    services.reopen(by=cast.second_member, contact_id=contact.pk)
    contact.refresh_from_db()
    assert (contact.state, contact.reopened_count, contact.closed_at) == ("waiting", 1, None)
    assert not ServedDay.objects.filter(customer=contact.customer).exists()
    engine.round()
    assert Offer.objects.get(contact=contact, state="open").person == cast.member


def test_a_caller_who_hangs_up_while_waiting_is_abandoned_and_the_offer_is_recalled(cast):
    routing.on_shift(cast.member, cast.isar)
    contact = arrive(cast)
    services.abandon(by=cast.administrator, contact_id=contact.pk)
    contact.refresh_from_db()
    assert (contact.state, contact.closed_at) == ("abandoned", NOW)
    assert Offer.objects.get(contact=contact).state == "recalled"
    with pytest.raises(Refused) as refusal:
        services.accept(by=cast.member, contact_id=contact.pk)
    assert refusal.value.codes == {"closed"}


def test_telephony_may_report_late_and_out_of_order(cast, clock):
    contact = arrive(cast)
    reporter = cast.administrator
    clock.move_to(later(600))
    services.resolve(by=reporter, member=cast.member, contact_id=contact.pk, at=later(400))
    services.end(by=reporter, member=cast.member, contact_id=contact.pk, at=later(310))
    services.accept(by=reporter, member=cast.member, contact_id=contact.pk, at=later(10))
    for _ in range(2):
        services.accept(by=reporter, member=cast.member, contact_id=contact.pk, at=later(10))
    contact.refresh_from_db()
    assert contact.state == "resolved"
    assert (contact.work_seconds, contact.after_work_seconds) == (300, 90)
    assert (contact.first_response_at, contact.closed_at) == (later(10), later(400))
    assert contact.person == cast.member
    assert contact.events.filter(kind="accepted").count() == 1


def test_an_event_before_the_arrival_or_in_the_future_is_invalid(cast):
    contact = arrive(cast)
    for at in (later(-60), later(60)):
        with pytest.raises(Invalid):
            services.abandon(by=cast.administrator, contact_id=contact.pk, at=at)
    services.abandon(by=cast.administrator, contact_id=contact.pk, at=later(-3))
    assert Contact.objects.get(pk=contact.pk).closed_at == NOW


def test_only_who_has_it_resolves_it(cast):
    routing.there(cast.member)
    contact = arrive(cast)
    with pytest.raises(Refused):
        services.resolve(by=cast.second_member, contact_id=contact.pk)
    services.take(by=cast.member, contact_id=contact.pk)
    with pytest.raises(Refused) as refusal:
        services.resolve(by=cast.second_member, contact_id=contact.pk)
    assert refusal.value.codes == {"not_yours"}


def test_an_unknown_contact_is_not_found(cast):
    with pytest.raises(Http404):
        services.take(by=cast.member, contact_id=999_999)


def test_a_note_is_kept_and_told(cast, published):
    contact = arrive(cast)
    services.add_note(by=cast.member, contact_id=contact.pk, text="  Third call  ")
    assert contact.notes.get().text == "Third call"
    assert any(event == "notes" for _topics, event, _ids in published)
    assert ContactEvent.objects.filter(contact=contact, kind="noted").exists()


def test_who_solves_a_contact_for_another_pod_has_helped_and_that_counts_once(cast, clock):
    routing.there(cast.member)
    contact = arrive(cast)
    services.take(by=cast.member, contact_id=contact.pk)
    services.hand_over(by=cast.member, contact_id=contact.pk, why="Their product", to_pod_id=cast.elbe.pk)
    routing.on_shift(cast.other_member, cast.elbe)
    engine.round()
    services.accept(by=cast.other_member, contact_id=contact.pk)
    clock.move_to(later(1800))
    services.resolve(by=cast.other_member, contact_id=contact.pk)
    services.resolve(by=cast.other_member, contact_id=contact.pk)
    entry = PointEntry.objects.get()
    assert (entry.member, entry.pod, entry.kind, entry.source) == (
        cast.other_member, cast.elbe, "help", f"contact:{contact.pk}",
    )  # fmt: skip
    assert entry.points == Decimal("0.5")


def test_who_solves_a_contact_of_the_own_pod_has_not_helped_another(cast):
    routing.there(cast.member)
    contact = arrive(cast)
    services.take(by=cast.member, contact_id=contact.pk)
    services.resolve(by=cast.member, contact_id=contact.pk)
    assert not PointEntry.objects.exists()
