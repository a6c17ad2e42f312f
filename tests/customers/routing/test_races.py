"""Acts on contacts at the same instant, over real connections; each guard has a control without it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from customers.contacts.models import Contact, ContactEvent
from customers.routing import agreements, engine, services
from customers.routing.models import ContactAssignment, Offer, OverflowTerms
from customers.routing.services import Arrival, closing, intake, offering, placing
from cxportal.core.database import LockClass
from cxportal.core.models import IdempotencyKey
from teams.pods.models import Pod
from tests.cast import Cast
from tests.factories import customers, people, routing
from tests.factories.routing import NOW, later
from tests.races import Act, Outcome, deadlocks, meeting, together, without_constraints, without_locks

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

CONTACT_AND_PERSON = (LockClass.CONTACT, LockClass.PERSON)
OFFER_WRITTEN, END_WRITTEN = (offering, "record"), (closing, "record")
READ_UNDER_LOCKS = (placing, "_locked")


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def post(client: Client, url: str) -> int:
    return client.post(url).status_code


def call(home: Pod, **about: object) -> Contact:
    made = customers.contact(home, customers.customer(home), at=NOW, **about)
    made.events.create(kind="arrived", at=NOW, pod=home)
    return made


def calls(cast: Cast, number: int = 1) -> list[Contact]:
    return [call(cast.isar) for _ in range(number)]


def open_work(contact: Contact) -> int:
    return ContactAssignment.objects.filter(contact=contact, ended_at__isnull=True).count()


def test_one_contact_taken_by_eight_over_http_goes_to_exactly_one(cast: Cast, live_server: object) -> None:
    (contact,) = calls(cast)
    members = [people.member(cast.isar, f"Member {n}") for n in range(8)]
    clients = []
    for member in members:
        routing.there(member)
        client = Client()
        client.force_login(member)
        clients.append(client)
    url = reverse("contact_take", args=[contact.pk])
    told = together(partial(post, client, url) for client in clients)
    assert sorted(map(str, told.answers)) == ["303", *["409"] * 7]
    assert open_work(contact) == 1
    assert ContactEvent.objects.filter(contact=contact, kind="taken").count() == 1


def taken_by_two(cast: Cast) -> tuple[Contact, list[Act]]:
    (contact,) = calls(cast)
    for member in (cast.member, cast.second_member):
        routing.there(member)
    return contact, [partial(services.take, by=m, contact_id=contact.pk) for m in (cast.member, cast.second_member)]


def test_one_contact_taken_by_two_goes_to_one_and_the_other_reads_who_has_it(cast: Cast) -> None:
    contact, acts = taken_by_two(cast)
    with meeting(OFFER_WRITTEN, before=True):
        told = together(acts)
    assert (len(told.answers), told.codes, open_work(contact)) == (1, {"taken"}, 1)


def test_control_without_lock_and_constraint_two_people_take_one_contact(cast: Cast) -> None:
    contact, acts = taken_by_two(cast)
    with (
        without_locks(*CONTACT_AND_PERSON),
        without_constraints("assignment_one_open"),
        meeting(OFFER_WRITTEN, before=True),
    ):
        assert len(together(acts).answers) == 2
        assert open_work(contact) == 2


def two_calls_for_one(cast: Cast) -> list[Act]:
    routing.there(cast.member)
    return [partial(services.take, by=cast.member, contact_id=c.pk) for c in calls(cast, 2)]


def test_who_takes_two_calls_at_once_gets_one(cast: Cast) -> None:
    with meeting(OFFER_WRITTEN, before=True):
        told = together(two_calls_for_one(cast))
    assert (len(told.answers), told.codes) == (1, {"full"})


def test_control_without_the_lock_on_the_person_somebody_has_two_calls(cast: Cast) -> None:
    with without_locks(LockClass.PERSON), meeting(OFFER_WRITTEN, before=True):
        assert len(together(two_calls_for_one(cast)).answers) == 2


# --- offers by the router ------------------------------------------------------------------------


def last_place(cast: Cast) -> list[Act]:
    """Two calls that need different helpers of the same partner, who lends out one person at a time."""
    for helper, skill in ((cast.other_member, "Sorbian"), (cast.guest, "Danish")):
        people.skill(skill, helper)
        routing.on_shift(helper, cast.elbe)
    routing.agreement(cast.isar, cast.elbe, cap_once=1)
    waiting = [call(cast.isar, required_skill=people.skill(skill)) for skill in ("Sorbian", "Danish")]
    return [partial(services.offer, by=None, contact_id=c.pk) for c in waiting]


def lent_out() -> int:
    return Offer.objects.filter(state="open", agreement__isnull=False).count()


def test_the_last_overflow_place_is_given_once_by_two_routers(cast: Cast) -> None:
    acts = last_place(cast)
    with meeting(READ_UNDER_LOCKS):
        told = together(acts)
    assert sorted(told.answers) == ["offer", "queue"]
    assert lent_out() == 1


def test_control_without_the_lending_lock_the_last_place_is_given_twice(cast: Cast) -> None:
    acts = last_place(cast)
    with without_locks(LockClass.AGREEMENT), meeting(READ_UNDER_LOCKS):
        assert together(acts).answers == ["offer", "offer"]
    assert lent_out() == 2


def lending_and_taking_back(cast: Cast) -> list[Act]:
    """A router lends a helper while the helper's pod takes the signature back that put the terms in force."""
    people.skill("Sorbian", cast.other_member)
    routing.on_shift(cast.other_member, cast.elbe)
    agreed = routing.agreement(cast.isar, cast.elbe, in_force_at=NOW)
    contact = call(cast.isar, required_skill=people.skill("Sorbian"))
    back = partial(agreements.take_back, by=cast.other_member, pod=cast.elbe, agreement_id=agreed.pk)
    return [partial(services.offer, by=None, contact_id=contact.pk), back]


def terms_hold() -> bool:
    return OverflowTerms.objects.filter(state="in_force").exists()


MAY_TAKE_BACK = (agreements, "_may_take_back")


def test_either_a_router_lends_or_the_signature_is_taken_back(cast: Cast) -> None:
    acts = lending_and_taking_back(cast)
    with meeting(READ_UNDER_LOCKS, MAY_TAKE_BACK):
        told = together(acts)
    assert ("offer" in told.answers, told.codes, lent_out()) in [(True, {"undo_used"}, 1), (False, set(), 0)]
    assert terms_hold() is bool(lent_out())


def test_control_without_the_lending_lock_a_router_lends_under_a_signature_that_is_gone(cast: Cast) -> None:
    acts = lending_and_taking_back(cast)
    with without_locks(LockClass.AGREEMENT), meeting(READ_UNDER_LOCKS, MAY_TAKE_BACK):
        told = together(acts)
    assert (len(told.answers), lent_out(), terms_hold()) == (2, 1, False)


def test_two_routers_in_the_same_second_ask_nobody_twice(cast: Cast) -> None:
    """That one router leads saves work; that two do no harm is held by contact and person below."""
    members = [people.member(cast.isar, f"Member {n}") for n in range(6)]
    for member in members:
        routing.on_shift(member, cast.isar)
    waiting = calls(cast, 6)
    before = deadlocks()
    assert together([engine.round, engine.round]).refusals == []
    engine.round()
    offers = Offer.objects.filter(state="open")
    assert set(offers.values_list("contact_id", flat=True)) == {c.pk for c in waiting}
    assert set(offers.values_list("person_id", flat=True)) == {m.pk for m in members}
    assert ContactEvent.objects.filter(kind="offered").count() == 6
    assert deadlocks() == before


def one_contact_of_two_routers(cast: Cast) -> list[Act]:
    for member in (cast.member, cast.second_member):
        routing.on_shift(member, cast.isar)
    (contact,) = calls(cast)
    return [partial(services.offer, by=None, contact_id=contact.pk)] * 2


CONTACT_READ = (placing, "settled")


def test_two_routers_offer_one_contact_once(cast: Cast) -> None:
    acts = one_contact_of_two_routers(cast)
    with meeting(CONTACT_READ, before=True):
        assert sorted(together(acts).answers) == ["gone", "offer"]
    assert Offer.objects.count() == 1


def test_control_without_lock_and_constraint_two_routers_offer_one_contact_to_two(cast: Cast) -> None:
    acts = one_contact_of_two_routers(cast)
    with without_locks(LockClass.CONTACT), without_constraints("offer_one_open"), meeting(CONTACT_READ, before=True):
        assert together(acts).answers == ["offer", "offer"]
        assert Offer.objects.filter(state="open").values("person").distinct().count() == 2


def test_without_the_lock_the_constraint_still_offers_one_contact_once(cast: Cast) -> None:
    acts = one_contact_of_two_routers(cast)
    with without_locks(LockClass.CONTACT), meeting(CONTACT_READ, before=True):
        told = together(acts, tolerate=(IntegrityError,))
    assert (told.answers, len(told.errors)) == (["offer"], 1)
    assert Offer.objects.count() == 1


def two_arrivals_for_one_person(cast: Cast) -> list[Act]:
    """Neither call is in the queue that the other one sees."""
    routing.on_shift(cast.member, cast.isar)
    people_who_call = [customers.customer(cast.isar) for _ in range(2)]
    return [partial(services.arrive, by=None, arrival=Arrival("phone", customer_id=c.pk)) for c in people_who_call]


def test_two_calls_that_arrive_at_once_ask_one_person_for_one(cast: Cast) -> None:
    acts = two_arrivals_for_one_person(cast)
    with meeting(READ_UNDER_LOCKS):
        assert sorted(answer.state for answer in together(acts).answers) == ["offered", "waiting"]
    assert Offer.objects.filter(person=cast.member).count() == 1


def test_control_without_the_lock_on_the_person_both_calls_are_offered(cast: Cast) -> None:
    acts = two_arrivals_for_one_person(cast)
    with without_locks(LockClass.PERSON), meeting(READ_UNDER_LOCKS):
        assert [answer.state for answer in together(acts).answers] == ["offered", "offered"]
    assert Offer.objects.filter(person=cast.member, state="open").count() == 2


# --- an offer that is answered and lapses ----------------------------------------------------------


def accept_and_lapse(cast: Cast) -> tuple[Contact, Outcome]:
    """The person clicks in the last seconds while the router's clock says that it is over."""
    (contact,) = calls(cast)
    until = later(60)
    Offer.objects.create(contact=contact, person=cast.member, pod=cast.isar, made_at=NOW, until=until)
    contact.events.create(kind="offered", at=NOW, pod=cast.isar, data={"person": cast.member.pk})
    Contact.objects.filter(pk=contact.pk).update(state="offered")
    with time_machine.travel(later(30), tick=True), meeting(OFFER_WRITTEN, before=True):
        told = together(
            [
                lambda: services.accept(by=cast.member, contact_id=contact.pk),
                lambda: services.lapse(by=None, contact_id=contact.pk, at=until),
            ]
        )
    contact.refresh_from_db()
    return contact, told


def ways_it_ended(contact: Contact) -> set[str]:
    return set(contact.events.values_list("kind", flat=True)) - {"arrived", "offered"}


def test_an_offer_that_is_accepted_and_lapses_at_once_does_exactly_one(cast: Cast) -> None:
    routing.there(cast.member)
    for _ in range(5):
        contact, told = accept_and_lapse(cast)
        offer = Offer.objects.get(contact=contact)
        if told.refusals:
            assert (offer.state, contact.state, ways_it_ended(contact)) == ("lapsed", "waiting", {"lapsed"})
        else:
            assert False in told.answers
            assert (offer.state, contact.state, ways_it_ended(contact)) == ("accepted", "in_work", {"accepted"})
            services.resolve(by=cast.member, contact_id=contact.pk)
        ContactAssignment.objects.all().delete()


def test_control_without_the_lock_an_offer_is_accepted_and_lapses(cast: Cast) -> None:
    routing.there(cast.member)
    with without_locks(*CONTACT_AND_PERSON):
        contact, told = accept_and_lapse(cast)
    assert (len(told.answers), told.refusals) == (2, [])
    assert ways_it_ended(contact) == {"accepted", "lapsed"}


# --- the same request, the same event ---------------------------------------------------------------


def one_key(cast: Cast, times: int) -> list[Act]:
    routing.on_shift(cast.member, cast.isar)
    arrival = Arrival("phone", customer_id=customers.customer(cast.isar).pk)
    return [lambda: services.arrive(by=None, arrival=arrival, key="call-1", scope="token:1")] * times


WRITTEN = (intake, "insert")


def test_one_key_sent_ten_times_at_once_has_one_effect(cast: Cast) -> None:
    acts = one_key(cast, 10)
    with meeting(WRITTEN, before=True):
        told = together(acts)
    assert told.refusals == []
    assert len({answer.contact_id for answer in told.answers}) == 1
    assert sum(not answer.stored for answer in told.answers) == 1
    assert (Contact.objects.count(), Offer.objects.count(), IdempotencyKey.objects.count()) == (1, 1, 1)


def test_control_without_the_constraint_one_key_makes_two_contacts(cast: Cast) -> None:
    acts = one_key(cast, 2)
    with without_constraints("idempotency_key_once"), meeting(WRITTEN, before=True):
        told = together(acts)
        assert (Contact.objects.count(), IdempotencyKey.objects.count()) == (2, 2)
    assert [answer.stored for answer in told.answers] == [False, False]


def told_by_telephony(cast: Cast, times: int) -> tuple[Contact, list[Act]]:
    """The end and the acceptance of one call, each so many times, the end at an instant after the acceptance."""
    (contact,) = calls(cast)
    telephony, who, pk = cast.administrator, cast.member, contact.pk
    ended = partial(services.end, by=telephony, member=who, contact_id=pk, at=later(100))
    accepted = partial(services.accept, by=telephony, member=who, contact_id=pk, at=later(10))
    return contact, [*[ended] * times, *[accepted] * times]


def kinds(contact: Contact) -> list[str]:
    return sorted(contact.events.values_list("kind", flat=True))


def test_one_event_told_ten_times_in_parallel_and_out_of_order_counts_once(cast: Cast) -> None:
    contact, acts = told_by_telephony(cast, 5)
    with time_machine.travel(later(300), tick=True), meeting(OFFER_WRITTEN, END_WRITTEN, before=True):
        told = together(acts)
    assert (len(told.answers), told.refusals) == (10, [])
    contact.refresh_from_db()
    assert (contact.state, contact.work_seconds, contact.first_response_at) == ("after_work", 90, later(10))
    assert kinds(contact) == ["accepted", "arrived", "ended"]


def test_control_without_the_lock_on_the_contact_each_telling_counts(cast: Cast) -> None:
    contact, acts = told_by_telephony(cast, 2)
    with (
        time_machine.travel(later(300), tick=True),
        without_locks(*CONTACT_AND_PERSON),
        without_constraints("assignment_one_open"),
        meeting(OFFER_WRITTEN, END_WRITTEN, before=True),
    ):
        assert len(together(acts).answers) == 4
        assert kinds(contact) == ["accepted", "accepted", "arrived", "ended", "ended"]
