"""The pattern editor's bar: activities are added, moved and removed by keys and by mouse; the fields follow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.portal import Portal, assert_sound
from tests.cast import Cast
from tests.factories import scheduling


@pytest.fixture
def editor(portal: Portal, cast: Cast) -> Page:
    pattern = scheduling.pattern(cast.isar, start="08:00", end="16:00")
    tab = portal.page(cast.member)
    tab.goto(f"/p/{cast.isar.slug}/patterns/{pattern.pk}/")
    return tab


def times(tab: Page, place: int) -> tuple[str, str]:
    return tab.locator(f"[name=from_{place}]").input_value(), tab.locator(f"[name=to_{place}]").input_value()


def test_activities_are_planned_by_the_half_hour_with_the_keyboard_alone(editor: Page) -> None:
    piece = editor.get_by_role("button", name="Phone, 08:00–12:00")
    piece.focus()
    editor.keyboard.press("Shift+ArrowLeft")
    expect(editor.get_by_role("button", name="Phone, 08:00–11:30")).to_be_focused()
    editor.keyboard.press("ArrowRight")
    assert times(editor, 0) == ("08:30", "12:00")
    # It stops at its neighbour: half an hour of break was between them.
    editor.keyboard.press("ArrowRight")
    editor.keyboard.press("ArrowRight")
    assert times(editor, 0) == ("09:00", "12:30")
    editor.get_by_role("button", name="Back office", exact=True).focus()
    editor.keyboard.press("Enter")
    assert times(editor, 2) == ("08:00", "09:00")
    editor.keyboard.press("Delete")
    assert times(editor, 2) == ("", "")
    editor.get_by_role("button", name="Save").press("Enter")
    expect(editor.get_by_role("row", name="Early").first).to_contain_text("7 h")


def test_an_activity_is_dragged_and_made_longer_by_mouse(editor: Page) -> None:
    half = editor.locator(".track").bounding_box()["width"] / 16  # type: ignore[index]
    box = editor.get_by_role("button", name="Phone, 12:30–16:00").bounding_box()
    assert box is not None
    editor.mouse.move(box["x"] + 30, box["y"] + 20)
    editor.mouse.down()
    editor.mouse.move(box["x"] + 30 - half, box["y"] + 20, steps=3)
    editor.mouse.up()
    assert times(editor, 1) == ("12:00", "15:30")
    box = editor.get_by_role("button", name="Phone, 12:00–15:30").bounding_box()
    assert box is not None
    editor.mouse.move(box["x"] + box["width"] - 4, box["y"] + 20)
    editor.mouse.down()
    editor.mouse.move(box["x"] + box["width"] - 4 + half, box["y"] + 20, steps=3)
    editor.mouse.up()
    assert times(editor, 1) == ("12:00", "16:00")


def test_the_editor_is_sound_and_its_preview_follows_what_is_typed(editor: Page) -> None:
    editor.locator("[name=starts]").fill("22:00")
    editor.locator("[name=ends]").fill("06:00")
    editor.locator("[name=activity_1]").select_option("")
    for name in ("from_0", "to_0", "from_1", "to_1"):
        editor.locator(f"[name={name}]").fill("")
    editor.get_by_label("Sat").check()
    editor.get_by_role("button", name="Look at the next weeks").click()
    expect(editor.locator("#preview")).to_contain_text("When the clocks change: ")
    expect(editor.locator("#preview")).to_contain_text("7 h on")
    assert_sound(editor)
