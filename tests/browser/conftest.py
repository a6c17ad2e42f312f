"""Fixtures of the browser tests: Chromium once for all, a portal for each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as configured
from playwright.sync_api import Browser, sync_playwright
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests.browser.portal import Portal
from tests.browser.streams import Streams
from tests.cxportal.serve.portals import free_port

# Playwright runs an event loop in this thread; the tests' own ORM calls are synchronous and safe.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, else the one that Playwright installed; without either the tests are told so."""
    path = os.environ.get("CXPORTAL_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
        )
        yield browser
        browser.close()


@pytest.fixture
def portal(transactional_db: None, live_server: LiveServer, chromium: Browser, settings: Settings) -> Iterator[Portal]:
    """A served portal; the test fails on a console error that is no deliberate 4xx.

    Streams are answered by the pages' service (204: the page polls). Live behaviour has its own tests.
    """
    settings.STREAMS_SAME_ORIGIN = True
    portal = Portal(live_server, chromium)
    yield portal
    portal.close()
    assert portal.errors == []


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
    portal.close()  # an open page would say that its stream went away
    service.stop()
