"""The agreement's page says whether the partner can help now, by the tests that the routing makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.routing import agreements, engine, services
from customers.routing.models import OverflowAgreement
from customers.routing.services import Arrival
from tests.cast import Cast
from tests.factories import customers, routing
from tests.factories.routing import NOW

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def told(client: Client, cast: Cast, made: OverflowAgreement) -> str:
    page = client.get(reverse("overflow_agreement", args=[cast.isar.slug, made.pk])).content.decode()
    return page.partition('id="o-u"')[2].partition("</section>")[0]


def test_somebody_idle_above_what_is_kept_free_can_help(cast: Cast, browser: Browser) -> None:
    routing.on_shift(cast.other_member, cast.elbe)
    now = told(browser(cast.member), cast, routing.agreement(cast.isar, cast.elbe))
    assert "Elbe now: Phone" in now
    assert "Elbe has 1 idle and keeps 0 free." in now
    assert "Can help" in now


def test_each_channel_has_its_own_answer(cast: Cast, browser: Browser) -> None:
    routing.on_shift(cast.other_member, cast.elbe)
    made = routing.agreement(cast.isar, cast.elbe, thresholds={"phone": 10, "chat": 30, "email": 600})
    now = told(browser(cast.member), cast, made)
    assert "Elbe now: Phone" in now
    assert "Elbe now: Chat, Email" in now
    assert "Elbe has 0 idle and keeps 0 free: none to lend." in now
    assert ("Can help" in now, "Cannot help now" in now) == (True, True)


def test_a_closed_partner_cannot_help_however_many_are_idle(
    cast: Cast, browser: Browser, clock: time_machine.Traveller
) -> None:
    routing.on_shift(cast.other_member, cast.elbe)
    made = routing.agreement(cast.isar, cast.elbe)
    clock.move_to(NOW.replace(hour=21))
    now = told(browser(cast.member), cast, made)
    assert "Elbe is closed." in now
    assert "Cannot help now" in now
    assert "Can help" not in now


def test_a_partner_whose_own_queue_waits_cannot_help(cast: Cast, browser: Browser) -> None:
    made = routing.agreement(cast.isar, cast.elbe)
    services.arrive(by=None, arrival=Arrival("phone", customer_id=customers.customer(cast.elbe).pk, subject="Own"))
    engine.round()
    now = told(browser(cast.member), cast, made)
    assert "Elbe has 1 of its own waiting, more than 0." in now
    assert "Can help" not in now


def test_a_paused_agreement_is_named(cast: Cast, browser: Browser) -> None:
    routing.on_shift(cast.other_member, cast.elbe)
    made = routing.agreement(cast.isar, cast.elbe)
    agreements.pause(by=cast.other_member, pod=cast.elbe, agreement_id=made.pk)
    assert "The agreement with Elbe is paused." in told(browser(cast.member), cast, made)


def test_nothing_went_out_is_said_without_a_share_of_nothing(cast: Cast, browser: Browser) -> None:
    now = told(browser(cast.member), cast, routing.agreement(cast.isar, cast.elbe))
    assert "Nothing went out yet today." in now
    assert "0 of 0" not in now
