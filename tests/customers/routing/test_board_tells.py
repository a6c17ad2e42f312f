"""What the board says about clocks, hand-overs and people, so that no two of its numbers contradict each other."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.contacts.models import Contact
from customers.routing import services
from customers.routing.services import Arrival
from cxportal.today.badges import own_line
from teams.pods.models import Pod, Promise
from tests.cast import Cast
from tests.factories import customers, routing
from tests.factories.routing import NOW

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]
CLOSED = NOW.replace(hour=20)  # 21:00 or 22:00 in Berlin: the pod has closed at 20:00


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def arrived(pod: Pod, channel: str = "email") -> Contact:
    who = customers.customer(pod, "Rosa Lindqvist")
    answer = services.arrive(by=None, arrival=Arrival(channel, customer_id=who.pk, subject="Router return"))
    return Contact.objects.get(pk=answer.contact_id)


def board(client: Client, pod: Pod) -> str:
    page = client.get(reverse("queue", args=[pod.slug])).content.decode()
    return page.partition('id="board"')[2].partition("</main>")[0]


def lane(text: str, name: str) -> str:
    return text.partition(f'id="{name}"')[2].partition("<h2")[0].partition("</section>")[0]


def test_after_closing_time_card_and_head_say_that_the_clock_stands_and_until_when(
    cast: Cast, browser: Browser, clock: time_machine.Traveller
) -> None:
    contact = arrived(cast.isar)
    client = browser(cast.member)
    running = board(client, cast.isar)
    assert "stand" not in lane(running, "lane-waiting")
    assert "Waits count opening time" not in running
    clock.move_to(CLOSED)
    told = board(client, cast.isar)
    waiting = lane(told, "lane-waiting")
    assert re.search(r"stands until \w{3} \d+ \w{3}, 07:00", waiting)
    assert "data-seconds" not in waiting
    assert re.search(r"Phone, Chat, Email: closed until \w{3} \d+ \w{3}, 07:00\.", told)
    assert "stands until" in client.get(reverse("contact", args=[contact.pk])).content.decode()


def test_a_promise_that_counts_every_second_never_stands(
    cast: Cast, browser: Browser, clock: time_machine.Traveller
) -> None:
    Promise.objects.filter(pod=cast.isar, channel="phone").update(in_opening_time=False)
    arrived(cast.isar, "phone")
    clock.move_to(CLOSED)
    Contact.objects.update(arrived_at=CLOSED - dt.timedelta(seconds=90))
    waiting = lane(board(browser(cast.member), cast.isar), "lane-waiting")
    assert 'data-seconds="90"' in waiting
    assert "stands" not in waiting


def test_the_page_knows_when_the_next_clock_starts_or_stands(
    cast: Cast, browser: Browser, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOW.astimezone(cast.isar.tzinfo).replace(hour=19, minute=59))
    assert 'data-turn="61"' in board(browser(cast.member), cast.isar)


def test_a_contact_keeps_its_age_on_every_page_after_a_hand_over(
    cast: Cast, browser: Browser, clock: time_machine.Traveller
) -> None:
    routing.there(cast.member)
    contact = arrived(cast.isar)
    clock.move_to(NOW + dt.timedelta(minutes=5))
    services.take(by=cast.member, contact_id=contact.pk)
    clock.move_to(NOW + dt.timedelta(minutes=10))
    client = browser(cast.member)
    url = reverse("contact_hand_over", args=[contact.pk])
    client.post(url, {"to": f"pod:{cast.elbe.pk}", "why": "Knows the depot"})
    here = board(client, cast.isar)
    assert ">10:00<" in lane(here, "lane-handed")
    assert "waits there with its age" in lane(here, "lane-handed")
    assert "Rosa" not in lane(here, "lane-out")
    assert "Overflow served today" in here
    assert ">10:00<" in lane(board(browser(cast.other_member), cast.elbe), "lane-waiting")
    assert 'data-seconds="600"' in client.get(reverse("contact", args=[contact.pk])).content.decode()


def test_what_a_partner_was_asked_for_is_overflow_and_no_hand_over(cast: Cast, browser: Browser) -> None:
    routing.on_shift(cast.other_member, cast.elbe)
    routing.agreement(cast.isar, cast.elbe)
    arrived(cast.isar, "phone")
    told = board(browser(cast.member), cast.isar)
    assert "Rosa" in lane(told, "lane-out")
    assert "lane-handed" not in told


def test_who_is_here_without_a_shift_is_believed_and_told_that_nothing_is_offered(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    here = reverse("queue", args=[cast.isar.slug])
    said = client.post(reverse("presence"), {"state": "available", "next": here}, follow=True).content.decode()
    assert "You are here, but not on shift" in said
    assert "Not on shift: take by hand" in said
    assert own_line(cast.member, "Europe/Berlin").words == "Here, off shift"
    assert "Here, not on shift" in lane(board(browser(cast.second_member), cast.isar), "lane-team")
    assert "Here, not on shift" not in lane(board(browser(cast.other_member), cast.elbe), "lane-team")


def test_who_is_on_shift_is_told_that_they_are_available(cast: Cast, browser: Browser) -> None:
    routing.on_shift(cast.member, cast.isar)
    here = reverse("queue", args=[cast.isar.slug])
    answer = browser(cast.member).post(reverse("presence"), {"state": "available", "next": here}, follow=True)
    assert "You are available." in answer.content.decode()
    assert "Not on shift" not in answer.content.decode()


def test_off_duty_is_said_in_words(cast: Cast, browser: Browser) -> None:
    routing.on_shift(cast.member, cast.isar)
    page = browser(cast.member).get(reverse("queue", args=[cast.isar.slug])).content.decode()
    assert re.search(r'value="offline"><button class="btn ghost"><svg.*?</svg>Off duty</button>', page, re.S)
