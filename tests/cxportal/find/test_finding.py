"""Find or do: a person finds only what they may open."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from tests.cast import Cast
from tests.factories import customers

Browser = Callable[..., Client]


def found(browser: Browser, user: object, query: str) -> str:
    return browser(user).get("/find/", {"q": query}).content.decode()


def test_pages_of_the_own_role_are_found(cast: Cast, browser: Browser) -> None:
    assert 'href="/notices/"' in found(browser, cast.member, "notices")
    assert 'href="/settings/mail/"' in found(browser, cast.administrator, "mail")
    assert 'href="/settings/mail/"' not in found(browser, cast.member, "mail")


def test_a_member_finds_the_people_of_the_own_pods_only(cast: Cast, browser: Browser) -> None:
    page = found(browser, cast.member, "bela roth")
    assert "Bela" in page
    assert "<mark>" in page or "Roth" in page
    assert "Otis Frank" not in found(browser, cast.member, "otis")


def test_an_operations_lead_finds_no_people(cast: Cast, browser: Browser) -> None:
    assert "Mara Jung" not in found(browser, cast.operations_lead, "mara")


def test_what_a_member_does_is_found_by_its_verb(cast: Cast, browser: Browser) -> None:
    page = found(browser, cast.member, "claim")
    assert "<mark>Claim</mark> an open shift" in page
    assert "#panel" in page
    assert "/p/isar/absence/" in found(browser, cast.member, "report absence")
    assert "an open shift" not in found(browser, cast.coach, "claim")


def test_nothing_found_says_what_can_be_found(cast: Cast, browser: Browser) -> None:
    page = found(browser, cast.member, "xyzzy")
    assert "Nothing for “xyzzy”" in page


def test_the_query_is_written_as_text(cast: Cast, browser: Browser) -> None:
    page = found(browser, cast.member, "<script>alert(1)</script>")
    assert "<script>alert" not in page


def test_the_palette_gets_only_the_results(cast: Cast, browser: Browser) -> None:
    answer = browser(cast.member).get("/find/?q=dark", headers={"HX-Request": "true", "HX-Target": "found"})
    text = answer.content.decode()
    assert 'role="listbox"' in text
    assert 'formaction="/account/theme/"' in text
    assert "<html" not in text


def test_a_very_long_query_is_answered(cast: Cast, browser: Browser) -> None:
    assert browser(cast.member).get("/find/", {"q": "a" * 5000}).status_code == 200


def test_a_member_finds_the_customers_of_the_own_pod_only(cast: Cast, browser: Browser) -> None:
    rosa = customers.customer(cast.isar, "Rosa Lindqvist")
    customers.customer(cast.elbe, "Rosa Elbstrand")
    page = found(browser, cast.member, "rosa")
    assert f'href="/customers/{rosa.pk}/"' in page
    assert "Elbstrand" not in page
    assert "Lindqvist" not in found(browser, cast.coach, "rosa")


def test_a_contact_is_found_by_its_number_by_those_who_may_read_it(cast: Cast, browser: Browser) -> None:
    contact = customers.contact(cast.isar, customers.customer(cast.isar, "Rosa Lindqvist"))
    assert f'href="/contacts/{contact.pk}/"' in found(browser, cast.member, f"#{contact.pk}")
    assert f'href="/contacts/{contact.pk}/"' not in found(browser, cast.other_member, str(contact.pk))
    assert f'href="/contacts/{contact.pk}/"' not in found(browser, cast.operations_lead, str(contact.pk))


def test_a_number_beyond_every_id_is_answered(cast: Cast, browser: Browser) -> None:
    assert "Nothing for" in found(browser, cast.member, "9" * 40)
