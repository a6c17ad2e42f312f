"""Exchanges in a browser: offered in three presses, a ring of three by three people, by keyboard alone, on a phone."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from cxportal.core.periods import DAY, week_label
from teams.people.models import User
from teams.scheduling.models import Assignment
from teams.scheduling.swaps import services, wishes
from teams.scheduling.swaps.models import Exchange, SwapWish
from teams.scheduling.swaps.services import Planned
from tests.browser.portal import Portal, assert_sound
from tests.browser.streams import Streams
from tests.cast import Cast
from tests.factories import people, scheduling
from tests.factories.scheduling import MONDAY


def held(cast: Cast) -> list[Assignment]:
    """Tuesday, Wednesday and Thursday, of one person each."""
    return [scheduling.seated(person, scheduling.shift(cast.isar, day)) for day, person in enumerate(crew(cast), 1)]


def crew(cast: Cast) -> list[User]:
    third = User.objects.filter(name="Runa Holt").first() or people.member(cast.isar, "Runa Holt")
    return [cast.member, cast.second_member, third]


def wished(cast: Cast) -> list[Assignment]:
    """Each of three wants the day of the next one: only together it fits."""
    mine = held(cast)
    for place, (person, assignment) in enumerate(zip(crew(cast), mine, strict=True)):
        day = MONDAY + dt.timedelta(days=1 + (place + 1) % 3)
        wishes.open_wish(by=person, assignment=assignment.pk, first=day, last=day)
    return mine


def address(cast: Cast, path: str) -> str:
    return f"/p/{cast.isar.slug}/{path}"


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_the_pages_of_exchanges_are_sound(portal: Portal, cast: Cast, look: str) -> None:
    mine = wished(cast)
    scheduling.seated(cast.lead, scheduling.shift(cast.isar, 1, "09:00", "17:00"))
    made = services.ask(by=cast.member, pod=cast.isar, planned=[Planned(mine[0].pk, cast.second_member.pk)])
    for user, path in (
        (cast.member, f"assignments/{mine[0].pk}/swap/"),
        (cast.member, f"assignments/{mine[0].pk}/swap/?mode=part"),
        (cast.member, f"exchanges/{made.pk}/"),
        (cast.second_member, "exchanges/"),
    ):
        tab = portal.page(user, phone=look == "phone", dark=look == "dark")
        tab.goto(address(cast, path))
        assert_sound(tab)


def test_a_swap_is_offered_in_two_presses_from_the_first_page(portal: Portal, cast: Cast) -> None:
    held(cast)
    tab = portal.page(cast.member)
    tab.goto("/")
    tab.get_by_role("link", name="Offer to swap").click()
    tab.get_by_role("button", name="Ask those chosen").click()
    expect(tab.get_by_text("colleagues at once")).to_be_visible()
    assert Exchange.objects.filter(outcome="open").count() == 3


@pytest.mark.parametrize("phone", [False, True])
def test_a_ring_of_three_is_completed_by_three_people(portal: Portal, cast: Cast, phone: bool) -> None:
    mine = wished(cast)
    tab = portal.page(cast.member, phone=phone)
    tab.goto(address(cast, f"assignments/{mine[0].pk}/swap/"))
    expect(tab.get_by_role("heading", name="A ring of 3 fits")).to_be_visible()
    tab.get_by_role("button", name="Ask all of them").click()
    expect(tab.get_by_text("1 of 3 consent")).to_be_visible()
    assert_drawn_whole(tab)
    for person in crew(cast)[1:]:
        other = portal.page(person, phone=phone)
        other.goto("/")
        other.locator("#swaps").get_by_role("link", name="Look").click()
        other.get_by_role("button", name="Consent").click()
    expect(other.get_by_text("Everybody consents: the exchange has happened.")).to_be_visible()
    expect(other.locator("#legs .card .head .tag", has_text="Done")).to_be_visible()
    assert [a.shift.day for a in Assignment.objects.filter(member=cast.member).select_related("shift")] == [
        MONDAY + 2 * DAY
    ]
    assert Exchange.objects.get().outcome == "done"


def assert_drawn_whole(tab: Page) -> None:
    """Everybody of a drawing stands in its card with the name, and above the first leg."""
    card = tab.locator(".card:has(.ringchart)").bounding_box()
    leg = tab.locator(".legrow").first.bounding_box()
    assert card is not None
    assert leg is not None
    for part in tab.locator(".ringnode circle, .ringnode .lab").all():
        box = part.bounding_box()
        assert box is not None
        assert box["x"] > card["x"]
        assert box["x"] + box["width"] < card["x"] + card["width"]
        assert box["y"] + box["height"] < leg["y"]


def test_a_swap_is_offered_and_accepted_by_keyboard_alone(portal: Portal, cast: Cast) -> None:
    mine = held(cast)
    tab = portal.page(cast.member)
    tab.goto(address(cast, f"week/{week_label(MONDAY)}/"))
    tab.keyboard.press("Control+Home")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("s")
    tab.wait_for_url(f"**/assignments/{mine[0].pk}/swap/")
    walk_to(tab, "Clear")
    tab.keyboard.press("Enter")
    tab.keyboard.press("Space")
    walk_to(tab, "Ask those chosen")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/exchanges/*/")
    (asked,) = Exchange.objects.get().consents.filter(answer="waiting")
    other = portal.page(asked.member)
    other.goto("/")
    walk_to(other, "Look")
    other.keyboard.press("Enter")
    other.wait_for_url("**/exchanges/*/")
    walk_to(other, "Consent")
    other.keyboard.press("Enter")
    expect(other.get_by_text("Everybody consents: the exchange has happened.")).to_be_visible()
    portal.errors.clear()  # htmx names each fetch that a page leaves behind


def walk_to(tab: Page, name: str) -> None:
    """Press Tab until the focus stands on what begins with the name."""
    for _each in range(80):
        tab.keyboard.press("Tab")
        if str(tab.evaluate("document.activeElement.textContent.trim()")).startswith(name):
            return
    raise AssertionError(f"{name} is not reached by Tab")


def test_choosing_what_is_wanted_looks_again_and_keeps_the_focus(portal: Portal, cast: Cast) -> None:
    mine = held(cast)
    tab = portal.page(cast.member)
    tab.goto(address(cast, f"assignments/{mine[0].pk}/swap/"))
    wanted = tab.get_by_label("In return, on")
    wanted.focus()
    wanted.select_option((MONDAY + 2 * DAY).isoformat())
    expect(tab.locator("#partners")).to_contain_text("Runa Holt, as a gift")
    expect(wanted).to_be_focused()
    tab.get_by_text("A part", exact=True).click()
    tab.get_by_label("until").first.select_option(label="11:00")
    tab.wait_for_url("**mode=part**")
    tab.wait_for_load_state("networkidle")
    tab.get_by_role("button", name="Only keep it open").click()
    expect(tab.get_by_text("Your wish is open")).to_be_visible()
    wish = SwapWish.objects.get()
    assert (wish.first, wish.span.minutes) == (MONDAY + 2 * DAY, 240)
    portal.errors.clear()  # htmx names each fetch that a page leaves behind


def test_the_page_of_an_exchange_follows_the_others(streams: Streams, portal: Portal, cast: Cast) -> None:
    mine = held(cast)
    people_of_ring = crew(cast)
    planned = [Planned(mine[place].pk, people_of_ring[(place + 1) % 3].pk) for place in range(3)]
    made = services.ask(by=cast.member, pod=cast.isar, planned=planned)
    tab = portal.page(cast.member)
    tab.goto(address(cast, f"exchanges/{made.pk}/"))
    expect(tab.get_by_text("1 of 3 consent")).to_be_visible()
    services.answer(by=people_of_ring[1], exchange=made.pk, consent=True)
    expect(tab.get_by_text("2 of 3 consent")).to_be_visible(timeout=60_000)
    expect(tab.locator("#state")).to_contain_text("Waiting for Runa Holt")
