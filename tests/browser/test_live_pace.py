"""The pace of live pages: a burst is asked for within a second of its last change, a flood about once a second.

The page's clock is held and moved by hand, so what is judged is the page's own waiting and no machine is too busy.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from cxportal.core import realtime
from cxportal.core.periods import week_label
from teams.scheduling import services
from tests.browser.portal import Portal
from tests.browser.streams import PATIENCE, Streams, live_tag
from tests.cast import Cast
from tests.cxportal.serve.portals import eventually
from tests.factories import people, scheduling
from tests.factories.scheduling import MONDAY

LEADING = 130  # ms of the page's time until the first change is asked for
SECOND = 900  # until the last of many: what is left of a second is for the fetch itself
LISTEN = """names => {
  const second = new EventSource(document.body.getAttribute("sse-connect"), { withCredentials: true });
  window.heard = 0;
  for (const name of names) second.addEventListener(name, () => { window.heard += 1; });
  return new Promise((done) => { second.onopen = done; });
}"""

type Hear = Callable[[Page, int], None]


@pytest.fixture
def hear() -> Hear:
    """``hear(page, 3)`` waits until the stream has told that many events to a listener beside the page's own."""

    def wait(page: Page, number: int) -> None:
        eventually(lambda: int(page.evaluate("() => window.heard")) >= number, 30)
        page.wait_for_timeout(100)

    return wait


def _still(portal: Portal, cast: Cast, path: str, *names: str) -> Page:
    """A live page whose clock stands still, after a quiet time."""
    page = portal.page(cast.second_member)
    page.set_default_timeout(PATIENCE)
    page.clock.install()
    page.goto(path)
    expect(live_tag(page, "live")).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(1500)
    page.evaluate(LISTEN, list(names))
    page.clock.pause_at(page.evaluate("() => Date.now()") / 1000 + 20)
    page.wait_for_timeout(500)
    return page


def _week(portal: Portal, cast: Cast) -> Page:
    return _still(portal, cast, f"/p/{cast.isar.slug}/week/{week_label(MONDAY)}/", "panel")


def _asked(page: Page, path: str) -> list[str]:
    """The fragments that the page asks for from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if (target := request.headers.get("hx-target")) and path in urlsplit(request.url).path:
            asked.append(target)

    page.on("request", note)
    return asked


def test_two_claims_within_300_ms_are_both_seen_within_a_second(
    portal: Portal, cast: Cast, streams: Streams, hear: Hear
) -> None:
    first, second, third = (scheduling.shift(cast.isar, day, "09:00", "17:00") for day in (1, 2, 3))
    page = _week(portal, cast)
    row = page.locator(f"#row--{cast.member.pk} a.shift")
    services.claim(by=cast.member, shift=first.pk)
    hear(page, 1)
    page.clock.run_for(LEADING)
    expect(row).to_have_count(1, timeout=PATIENCE)
    page.clock.run_for(50)
    services.claim(by=cast.member, shift=second.pk)
    hear(page, 2)
    page.clock.run_for(250)
    services.claim(by=cast.member, shift=third.pk)
    hear(page, 3)
    page.clock.run_for(SECOND)
    expect(row).to_have_count(3, timeout=PATIENCE)


def test_ten_claims_within_two_seconds_are_all_seen_a_second_after_the_last(
    portal: Portal, cast: Cast, streams: Streams, hear: Hear
) -> None:
    crowd = [people.member(cast.isar, f"Colleague {n}") for n in range(10)]
    shift = scheduling.shift(cast.isar, 2, "09:00", "17:00", seats=10)
    page = _week(portal, cast)
    for number, person in enumerate(crowd, 1):
        services.claim(by=person, shift=shift.pk)
        hear(page, number)
        page.clock.run_for(200)
    page.clock.run_for(SECOND - 200)
    expect(page.locator("tr:not(.mine) a.shift")).to_have_count(10, timeout=PATIENCE)
    expect(page.locator("#panel .open")).to_have_count(0, timeout=PATIENCE)


def test_a_flood_of_changes_costs_about_one_fetch_a_second_of_each_fragment(
    portal: Portal, cast: Cast, streams: Streams, hear: Hear
) -> None:
    scheduling.shift(cast.isar, 2, "09:00", "17:00")
    page = _week(portal, cast)
    asked = _asked(page, "/week/")
    topic = f"week:{cast.isar.pk}:{week_label(MONDAY)}"
    for number in range(1, 61):
        realtime.publish(topic, "panel")
        hear(page, number)
        page.clock.run_for(200)
    assert asked.count("panel") <= 12 / 0.9 + 4
    assert asked.count("panel") >= 5


def test_a_fragment_of_many_events_keeps_one_pace(portal: Portal, cast: Cast, streams: Streams, hear: Hear) -> None:
    page = _still(portal, cast, f"/p/{cast.isar.slug}/queue/", "agreement")
    asked = _asked(page, "/queue/")
    for number in range(1, 6):
        for event in ("waiting", "board", "team", "agreement"):
            realtime.publish(f"queue:{cast.isar.pk}", event)
        hear(page, number)
        page.clock.run_for(200)
    page.clock.run_for(SECOND)
    assert 2 <= asked.count("board") <= 4
