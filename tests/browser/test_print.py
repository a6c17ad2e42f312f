"""On paper: week, board and year as Chromium prints them, on A4 landscape, whole and readable, without buttons."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from playwright.sync_api import Page, ViewportSize

from cxportal.core import periods
from cxportal.core.periods import DAY, local_date, monday, week_label
from tests.browser.portal import Portal, overflow
from tests.browser.scene import set_scene, shift_of
from tests.cast import Cast
from tests.factories import people, scheduling

SHEET: ViewportSize = {"width": 1047, "height": 718}  # A4 landscape less its margins of 10 mm, at 96 dots an inch
A4 = (842, 595)  # points
PRESSED = "button:visible, .btn:visible, input:visible, .side:visible, .tabbar:visible, .panel:visible"


@pytest.fixture
def label(cast: Cast) -> str:
    """A week in which a whole pod works."""
    set_scene(cast)
    today = local_date(periods.now(), cast.isar.tzinfo)
    with transaction.atomic():
        team = [
            people.member(cast.isar, f"{name} Sommer") for name in ("Ada", "Bo", "Cem", "Dora", "Emil", "Fay", "Gil")
        ]
        team += [
            people.member(cast.isar, f"{name} Winterstein") for name in ("Hans", "Ida", "Jon", "Kim", "Lou", "Mia")
        ]
        for step in range(7):
            day = monday(today) + (7 + step) * DAY
            for place, person in enumerate(team):
                if (place + step) % 3:
                    scheduling.seated(person, shift_of(cast, day, 7 + place % 3 * 2))
    return week_label(today + 7 * DAY)


def on_paper(page: Page) -> Page:
    """The page as it is printed, in the width of the sheet."""
    page.wait_for_load_state("networkidle")
    page.set_viewport_size(SHEET)
    page.emulate_media(media="print")
    return page


def sheets(page: Page) -> list[tuple[float, float]]:
    """The sizes of the printed sheets in points."""
    printed = page.pdf(prefer_css_page_size=True)
    found = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    return [(float(wide), float(high)) for wide, high in found]


@pytest.mark.parametrize(("name", "most"), [("week", 2), ("board", 5), ("year", 3)])
def test_a_page_is_printed_whole_on_a4_landscape_in_ink_on_white(
    portal: Portal, cast: Cast, label: str, name: str, most: int
) -> None:
    path = {"week": f"/p/isar/week/{label}/", "board": "/p/isar/board/", "year": "/my/year/"}[name]
    page = portal.page(cast.member, dark=True)
    page.goto(path, timeout=30_000)
    on_paper(page)
    assert overflow(page) == ""
    assert page.locator(PRESSED).count() == 0
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    found = sheets(page)
    assert 1 <= len(found) <= most
    assert {(round(wide), round(high)) for wide, high in found} == {A4}


def test_the_sheet_says_which_pod_which_days_and_when_it_was_printed(portal: Portal, cast: Cast, label: str) -> None:
    page = portal.page(cast.member)
    for path, words in ((f"/p/isar/week/{label}/", "Isar, printed "), ("/p/isar/board/", "Printed ")):
        page.goto(path, timeout=30_000)
        assert not page.locator(".paper").is_visible()
        head = on_paper(page).locator("header.bar").inner_text()
        assert words in head
        assert "Isar" in head
        assert re.search(r"\d{1,2}.* \d{4}", head)
        assert re.search(r"rinted \w{3} \d{1,2} \w{3}, \d\d:\d\d", head)
        page.emulate_media(media="screen")


def test_every_day_and_every_member_of_the_week_is_on_the_sheet(portal: Portal, cast: Cast, label: str) -> None:
    page = portal.page(cast.member)
    page.goto(f"/p/isar/week/{label}/", timeout=30_000)
    on_paper(page)
    columns = page.locator(".roster thead th")
    assert columns.count() == 8
    for place in range(8):
        box = columns.nth(place).bounding_box()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= SHEET["width"] + 1
    assert page.locator(".roster tbody tr:visible").count() == 16
