"""Every page that the navigation of a role offers is sound: light, dark, and on a phone."""

from __future__ import annotations

import re

import pytest
from django.urls import Resolver404, resolve

from tests.browser.portal import Portal, assert_sound
from tests.browser.scene import set_scene
from tests.cast import Cast

ROLES = ("lead", "member", "coach", "operations_lead", "administrator")
# Light pages answer to every rule; the other looks to what can differ there.
RULES = {
    "light": (),
    "dark": ("color-contrast",),
    "phone": ("color-contrast", "target-size", "button-name", "link-name"),
}
# Colours are judged on the pages of those who have most of them.
IN_THE_DARK = ("lead", "operations_lead", "administrator")
NO_PAGES = ("account_logout", "badges", "schema", "api-docs")


def kinds_of_pages(addresses: list[str], seen: set[str]) -> list[str]:
    """One address for each kind of page that was not seen yet, in the order of the page."""
    found = []
    for address in addresses:
        path = re.sub(r"[?#].*", "", address)
        try:
            name = resolve(path).url_name or path
        except Resolver404:
            name = path
        if path.startswith(("/static/", "/api/")) or path.endswith(".csv") or name in NO_PAGES or name in seen:
            continue
        seen.add(name)
        found.append(address)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_every_page_of_the_navigation_is_sound(portal: Portal, cast: Cast, look: str) -> None:
    set_scene(cast)
    seen: set[str] = set()
    findings: list[str] = []
    for role in IN_THE_DARK if look == "dark" else ROLES:
        tab = portal.page(cast[role], phone=look == "phone", dark=look == "dark")
        waiting = ["/", "/more/"] if role == ROLES[0] else ["/"]
        seen.discard("today")
        while waiting:
            address = waiting.pop(0)
            tab.goto(address)
            try:
                assert_sound(tab, *RULES[look])
            except AssertionError as error:
                findings.append(f"{role}, {look}: {error}")
            links = tab.eval_on_selector_all(
                "a[href^='/'], a[href^='?']", "all => all.map(each => new URL(each.href).pathname)"
            )
            waiting += kinds_of_pages(links, seen)
    assert not findings, "\n\n".join(findings)
