"""The holiday planner in a browser: planned on the year, by mouse, by keyboard, on a phone, without scripts."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from teams.leave import services
from teams.leave.models import SchoolHoliday
from tests.browser.portal import Portal, assert_sound
from tests.cast import Cast
from tests.factories import leave, pods

FRIDAY = leave.MONDAY + dt.timedelta(days=4)


def address(cast: Cast, rest: str = "") -> str:
    return f"/p/{cast.isar.slug}/leave/{leave.MONDAY.year}/{rest}"


def a_year(cast: Cast, *, places: int = 1) -> None:
    """One place a day, a colleague away on Wednesday, school holidays, a peak that is shared out."""
    pods.agreement(cast.isar, since=dt.datetime(2025, 1, 1, tzinfo=dt.UTC), leave_concurrency=places)
    for each in (cast.member, cast.second_member):
        leave.balance(each)
    services.request_leave(by=cast.second_member, member=cast.second_member, kind=leave.kind(), asked=leave.days(2))
    SchoolHoliday.objects.create(region="DE-BY", name="Spring break", first=leave.MONDAY, last=FRIDAY)


def day(on: dt.date) -> str:
    return f"#day--{on.isoformat()}"


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_the_planner_and_its_pages_are_sound(portal: Portal, cast: Cast, look: str) -> None:
    a_year(cast)
    leave.peak(cast.isar)
    tab = portal.page(cast.member, phone=look == "phone", dark=look == "dark")
    for rest in ("", f"?first={leave.MONDAY}&last={FRIDAY}&kind={leave.kind().pk}", "table/"):
        tab.goto(address(cast, rest))
        assert_sound(tab)
    for path in ("/leave/", f"/p/{cast.isar.slug}/leave/peaks/new/", f"/p/{cast.isar.slug}/leave/days/{leave.MONDAY}/"):
        tab.goto(path)
        assert_sound(tab)


def test_a_holiday_is_planned_on_the_year_with_the_keyboard_alone(portal: Portal, cast: Cast) -> None:
    a_year(cast)
    tab = portal.page(cast.member)
    tab.goto(address(cast))
    tab.locator(day(leave.MONDAY)).focus()
    for _day in range(4):
        tab.keyboard.press("Shift+ArrowRight")
    expect(tab.get_by_role("button", name="Take the 4 days that fit")).to_be_visible()
    expect(tab.locator("#year td.ask")).to_have_count(4)
    expect(tab.locator("#year td.wait")).to_have_count(1)
    expect(tab.locator(day(FRIDAY))).to_be_focused()
    tab.get_by_role("button", name="Take them and wait for the 1").press("Enter")
    expect(tab.locator("#mine")).to_contain_text("waiting, place 1")
    expect(tab.locator("#balance")).to_contain_text("26")


def draw_over(tab: Page, first: dt.date, last: dt.date) -> None:
    """Press the mouse on a day and draw to another, without letting go."""
    for n, on in enumerate((first, last)):
        box = tab.locator(day(on)).bounding_box()
        assert box is not None
        tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=8)
        if not n:
            tab.mouse.down()


def test_days_that_are_drawn_over_with_the_mouse_are_tried_out_before_anything_is_asked(
    portal: Portal, cast: Cast
) -> None:
    a_year(cast)
    tab = portal.page(cast.member)
    tab.goto(address(cast))
    draw_over(tab, FRIDAY, leave.MONDAY)
    expect(tab.locator("#year .chosen")).to_have_count(5)
    expect(tab.get_by_label("First day")).to_have_value(leave.MONDAY.isoformat())
    expect(tab.get_by_label("Last day")).to_have_value(FRIDAY.isoformat())
    tab.mouse.up()
    expect(tab.get_by_role("button", name="Take the 4 days that fit")).to_be_visible()
    expect(tab.locator("#year td.ask")).to_have_count(4)
    expect(tab.locator("#year td.wait")).to_have_count(1)
    expect(tab.get_by_role("dialog")).to_have_count(0)


def test_escape_leaves_the_form_as_it_was_while_days_are_drawn_over(portal: Portal, cast: Cast) -> None:
    a_year(cast)
    tab = portal.page(cast.member)
    tab.goto(address(cast))
    draw_over(tab, leave.MONDAY, FRIDAY)
    expect(tab.locator("#year .chosen")).to_have_count(5)
    tab.keyboard.press("Escape")
    tab.mouse.up()
    expect(tab.locator("#year .chosen")).to_have_count(0)
    expect(tab.get_by_label("First day")).to_have_value("")


def test_the_year_begins_at_today_on_a_phone_and_shows_where_it_goes_on(portal: Portal, cast: Cast) -> None:
    tab = portal.page(cast.member, phone=True)
    today = dt.datetime.now(cast.isar.tzinfo).date()
    tab.goto(f"/p/{cast.isar.slug}/leave/{today.year}/")
    pane = tab.locator(".yearpane")
    expect(tab.locator(day(today))).to_be_in_viewport(ratio=1)
    pane.evaluate("pane => { pane.scrollLeft = 0 }")
    expect(pane).to_have_attribute("data-more", "end")
    assert pane.evaluate("pane => getComputedStyle(pane).maskImage") != "none"
    pane.evaluate("pane => { pane.scrollLeft = pane.scrollWidth }")
    expect(pane).to_have_attribute("data-more", "start")
    assert pane.evaluate("pane => getComputedStyle(pane).maskImage") == "none"


@pytest.mark.parametrize("width", [390, 320])
def test_the_title_of_the_year_is_whole_on_a_phone(portal: Portal, cast: Cast, width: int) -> None:
    tab = portal.page(cast.member, phone=True)
    tab.set_viewport_size({"width": width, "height": 700})
    tab.goto(address(cast))
    assert tab.locator("h1").evaluate("title => title.scrollWidth <= title.clientWidth")


def test_weekends_are_the_quietest_days_in_the_dark_and_stand_in_the_legend(portal: Portal, cast: Cast) -> None:
    tab = portal.page(cast.member, dark=True)
    tab.goto(address(cast))
    weekend = tab.locator(f"{day(leave.MONDAY - dt.timedelta(days=1))} i")
    assert weekend.evaluate("each => getComputedStyle(each).backgroundColor") == "rgba(0, 0, 0, 0)"
    expect(tab.locator(".year-key")).to_contain_text("weekend")


def test_l_leads_to_the_form_and_a_press_tells_who_is_away(portal: Portal, cast: Cast) -> None:
    a_year(cast)
    tab = portal.page(cast.member)
    tab.goto(address(cast))
    tab.locator(day(leave.MONDAY + dt.timedelta(days=2))).click()
    expect(tab.get_by_role("dialog")).to_contain_text(cast.second_member.name)
    assert_sound(tab)
    tab.keyboard.press("Escape")
    tab.keyboard.press("l")
    expect(tab.get_by_label("First day")).to_be_focused()


def test_leave_is_taken_back_from_the_toast(portal: Portal, cast: Cast) -> None:
    a_year(cast)
    tab = portal.page(cast.member)
    tab.goto(address(cast, f"?first={leave.MONDAY}&last={leave.MONDAY}&kind={leave.kind().pk}"))
    tab.get_by_role("button", name="Take this day").click()
    expect(tab.locator("#balance")).to_contain_text("29")
    tab.get_by_role("button", name="Undo").click()
    expect(tab.locator("#balance")).not_to_contain_text("29")


@pytest.mark.parametrize("phone", [False, True])
def test_leave_is_planned_without_javascript(portal: Portal, cast: Cast, phone: bool) -> None:
    a_year(cast)
    tab = portal.page(cast.member, phone=phone, scripts=False)
    tab.goto(address(cast))
    tab.get_by_label("First day").fill(leave.MONDAY.isoformat())
    tab.get_by_label("Last day").fill(FRIDAY.isoformat())
    tab.get_by_role("button", name="Try it out").click()
    tab.get_by_role("button", name="Take the 4 days that fit").click()
    expect(tab.locator("#balance")).to_contain_text("26")
