"""The week in a browser: claiming by mouse, by keyboard, on a phone and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from cxportal.core.periods import DAY, week_label
from teams.scheduling import services
from teams.scheduling.models import Assignment, Shift
from teams.staffing.services import Wanted, set_requirement
from tests.browser.portal import Portal, assert_sound
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY

WEEK = f"week/{week_label(MONDAY)}/"


def address(cast: Cast, path: str = WEEK) -> str:
    return f"/p/{cast.isar.slug}/{path}"


def a_week(cast: Cast) -> dict[str, Shift]:
    """Shifts of three people, one away, one shift on offer, a gap on Saturday, a claim that breaks the rest."""
    for day in range(4):
        shift = scheduling.shift(cast.isar, day, "07:00", "15:00", seats=1 if day == 3 else 2)
        scheduling.seated(cast.second_member, shift)
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 3, "08:00", "14:00", slug="chat"))
    held = scheduling.seated(cast.lead, scheduling.shift(cast.isar, 4, "09:00", "17:00", slug="back-office"))
    services.offer(by=cast.lead, assignment=held.pk)
    away = scheduling.span(cast.isar, 0, "00:00", "23:00")
    services.record_absence(by=cast.lead, member=cast.lead, period=away, kind="sick")
    need = [Wanted(scheduling.activity().pk, scheduling.span(cast.isar, day, "08:00", "18:00"), 2) for day in range(6)]
    set_requirement(by=cast.member, pod=cast.isar, wanted=need)
    return {
        "saturday": scheduling.shift(cast.isar, 5, "10:00", "18:00"),
        "late": scheduling.shift(cast.isar, 2, "18:00", "22:00"),
    }


def cell(cast: Cast, day: int) -> str:
    return f"cell--{cast.member.pk}--{(MONDAY + day * DAY).isoformat()}"


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_the_week_is_sound(portal: Portal, cast: Cast, look: str) -> None:
    a_week(cast)
    tab = portal.page(cast.member, phone=look == "phone", dark=look == "dark")
    tab.goto(address(cast))
    assert_sound(tab)


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
@pytest.mark.parametrize(
    "path", ["absence/", "patterns/", "patterns/new/", f"{WEEK}requirement/", f"{WEEK}add", "week/2030-W05/"]
)
def test_the_pages_around_the_week_are_sound(portal: Portal, cast: Cast, path: str, look: str) -> None:
    scheduling.pattern(cast.isar)
    a_week(cast)
    tab = portal.page(cast.member, phone=look == "phone", dark=look == "dark")
    tab.goto(address(cast, path))
    assert_sound(tab)


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_the_dialog_of_a_shift_is_sound(portal: Portal, cast: Cast, look: str) -> None:
    late = a_week(cast)["late"]
    tab = portal.page(cast.member, phone=look == "phone", dark=look == "dark")
    tab.goto(address(cast, f"shifts/{late.pk}/"))
    assert_sound(tab)
    tab.goto(address(cast))
    scope = tab.locator("#daylist" if look == "phone" else "#panel")
    scope.get_by_role("link", name="See what would work").first.click()
    expect(tab.get_by_role("dialog")).to_contain_text("does not fit your week")
    expect(tab.get_by_role("dialog")).to_contain_text("What would work")
    assert_sound(tab)


def test_a_claim_by_mouse_fills_my_cell_and_the_toast_undoes_it(portal: Portal, cast: Cast) -> None:
    a_week(cast)
    tab = portal.page(cast.member)
    tab.goto(address(cast))
    tab.locator("#panel").get_by_role("button", name="Claim Sat").click()
    mine = tab.locator(f'[id="{cell(cast, 5)}"]')
    expect(mine).to_contain_text("10–18")
    expect(tab.locator(".toast")).to_contain_text("You claimed Sat")
    expect(tab.locator("#panel")).to_contain_text("Your recent changes")
    tab.keyboard.press("u")
    expect(mine).not_to_contain_text("10–18")
    assert not Assignment.objects.filter(member=cast.member, shift__day=MONDAY + 5 * DAY).exists()


def test_the_grid_is_one_tab_stop_and_arrows_move_inside(portal: Portal, cast: Cast) -> None:
    a_week(cast)
    tab = portal.page(cast.member)
    tab.goto(address(cast))
    grid = tab.get_by_role("grid")
    expect(grid.locator('[tabindex="0"]')).to_have_count(1)
    tab.locator(f'[id="{cell(cast, 0)}"]').focus()
    for key, day in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 6), ("Home", 0)):
        tab.keyboard.press(key)
        expect(tab.locator(f'[id="{cell(cast, day)}"]')).to_be_focused()
    tab.keyboard.press("ArrowDown")
    expect(tab.locator(f'[id="{cell(cast, 0)}"]')).not_to_be_focused()
    tab.keyboard.press("Control+Home")
    expect(tab.locator(f'[id="{cell(cast, 0)}"]')).to_be_focused()
    tab.keyboard.press("End")
    tab.keyboard.press("ArrowDown")
    expect(tab.locator('td[tabindex="0"]')).to_be_focused()
    expect(grid.locator('[tabindex="0"]')).to_have_count(1)


def test_the_main_job_by_keyboard_alone(portal: Portal, cast: Cast) -> None:
    a_week(cast)
    tab = portal.page(cast.member)
    tab.goto(address(cast))
    tab.locator(f'[id="{cell(cast, 5)}"]').focus()
    expect(tab.locator("#panel .open[aria-current]")).to_contain_text("Sat")
    tab.keyboard.press("c")
    mine = tab.locator(f'[id="{cell(cast, 5)}"]')
    expect(mine).to_contain_text("10–18")
    expect(mine).to_be_focused()
    tab.keyboard.press("Enter")
    dialog = tab.get_by_role("dialog")
    expect(dialog).to_contain_text("Give back")
    dialog.get_by_role("button", name="Give back").press("Enter")
    expect(mine).not_to_contain_text("10–18")
    expect(dialog).to_be_hidden()


def test_a_refusal_names_rule_and_numbers_and_its_way_out_works(portal: Portal, cast: Cast) -> None:
    a_week(cast)
    tab = portal.page(cast.member)
    tab.goto(address(cast))
    tab.locator("#panel").get_by_role("link", name="See what would work").first.click()
    dialog = tab.get_by_role("dialog")
    expect(dialog).to_contain_text("would be 10 h, the pod agreed 11 h")
    expect(dialog.get_by_role("img")).to_have_attribute("aria-label", "10 h rest, 11 h agreed")
    dialog.get_by_role("button", name="Claim 3 h").first.click()
    expect(tab.locator(f'[id="{cell(cast, 2)}"]')).to_contain_text("18–21")
    expect(dialog).to_be_hidden()


def test_who_was_faster_is_told_and_nothing_of_mine_changes(portal: Portal, cast: Cast) -> None:
    saturday = a_week(cast)["saturday"]
    tab = portal.page(cast.member)
    tab.goto(address(cast))
    services.claim(by=cast.second_member, shift=saturday.pk)
    tab.locator("#panel").get_by_role("button", name="Claim Sat").click()
    expect(tab.locator(".toast")).to_contain_text(f"{cast.second_member.name} claimed Sat")
    expect(tab.locator("#panel").get_by_role("button", name="Claim Sat")).to_have_count(0)


def test_on_a_phone_the_day_is_picked_and_the_shift_claimed(portal: Portal, cast: Cast) -> None:
    a_week(cast)
    tab = portal.page(cast.member, phone=True)
    tab.goto(address(cast))
    expect(tab.locator("[data-roster]")).to_be_hidden()
    tab.locator(".days7 a").nth(5).click()
    expect(tab.locator(".days7 [aria-current]")).to_contain_text("Sat")
    button = tab.locator("#daylist").get_by_role("button", name="Claim Sat")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    button.click()
    expect(tab.locator(".toast")).to_contain_text("You claimed Sat")
    expect(tab.locator("#daylist")).to_contain_text("10:00–18:00")


def test_claim_and_give_back_without_javascript(portal: Portal, cast: Cast) -> None:
    a_week(cast)
    tab = portal.page(cast.member, scripts=False)
    tab.goto(address(cast))
    tab.locator("#panel").get_by_role("button", name="Claim Sat").click()
    expect(tab.locator(f'[id="{cell(cast, 5)}"]')).to_contain_text("10–18")
    expect(tab.locator(".toast")).to_contain_text("You claimed Sat")
    tab.locator(f'[id="{cell(cast, 5)}"] a').click()
    tab.get_by_role("button", name="Give back").click()
    expect(tab.locator(f'[id="{cell(cast, 5)}"]')).not_to_contain_text("10–18")


def test_a_refused_claim_without_javascript_is_a_page_with_ways_out(portal: Portal, cast: Cast) -> None:
    late = a_week(cast)["late"]
    tab = portal.page(cast.member, scripts=False)
    tab.goto(address(cast, f"shifts/{late.pk}/"))
    expect(tab.locator("main")).to_contain_text("would be 10 h, the pod agreed 11 h")
    tab.get_by_role("button", name="Claim 3 h").first.click()
    expect(tab.locator(f'[id="{cell(cast, 2)}"]')).to_contain_text("18–21")


def test_a_change_of_somebody_else_arrives_by_itself(portal: Portal, cast: Cast) -> None:
    saturday = a_week(cast)["saturday"]
    tab = portal.page(cast.member)
    tab.goto(address(cast))
    services.claim(by=cast.second_member, shift=saturday.pk)
    expect(tab.locator(f'[id="row--{cast.second_member.pk}"]')).to_contain_text("10–18", timeout=15_000)


def test_on_paper_the_grid_stands_alone(portal: Portal, cast: Cast) -> None:
    a_week(cast)
    tab = portal.page(cast.member)
    tab.goto(address(cast))
    tab.emulate_media(media="print")
    expect(tab.locator("[data-roster]")).to_be_visible()
    for part in ("#panel", ".side", ".bar .end", "#daylist"):
        expect(tab.locator(part)).to_be_hidden()


CUT = """cells => cells.filter(each => {
  const box = each.closest("a.shift").getBoundingClientRect();
  const text = document.createRange();
  text.selectNodeContents(each);
  const words = text.getBoundingClientRect();
  const icon = [...each.parentElement.querySelectorAll("svg")].some(mark => {
    const at = mark.getBoundingClientRect();
    const beside = at.left >= words.right - 1 || at.right <= words.left + 1;
    return !beside && at.top < words.bottom - 2 && at.bottom > words.top + 2;
  });
  return words.left < box.left || words.right > box.right || icon;
}).map(each => each.textContent)"""


@pytest.mark.parametrize(("width", "media"), [(1440, "screen"), (1280, "screen"), (1920, "screen"), (1280, "print")])
def test_the_hours_of_a_shift_are_read_whole_in_its_cell(portal: Portal, cast: Cast, width: int, media: str) -> None:
    for day, hours in enumerate((("07:45", "16:15"), ("11:45", "20:15"), ("08:45", "18:45"))):
        scheduling.seated(cast.second_member, scheduling.shift(cast.isar, day, *hours, seats=2))
    held = scheduling.seated(cast.lead, scheduling.shift(cast.isar, 3, "08:45", "18:45", slug="chat"))
    services.offer(by=cast.lead, assignment=held.pk)
    tab = portal.page(cast.member)
    tab.set_viewport_size({"width": width, "height": 900})
    tab.emulate_media(media="print" if media == "print" else "screen")
    tab.goto(address(cast))
    hours_ = tab.locator("[data-roster] a.shift .h > span")
    expect(hours_).to_have_count(4)
    assert hours_.evaluate_all(CUT) == []


@pytest.mark.parametrize("phone", [False, True])
def test_the_menu_of_the_week_opens_under_its_own_button(portal: Portal, cast: Cast, phone: bool) -> None:
    a_week(cast)
    tab = portal.page(cast.member, phone=phone)
    tab.goto(address(cast))
    button, menu = tab.get_by_role("button", name="More about this week"), tab.locator("#weekmore")
    button.click()
    expect(menu).to_be_visible()
    at, opened = button.bounding_box(), menu.bounding_box()
    assert at is not None
    assert opened is not None
    assert 0 <= opened["y"] - (at["y"] + at["height"]) < 12
    assert abs(opened["x"] + opened["width"] - (at["x"] + at["width"])) < 2
    assert opened["x"] >= 0


@pytest.mark.parametrize("path", [WEEK, "../../"])
def test_u_takes_back_the_newest_change_when_its_toast_is_gone(portal: Portal, cast: Cast, path: str) -> None:
    services.claim(by=cast.member, shift=a_week(cast)["saturday"].pk)
    before = Assignment.objects.filter(shift__day=MONDAY + 5 * DAY)
    assert before.count() == 1
    tab = portal.page(cast.member)
    tab.goto(address(cast, path))
    expect(tab.locator("[data-undo-list]")).to_be_visible()
    tab.locator("h1").click()
    tab.keyboard.press("u")
    expect(tab.locator("[data-undo-list]")).to_have_count(0)
    assert not before.exists()


def test_the_key_c_claims_what_the_day_under_the_cursor_offers_or_says_that_nothing_is(
    portal: Portal, cast: Cast
) -> None:
    a_week(cast)
    tab = portal.page(cast.member)
    tab.goto(address(cast))
    tab.locator(f"#{cell(cast, 6)}").focus()
    tab.keyboard.press("c")
    expect(tab.locator("#toasts")).to_contain_text("No open shift of this day fits you.")
    assert not Assignment.objects.filter(shift__day=MONDAY + 5 * DAY).exists()
    tab.keyboard.press("ArrowLeft")
    tab.keyboard.press("?")
    expect(tab.locator("#keys")).to_contain_text("Claim Sat")
