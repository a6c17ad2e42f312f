"""Live pages in a browser, with the streams' own service beside the pages: told, lost, polled, back again."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from cxportal.core.periods import week_label
from teams.scheduling import services
from tests.browser.portal import Portal
from tests.browser.streams import PATIENCE, Streams, live_tag
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY


def test_a_claim_is_seen_by_others_and_a_lost_stream_catches_up(portal: Portal, cast: Cast, streams: Streams) -> None:
    shift = scheduling.shift(cast.isar, 2, "09:00", "17:00")
    other = scheduling.shift(cast.isar, 3, "09:00", "17:00")
    page = portal.page(cast.second_member)
    page.set_default_timeout(PATIENCE)
    page.goto(f"/p/{cast.isar.slug}/week/{week_label(MONDAY)}/")
    expect(live_tag(page, "live")).to_be_visible(timeout=PATIENCE)
    row = page.locator(f"#row--{cast.member.pk}")
    expect(row.locator("a.shift")).to_have_count(0)

    services.claim(by=cast.member, shift=shift.pk)
    expect(row.locator("a.shift")).to_have_count(1, timeout=PATIENCE)

    # The stream goes away: the page says so and what happens meanwhile arrives when it is back.
    streams.stop()
    expect(live_tag(page, "live")).to_be_hidden(timeout=PATIENCE)
    services.claim(by=cast.member, shift=other.pk)
    streams.start()
    expect(row.locator("a.shift")).to_have_count(2, timeout=PATIENCE)
    expect(live_tag(page, "live")).to_be_visible(timeout=PATIENCE)
    portal.errors.clear()  # Chromium names each refused connection


def test_where_streams_cannot_be_reached_the_page_fetches_by_itself(
    portal: Portal, cast: Cast, streams: Streams
) -> None:
    streams.stop()
    shift = scheduling.shift(cast.isar, 2, "09:00", "17:00")
    page = portal.page(cast.second_member)
    page.set_default_timeout(PATIENCE)
    page.goto(f"/p/{cast.isar.slug}/week/{week_label(MONDAY)}/")
    expect(live_tag(page, "polling")).to_be_visible(timeout=PATIENCE)
    services.claim(by=cast.member, shift=shift.pk)
    expect(page.locator(f"#row--{cast.member.pk} a.shift")).to_have_count(1, timeout=PATIENCE)
    expect(live_tag(page, "polling")).to_have_text(re.compile(r"As of \d\d:\d\d"))
    portal.errors.clear()


def test_a_hidden_tab_holds_no_stream_and_catches_up_when_shown(portal: Portal, cast: Cast, streams: Streams) -> None:
    shift = scheduling.shift(cast.isar, 2, "09:00", "17:00")
    page = portal.page(cast.second_member)
    page.set_default_timeout(PATIENCE)
    page.goto(f"/p/{cast.isar.slug}/week/{week_label(MONDAY)}/")
    expect(live_tag(page, "live")).to_be_visible(timeout=PATIENCE)
    held: set[str] = set()
    page.on("request", lambda request: held.add(request.url))
    page.on("requestfinished", lambda request: held.discard(request.url))
    page.on("requestfailed", lambda request: held.discard(request.url))
    page.reload()
    expect(live_tag(page, "live")).to_be_visible(timeout=PATIENCE)
    assert _streams_of(held)

    # Headless Chromium never hides a tab.
    hide = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
    page.evaluate(hide + " document.dispatchEvent(new Event('visibilitychange')); }", True)
    page.wait_for_timeout(500)
    assert not _streams_of(held)
    services.claim(by=cast.member, shift=shift.pk)
    page.evaluate(hide + " document.dispatchEvent(new Event('visibilitychange')); }", False)
    expect(page.locator(f"#row--{cast.member.pk} a.shift")).to_have_count(1, timeout=PATIENCE)
    assert _streams_of(held)


def _streams_of(held: set[str]) -> list[str]:
    return [url for url in held if "/streams/" in url]
