"""A pod finds its own customers and reads every contact of theirs; others see counts, or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from customers.directory import search as module
from customers.directory import services
from customers.directory.models import Customer
from customers.directory.search import search
from cxportal.core import periods
from tests.cast import Cast
from tests.factories import customers

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]


@pytest.fixture
def rosa(cast: Cast) -> Customer:
    return customers.customer(
        cast.isar,
        "Rosa Lindqvist",
        email="rosa@fennpost.example",
        phone="+49 89 123 456",
        external_id="FM-1",
        place="80337 Munich",
    )


def found(text: str, **where: object) -> list[str]:
    return [str(one) for one in search(text, **where).customers]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "rosa",
        "ROSA LIND",
        "lindq",
        "lindqvist rosa",
        "Lindqvist, Rosa",
        "FM-1",
        "rosa@fenn",
        "+49 89 123",
        "089 123456",
    ],
)
def test_somebody_is_found_by_what_people_type(rosa: Customer, text: str) -> None:
    assert found(text) == ["Rosa Lindqvist"]


@pytest.mark.parametrize("text", ["osa", "fennpost", "12", "\x00", "%", "rosa%", "'; drop table", "lindqvist per"])
def test_nobody_is_found_by_the_middle_or_by_nonsense(rosa: Customer, text: str) -> None:
    assert found(text) == ([] if text.strip("\x00") else ["Rosa Lindqvist"])


def test_accents_make_no_difference(cast: Cast) -> None:
    customers.customer(cast.isar, "Jürgen Müller-Łoś")
    assert found("jurgen") == found("JÜRGEN MUL") == found("muller-los") == ["Jürgen Müller-Łoś"]


def test_pages_go_on_where_the_last_ended_and_name_nobody_twice(cast: Cast) -> None:
    names = [f"Anna Anders {n:02}" for n in range(7)] + ["Anders Anna", "Berta Anders"]
    for name in names:
        customers.customer(cast.isar, name, email=f"an{names.index(name)}@x.example")
    seen: list[str] = []
    after, pages = "", 0
    while True:
        page = search("an", size=2, after=after, pod_ids=[cast.isar.pk])
        seen += [one.name for one in page.customers]
        after, pages = page.after, pages + 1
        if not after:
            break
    assert sorted(seen) == sorted(names)
    assert pages == 5


@pytest.mark.parametrize("after", ["x", "9.1", "0.99999", "-1.2", "0.", "1.²", f"{'9' * 5000}.1"])
def test_a_forged_place_begins_anew(rosa: Customer, after: str) -> None:
    assert [one.name for one in search("rosa", after=after).customers] == ["Rosa Lindqvist"]


def test_a_pod_that_owns_few_of_many_alike_finds_them_by_every_way(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        customers.customer(cast.elbe, f"Rosa {number:02}")
        customers.customer(cast.elbe, f"Ann{number:02} Rosa")
        customers.customer(cast.elbe, f"Bea{number:02} Lang", email=f"rosa{number:02}@fennpost.example")
    own = [
        customers.customer(cast.isar, "Rosa Zimmer"),
        customers.customer(cast.isar, "Uma Rosa"),
        customers.customer(cast.isar, "Bo Lang", email="rosa@fennpost.example"),
        customers.customer(cast.isar, "Cem Rosa", email="rosa.cem@fennpost.example"),
    ]
    monkeypatch.setattr(module, "NEAR", 3)
    whole = [str(one) for one in search("rosa", pod_ids=[cast.isar.pk]).customers]
    assert whole == ["Rosa Zimmer", "Uma Rosa", "Cem Rosa", "Bo Lang"]
    after, seen = "", []
    for _page in own:
        page = search("rosa", pod_ids=[cast.isar.pk], after=after, size=1)
        seen += [str(one) for one in page.customers]
        after = page.after
    assert (seen, after) == (whole, "")


def test_looking_in_vain_among_many_alike_takes_three_queries(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        customers.customer(cast.elbe, f"Rosa {number:02}", email=f"rosa{number}@fennpost.example")
    monkeypatch.setattr(module, "NEAR", 3)
    # By number nobody; by name too many of others, and then the pod's own for all ways together.
    with django_assert_num_queries(5):
        assert search("rosa", pod_ids=[cast.isar.pk]).customers == []


def test_a_pod_finds_its_own_and_learns_how_many_stand_elsewhere(cast: Cast, rosa: Customer, browser: Browser) -> None:
    customers.customer(cast.elbe, "Per Lindqvist")
    page = browser(cast.member).get(f"/p/{cast.isar.slug}/customers/?q=lindq").content.decode()
    assert "Rosa <mark>Lindq</mark>vist" in page
    assert "Per" not in page
    assert "1 more in another pod" in page


def test_all_pods_show_name_and_home_pod_only(cast: Cast, browser: Browser) -> None:
    other = customers.customer(cast.elbe, "Per Lindqvist", place="Hamburg", phone="+49 40 1")
    customers.closed(cast.elbe, other, at=periods.now() - dt.timedelta(days=1), subject="Secret")
    page = browser(cast.member).get(f"/p/{cast.isar.slug}/customers/?q=lindq&where=all").content.decode()
    assert "Elbe" in page
    assert "Hamburg" not in page
    assert "Resolved" not in page
    assert f"/customers/{other.pk}/" not in page


def test_the_list_tells_the_last_contact_and_what_is_open(cast: Cast, rosa: Customer, browser: Browser) -> None:
    client = browser(cast.member)
    address = f"/p/{cast.isar.slug}/customers/"
    assert "No contact yet" in client.get(address).content.decode()
    customers.closed(cast.isar, rosa, at=periods.now() - dt.timedelta(days=450))
    page = client.get(address).content.decode()
    assert "No contact for 14 months" in page
    assert "Silent" in page
    customers.contact(cast.isar, rosa)
    assert "waiting" in client.get(address).content.decode()


def test_silent_customers_can_be_picked_out(cast: Cast, rosa: Customer, browser: Browser) -> None:
    per = customers.customer(cast.isar, "Per")
    customers.closed(cast.isar, per, at=periods.now() - dt.timedelta(days=10))
    page = browser(cast.member).get(f"/p/{cast.isar.slug}/customers/?silent=12").content.decode()
    assert "Rosa" in page
    assert ">Per<" not in page


def test_nobody_found_offers_ways_on(cast: Cast, browser: Browser) -> None:
    page = browser(cast.member).get(f"/p/{cast.isar.slug}/customers/?q=lindkvist+4471").content.decode()
    assert "Nobody in Isar fits “lindkvist 4471”" in page
    assert "/customers/new/?name=lindkvist%204471" in page


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("member", 200), ("second_member", 200), ("guest", 200), ("lead", 200), ("operations_lead", 200),
        ("executive", 200), ("coach", 403), ("other_member", 404), ("stranger", 404), ("other_operations_lead", 404),
    ],
)  # fmt: skip
def test_who_may_open_the_customers_of_a_pod(
    cast: Cast, rosa: Customer, browser: Browser, role: str, status: int
) -> None:
    answer = browser(cast[role]).get(f"/p/{cast.isar.slug}/customers/")
    assert answer.status_code == status
    if role in {"operations_lead", "executive"}:
        assert "Isar owns 1 customer" in answer.content.decode()
        assert "Rosa" not in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("member", 200), ("guest", 200), ("lead", 200), ("coach", 403), ("operations_lead", 403), ("executive", 403),
        ("other_member", 404), ("stranger", 404), ("administrator", 404),
    ],
)  # fmt: skip
def test_who_may_read_a_customer(cast: Cast, rosa: Customer, browser: Browser, role: str, status: int) -> None:
    client = browser(cast[role])
    assert client.get(f"/customers/{rosa.pk}/").status_code == status
    assert client.get(f"/customers/{rosa.pk}/change/").status_code == status
    assert client.get("/customers/999999/").status_code == 404


def test_one_page_shows_every_contact_over_all_channels(cast: Cast, rosa: Customer, browser: Browser) -> None:
    router, moving = customers.reason("Router return", "Devices"), customers.reason("Moved house", "Moving")
    now = periods.now()
    customers.closed(cast.isar, rosa, at=now - dt.timedelta(days=60), channel="email", reason=moving)
    customers.closed(cast.isar, rosa, at=now - dt.timedelta(days=4), channel="chat", reason=router, person=cast.member)
    customers.contact(cast.isar, rosa, at=now - dt.timedelta(hours=1), reason=router)
    page = browser(cast.member).get(f"/customers/{rosa.pk}/").content.decode()
    for words in (
        "Phone",
        "Chat",
        "Email",
        "This episode",
        "2 contacts, one issue",
        "Before",
        "Second contact in 7 days",
    ):
        assert words in page
    assert page.rindex("Router return") < page.rindex("Moved house")
    assert "Mem" in page or cast.member.first_name in page


def test_the_page_takes_as_many_queries_for_one_contact_as_for_many(
    cast: Cast, rosa: Customer, browser: Browser, django_assert_num_queries: Callable[[int], object]
) -> None:
    client = browser(cast.member)
    client.get("/")
    counts = []
    for more in (1, 8):
        for number in range(more):
            customers.closed(cast.isar, rosa, at=periods.now() - dt.timedelta(days=number + 1), person=cast.member)
        counts.append(_queries(client, f"/customers/{rosa.pk}/"))
        counts.append(_queries(client, f"/p/{cast.isar.slug}/customers/?q=rosa"))
        customers.customer(cast.isar, "Rosa Wahl")
    assert counts[0] == counts[2]
    assert counts[1] == counts[3]


def _queries(client: Client, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def test_a_customer_entered_by_hand_gets_the_pod_of_the_rules(cast: Cast, browser: Browser) -> None:
    customers.default_rule(cast.isar)
    client = browser(cast.member)
    answer = client.post(f"/p/{cast.isar.slug}/customers/new/", {"name": "Rosa", "life_stage": "new"})
    made = Customer.objects.get()
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/customers/{made.pk}/"
    refused = client.post(f"/p/{cast.isar.slug}/customers/new/", {"name": "", "life_stage": "new"})
    assert refused.status_code == 422
    assert "has a name or a number" in refused.content.decode()
    long = {"name": "Uma", "life_stage": "new", "email": f"{'u' * 260}@fennpost.example"}
    assert client.post(f"/p/{cast.isar.slug}/customers/new/", long).status_code == 422


def test_a_number_that_another_has_is_refused_beside_the_form(cast: Cast, rosa: Customer, browser: Browser) -> None:
    customers.default_rule(cast.isar)
    answer = browser(cast.member).post(
        f"/p/{cast.isar.slug}/customers/new/", {"name": "X", "external_id": "FM-1", "life_stage": "new"}
    )
    assert answer.status_code == 409
    assert "Another customer has this number" in answer.content.decode()


def test_a_customer_who_moves_is_left_behind_with_words(cast: Cast, browser: Browser) -> None:
    customers.default_rule(cast.isar)
    made = services.create_customer(by=cast.member, name="Rosa")
    north = customers.region("North")
    from customers.directory import rulebook

    rulebook.activate_rule(
        by=cast.administrator, rule=rulebook.add_rule(by=cast.administrator, pod=cast.elbe, region=north)
    )
    answer = browser(cast.member).post(
        f"/customers/{made.pk}/change/", {"name": "Rosa", "region": north.pk, "life_stage": "settled"}, follow=True
    )
    assert "Rosa belongs to Elbe now" in answer.content.decode()
    assert browser(cast.member).get(f"/customers/{made.pk}/").status_code == 404


def test_a_member_reads_a_moved_customer_while_the_contact_is_open(
    cast: Cast, rosa: Customer, browser: Browser
) -> None:
    contact = customers.contact(cast.isar, rosa)
    services.move_customer(by=cast.administrator, customer=rosa, pod=cast.elbe)
    client = browser(cast.member)
    assert client.get(f"/customers/{rosa.pk}/").status_code == 200
    assert client.get(f"/customers/{rosa.pk}/change/").status_code == 403
    contact.delete()
    assert client.get(f"/customers/{rosa.pk}/").status_code == 404


def test_an_imported_row_that_is_its_own_customer_says_so(cast: Cast, browser: Browser) -> None:
    made = customers.customer(cast.isar, "", source="f", external_id="abc-1")
    customers.closed(cast.isar, made, at=periods.now(), source="f", external_id="abc-1", imported=True)
    assert "every row is taken as a customer" in browser(cast.member).get(f"/customers/{made.pk}/").content.decode()
