"""The frame around every page: navigation by role, theme, pod switcher, errors."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from tests.cast import ROLES, Cast

Browser = Callable[..., Client]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("page", ["/", "/more/", "/find/", "/notices/", "/account/preferences/", "/badges/"])
def test_everybody_opens_the_pages_of_the_frame(cast: Cast, browser: Browser, role: str, page: str) -> None:
    assert browser(cast[role]).get(page).status_code == 200


def test_no_page_carries_an_inline_style_or_script(cast: Cast, browser: Browser) -> None:
    for page in ("/", "/more/", "/find/?q=da", "/notices/", "/account/preferences/"):
        text = browser(cast.lead).get(page).content.decode()
        assert " style=" not in text
        assert "<style" not in text
        assert "<script>" not in text


def test_a_stranger_is_sent_to_sign_in(browser: Browser, db: None) -> None:
    answer = browser().get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_the_theme_is_written_by_the_server(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    assert b"data-theme" not in client.get("/").content
    client.post("/account/theme/", {"theme": "dark", "next": "/more/"})
    assert b'data-theme="dark"' in client.get("/").content


def test_a_change_of_theme_leads_back_only_inside_the_portal(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    assert client.post("/account/theme/", {"theme": "dark", "next": "/more/"})["Location"] == "/more/"
    elsewhere = client.post("/account/theme/", {"theme": "light", "next": "https://elsewhere.example/"})
    assert elsewhere["Location"] == "/account/preferences/"


def test_single_letters_can_be_switched_off(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    assert b'data-keys="on"' in client.get("/").content
    client.post("/account/preferences/", {"theme": "", "zone": ""})
    assert b'data-keys="off"' in client.get("/").content


def test_an_unknown_zone_is_refused_under_its_field(cast: Cast, browser: Browser) -> None:
    answer = browser(cast.member).post("/account/preferences/", {"theme": "", "zone": "Europe/Atlantis"})
    assert answer.status_code == 422
    assert "is no time zone" in answer.content.decode()


def test_the_folded_side_bar_is_drawn_folded(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    client.cookies["side"] = "folded"
    assert b'data-side="folded"' in client.get("/").content


def test_an_unknown_page_says_so_in_the_product_s_own_look(cast: Cast, browser: Browser) -> None:
    for client in (browser(cast.member), browser()):
        answer = client.get("/no/such/page/")
        assert answer.status_code == 404
        assert "Nothing here" in answer.content.decode()


def test_the_guest_sees_both_pods_in_the_switcher(cast: Cast, browser: Browser) -> None:
    text = browser(cast.guest).get("/").content.decode()
    assert "Isar" in text
    assert "Elbe" in text


def test_a_lead_switches_to_a_pod_s_counts_and_sees_no_roster(cast: Cast, browser: Browser) -> None:
    client = browser(cast.operations_lead)
    assert f'href="/p/{cast.isar.slug}/queue/"' in client.get("/").content.decode()
    page = client.get(f"/p/{cast.isar.slug}/queue/").content.decode()
    assert f'href="/p/{cast.isar.slug}/overflow-agreements/"' in page
    assert f'href="/p/{cast.isar.slug}/week/"' not in page


def test_the_switcher_keeps_the_screen_where_the_person_may_open_it(cast: Cast, browser: Browser) -> None:
    page = browser(cast.guest).get(f"/p/{cast.elbe.slug}/queue/").content.decode()
    assert f'href="/p/{cast.isar.slug}/queue/"' in page


@pytest.mark.parametrize("code", [400, 403, 404, 409, 410, 422])
def test_every_no_has_a_page_in_the_product_s_look(cast: Cast, code: int) -> None:
    for user in (cast.member, AnonymousUser()):
        request = RequestFactory().get("/somewhere/")
        request.user = user
        request.session = {}  # type: ignore[assignment]
        text = render_to_string(f"{code}.html", {"back": "/", "error": "no"}, request)
        assert str(code) in text
        assert "Today" in text


def test_the_pages_without_a_database_ask_for_nothing() -> None:
    assert "Try again now" in render_to_string("503.html", {"path": "/"})
    assert "on our side" in render_to_string("500.html")
