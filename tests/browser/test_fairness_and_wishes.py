"""The fairness page and the painted week in a browser: sound in every look, painted by mouse and by keyboard."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from cxportal.core import periods
from teams.scheduling.availability.models import WishedTime
from tests.browser.portal import Portal, assert_sound
from tests.cast import Cast
from tests.factories import scheduling


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
@pytest.mark.parametrize("path", ["/p/isar/fairness/", "/availability/"])
def test_the_pages_are_sound(portal: Portal, cast: Cast, path: str, look: str) -> None:
    day = periods.now().date() - dt.timedelta(days=3)
    scheduling.seated(cast.member, scheduling.shift(cast.isar, day, "12:00", "20:30"))
    WishedTime.objects.create(member=cast.member, weekday=2, part="late", wish="cannot")
    tab = portal.page(cast.member, phone=look == "phone", dark=look == "dark")
    tab.goto(path)
    assert_sound(tab)


def test_a_week_is_painted_by_the_mouse(portal: Portal, cast: Cast) -> None:
    tab = portal.page(cast.member)
    tab.goto("/availability/")
    tab.get_by_text("rather not", exact=True).first.click()
    first, last = tab.locator("td[data-wish]").nth(0), tab.locator("td[data-wish]").nth(2)
    first.hover()
    tab.mouse.down()
    last.hover()
    tab.mouse.up()
    expect(last).to_have_attribute("data-wish", "rather_not")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("Your week is saved")).to_be_visible()
    painted = WishedTime.objects.filter(member=cast.member).values_list("weekday", "part", "wish")
    assert {(1, "early", "rather_not"), (3, "early", "rather_not")} <= set(painted)


def test_a_week_is_painted_by_the_keyboard(portal: Portal, cast: Cast) -> None:
    tab = portal.page(cast.member)
    tab.goto("/availability/")
    tab.locator("select[name=early-1]").focus()
    for key in ("1", "ArrowRight", "ArrowDown", "4"):
        tab.keyboard.press(key)
    tab.get_by_role("button", name="Save").press("Enter")
    expect(tab.get_by_text("Your week is saved")).to_be_visible()
    painted = set(WishedTime.objects.filter(member=cast.member).values_list("weekday", "part", "wish"))
    assert painted == {(1, "early", "gladly"), (2, "midday", "cannot")}
