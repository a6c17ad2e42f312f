"""Acts on contacts at the same instant, over real connections; each guard has a control without it."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from customers.contacts.models import Contact, ContactEvent
from customers.routing import engine, services
from customers.routing.decision import decide as decision_of
from customers.routing.models import ContactAssignment, Offer
from customers.routing.services import Arrival, course, offering, placing
from cxportal.core.batch import Prepared
from cxportal.core.models import IdempotencyKey
from cxportal.core.violations import Refused
from teams.presence.models import Presence
from tests.cast import Cast
from tests.factories import customers, people, routing
from tests.factories.routing import NOW, later

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

type Act = Callable[[], object]


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def together(acts: list[Act]) -> tuple[list[object], list[Refused]]:
    """Start every act at one instant in a thread of its own: what they answered, and what was refused."""
    start = threading.Barrier(len(acts))
    done: list[object] = []
    refused: list[Refused] = []
    other: list[BaseException] = []

    def run(act: Act) -> None:
        try:
            start.wait(20)
            done.append(act())
        except Refused as refusal:
            refused.append(refusal)
        except BaseException as error:
            other.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert other == []
    return done, refused


@contextlib.contextmanager
def without(name: str, table: str, again: str) -> Iterator[None]:
    """The database without one of its unique indexes."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {name}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
            cursor.execute(f"CREATE UNIQUE INDEX {name} ON {table} {again}")


def judged_together(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Take the contact's lock out, and let all acts read before any writes."""
    judged = threading.Barrier(number)

    def read_and_wait(contact_id: int) -> course.Held:
        contact = Contact.objects.select_related("home_pod").get(pk=contact_id)
        events = list(ContactEvent.objects.filter(contact=contact).order_by("at", "pk"))
        offer = Offer.objects.filter(contact=contact, state="open").first()
        held = course.Held(contact, events, offer, None)
        with contextlib.suppress(threading.BrokenBarrierError):
            judged.wait(3)
        return held

    monkeypatch.setattr(offering, "hold", read_and_wait)


def post(client: Client, url: str) -> int:
    return client.post(url).status_code


def calls(cast: Cast, number: int = 1) -> list[Contact]:
    found = []
    for _ in range(number):
        made = customers.contact(cast.isar, customers.customer(cast.isar), at=NOW)
        made.events.create(kind="arrived", at=NOW, pod=cast.isar)
        found.append(made)
    return found


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
    answers, refused = together([partial(post, client, url) for client in clients])
    assert sorted(map(str, answers)) == ["303", *["409"] * 7]
    assert refused == []
    assert ContactAssignment.objects.filter(contact=contact, ended_at__isnull=True).count() == 1
    assert ContactEvent.objects.filter(contact=contact, kind="taken").count() == 1


def test_control_without_lock_and_constraint_two_people_take_one_contact(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    (contact,) = calls(cast)
    for member in (cast.member, cast.second_member):
        routing.there(member)
    judged_together(monkeypatch, 2)
    again = "(contact_id) WHERE ended_at IS NULL"
    with without("assignment_one_open", "customers_contactassignment", again):
        done, _refused = together(
            [partial(services.take, by=m, contact_id=contact.pk) for m in (cast.member, cast.second_member)]
        )
        assert len(done) == 2
        assert ContactAssignment.objects.filter(contact=contact, ended_at__isnull=True).count() == 2


def last_place(cast: Cast) -> list[Contact]:
    routing.on_shift(cast.other_member, cast.elbe)
    routing.on_shift(cast.guest, cast.elbe)
    routing.agreement(cast.isar, cast.elbe, cap_once=1)
    return calls(cast, 2)


def test_the_last_overflow_place_is_given_once_by_two_routers(cast: Cast) -> None:
    waiting = last_place(cast)
    done, refused = together([partial(services.offer, by=None, contact_id=c.pk) for c in waiting])
    assert refused == []
    assert sorted(map(str, done)) == ["offer", "queue"]
    assert Offer.objects.filter(state="open", agreement__isnull=False).count() == 1


def test_control_without_the_lending_lock_the_last_place_is_given_twice(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = last_place(cast)
    judged = threading.Barrier(2)
    rows = placing.offer_rows
    spread = {c.pk: person.pk for c, person in zip(waiting, (cast.other_member, cast.guest), strict=True)}

    def to_different_people(contact: object, world: object, clock: dt.datetime) -> object:
        from dataclasses import replace

        decision = decision_of(contact, world, clock)  # type: ignore[arg-type]
        return replace(decision, person=spread[contact.id]) if decision.person else decision  # type: ignore[attr-defined]

    def after_the_other(*args: object) -> object:
        with contextlib.suppress(threading.BrokenBarrierError):
            judged.wait(3)
        return rows(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(placing, "LOCK_PARTNER", Prepared("no_lock", "SELECT $1::int, $2::int"))
    monkeypatch.setattr(placing, "decide", to_different_people)
    monkeypatch.setattr(placing, "offer_rows", after_the_other)
    done, _refused = together([partial(services.offer, by=None, contact_id=c.pk) for c in waiting])
    assert done == ["offer", "offer"]
    assert Offer.objects.filter(state="open", agreement__isnull=False).count() == 2


def test_two_routers_in_the_same_second_ask_nobody_twice(cast: Cast) -> None:
    members = [people.member(cast.isar, f"Member {n}") for n in range(6)]
    for member in members:
        routing.on_shift(member, cast.isar)
    waiting = calls(cast, 6)
    before = deadlocks()
    _done, refused = together([engine.round, engine.round])
    assert refused == []
    engine.round()
    offers = Offer.objects.filter(state="open")
    assert set(offers.values_list("contact_id", flat=True)) == {c.pk for c in waiting}
    assert set(offers.values_list("person_id", flat=True)) == {m.pk for m in members}
    assert ContactEvent.objects.filter(kind="offered").count() == 6
    assert deadlocks() == before


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def offered(cast: Cast) -> Contact:
    (contact,) = calls(cast)
    Offer.objects.create(
        contact=contact, person=cast.member, pod=cast.isar, made_at=NOW, until=NOW + dt.timedelta(milliseconds=500)
    )
    contact.events.create(kind="offered", at=NOW, pod=cast.isar, data={"person": cast.member.pk})
    Contact.objects.filter(pk=contact.pk).update(state="offered")
    return contact


def accept_and_lapse(cast: Cast, contact: Contact) -> tuple[list[object], list[Refused]]:
    """The person clicks in the last milliseconds while the router's clock says that it is over."""
    until = Offer.objects.get(contact=contact).until
    with time_machine.travel(until - dt.timedelta(milliseconds=300), tick=True):
        return together(
            [
                lambda: services.accept(by=cast.member, contact_id=contact.pk),
                lambda: services.lapse(by=None, contact_id=contact.pk, at=until),
            ]
        )


def test_an_offer_that_is_accepted_and_lapses_at_once_does_exactly_one(cast: Cast) -> None:
    routing.there(cast.member)
    for _ in range(10):
        contact = offered(cast)
        done, refused = accept_and_lapse(cast, contact)
        contact.refresh_from_db()
        offer = Offer.objects.get(contact=contact)
        ended = set(contact.events.values_list("kind", flat=True)) - {"arrived", "offered"}
        if refused:
            assert (offer.state, contact.state, ended) == ("lapsed", "waiting", {"lapsed"})
        else:
            assert False in done
            assert (offer.state, contact.state, ended) == ("accepted", "in_work", {"accepted"})
            services.resolve(by=cast.member, contact_id=contact.pk)
        ContactAssignment.objects.all().delete()


def test_control_without_the_lock_an_offer_is_accepted_and_lapses(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    routing.there(cast.member)
    contact = offered(cast)
    judged_together(monkeypatch, 2)
    monkeypatch.setattr(offering, "presence_row", lambda member_id: Presence.objects.get(pk=member_id))
    done, refused = accept_and_lapse(cast, contact)
    assert (len(done), refused) == (2, [])
    assert {"accepted", "lapsed"} <= set(contact.events.values_list("kind", flat=True))


def test_one_key_sent_ten_times_at_once_has_one_effect(cast: Cast) -> None:
    routing.on_shift(cast.member, cast.isar)
    who = customers.customer(cast.isar)
    arrival = Arrival("phone", customer_id=who.pk)
    done, refused = together([lambda: services.arrive(by=None, arrival=arrival, key="call-1", scope="token:1")] * 10)
    assert refused == []
    assert len({answer.contact_id for answer in done}) == 1  # type: ignore[attr-defined]
    assert sum(not answer.stored for answer in done) == 1  # type: ignore[attr-defined]
    assert (Contact.objects.count(), Offer.objects.count(), IdempotencyKey.objects.count()) == (1, 1, 1)


def test_one_event_told_ten_times_in_parallel_and_out_of_order_counts_once(cast: Cast) -> None:
    (contact,) = calls(cast)
    with time_machine.travel(later(300), tick=True):
        told: list[Act] = [
            *[lambda: services.end(by=cast.administrator, member=cast.member, contact_id=contact.pk, at=later(100))]
            * 5,
            *[lambda: services.accept(by=cast.administrator, member=cast.member, contact_id=contact.pk, at=later(10))]
            * 5,
        ]
        done, refused = together(told)
    assert (len(done), refused) == (10, [])
    contact.refresh_from_db()
    assert (contact.state, contact.work_seconds, contact.first_response_at) == ("after_work", 90, later(10))
    kinds = list(contact.events.values_list("kind", flat=True))
    assert sorted(kinds) == ["accepted", "arrived", "ended"]
