"""Live pages in a browser, with the streams' own service beside the pages: told, lost, polled, back again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as configured
from django.db import connection
from playwright.sync_api import Page, expect

from cxportal.core.periods import week_label
from cxportal.serve.supervisor import answers
from teams.scheduling import services
from tests.browser.portal import Portal
from tests.cast import Cast
from tests.cxportal.serve.portals import ROOT, eventually, free_port
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY

PATIENCE = 30_000  # other tests run beside this one; on an idle machine a claim is seen in 0.2 s


class Streams:
    """The streams' service over the test's database; it may be stopped and started."""

    def __init__(self, pages: int, port: int) -> None:
        self.pages, self.port = pages, port
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        name = connection.settings_dict["NAME"]
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "cxportal.settings",
            "DATABASE_URL": re.sub(r"/[^/]*$", f"/{name}", os.environ["DATABASE_URL"]),
            "PORT": str(self.pages),
            "CXPORTAL_STREAMS_PORT": str(self.port),
        }
        command = ["granian", "--interface", "asgi", "cxportal.asgi:application", "--port", str(self.port)]
        more = ["--no-ws", "--loop", "asyncio", "--log-level", "warning", "--workers-kill-timeout", "2"]
        self.process = subprocess.Popen([sys.executable, "-m", *command, *more], env=environment, cwd=ROOT)
        eventually(lambda: answers(f"http://localhost:{self.port}/health/live"), 60)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None


@pytest.fixture
def streams(portal: Portal, settings: Any) -> Iterator[Streams]:
    """The service for this portal's pages, on the port that the pages name."""
    pages = urlsplit(portal.server.url).port or 80
    port = free_port()
    settings.PORT, settings.STREAMS_PORT, settings.STREAMS_SAME_ORIGIN = pages, port, False
    settings.SESSION_COOKIE_NAME = f"cxportal_session_{pages}"
    settings.SECURE_CSP = {**configured.SECURE_CSP, "connect-src": ["'self'", f"http://*:{port}"]}
    service = Streams(pages, port)
    service.start()
    yield service
    service.stop()


def _tag(page: Page, state: str) -> Any:
    return page.locator(f'[data-live-when="{state}"]').first


def test_a_claim_is_seen_by_others_and_a_lost_stream_catches_up(portal: Portal, cast: Cast, streams: Streams) -> None:
    shift = scheduling.shift(cast.isar, 2, "09:00", "17:00")
    other = scheduling.shift(cast.isar, 3, "09:00", "17:00")
    page = portal.page(cast.second_member)
    page.set_default_timeout(PATIENCE)
    page.goto(f"/p/{cast.isar.slug}/week/{week_label(MONDAY)}/")
    expect(_tag(page, "live")).to_be_visible(timeout=PATIENCE)
    row = page.locator(f"#row--{cast.member.pk}")
    expect(row.locator("a.shift")).to_have_count(0)

    services.claim(by=cast.member, shift=shift.pk)
    expect(row.locator("a.shift")).to_have_count(1, timeout=PATIENCE)

    # The stream goes away: the page says so and what happens meanwhile arrives when it is back.
    streams.stop()
    expect(_tag(page, "live")).to_be_hidden(timeout=PATIENCE)
    services.claim(by=cast.member, shift=other.pk)
    streams.start()
    expect(row.locator("a.shift")).to_have_count(2, timeout=PATIENCE)
    expect(_tag(page, "live")).to_be_visible(timeout=PATIENCE)
    portal.errors.clear()  # Chromium names each refused connection


def test_where_streams_cannot_be_reached_the_page_fetches_by_itself(
    portal: Portal, cast: Cast, streams: Streams
) -> None:
    streams.stop()
    shift = scheduling.shift(cast.isar, 2, "09:00", "17:00")
    page = portal.page(cast.second_member)
    page.set_default_timeout(PATIENCE)
    page.goto(f"/p/{cast.isar.slug}/week/{week_label(MONDAY)}/")
    expect(_tag(page, "polling")).to_be_visible(timeout=PATIENCE)
    services.claim(by=cast.member, shift=shift.pk)
    expect(page.locator(f"#row--{cast.member.pk} a.shift")).to_have_count(1, timeout=PATIENCE)
    expect(_tag(page, "polling")).to_have_text(re.compile(r"As of \d\d:\d\d"))
    portal.errors.clear()


def test_a_hidden_tab_holds_no_stream_and_catches_up_when_shown(portal: Portal, cast: Cast, streams: Streams) -> None:
    shift = scheduling.shift(cast.isar, 2, "09:00", "17:00")
    page = portal.page(cast.second_member)
    page.set_default_timeout(PATIENCE)
    page.goto(f"/p/{cast.isar.slug}/week/{week_label(MONDAY)}/")
    expect(_tag(page, "live")).to_be_visible(timeout=PATIENCE)
    held: set[str] = set()
    page.on("request", lambda request: held.add(request.url))
    page.on("requestfinished", lambda request: held.discard(request.url))
    page.on("requestfailed", lambda request: held.discard(request.url))
    page.reload()
    expect(_tag(page, "live")).to_be_visible(timeout=PATIENCE)
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
