"""What a page says of its own truth: live, reconnecting, the time of its data, no connection; and that acts wait."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from cxportal.core.periods import week_label
from teams.scheduling import services
from tests.browser.portal import Portal, assert_sound
from tests.browser.streams import PATIENCE, Streams, live_tag
from tests.cast import Cast
from tests.factories import routing, scheduling
from tests.factories.scheduling import MONDAY


def _week(portal: Portal, cast: Cast, **options: bool) -> Page:
    page = portal.page(cast.member, **options)
    page.set_default_timeout(PATIENCE)
    page.clock.install()
    page.goto(f"/p/{cast.isar.slug}/week/{week_label(MONDAY)}/")
    expect(live_tag(page, "live")).not_to_have_attribute("hidden", "", timeout=PATIENCE)
    return page


def test_a_lost_stream_is_reconnecting_for_twenty_seconds_and_then_as_of_its_time(
    portal: Portal, cast: Cast, streams: Streams
) -> None:
    scheduling.shift(cast.isar, 2, "09:00", "17:00")
    page = _week(portal, cast)
    streams.stop()
    expect(live_tag(page, "reconnecting")).to_be_visible(timeout=PATIENCE)
    expect(live_tag(page, "polling")).to_be_hidden()
    page.clock.run_for(15_000)
    expect(live_tag(page, "reconnecting")).to_be_visible()
    page.clock.run_for(6_000)
    expect(live_tag(page, "polling")).to_be_visible(timeout=PATIENCE)
    expect(live_tag(page, "polling")).to_have_text(re.compile(r"As of \d\d:\d\d"))
    expect(live_tag(page, "reconnecting")).to_be_hidden()
    expect(page.locator("#offline")).to_be_hidden()  # the pages answer, so everything can be done
    streams.start()
    page.clock.run_for(60_000)
    expect(live_tag(page, "live")).to_be_visible(timeout=PATIENCE)
    portal.errors.clear()


def test_a_stream_that_went_silent_is_noticed(portal: Portal, cast: Cast, streams: Streams) -> None:
    page = _week(portal, cast)
    # The clock of the page runs ahead of the service's, which therefore says nothing, as after a change of networks.
    page.route("**/streams/**", lambda route: route.abort())
    page.clock.run_for(46_000)
    expect(live_tag(page, "reconnecting")).to_be_visible(timeout=PATIENCE)
    page.unroute_all()
    page.clock.run_for(60_000)
    expect(live_tag(page, "live")).to_be_visible(timeout=PATIENCE)
    portal.errors.clear()


def test_offline_the_page_says_since_when_and_acts_wait(portal: Portal, cast: Cast, streams: Streams) -> None:
    shift = scheduling.shift(cast.isar, 2, "09:00", "17:00")
    page = _week(portal, cast)
    claim = page.get_by_role("complementary").get_by_role("button", name="Claim Wed")
    banner = page.locator("#offline")
    expect(banner).to_be_hidden()
    page.context.set_offline(True)
    expect(banner).to_be_visible(timeout=PATIENCE)
    expect(banner).to_contain_text(re.compile(r"No connection\. You see this as of \d\d:\d\d\."))
    expect(live_tag(page, "polling")).to_be_visible()
    expect(claim).to_be_visible()
    expect(claim).to_have_attribute("aria-disabled", "true")
    assert_sound(page)
    claim.click(force=True)
    page.keyboard.press("c")
    expect(page.locator("#toasts .toast")).to_contain_text("No connection. This waits until you are back")  # once
    expect(page.locator("tr.mine a.shift")).to_have_count(0)
    expect(page.locator(f"#row--{cast.second_member.pk}")).to_be_visible()  # reading goes on

    services.claim(by=cast.second_member, shift=shift.pk)
    page.context.set_offline(False)
    expect(banner).to_be_hidden(timeout=PATIENCE)
    expect(page.locator(f"#row--{cast.second_member.pk} a.shift")).to_have_count(1, timeout=PATIENCE)
    expect(page.locator("[data-waits]")).to_have_count(0)
    portal.errors.clear()


def test_what_was_written_offline_stays_and_is_sent_later(portal: Portal, cast: Cast, streams: Streams) -> None:
    routing.on_shift(cast.member, cast.isar)
    page = portal.page(cast.member)
    page.set_default_timeout(PATIENCE)
    page.goto(f"/p/{cast.isar.slug}/queue/new/")
    subject = page.get_by_label("What it is about")
    subject.fill("Router return")
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible(timeout=PATIENCE)
    subject.press("Enter")
    expect(page.locator("#toasts .toast").first).to_contain_text("what you wrote stays here")
    expect(subject).to_have_value("Router return")
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden(timeout=PATIENCE)
    subject.press("Enter")
    expect(page.locator("h1")).to_contain_text("Contact", timeout=PATIENCE)
    expect(live_tag(page, "live")).to_be_visible(timeout=PATIENCE)
    portal.errors.clear()


def test_pages_that_do_not_answer_are_no_connection_either(portal: Portal, cast: Cast, streams: Streams) -> None:
    scheduling.shift(cast.isar, 2, "09:00", "17:00")
    page = _week(portal, cast)
    for path in ("**/week/**", "**/badges/**", "**/health/**"):
        page.route(path, lambda route: route.fulfill(status=502, body="Bad gateway"))
    streams.stop()
    page.clock.run_for(15_000)
    expect(page.locator("#offline")).to_be_visible(timeout=PATIENCE)
    page.unroute_all()
    page.clock.run_for(15_000)
    expect(page.locator("#offline")).to_be_hidden(timeout=PATIENCE)
    streams.start()
    portal.errors.clear()


def test_on_a_phone_a_lost_stream_is_named_above_the_day_in_the_pods_time(
    portal: Portal, cast: Cast, streams: Streams
) -> None:
    scheduling.shift(cast.isar, 2, "09:00", "17:00")
    page = _week(portal, cast, phone=True)
    stale = page.locator(".stale")
    expect(stale).to_be_hidden()
    streams.stop()
    expect(stale).to_contain_text("Reconnecting", timeout=PATIENCE)
    page.clock.run_for(21_000)
    expect(stale.locator('[data-live-when="polling"]')).to_be_visible()
    expect(stale.locator("time")).to_have_attribute("data-live-time", cast.isar.zone)
    assert_sound(page)
    portal.errors.clear()
