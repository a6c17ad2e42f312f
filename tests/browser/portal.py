"""A served portal and Chromium pages in it, with what every page must hold: no console error, no axe finding."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize
from pytest_django.live_server_helper import LiveServer

from teams.people.models import User
from tests.browser import underway

WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
# Chromium logs every answer of 4xx itself, also the deliberate ones (409, 422).
DELIBERATE = "Failed to load resource: the server responded with a status of 4"
AXE = Axe()
# What is in order is not told node by node: two thirds of the time on a page with a large table went into that.
AXE_SHORT: dict[str, Any] = {"resultTypes": ["violations"]}
AXE_RULES = {**AXE_SHORT, "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@dataclass
class Portal:
    """``portal.page(cast.member)`` is a tab in which that person is signed in."""

    server: LiveServer
    chromium: Browser
    errors: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"{self.server.url}{path}"

    def page(
        self, user: User | None = None, *, phone: bool = False, dark: bool = False, scripts: bool = True, **options: Any
    ) -> Page:
        """A new tab in a context of its own: wide or phone, light or dark, with or without JavaScript."""
        context = self.chromium.new_context(
            viewport=PHONE if phone else WIDE,
            has_touch=phone,
            is_mobile=phone,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            java_script_enabled=scripts,
            base_url=self.server.url,
            locale="en-GB",
            **options,
        )
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        if user is not None:
            context.add_cookies([self._session(user)])
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))
        return page

    def _session(self, user: User) -> Any:
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        return {"name": name, "value": client.cookies[name].value, "url": self.server.url}

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(DELIBERATE):
            self.errors.append(f"{message.location.get('url', '')}: {message.text}")

    def close(self) -> None:
        """Close every tab and let the pages' service end what the tabs had asked for."""
        while self.contexts:
            self.contexts.pop().close()
        assert underway.wait_for_none(), "a request did not end within 20 seconds"


def axe_findings(page: Page, *rules: str) -> list[str]:
    """What axe has to say against the page as it stands, one line each; by the named rules, or by all of them."""
    options = {**AXE_SHORT, "runOnly": {"type": "rule", "values": list(rules)}} if rules else AXE_RULES
    found = AXE.run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: "
        + "; ".join(json.dumps(node["target"]) + " " + node["html"][:160] for node in rule["nodes"][:4])
        for rule in found
    ]


def overflow(page: Page) -> str:
    """The elements that make the page scroll sideways, or an empty text."""
    script = """() => {
      const most = document.documentElement.clientWidth;
      const whole = document.documentElement.scrollWidth;
      if (whole <= most) return "";
      const inside = ".scroll-x, [popover], dialog, .vh, .rosterpane";
      const wide = [...document.querySelectorAll("body *")]
        .filter((each) => each.getBoundingClientRect().right > most + 1 && !each.closest(inside));
      const names = wide.slice(0, 4).map((each) => `${each.tagName}.${each.className}`);
      return `${whole} > ${most}: ${names.join(", ")}`;
    }"""
    return str(page.evaluate(script))


def assert_sound(page: Page, *rules: str) -> None:
    """The page has one h1, no axe finding (by the named rules, or by all) and does not scroll sideways."""
    findings = axe_findings(page, *rules)
    assert not findings, f"{page.url}\n" + "\n".join(findings)
    assert not (wide := overflow(page)), f"{page.url} scrolls sideways: {wide}"
    assert page.locator("h1").count() == 1, f"{page.url} has {page.locator('h1').count()} h1"
