"""Find or do: a person finds only what they may open."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from cxportal.core import periods
from teams.presence.models import Presence
from tests.cast import Cast
from tests.factories import customers, routing

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


def lines(browser: Browser, user: object, query: str) -> list[str]:
    """The lines of the palette in words, in their order."""
    answer = browser(user).get("/find/", {"q": query}, headers={"HX-Request": "true", "HX-Target": "found"})
    found = re.findall(r'role="option" id="found-\d.*?<b>(.*?)</b>', answer.content.decode(), re.DOTALL)
    return [re.sub(r"</?mark>", "", line) for line in found]


@pytest.mark.parametrize(
    ("verb", "line"),
    [
        ("claim", "Claim an open shift"),
        ("give back", "Give a shift back, or offer it"),
        ("swap", "Give a shift back, or offer it"),
        ("new contact", "New contact"),
        ("sick", "Report absence"),
        ("hand over", "Hand over a contact"),
        ("resolve", "Resolve a contact"),
        ("here", "I am here"),
        ("dark", "Dark theme"),
        ("light", "Light theme"),
        ("sign out", "Sign out"),
    ],
)
def test_a_typed_verb_is_answered_first_with_the_act_that_it_names(
    cast: Cast, browser: Browser, verb: str, line: str
) -> None:
    assert lines(browser, cast.member, verb)[0] == line


def test_a_break_begins_and_ends_from_the_palette(cast: Cast, browser: Browser) -> None:
    routing.there(cast.member, at=periods.now())
    assert lines(browser, cast.member, "break") == ["Take a break"]
    assert lines(browser, cast.member, "sign off") == ["Go off duty", "Sign out"]
    client = browser(cast.member)
    page = client.get("/find/", {"q": "break"}).content.decode()
    assert re.search(r'action="/presence/">.*?name="state" value="break"', page, re.DOTALL)
    client.post("/presence/", {"state": "break", "next": "/"})
    assert Presence.objects.get(member=cast.member).state == "break"
    assert lines(browser, cast.member, "break") == ["I am back"]


def test_what_one_has_in_hand_is_handed_over_or_resolved_by_its_number(cast: Cast, browser: Browser) -> None:
    mine = customers.contact(cast.isar, state="in_work", person=cast.member)
    customers.contact(cast.isar, state="in_work", person=cast.second_member)
    assert lines(browser, cast.member, "hand over") == [f"Hand over contact {mine.pk}"]
    assert f'href="/contacts/{mine.pk}/#c-res"' in found(browser, cast.member, "resolve")


def test_acts_are_offered_to_those_alone_who_may_do_them(cast: Cast, browser: Browser) -> None:
    for verb in ("claim", "give back", "new contact", "hand over", "break", "sick"):
        assert lines(browser, cast.coach, verb) == []
        assert lines(browser, cast.operations_lead, verb) == []
    assert lines(browser, cast.administrator, "add a")[:2] == ["Add a pod", "Add a person"]
    assert "Add a pod" not in lines(browser, cast.member, "add a")


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
