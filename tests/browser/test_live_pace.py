"""The pace of live pages: a burst is seen whole within a second, a flood costs about one fetch a second."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, expect

from cxportal.core import realtime
from cxportal.core.periods import week_label
from teams.scheduling import services
from tests.browser.portal import Portal
from tests.browser.streams import PATIENCE, Streams, live_tag
from tests.cast import Cast
from tests.factories import people, scheduling
from tests.factories.scheduling import MONDAY

# A page of its own draws a change within a second of its being told; the rest is for the colleagues of this machine.
SOON = 1000 + 600


def _week(portal: Portal, cast: Cast) -> Page:
    page = portal.page(cast.second_member)
    page.set_default_timeout(PATIENCE)
    page.goto(f"/p/{cast.isar.slug}/week/{week_label(MONDAY)}/")
    expect(live_tag(page, "live")).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(700)  # what the connection itself asked for has arrived
    return page


def test_two_claims_within_300_ms_are_both_seen_within_a_second(portal: Portal, cast: Cast, streams: Streams) -> None:
    first, second, third = (scheduling.shift(cast.isar, day, "09:00", "17:00") for day in (1, 2, 3))
    page = _week(portal, cast)
    row = page.locator(f"#row--{cast.member.pk} a.shift")
    services.claim(by=cast.member, shift=first.pk)
    expect(row).to_have_count(1, timeout=SOON)
    page.wait_for_timeout(150)
    services.claim(by=cast.member, shift=second.pk)
    services.claim(by=cast.member, shift=third.pk)
    expect(row).to_have_count(3, timeout=SOON)


def test_ten_claims_within_two_seconds_are_all_seen_a_second_after_the_last(
    portal: Portal, cast: Cast, streams: Streams
) -> None:
    crowd = [people.member(cast.isar, f"Colleague {n}") for n in range(10)]
    shift = scheduling.shift(cast.isar, 2, "09:00", "17:00", seats=10)
    page = _week(portal, cast)
    begin = time.monotonic()
    for number, person in enumerate(crowd):
        page.wait_for_timeout(max(0, number * 200 - (time.monotonic() - begin) * 1000))
        services.claim(by=person, shift=shift.pk)
    taken = page.locator("tr:not(.mine) a.shift")
    expect(taken).to_have_count(10, timeout=SOON)
    expect(page.locator("#panel .open")).to_have_count(0, timeout=SOON)


def test_a_flood_of_changes_costs_about_one_fetch_a_second_of_each_fragment(
    portal: Portal, cast: Cast, streams: Streams
) -> None:
    scheduling.shift(cast.isar, 2, "09:00", "17:00")
    page = _week(portal, cast)
    asked: list[str] = []

    def note(request: Request) -> None:
        if (target := request.headers.get("hx-target")) and "/week/" in urlsplit(request.url).path:
            asked.append(target)

    page.on("request", note)
    topic = f"week:{cast.isar.pk}:{week_label(MONDAY)}"
    begin = time.monotonic()
    while (gone := time.monotonic() - begin) < 12:
        realtime.publish(topic, "panel")
        page.wait_for_timeout(50)
    assert asked.count("panel") <= gone / 0.9 + 4
    assert asked.count("panel") >= gone / 2


def test_a_fragment_of_many_events_keeps_one_pace(portal: Portal, cast: Cast, streams: Streams) -> None:
    page = portal.page(cast.member)
    page.goto(f"/p/{cast.isar.slug}/queue/")
    expect(live_tag(page, "live")).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(700)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.headers.get("hx-target", "")))
    topic = f"queue:{cast.isar.pk}"
    for _round in range(10):
        for event in ("waiting", "board", "team", "agreement"):
            realtime.publish(topic, event)
        page.wait_for_timeout(100)
    page.wait_for_timeout(1000)
    assert 2 <= asked.count("board") <= 4
