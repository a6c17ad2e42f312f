"""A hand-over is undone at the instant in which a colleague takes the contact; the guard has a control without it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
import time_machine

from customers.contacts.models import Contact
from customers.routing import services
from customers.routing.models import ContactAssignment
from customers.routing.services import offering, passing_on
from cxportal.core.database import LockClass
from tests.cast import Cast
from tests.factories import customers, routing
from tests.factories.routing import NOW
from tests.races import Outcome, meeting, together, without_constraints, without_locks

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

WRITTEN = ((offering, "record"), (passing_on, "record"))


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def undone_and_taken(cast: Cast) -> tuple[Contact, Outcome]:
    for who in (cast.member, cast.second_member):
        routing.there(who)
    contact = customers.contact(cast.isar, customers.customer(cast.isar), at=NOW)
    services.take(by=cast.member, contact_id=contact.pk)
    services.hand_over(by=cast.member, contact_id=contact.pk, why="Lunch", to_member_id=cast.second_member.pk)
    with meeting(*WRITTEN, before=True):
        told = together(
            [
                partial(services.take_back, by=cast.member, contact_id=contact.pk),
                partial(services.take, by=cast.second_member, contact_id=contact.pk),
            ]
        )
    return contact, told


def open_work(contact: Contact) -> int:
    return ContactAssignment.objects.filter(contact=contact, ended_at__isnull=True).count()


def test_a_hand_over_that_is_undone_and_taken_at_once_ends_in_one_pair_of_hands(cast: Cast) -> None:
    contact, told = undone_and_taken(cast)
    assert len(told.answers) == 1
    assert told.codes in ({"built_on"}, {"taken"})
    assert open_work(contact) == 1


def test_control_without_the_lock_on_the_contact_both_have_it(cast: Cast) -> None:
    with without_locks(LockClass.CONTACT, LockClass.PERSON), without_constraints("assignment_one_open"):
        contact, told = undone_and_taken(cast)
        assert len(told.answers) == 2
        assert open_work(contact) == 2
