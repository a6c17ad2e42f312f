"""The frame in a browser: palette and keys by keyboard, theme, phone, without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from teams.notifications.services import notify
from tests.browser.portal import Portal, assert_sound
from tests.cast import Cast

PAGES = ("/", "/more/", "/find/?q=an", "/notices/", "/account/preferences/")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_the_pages_of_the_frame_are_sound(portal: Portal, cast: Cast, page: str, look: str) -> None:
    tab = portal.page(cast.lead, phone=look == "phone", dark=look == "dark")
    tab.goto(page)
    assert_sound(tab)


def test_the_palette_is_used_by_keyboard_alone(portal: Portal, cast: Cast) -> None:
    tab = portal.page(cast.member)
    tab.goto("/")
    tab.keyboard.press("Control+k")
    field = tab.get_by_role("combobox", name="Find or do")
    expect(field).to_be_focused()
    field.fill("notic")
    chosen = tab.locator('[role=option][aria-selected="true"]')
    expect(chosen).to_contain_text("Notices")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Notices")


def test_the_palette_changes_the_theme_and_stays_on_the_page(portal: Portal, cast: Cast) -> None:
    tab = portal.page(cast.member)
    tab.goto("/more/")
    tab.keyboard.press("Control+k")
    tab.get_by_role("combobox", name="Find or do").fill("dark")
    expect(tab.locator('[role=option][aria-selected="true"]')).to_contain_text("Dark theme")
    # The next page ends what this one still asks for, and the console calls that an error.
    tab.wait_for_load_state("networkidle")
    tab.keyboard.press("Enter")
    expect(tab.locator("html")).to_have_attribute("data-theme", "dark")
    assert tab.url.endswith("/more/")


def test_escape_closes_the_palette_and_gives_the_focus_back(portal: Portal, cast: Cast) -> None:
    tab = portal.page(cast.member)
    tab.goto("/")
    tab.locator(".find").focus()
    tab.keyboard.press("Control+k")
    expect(tab.locator("#palette")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.locator("#palette")).to_be_hidden()
    expect(tab.locator(".find")).to_be_focused()


def test_the_open_palette_is_accessible(portal: Portal, cast: Cast) -> None:
    tab = portal.page(cast.member)
    tab.goto("/")
    tab.keyboard.press("Control+k")
    expect(tab.get_by_role("option").first).to_be_visible()
    assert_sound(tab)


def test_question_mark_lists_the_keys(portal: Portal, cast: Cast) -> None:
    tab = portal.page(cast.member)
    tab.goto("/")
    tab.keyboard.press("?")
    dialog = tab.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("Fold the side bar")
    assert_sound(tab)


def test_g_then_t_goes_to_today_unless_switched_off(portal: Portal, cast: Cast) -> None:
    tab = portal.page(cast.member)
    tab.goto("/more/")
    tab.keyboard.press("g")
    tab.keyboard.press("t")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Today")
    cast.member.shortcuts = False
    cast.member.save()
    tab.goto("/more/")
    tab.keyboard.press("g")
    tab.keyboard.press("t")
    expect(tab.get_by_role("heading", level=1)).to_have_text("More")


def test_the_side_bar_folds_and_stays_folded(portal: Portal, cast: Cast) -> None:
    tab = portal.page(cast.member)
    tab.goto("/")
    tab.keyboard.press("[")
    expect(tab.locator("html")).to_have_attribute("data-side", "folded")
    tab.reload()
    expect(tab.locator("html")).to_have_attribute("data-side", "folded")
    assert_sound(tab)


def test_the_bell_counts_new_notices(portal: Portal, cast: Cast) -> None:
    notify(to=[cast.member], kind="nothing-known")
    tab = portal.page(cast.member)
    tab.goto("/")
    expect(tab.locator("#badge-notices")).to_contain_text("1")


def test_finding_and_signing_out_work_without_scripts(portal: Portal, cast: Cast) -> None:
    tab = portal.page(cast.member, scripts=False)
    tab.goto("/")
    tab.get_by_role("link", name="Find or do…").click()
    tab.get_by_role("textbox", name="Find or do").fill("preferences")
    tab.get_by_role("button", name="Find").click()
    expect(tab.get_by_role("link", name="Preferences").first).to_be_visible()
    tab.goto("/more/")
    tab.locator("main").get_by_role("button", name="Sign out").click()
    assert "/account/login/" in tab.url
