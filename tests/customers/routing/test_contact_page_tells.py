"""What the page of a contact tells about its customer, in words that people use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.contacts.models import Contact
from customers.feedback import services as feedback
from cxportal.core import periods
from tests.cast import Cast
from tests.factories import customers

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]
HOUR = dt.timedelta(hours=1)


def page(client: Client, contact: Contact) -> str:
    return client.get(reverse("contact", args=[contact.pk])).content.decode()


@pytest.mark.parametrize("may", [True, False])
def test_that_a_customer_may_be_called_about_the_answer_reaches_the_pod(
    cast: Cast, browser: Browser, may: bool
) -> None:
    rosa = customers.customer(cast.isar, "Rosa Lindqvist")
    contact = customers.closed(cast.isar, rosa, at=periods.now() - HOUR, person=cast.member)
    link = feedback.invite(by=cast.member, contact=contact)
    assert link is not None
    browser().post(link.path, {"recommend": "3", "satisfied": "2"} | ({"may_contact": "on"} if may else {}))
    client = browser(cast.second_member)
    assert ("May be called about it" in page(client, contact)) is may
    of_customer = client.get(reverse("customer", args=[rosa.pk])).content.decode()
    assert ("may be called about it" in of_customer) is may


def test_the_month_of_an_answer_is_the_home_pods(cast: Cast, browser: Browser) -> None:
    new_year = dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC)  # half past midnight in Berlin
    with time_machine.travel(new_year, tick=False):
        rosa = customers.customer(cast.isar, "Rosa Lindqvist")
        contact = customers.closed(cast.isar, rosa, at=periods.now() - HOUR, person=cast.member)
        link = feedback.invite(by=cast.member, contact=contact)
        assert link is not None
        browser().post(link.path, {"recommend": "9"})
        client = browser(cast.member)
        assert "9 of 10, Jan 2027" in page(client, contact)
        assert "9 of 10, Jan 2027" in client.get(reverse("customer", args=[rosa.pk])).content.decode()


def test_language_and_place_are_told_in_words_and_once(cast: Cast, browser: Browser) -> None:
    munich = customers.region("Munich")
    rosa = customers.customer(cast.isar, "Rosa", language="de", place="80369 Munich", region=munich)
    told = page(browser(cast.member), customers.contact(cast.isar, rosa))
    assert "<dd>German</dd>" in told
    assert "<dd>80369 Munich</dd>" in told


@pytest.mark.parametrize(("second", "label"), [("member", "Usual person"), ("second_member", "Last served by")])
def test_one_contact_of_several_makes_nobody_the_usual_person(
    cast: Cast, browser: Browser, second: str, label: str
) -> None:
    rosa = customers.customer(cast.isar, "Rosa")
    customers.closed(cast.isar, rosa, at=periods.now() - 2 * HOUR, person=cast.member)
    last = customers.closed(cast.isar, rosa, at=periods.now() - HOUR, person=cast[second])
    client = browser(cast.member)
    told = page(client, last)
    assert f"<dt>{label}</dt>" in told
    assert told.partition(f"<dt>{label}</dt>")[2].partition("</dd>")[0].endswith(f"{cast[second].name}</span>")
    assert f"<dt>{label}</dt>" in client.get(reverse("customer", args=[rosa.pk])).content.decode()


def test_a_reason_that_is_the_subject_is_told_once(cast: Cast, browser: Browser) -> None:
    reason = customers.reason("Dunning letter")
    contact = customers.closed(
        cast.isar, at=periods.now() - HOUR, subject="Dunning letter", reason=reason, resolution="Explained"
    )
    head = page(browser(cast.member), contact).partition('id="head"')[2].partition("</section>")[0]
    assert head.count("Dunning letter") == 1
    assert "Explained" in head
