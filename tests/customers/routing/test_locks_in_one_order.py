"""Acts that concern several contacts or people lock them in one order; without it PostgreSQL ends one by deadlock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from unittest.mock import patch

import pytest
import time_machine
from django.db import OperationalError, connection, transaction

from customers.contacts.models import Contact
from customers.routing import agreements, engine, services
from customers.routing.decision import Decision
from customers.routing.models import Offer, OverflowAgreement
from customers.routing.services import course, offering, placing
from customers.routing.snapshot import Contact as Waiting
from customers.routing.world import read_world
from cxportal.core.database import LockClass, lock
from teams.people.models import User
from teams.presence.services import presence_row
from tests import lock_order, races
from tests.cast import Cast
from tests.factories import customers, routing
from tests.factories.routing import NOW, later
from tests.races import deadlocks, meeting, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def out_with(helper: User, agreement: OverflowAgreement, channel: str = "phone") -> Contact:
    """A contact that is offered to a helper of the partner."""
    who = customers.customer(agreement.home)
    contact = customers.contact(agreement.home, who, at=NOW, state="offered", channel=channel)
    contact.events.create(kind="arrived", at=NOW, pod=agreement.home)
    about = {"person": helper.pk, "agreement": agreement.pk}
    contact.events.create(kind="overflowed", at=NOW, pod=agreement.partner, data=about)
    Offer.objects.create(
        contact=contact, person=helper, pod=agreement.partner, agreement=agreement, made_at=NOW, until=later(300)
    )
    return contact


@contextmanager
def a_deadlock_is_seen() -> Iterator[None]:
    """For controls: PostgreSQL ends one act, and the check on the order of locks says why."""
    before = deadlocks()
    yield
    assert deadlocks() == before + 1
    assert lock_order.broken
    lock_order.broken.clear()


# --- each takes home what is out with the other -------------------------------------------------------


def crosswise(cast: Cast) -> list[races.Act]:
    for person in (cast.member, cast.other_member):
        routing.there(person)
    out = out_with(cast.other_member, routing.agreement(cast.isar, cast.elbe), "email")
    back = out_with(cast.member, routing.agreement(cast.elbe, cast.isar), "email")
    return [
        partial(services.take, by=cast.member, contact_id=out.pk),
        partial(services.take, by=cast.other_member, contact_id=back.pk),
    ]


MAY_TAKE = (offering, "_may_take")


def test_two_who_take_home_what_is_out_with_the_other_follow_one_another(cast: Cast) -> None:
    before, acts = deadlocks(), crosswise(cast)
    with meeting(MAY_TAKE, before=True):
        told = together(acts)
    assert (len(told.answers), deadlocks()) == (2, before)


def test_control_with_only_the_own_hands_locked_first_they_wait_in_a_circle(cast: Cast) -> None:
    acts = crosswise(cast)
    with a_deadlock_is_seen():
        with patch.object(offering, "hold_hands", lambda who, *_: presence_row(who)), meeting(MAY_TAKE, before=True):
            told = together(acts, tolerate=(OperationalError,))
        assert (len(told.answers), len(told.errors)) == (1, 1)


# --- a pause recalls many while one of them is taken ---------------------------------------------------


def paused_and_taken(cast: Cast) -> list[races.Act]:
    routing.there(cast.member)
    routing.there(cast.other_member)
    agreement = routing.agreement(cast.isar, cast.elbe)
    _first, second = (out_with(cast.other_member, agreement) for _ in range(2))
    return [
        lambda: agreements.pause(by=cast.other_member, pod=cast.elbe, agreement_id=agreement.pk),
        partial(services.take, by=cast.member, contact_id=second.pk),
    ]


@contextmanager
def one_recalled_one_held() -> Iterator[None]:
    """The pause has recalled its first contact; the take has locked the second and goes for the hands."""
    with meeting((services, "recall")) as met, meeting((offering, "hold_hands"), before=True, at=met):
        yield


def test_a_pause_recalls_all_while_somebody_takes_one_of_them(cast: Cast) -> None:
    before, acts = deadlocks(), paused_and_taken(cast)
    with one_recalled_one_held():
        told = together(acts)
    assert (len(told.answers), deadlocks()) == (2, before)
    assert not Offer.objects.filter(state="open").exists()


def test_control_with_one_contact_after_the_other_pause_and_take_wait_in_a_circle(cast: Cast) -> None:
    acts = paused_and_taken(cast)
    with a_deadlock_is_seen():
        with patch.object(agreements, "hold_offered", lambda _ids: None), one_recalled_one_held():
            told = together(acts, tolerate=(OperationalError,))
        assert (len(told.answers), len(told.errors)) == (1, 1)


# --- the router calls one back for somebody who takes another -------------------------------------------


def called_back_and_taken(cast: Cast) -> list[races.Act]:
    """The helper is the elder person: who locks both in order has the helper first, the router had the other one."""
    assert cast.member.pk < cast.other_member.pk
    routing.on_shift(cast.other_member, cast.elbe)
    routing.there(cast.member)
    agreement = routing.agreement(cast.elbe, cast.isar)
    first, second = (out_with(cast.member, agreement) for _ in range(2))

    def take() -> object:
        assert router_has_decided.wait(20)
        return services.take(by=cast.other_member, contact_id=second.pk)

    return [partial(services.offer, by=None, contact_id=first.pk), take]


router_has_decided = threading.Event()


@contextmanager
def the_router_decides_first() -> Iterator[None]:
    router_has_decided.clear()
    locked = placing._locked

    def told(*args: object, **kwargs: object) -> object:
        fresh = locked(*args, **kwargs)  # type: ignore[arg-type]
        router_has_decided.set()
        return fresh

    with patch.object(placing, "_locked", told), meeting((placing, "_locked")):
        yield


def test_the_router_that_calls_back_and_a_take_follow_one_another(cast: Cast) -> None:
    before, acts = deadlocks(), called_back_and_taken(cast)
    with the_router_decides_first():
        told = together(acts)
    # The call that came back is offered to the person, so there is no room for another one.
    assert (told.answers, told.codes, deadlocks()) == (["offer"], {"full"}, before)


def test_control_with_the_helper_locked_last_router_and_take_wait_in_a_circle(cast: Cast) -> None:
    acts = called_back_and_taken(cast)

    def only_takes(*people: int | None) -> None:
        if len(people) > 1:
            course.hold_hands(*people)

    with a_deadlock_is_seen():
        with patch.object(offering, "hold_hands", only_takes), the_router_decides_first():
            told = together(acts, tolerate=(OperationalError,))
        assert (len(told.answers), len(told.errors)) == (1, 1)


# --- what is held too long ----------------------------------------------------------------------------


@contextmanager
def another_session(act: Callable[[], object]) -> Iterator[None]:
    """Somebody whose transaction is open until the end of the block."""
    begun, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            act()
            begun.set()
            leave.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert begun.wait(20)
        yield
    finally:
        leave.set()
        holder.join(20)


def test_a_second_partner_is_asked_only_when_nobody_else_lends_from_it(cast: Cast) -> None:
    """With one partner's lending held, waiting for another's could end in a circle, so it is only tried."""
    routing.on_shift(cast.other_member, cast.elbe)
    agreement = routing.agreement(cast.isar, cast.elbe)
    row = customers.contact(cast.isar, at=NOW)
    world = read_world([cast.isar.pk], NOW)
    (contact,) = world.pods[cast.isar.pk].queue
    assert isinstance(contact, Waiting)
    assert contact.id == row.pk
    decision = Decision("offer", (), why="", person=cast.other_member.pk, pod=cast.elbe.pk, agreement=agreement.pk)

    def again(lent: set[int | None]) -> object:
        with transaction.atomic():
            return placing._locked(contact, decision, world, NOW, wait=False, lent=lent)

    assert again({cast.isar.pk}) is not None
    with another_session(partial(lock, LockClass.AGREEMENT, [cast.elbe.pk])):
        assert again({cast.isar.pk}) is None


def test_an_offer_that_cannot_lapse_because_its_person_is_busy_waits_for_the_next_round(cast: Cast) -> None:
    routing.there(cast.other_member)
    agreement = routing.agreement(cast.isar, cast.elbe)
    stuck = out_with(cast.other_member, agreement)
    Offer.objects.update(until=later(1))
    with another_session(partial(presence_row, cast.other_member.pk)):
        assert engine.round(at=later(20)) == 0
    assert Offer.objects.get(contact=stuck).state == "open"
    engine.round(at=later(20))
    assert Offer.objects.get(contact=stuck).state == "lapsed"
