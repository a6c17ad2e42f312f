"""No link leads nowhere: a crawl of every address that a page of a role offers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from tests.cast import Cast

Browser = Callable[..., Client]
ROLES = (
    "member",
    "coach",
    "guest",
    "lead",
    "operations_lead",
    "executive",
    "product_owner",
    "administrator",
    "stranger",
)
# Weeks lead to weeks for ever: so many addresses of one kind are enough.
MOST_OF_A_KIND = 4
# Signing out ends the crawl; documents of the API are no pages.
LEFT_OUT = ("/static/", "/account/logout/", "/api/")


class Links(HTMLParser):
    """The addresses that a page links to, and the ids that it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name in ("href", "hx-get"):
            if (address := given.get(name)) and tag != "link":
                self.found.add(address)


def links_of(text: str, page: str) -> set[str]:
    parser = Links()
    parser.feed(text)
    whole = {urldefrag(urljoin(f"http://testserver{page}", address)).url for address in parser.found}
    own = {urlsplit(address) for address in whole if urlsplit(address).netloc == "testserver"}
    paths = {f"{parts.path}?{parts.query}" if parts.query else parts.path for parts in own}
    return {path for path in paths if not path.startswith(LEFT_OUT)}


def kind_of(page: str) -> str:
    """The name of the page's URL, or its path where no URL has it."""
    path = urlsplit(page).path
    try:
        return resolve(path).url_name or path
    except Resolver404:
        return path


@pytest.mark.parametrize("role", ROLES)
def test_every_link_of_a_role_leads_somewhere(cast: Cast, browser: Browser, role: str) -> None:
    person = cast[role]
    person.set_password("long enough for anybody")
    person.save()
    client = browser(person)
    seen: set[str] = set()
    kinds: Counter[str] = Counter()
    waiting = {"/": "the start"}
    dead: list[str] = []
    while waiting:
        page, origin = waiting.popitem()
        seen.add(page)
        kinds[kind := kind_of(page)] += 1
        if kinds[kind] > MOST_OF_A_KIND:
            continue
        answer = client.get(page)
        if answer.status_code >= 400:
            dead.append(f"{answer.status_code} {page}, linked from {origin}")
        elif answer.status_code < 300 and answer.headers.get("Content-Type", "").startswith("text/html"):
            for link in links_of(answer.content.decode(), page) - seen:
                waiting.setdefault(link, page)
    assert not dead, "\n".join(dead)
