"""A whole pattern claimed in a browser: what fits is marked, one day is left out, one press, one undo."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from teams.scheduling import services
from teams.scheduling.models import Assignment
from tests.browser.portal import Portal, assert_sound
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY
from tests.teams.scheduling.opening.scene import agree, weeks_of


def address(cast: Cast) -> str:
    return f"/p/{cast.isar.slug}/series/?first={MONDAY.isoformat()}"


def a_pattern(cast: Cast) -> None:
    """A week of early shifts; a late shift on Monday keeps the member from two of them."""
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 0, "14:00", "22:00").pk)
    scheduling.shift(cast.isar, 1, "12:00", "20:00")
    weeks_of(scheduling.pattern(cast.isar))


def test_a_pattern_is_claimed_with_one_day_left_out_and_taken_back(portal: Portal, cast: Cast) -> None:
    agree(cast.isar)
    a_pattern(cast)
    before = Assignment.objects.count()
    tab = portal.page(cast.member)
    tab.goto(address(cast))
    expect(tab.get_by_text("Mon", exact=True)).to_have_count(1)
    blocked = tab.locator(".serial.blocked input[type=checkbox]")
    expect(blocked).to_have_count(2)
    for place in range(2):
        expect(blocked.nth(place)).to_be_disabled()
        expect(blocked.nth(place)).not_to_be_checked()
    tab.locator("[name=take]").last.uncheck()
    claim = tab.get_by_role("button", name="Claim 2 shifts")
    claim.click()
    undo = tab.locator("#toasts [data-undo]")
    expect(undo).to_be_visible()
    assert Assignment.objects.count() == before + 2
    undo.click()
    expect(tab.locator("#toasts")).not_to_contain_text("You claimed")
    assert Assignment.objects.count() == before


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_the_page_of_a_pattern_is_sound_and_its_bar_stands_clear(portal: Portal, cast: Cast, look: str) -> None:
    agree(cast.isar)
    a_pattern(cast)
    tab = portal.page(cast.member, phone=look == "phone", dark=look == "dark")
    tab.goto(address(cast))
    assert_sound(tab)
    instead = tab.locator(".instead").first.bounding_box()
    assert instead is not None
    assert instead["height"] < 40
    if look == "phone":
        bar, tabs = tab.locator(".claimbar").bounding_box(), tab.locator(".tabbar").bounding_box()
        assert bar is not None
        assert tabs is not None
        assert bar["y"] + bar["height"] <= tabs["y"]
        assert bar["height"] < 90
        boxes = [box.bounding_box() for box in tab.locator(".weekdays label").all()]
        assert len({round(box["y"]) for box in boxes if box is not None}) == 1
