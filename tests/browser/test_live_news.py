"""The banner over the week when others redraw it: words, the places that changed, closed by hand."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from cxportal.core.periods import DAY, week_label
from teams.scheduling import services
from tests.browser.portal import Portal, assert_sound
from tests.browser.streams import PATIENCE, Streams, live_tag
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY, span


def _week(portal: Portal, cast: Cast, **options: bool) -> Page:
    page = portal.page(cast.second_member, **options)
    page.set_default_timeout(PATIENCE)
    page.goto(f"/p/{cast.isar.slug}/week/{week_label(MONDAY)}/")
    expect(live_tag(page, "live")).not_to_have_attribute("hidden", "", timeout=PATIENCE)
    return page


def test_an_absence_is_told_shown_and_closed(portal: Portal, cast: Cast, streams: Streams) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 3, "09:00", "17:00"))
    page = _week(portal, cast)
    banner = page.locator("#news .banner")
    expect(banner).to_have_count(0)
    away = span(cast.isar, 3, "00:00", "23:59")
    services.record_absence(by=cast.member, member=cast.member, period=away, kind="sick")
    expect(banner).to_contain_text(f"{cast.member.name} is now away on Thu 4.", timeout=PATIENCE)
    expect(page.locator(f"#row--{cast.member.pk} .leave")).to_be_visible(timeout=PATIENCE)
    assert_sound(page)
    banner.get_by_role("link", name="Show what changed").click()
    cell = page.locator(f"#cell--{cast.member.pk}--{(MONDAY + 3 * DAY).isoformat()}")
    expect(cell).to_be_focused()
    expect(cell).to_contain_class("changed")
    banner.get_by_role("link", name="Close this message").click()
    expect(banner).to_have_count(0)
    gone = scheduling.shift(cast.isar, 4, "09:00", "17:00")
    services.cancel_shift(by=cast.lead, shift=gone.pk)
    expect(banner).to_contain_text(f"{cast.lead.name} cancelled Fri 5", timeout=PATIENCE)
    expect(banner).not_to_contain_text("away")


def test_an_absence_without_shifts_shows_in_the_open_week(portal: Portal, cast: Cast, streams: Streams) -> None:
    scheduling.shift(cast.isar, 2, "09:00", "17:00")
    page = _week(portal, cast)
    away = span(cast.isar, 4, "00:00", "23:59")
    absence = services.record_absence(by=cast.member, member=cast.member, period=away, kind="other")
    leave = page.locator(f"#row--{cast.member.pk} .leave")
    expect(leave).to_be_visible(timeout=PATIENCE)
    services.end_absence(by=cast.member, absence=absence.pk)
    expect(leave).to_have_count(0, timeout=PATIENCE)


def test_on_a_phone_the_banner_leads_to_the_day(portal: Portal, cast: Cast, streams: Streams) -> None:
    shift = scheduling.shift(cast.isar, 3, "09:00", "17:00")
    scheduling.shift(cast.isar, 4, "09:00", "17:00")
    page = _week(portal, cast, phone=True)
    services.cancel_shift(by=cast.member, shift=shift.pk)
    expect(page.locator("#news .banner")).to_contain_text("cancelled Thu 4", timeout=PATIENCE)
    assert_sound(page)
    page.get_by_role("link", name="Show what changed").click()
    expect(page.locator("#daylist .dayhead b").first).to_contain_text("Thu 4", timeout=PATIENCE)
