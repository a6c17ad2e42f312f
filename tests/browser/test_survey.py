"""The customer's page in a browser: on a phone first, by keyboard, without scripts, in every end it may have."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.cache import cache
from django.db import transaction
from playwright.sync_api import expect

from customers.feedback import services
from customers.feedback.models import Response, Survey
from customers.feedback.services import SurveyLink
from cxportal.core import periods
from tests.browser.portal import Portal, assert_sound
from tests.cast import Cast
from tests.factories import customers as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@transaction.atomic
def asked(cast: Cast) -> SurveyLink:
    """A link about a call that Isar solved an hour ago."""
    cache.clear()
    type(cast.isar).objects.filter(pk=cast.isar.pk).update(purpose="Bavaria South")
    an_hour_ago = periods.now() - dt.timedelta(hours=1)
    contact = make.closed(cast.isar, make.customer(cast.isar), at=an_hour_ago, person=cast.member)
    link = services.invite(by=cast.member, contact=contact)
    assert link is not None
    return link


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("phone", [True, False])
def test_every_end_of_the_page_is_sound(portal: Portal, cast: Cast, phone: bool, dark: bool) -> None:
    link = asked(cast)
    page = portal.page(phone=phone, dark=dark)
    page.goto(link.path)
    assert_sound(page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Nothing was sent yet")).to_be_visible()
    assert_sound(page)
    page.get_by_role("group", name="How likely").get_by_text("9", exact=True).click()
    page.get_by_role("group", name="How satisfied").get_by_text("5", exact=True).click()
    page.get_by_label("What should we know?").fill("She rang back the next morning as she had said. The line works.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert_sound(page)
    page.goto(link.path)
    expect(page.get_by_role("heading", name="You have answered already")).to_be_visible()
    assert_sound(page)
    page.goto(f"/s/{'A' * 43}/")
    expect(page.get_by_role("heading", name="This link is not one of ours")).to_be_visible()
    assert_sound(page)


def test_without_scripts_and_by_keyboard_alone(portal: Portal, cast: Cast) -> None:
    link = asked(cast)
    page = portal.page(phone=True, scripts=False)
    page.goto(link.path)
    page.get_by_role("radio", name="10").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.get_by_label("What should we know?").focus()
    page.keyboard.type("All well.")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    kept = Response.objects.get()
    assert (kept.nps, kept.csat, kept.comment, kept.may_contact) == (10, 2, "All well.", True)


def test_every_number_can_be_hit_by_a_thumb(portal: Portal, cast: Cast) -> None:
    page = portal.page(phone=True)
    page.goto(asked(cast).path)
    for label in page.locator(".score label").all():
        box = label.bounding_box()
        assert box is not None
        assert box["width"] >= 44
        assert box["height"] >= 44


def test_an_expired_link_is_sound(portal: Portal, cast: Cast) -> None:
    link = asked(cast)
    Survey.objects.update(invited_at=periods.now() - dt.timedelta(days=20), expires_at=periods.now())
    page = portal.page(phone=True)
    page.goto(link.path)
    expect(page.get_by_role("heading", name="This link has expired")).to_be_visible()
    assert_sound(page)
