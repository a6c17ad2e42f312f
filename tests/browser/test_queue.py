"""The queue, a contact and an agreement in Chromium: the main job by hand, on a desk and on a phone."""

from collections.abc import Iterator

import pytest
import time_machine
from playwright.sync_api import expect

from tests.browser.portal import Portal, assert_sound
from tests.browser.queue_scene import make_scene
from tests.cast import Cast
from tests.factories import customers, routing
from tests.factories.routing import NOW


@pytest.fixture(autouse=True)
def morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.mark.parametrize("look", [{}, {"dark": True}, {"phone": True}], ids=["wide", "dark", "phone"])
def test_every_page_is_sound(portal: Portal, cast: Cast, look: dict[str, bool]) -> None:
    scene = make_scene(cast)
    tab = portal.page(cast.member, **look)
    mine = scene.contacts["Tomasz Brandl"]
    slug = cast.isar.slug
    for path in (
        f"/p/{slug}/queue/",
        f"/p/{slug}/queue/new/",
        f"/contacts/{mine.pk}/",
        f"/contacts/{scene.contacts['Asel Nurlan'].pk}/",
        f"/contacts/{scene.contacts['Greta Nowak'].pk}/",
        f"/p/{slug}/overflow-agreements/",
        f"/p/{slug}/overflow-agreements/new/",
        f"/p/{slug}/overflow-agreements/{scene.agreement.pk}/",
        f"/p/{slug}/overflow-agreements/{scene.agreement.pk}/change/",
    ):
        tab.goto(path)
        assert_sound(tab)


def test_empty_pages_are_sound(portal: Portal, cast: Cast) -> None:
    tab = portal.page(cast.member)
    for path in (f"/p/{cast.isar.slug}/queue/", f"/p/{cast.isar.slug}/overflow-agreements/"):
        tab.goto(path)
        assert_sound(tab)


def test_a_member_takes_a_call_and_closes_it_by_keyboard(portal: Portal, cast: Cast) -> None:
    customers.reason("Return not scanned", "Devices")
    customers.contact(cast.isar, customers.customer(cast.isar, "Rosa Lindqvist"), at=NOW, subject="Router return")
    tab = portal.page(cast.member)
    tab.goto(f"/p/{cast.isar.slug}/queue/")
    tab.get_by_role("button", name="I am here").click()
    expect(tab.get_by_role("button", name="Take a break")).to_be_visible()
    tab.keyboard.press("t")
    expect(tab.get_by_text("On the phone with you")).to_be_visible()
    tab.get_by_label("Add a note").fill("Receipt photo is in.")
    tab.get_by_role("button", name="Add the note").click()
    expect(tab.locator(".msg.us")).to_have_text("Receipt photo is in.")
    tab.get_by_label("Reason").select_option(label="Devices: Return not scanned")
    tab.get_by_role("button", name="Resolve").click()
    expect(tab.locator("#head")).to_contain_text("Resolved")
    expect(tab.locator("#survey-link")).to_contain_text("/s/")


def test_an_offer_is_seen_and_accepted(portal: Portal, cast: Cast) -> None:
    routing.on_shift(cast.member, cast.isar)
    tab = portal.page(cast.member)
    tab.goto(f"/p/{cast.isar.slug}/queue/")
    from customers.routing import services
    from customers.routing.services import Arrival

    who = customers.customer(cast.isar, "Rosa Lindqvist")
    services.arrive(by=None, arrival=Arrival("phone", customer_id=who.pk, subject="Router return"))
    tab.reload()
    offered = tab.get_by_role("region", name="Offered to you")
    expect(offered).to_contain_text("Rosa Lindqvist")
    assert_sound(tab)
    offered.get_by_role("button", name="Accept").click()
    expect(tab.get_by_text("On the phone with you")).to_be_visible()


def test_who_is_slower_reads_who_was_faster(portal: Portal, cast: Cast) -> None:
    from customers.routing import services

    routing.there(cast.member)
    routing.there(cast.second_member)
    contact = customers.contact(cast.isar, customers.customer(cast.isar, "Rosa Lindqvist"), at=NOW)
    tab = portal.page(cast.member)
    tab.goto(f"/p/{cast.isar.slug}/queue/")
    services.take(by=cast.second_member, contact_id=contact.pk)
    tab.get_by_role("button", name="Take Rosa Lindqvist").click()
    expect(tab.locator("#toasts .toast")).to_contain_text(f"{cast.second_member.name} was faster and has it now")
    expect(tab.get_by_role("dialog")).to_have_count(0)
    expect(tab.get_by_role("button", name="Take Rosa Lindqvist")).to_have_count(0)
    expect(tab.get_by_role("region", name="In work")).to_contain_text("Rosa Lindqvist")
