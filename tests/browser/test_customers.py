"""The directory in Chromium: search as one types, keys, a pane beside the list, a page on a phone."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from customers.directory.models import Customer
from cxportal.core import periods
from tests.browser.portal import Portal, assert_sound
from tests.cast import Cast
from tests.factories import customers


@pytest.fixture
def rosa(portal: Portal, cast: Cast) -> Customer:
    """Rosa with an issue that is going on, among others of her name."""
    made = customers.customer(cast.isar, "Rosa Lindqvist", place="80337 Munich", phone="+49 89 123456")
    router, moving = customers.reason("Router return", "Devices"), customers.reason("Moved house", "Moving")
    now = periods.now()
    customers.closed(cast.isar, made, at=now - dt.timedelta(days=60), channel="email", reason=moving)
    customers.closed(cast.isar, made, at=now - dt.timedelta(days=4), channel="chat", reason=router, person=cast.member)
    customers.contact(cast.isar, made, at=now - dt.timedelta(hours=2), reason=router)
    for name in ("Per Lindqvist", "Lindqvist Optik", "Anneli Wahl"):
        customers.customer(cast.isar, name)
    return made


def test_typing_finds_and_a_result_opens_beside_the_list(portal: Portal, cast: Cast, rosa: Customer) -> None:
    tab = portal.page(cast.member)
    tab.goto(f"/p/{cast.isar.slug}/customers/")
    tab.keyboard.press("/")
    expect(tab.get_by_role("searchbox", name="Search customers")).to_be_focused()
    tab.keyboard.type("lindq")
    expect(tab.locator(".results a.result")).to_have_count(3)
    assert "q=lindq" in tab.url
    tab.get_by_role("searchbox", name="Search customers").blur()
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    expect(tab.locator(".results a.result").nth(1)).to_be_focused()
    tab.keyboard.press("k")
    expect(tab.locator(".results a.result").first).to_be_focused()
    tab.get_by_role("link", name="Rosa Lindqvist").click()
    expect(tab.locator("#profile").get_by_role("heading", name="This episode")).to_be_visible()
    expect(tab.locator(".results a.result[aria-current]")).to_have_count(1)
    assert_sound(tab)


def test_on_a_phone_a_result_opens_its_own_page(portal: Portal, cast: Cast, rosa: Customer) -> None:
    tab = portal.page(cast.member, phone=True)
    tab.goto(f"/p/{cast.isar.slug}/customers/?q=rosa")
    assert_sound(tab)
    tab.get_by_role("link", name="Rosa Lindqvist").click()
    tab.wait_for_url(f"**/customers/{rosa.pk}/")
    expect(tab.get_by_role("heading", name="Over all channels")).to_be_visible()
    assert_sound(tab)


def test_a_search_that_finds_nobody_offers_ways_on(portal: Portal, cast: Cast, rosa: Customer) -> None:
    tab = portal.page(cast.member, dark=True)
    tab.goto(f"/p/{cast.isar.slug}/customers/?q=lindkvist+4471")
    expect(tab.get_by_role("heading", name="Nobody in Isar fits “lindkvist 4471”")).to_be_visible()
    assert_sound(tab)
    tab.get_by_role("link", name="New customer The home pod").click()
    expect(tab.get_by_label("Name")).to_have_value("lindkvist 4471")
    assert_sound(tab)


def test_the_directory_works_without_scripts(portal: Portal, cast: Cast, rosa: Customer) -> None:
    tab = portal.page(cast.member, scripts=False)
    tab.goto(f"/p/{cast.isar.slug}/customers/")
    tab.get_by_role("searchbox", name="Search customers").fill("rosa")
    tab.get_by_role("button", name="Search", exact=True).click()
    tab.get_by_role("link", name="Rosa Lindqvist").click()
    expect(tab.get_by_role("heading", name="Rosa Lindqvist")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_the_rules_and_reasons_are_sound(portal: Portal, cast: Cast, rosa: Customer, dark: bool) -> None:
    customers.default_rule(cast.isar)
    tab = portal.page(cast.administrator, dark=dark)
    for address in ("ownership/", "ownership/new/", "reasons/", "regions/", "customers/import/"):
        tab.goto(f"/settings/{address}")
        assert_sound(tab)
