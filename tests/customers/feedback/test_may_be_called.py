"""A customer who answered and may be called about it: somebody of the pod is told, with the way to the contact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from customers.contacts.models import Contact
from customers.feedback import services
from customers.feedback.services import Answer
from cxportal.core import periods
from teams.notifications.models import Notice
from teams.people.models import User
from teams.pods.queries import members_on
from tests.cast import Cast
from tests.factories import customers as make

pytestmark = pytest.mark.django_db
type Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def nobody_has_tried_yet(db: None) -> None:
    cache.clear()


def answered(cast: Cast, by: User, *, may_contact: bool = True) -> Contact:
    """Rosa's contact, closed an hour ago and answered twice by a double click."""
    rosa = make.customer(cast.isar, "Rosa Lindqvist")
    an_hour_ago = periods.now() - dt.timedelta(hours=1)
    contact = make.closed(cast.isar, rosa, at=an_hour_ago, person=by, subject="Moved house")
    link = services.invite(by=by, contact=contact)
    assert link is not None
    for _ in range(2):
        services.answer(by=None, token=link.token, given=Answer(csat=2, nps=3, may_contact=may_contact))
    return contact


def told() -> set[int]:
    return set(Notice.objects.values_list("recipient", flat=True))


def test_who_closed_the_contact_is_told_once_and_finds_it_on_the_first_page(cast: Cast, browser: Browser) -> None:
    contact = answered(cast, cast.member)
    notice = Notice.objects.get()
    assert notice.recipient == cast.member
    client = browser(cast.member)
    today = client.get("/").content.decode()
    assert "Rosa Lindqvist answered how it was and may be called about it: Moved house." in today
    opened = client.get(reverse("contact", args=[contact.pk])).content.decode()
    assert notice.url == reverse("contact", args=[contact.pk])
    assert "May be called about it" in opened


def test_of_a_helper_s_contact_the_home_pod_is_told(cast: Cast) -> None:
    answered(cast, cast.other_member)
    assert told() == {person.pk for person in members_on(cast.isar, periods.now().date())}


def test_when_who_closed_it_is_gone_their_pod_is_told(cast: Cast) -> None:
    cast.member.is_active = False
    cast.member.save()
    answered(cast, cast.member)
    assert cast.second_member.pk in told()
    assert cast.member.pk not in told()


def test_who_wants_no_call_leaves_no_notice(cast: Cast) -> None:
    answered(cast, cast.member, may_contact=False)
    assert told() == set()
