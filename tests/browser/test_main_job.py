"""The main job from end to end, as four people: claim, serve, answer, compare."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from playwright.sync_api import Page, expect

from teams.scheduling.models import Assignment
from tests.browser.portal import Portal
from tests.cast import Cast
from tests.factories import customers, scheduling
from tests.factories.routing import NOW
from tests.factories.scheduling import MONDAY


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@transaction.atomic
def open_morning(cast: Cast) -> str:
    """Isar with an open shift, a customer who has a number, and a reason. Returns the week's address."""
    cache.clear()
    scheduling.shift(cast.isar, 1, "07:00", "15:00")
    scheduling.shift(cast.isar, 3, "07:00", "15:00")
    customers.customer(cast.isar, "Rosa Lindqvist", external_id="FM-1")
    customers.reason("Return not scanned", "Devices")
    year, week, _day = MONDAY.isocalendar()
    return f"/p/{cast.isar.slug}/week/{year}-W{week:02d}/"


def claim(tab: Page, week: str, cast: Cast) -> None:
    """A member claims the open shift of Thursday, undoes it, and claims it again."""
    tab.goto(week)
    button = tab.get_by_role("button", name="Claim Thu").locator("visible=true").first
    toast = tab.locator(".toast", has_text="You claimed")
    button.click()
    toast.get_by_role("button", name="Undo").click()
    expect(button).to_be_visible()
    assert not Assignment.objects.filter(member=cast.member).exists()
    button.click()
    expect(toast.last).to_be_visible()
    assert Assignment.objects.filter(member=cast.member).count() == 1


def take_in(tab: Page, cast: Cast) -> None:
    """A colleague enters what reached the pod by letter."""
    tab.goto(f"/p/{cast.isar.slug}/queue/new/")
    tab.get_by_label("Channel").select_option("letter")
    tab.get_by_label("Customer number").fill("FM-1")
    tab.get_by_label("What it is about").fill("Router not credited")
    tab.get_by_label("I work on it now").uncheck()
    tab.get_by_role("button", name="Enter the contact").click()


def serve(tab: Page, cast: Cast) -> str:
    """The member takes it, resolves it with a reason, and gets the customer's link."""
    tab.goto(f"/p/{cast.isar.slug}/queue/")
    tab.get_by_role("button", name="I am here").click()
    tab.get_by_role("button", name="Take Rosa Lindqvist").click()
    tab.get_by_label("Reason").select_option(label="Devices: Return not scanned")
    tab.get_by_role("button", name="Resolve").click()
    link = tab.locator("#survey-link")
    expect(link).to_contain_text("/s/")
    return link.inner_text().strip()


def answer(tab: Page, link: str) -> None:
    """The customer answers on a phone, without scripts."""
    tab.goto(link)
    tab.get_by_role("group", name="How likely").get_by_text("9", exact=True).click()
    tab.get_by_role("group", name="How satisfied").get_by_text("5", exact=True).click()
    tab.get_by_role("button", name="Send").click()
    expect(tab.get_by_role("heading", name="Thank you")).to_be_visible()


def compare(tab: Page) -> None:
    """The operations lead finds the pod's one customer and one answer, which is too few to judge."""
    tab.goto("/scorecards/")
    expect(tab.get_by_role("row", name="Isar")).to_contain_text("100.0")
    tab.goto("/")
    expect(tab.get_by_role("row", name="Isar")).to_contain_text("n = 1")


@pytest.mark.slow
@pytest.mark.parametrize("look", [{}, {"dark": True}, {"phone": True}], ids=["light", "dark", "phone"])
def test_the_main_job(portal: Portal, cast: Cast, look: dict[str, bool]) -> None:
    week = open_morning(cast)
    claim(portal.page(cast.member, **look), week, cast)
    take_in(portal.page(cast.second_member, **look), cast)
    link = serve(portal.page(cast.member, **look), cast)
    answer(portal.page(phone=True, scripts=False), link)
    compare(portal.page(cast.operations_lead, **look))
