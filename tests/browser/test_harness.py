"""What every browser test relies on."""

from __future__ import annotations

import time

from tests.browser import underway
from tests.browser.portal import Portal
from tests.cast import Cast


def test_closing_the_tabs_waits_for_what_they_asked_for(portal: Portal, cast: Cast) -> None:
    page = portal.page(cast.member)
    page.goto("/")
    page.evaluate("() => { for (let i = 0; i < 6; i++) fetch('/scorecards/?again=' + i); }")
    until = time.monotonic() + 10
    while not underway.how_many() and time.monotonic() < until:
        time.sleep(0.005)
    assert underway.how_many()
    portal.close()
    assert underway.how_many() == 0
