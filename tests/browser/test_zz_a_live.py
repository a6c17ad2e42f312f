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

    page.on("request", lambda r: print("REQ", r.method, r.url, r.headers.get("hx-target")))
    page.on("response", lambda r: print("RES", r.status, r.url, len(r.body()) if "stream" not in r.url else ""))
    page.evaluate("() => { const s = htmx; document.body.addEventListener('htmx:sseMessage', e => console.log('SSE', e.target.id)); }")
    page.on("console", lambda m: print("CON", m.text))
    services.claim(by=cast.member, shift=shift.pk)
    page.wait_for_timeout(8000)
    with connection.cursor() as c:
        c.execute("select application_name, state, query from pg_stat_activity where datname=current_database()")
        for r in c.fetchall(): print(r)
    print(page.locator("body").get_attribute("sse-connect"))
    print("ROWNOW", page.locator(f"#row--{cast.member.pk}").inner_html().replace(chr(10)," "))
    print("ROWFULL", page.evaluate("u => fetch(location.href).then(r=>r.text()).then(t => { const i=t.indexOf(u); return t.slice(i, i+1500)})", f"row--{cast.member.pk}").replace(chr(10)," "))
    raise SystemExit
