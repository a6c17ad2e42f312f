"""A live swap takes nothing out of a person's hands: the focus, the dialog, what is typed, what is being pressed."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Page, Route, expect

from customers.contacts.models import Contact
from customers.routing import services as contacts
from cxportal.core import periods, realtime
from cxportal.core.periods import DAY, week_label
from teams.pods.models import OpeningHours
from teams.scheduling import services
from tests.browser.portal import Portal
from tests.browser.streams import PATIENCE, Streams, live_tag
from tests.cast import Cast
from tests.factories import customers, routing, scheduling
from tests.factories.scheduling import MONDAY


@pytest.fixture
def other_shift(portal: Portal, cast: Cast, streams: Streams) -> int:
    """A free shift on Wednesday, which somebody else will claim while the page is open."""
    return scheduling.shift(cast.isar, 2, "09:00", "17:00").pk


def _open(portal: Portal, cast: Cast, path: str, **options: bool) -> Page:
    page = portal.page(cast.member, **options)
    page.set_default_timeout(PATIENCE)
    page.goto(path)
    expect(live_tag(page, "live")).to_have_attribute("data-tone", "good")
    expect(live_tag(page, "live")).not_to_have_attribute("hidden", "", timeout=PATIENCE)
    page.wait_for_timeout(700)
    return page


def _week(cast: Cast) -> str:
    return f"/p/{cast.isar.slug}/week/{week_label(MONDAY)}/"


def test_the_focused_cell_keeps_the_focus_when_its_row_is_drawn_again(
    portal: Portal, cast: Cast, other_shift: int
) -> None:
    page = _open(portal, cast, _week(cast))
    cell = f"cell--{cast.second_member.pk}--{(MONDAY + 2 * DAY).isoformat()}"
    page.locator(f"#{cell}").focus()
    services.claim(by=cast.second_member, shift=other_shift)
    expect(page.locator(f"#row--{cast.second_member.pk} a.shift")).to_have_count(1, timeout=PATIENCE)
    expect(page.locator(f"#{cell}")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"#cell--{cast.second_member.pk}--{(MONDAY + 3 * DAY).isoformat()}")).to_be_focused()


def test_the_focused_button_is_found_again_and_no_neighbour_takes_its_place(
    portal: Portal, cast: Cast, other_shift: int
) -> None:
    for day in (3, 4):
        scheduling.shift(cast.isar, day, "09:00", "17:00")
    page = _open(portal, cast, _week(cast))
    buttons = page.locator("#panel form.act button")
    expect(buttons).to_have_count(3)
    last = page.locator("#panel .open").nth(2).get_by_role("button")
    name = last.get_attribute("aria-label") or ""
    last.focus()
    services.claim(by=cast.second_member, shift=other_shift)
    expect(buttons).to_have_count(2, timeout=PATIENCE)
    expect(page.get_by_role("complementary").get_by_role("button", name=name)).to_be_focused()

    from teams.scheduling.models import Shift

    gone = Shift.objects.get(day=MONDAY + 4 * DAY)
    services.claim(by=cast.second_member, shift=gone.pk)
    expect(buttons).to_have_count(1, timeout=PATIENCE)
    expect(page.locator("#panel")).to_be_focused()


def test_an_open_dialog_stays_while_the_week_behind_it_changes(portal: Portal, cast: Cast, other_shift: int) -> None:
    mine = scheduling.shift(cast.isar, 4, "09:00", "17:00")
    scheduling.seated(cast.member, mine)
    page = _open(portal, cast, _week(cast))
    page.locator("tr.mine a.shift").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    services.claim(by=cast.second_member, shift=other_shift)
    expect(page.locator(f"#row--{cast.second_member.pk} a.shift")).to_have_count(1, timeout=PATIENCE)
    expect(dialog).to_be_visible()
    assert page.evaluate("() => document.querySelector('dialog[open]').contains(document.activeElement)")


def test_a_press_that_began_before_the_swap_reaches_its_button(portal: Portal, cast: Cast, other_shift: int) -> None:
    scheduling.shift(cast.isar, 4, "09:00", "17:00")
    page = _open(portal, cast, _week(cast))
    button = page.get_by_role("complementary").get_by_role("button", name="Claim Fri")
    box = button.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    services.claim(by=cast.second_member, shift=other_shift)
    expect(page.locator(f"#row--{cast.second_member.pk} a.shift")).to_have_count(1, timeout=PATIENCE)
    page.wait_for_timeout(1000)
    page.mouse.up()
    expect(page.locator("tr.mine a.shift")).to_have_count(1, timeout=PATIENCE)
    expect(page.locator("#panel form.act button")).to_have_count(0, timeout=PATIENCE)


def test_the_answer_to_an_own_act_arrives_though_its_button_was_to_be_swapped(
    portal: Portal, cast: Cast, other_shift: int
) -> None:
    scheduling.shift(cast.isar, 4, "09:00", "17:00")
    page = _open(portal, cast, _week(cast))

    def late(route: Route) -> None:
        answer = route.fetch()
        page.wait_for_timeout(1500)  # the others' change is told while the answer is on its way
        route.fulfill(response=answer)

    page.route("**/claim", late)
    page.get_by_role("complementary").get_by_role("button", name="Claim Fri").click()
    page.wait_for_timeout(300)
    services.claim(by=cast.second_member, shift=other_shift)
    expect(page.locator("#toasts .toast")).to_contain_text("You claimed Fri", timeout=PATIENCE)
    expect(page.locator("tr.mine a.shift")).to_have_count(1)
    expect(page.locator(f"#row--{cast.second_member.pk} a.shift")).to_have_count(1, timeout=PATIENCE)
    expect(page.locator("#panel form.act button")).to_have_count(0, timeout=PATIENCE)


def _work(cast: Cast) -> Contact:
    customers.reason("Return not scanned", "Devices")
    routing.on_shift(cast.member, cast.isar)
    contact = customers.contact(cast.isar, customers.customer(cast.isar, "Rosa Lindqvist"), subject="Router return")
    contacts.take(by=cast.member, contact_id=contact.pk)
    return contact


def test_a_half_written_resolution_and_what_is_unfolded_stay(portal: Portal, cast: Cast, streams: Streams) -> None:
    contact = _work(cast)
    page = _open(portal, cast, f"/contacts/{contact.pk}/")
    words = page.locator("#id_resolution")
    words.fill("Sent a new lab")
    page.get_by_label("Reason", exact=True).select_option(label="Devices: Return not scanned")
    words.focus()
    page.locator("#head").evaluate("node => { node.dataset.before = 'yes'; }")
    contacts.add_note(by=cast.second_member, contact_id=contact.pk, text="She called before.")
    realtime.publish(f"contact:{contact.pk}", "board")
    expect(page.locator("#notes")).to_contain_text("She called before.", timeout=PATIENCE)
    expect(page.locator("#head")).not_to_have_attribute("data-before", "yes", timeout=PATIENCE)
    expect(words).to_be_focused()
    expect(words).to_have_value("Sent a new lab")
    assert page.get_by_label("Reason", exact=True).evaluate("node => node.selectedOptions[0].text").endswith("scanned")


def test_the_search_field_is_left_alone(portal: Portal, cast: Cast, other_shift: int) -> None:
    page = _open(portal, cast, _week(cast))
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox")
    field.press_sequentially("Tom", delay=60)
    services.claim(by=cast.second_member, shift=other_shift)
    expect(page.locator(f"#row--{cast.second_member.pk} a.shift")).to_have_count(1, timeout=PATIENCE)
    expect(field).to_be_focused()
    expect(field).to_have_value("Tom")


def _cards(page: Page) -> list[str]:
    return page.locator("section[aria-labelledby=lane-waiting] li b").all_inner_texts()


def test_the_queue_keeps_its_order_while_a_card_has_the_focus(portal: Portal, cast: Cast, streams: Streams) -> None:
    OpeningHours.objects.filter(pod=cast.isar, channel="chat").delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(pod=cast.isar, channel="chat", weekday=day, opens=0, closes=1440) for day in range(7)
    )
    now = periods.now()
    for name, minutes in (("Rosa Lindqvist", 3), ("Tomasz Brandl", 2)):
        who = customers.customer(cast.isar, name)
        customers.contact(cast.isar, who, at=now - dt.timedelta(minutes=minutes), channel="chat")
    page = _open(portal, cast, f"/p/{cast.isar.slug}/queue/")
    assert _cards(page) == ["Rosa Lindqvist", "Tomasz Brandl"]
    page.get_by_role("link", name="Tomasz Brandl").focus()
    longest = customers.customer(cast.isar, "Yara Haddad")
    customers.contact(cast.isar, longest, at=now - dt.timedelta(minutes=9), channel="chat")
    realtime.publish(f"queue:{cast.isar.pk}", "waiting")
    expect(page.get_by_role("link", name="Yara Haddad")).to_be_visible(timeout=PATIENCE)
    assert _cards(page) == ["Rosa Lindqvist", "Tomasz Brandl", "Yara Haddad"]
    expect(page.get_by_role("link", name="Tomasz Brandl")).to_be_focused()
    page.locator("h1").click()
    realtime.publish(f"queue:{cast.isar.pk}", "waiting")
    expect(page.locator("section[aria-labelledby=lane-waiting] li b").first).to_have_text(
        "Yara Haddad", timeout=PATIENCE
    )
