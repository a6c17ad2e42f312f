"""What a person presses in the week is answered, whatever happened to its button; the focus stays with the person."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from cxportal.core.periods import DAY, week_label
from teams.scheduling.models import Assignment
from tests.browser.portal import Portal
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY


@pytest.fixture
def week(portal: Portal, cast: Cast) -> Page:
    """Isar's week with open shifts on Wednesday and Friday."""
    for day in (2, 4):
        scheduling.shift(cast.isar, day, "09:00", "17:00")
    page = portal.page(cast.member)
    page.clock.install()
    page.goto(f"/p/{cast.isar.slug}/week/{week_label(MONDAY)}/")
    return page


def _late(page: Page, path: str, wait: int = 1500) -> None:
    """The first answer under a path is told to the browser later than it was given."""

    def hold(route: Route) -> None:
        answer = route.fetch()
        page.wait_for_timeout(wait)
        route.fulfill(response=answer)

    page.route(path, hold, times=1)


def test_a_late_answer_is_told_though_another_press_drew_the_panel_anew(week: Page) -> None:
    panel = week.get_by_role("complementary")
    _late(week, "**/claim")
    panel.get_by_role("button", name="Claim Wed").click()
    panel.get_by_role("button", name="Claim Fri").click()
    expect(week.locator("#toasts")).to_contain_text("You claimed Fri")
    expect(week.locator("#toasts")).to_contain_text("You claimed Wed")
    expect(week.locator("tr.mine a.shift")).to_have_count(2)
    expect(week.locator("#toasts [data-undo]")).to_have_count(2)


def test_a_late_undo_is_told_after_the_time_of_its_toast(week: Page) -> None:
    week.get_by_role("complementary").get_by_role("button", name="Claim Wed").click()
    expect(week.locator("#toasts")).to_contain_text("You claimed Wed")
    _late(week, "**/undo")
    week.keyboard.press("u")
    week.clock.fast_forward(9000)
    expect(week.locator("#toasts")).to_contain_text("Undone.")
    expect(week.locator("tr.mine a.shift")).to_have_count(0)
    assert not Assignment.objects.exists()


def test_after_a_claim_and_its_undo_by_keyboard_the_focus_is_where_it_was(week: Page) -> None:
    panel = week.get_by_role("complementary")
    panel.get_by_role("button", name="Claim Wed").press("Enter")
    expect(week.locator("tr.mine a.shift")).to_have_count(1)
    expect(week.locator("#panel")).to_be_focused()
    week.locator("#toasts [data-undo]").press("Enter")
    expect(week.locator("tr.mine a.shift")).to_have_count(0)
    expect(week.locator("#panel")).to_be_focused()


@pytest.mark.parametrize("key", ["ArrowRight", "ArrowDown", "Control+Home"])
def test_the_arrows_and_ctrl_home_lead_into_the_grid_from_the_page(week: Page, cast: Cast, key: str) -> None:
    week.keyboard.press(key)
    own = f"cell--{cast.member.pk}--{MONDAY.isoformat()}"
    expect(week.locator(f"#{own}")).to_be_focused()
    week.keyboard.press("ArrowRight")
    expect(week.locator(f"#cell--{cast.member.pk}--{(MONDAY + DAY).isoformat()}")).to_be_focused()


def test_a_shift_is_claimed_from_the_first_page_in_one_press_and_undone_there(portal: Portal, cast: Cast) -> None:
    scheduling.shift(cast.isar, 2, "09:00", "17:00")
    page = portal.page(cast.member)
    page.goto("/")
    page.keyboard.press("c")
    expect(page.locator("#toasts")).to_contain_text("You claimed Wed")
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    page.locator("#toasts [data-undo]").click()
    expect(page.locator("#toasts")).to_contain_text("Undone.")
    expect(page.locator("#open form button")).to_have_count(1)
    assert not Assignment.objects.exists()


def test_after_a_claim_from_the_first_page_the_focus_is_on_the_open_shifts(portal: Portal, cast: Cast) -> None:
    for day in (2, 4):
        scheduling.shift(cast.isar, day, "09:00", "17:00")
    page = portal.page(cast.member)
    page.goto("/")
    page.get_by_role("button", name="Claim Wed").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("You claimed Wed")
    expect(page.locator("#open")).to_be_focused()


def test_a_claim_brings_the_list_in_sight_and_the_other_one_when_the_window_is_turned(week: Page) -> None:
    asked: list[str] = []
    week.on("request", lambda request: asked.append(request.headers.get("hx-target", "")))
    with week.expect_response("**/claim") as answer:
        week.get_by_role("complementary").get_by_role("button", name="Claim Wed").click()
    assert 'id="panel"' in answer.value.text()
    assert 'id="daylist"' not in answer.value.text()
    expect(week.locator("#toasts")).to_contain_text("You claimed Wed")
    assert "daylist" not in asked
    week.set_viewport_size({"width": 390, "height": 844})
    expect(week.locator("#daylist .open")).to_have_count(1)
    expect(week.locator("#daylist")).to_contain_text("Fri")
    assert "daylist" in asked
