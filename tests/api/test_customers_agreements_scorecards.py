"""Customers, overflow agreements and scorecards over the API: the pages' rules and numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from customers.routing.models import OverflowAgreement
from cxportal.core import periods
from tests.cast import Cast
from tests.factories import customers, routing


def body(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.content)
    return found


def post(client, path: str, sent: dict[str, Any] | None = None):
    return client.post(f"/api/v1/{path}", sent or {}, content_type="application/json")


TERMS = {"thresholds": {"phone": 10}, "reserve": 1}


def test_customers_of_the_own_pod_are_listed_and_paged(cast: Cast, caller) -> None:
    mine = {customers.customer(cast.isar).pk for _one in range(3)}
    customers.customer(cast.elbe)
    client, seen = caller(cast.member), []
    cursor: str | None = ""
    while cursor is not None:
        page = body(client.get("/api/v1/customers/", {"pod": cast.isar.slug, "limit": 2, "cursor": cursor}))
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert sorted(seen) == sorted(mine)
    assert client.get("/api/v1/customers/", {"pod": cast.elbe.slug}).status_code == 404


def test_a_customer_is_found_by_number_and_read_with_the_home_pod(cast: Cast, caller) -> None:
    who, client = customers.customer(cast.isar, "Rosa Lindqvist", external_id="C-1"), caller(cast.member)
    (item,) = body(client.get("/api/v1/customers/", {"pod": cast.isar.slug, "number": "C-1"}))["items"]
    assert item["id"] == who.pk
    assert body(client.get(f"/api/v1/customers/{who.pk}/"))["home_pod"] == cast.isar.slug


@pytest.mark.parametrize("method", ["get", "patch"])
def test_another_pods_customer_and_an_unknown_one_answer_alike(cast: Cast, caller, method: str) -> None:
    foreign, client = customers.customer(cast.elbe), caller(cast.member)
    answers = [
        getattr(client, method)(f"/api/v1/customers/{pk}/", content_type="application/json")
        for pk in (foreign.pk, 999_999_999)
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].content == answers[1].content


def test_a_customers_email_fits_its_column(cast: Cast, caller) -> None:
    customers.default_rule(cast.isar)
    answer = post(caller(cast.member), "customers/", {"name": "Rosa", "email": f"{'r' * 260}@fennpost.example"})
    assert answer.status_code == 422


def test_a_customer_is_added_by_the_rules_and_changed(cast: Cast, caller) -> None:
    customers.default_rule(cast.isar)
    client = caller(cast.member)
    made = post(client, "customers/", {"name": "Ho Mei", "number": "C-9"})
    assert made.status_code == 201
    assert body(made)["home_pod"] == cast.isar.slug
    path = f"/api/v1/customers/{body(made)['id']}/"
    assert body(client.patch(path, {"phone": "+49 89 1"}, content_type="application/json"))["phone"] == "+49 89 1"
    assert post(client, "customers/", {"name": "Again", "number": "C-9"}).status_code == 409
    assert post(client, "customers/", {}).status_code == 422
    assert post(client, "customers/", {"name": "X", "region": "nowhere"}).status_code == 422


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_customers_takes_as_many_queries_for_three_as_for_one(
    cast: Cast, caller, django_assert_num_queries, number: int
) -> None:
    for _one in range(number):
        customers.customer(cast.isar, region=customers.region(f"R{_one}"))
    client = caller(cast.member)
    client.get("/api/v1/customers/", {"pod": cast.isar.slug})
    with django_assert_num_queries(4):
        client.get("/api/v1/customers/", {"pod": cast.isar.slug})


def test_an_agreement_is_asked_for_signed_paused_resumed_and_ended(cast: Cast, caller) -> None:
    asking, helping = caller(cast.member), caller(cast.other_member)
    sent = {"pod": cast.isar.slug, "partner": cast.elbe.slug, "terms": TERMS}
    made = post(asking, "overflow-agreements/", sent)
    assert made.status_code == 201, made.content
    path = f"overflow-agreements/{body(made)['id']}/"
    assert body(made)["versions"][0]["signed_by"] == [cast.isar.slug]
    assert post(asking, "overflow-agreements/", sent).status_code == 409
    assert body(post(helping, f"{path}sign/", {"seen_version": 1}))["state"] == "active"
    changed = post(helping, f"{path}propose/", {"seen_version": 1, "terms": TERMS | {"reserve": 2}})
    assert [version["number"] for version in body(changed)["versions"]] == [1, 2]
    assert post(asking, f"{path}sign/", {"seen_version": 1}).status_code == 409
    assert body(post(asking, f"{path}withdraw/"))["state"] == "active"
    states = [body(post(helping, f"{path}{verb}/"))["state"] for verb in ("pause", "resume", "end")]
    assert states == ["paused", "active", "ended"]


@pytest.mark.parametrize("verb", ["", "sign/", "take-back/", "propose/", "withdraw/", "pause/", "resume/", "end/"])
def test_strangers_to_an_agreement_and_unknown_ones_answer_alike(cast: Cast, caller, verb: str) -> None:
    made, client = routing.agreement(cast.isar, cast.elbe), caller(cast.stranger)
    answers = [
        post(client, f"overflow-agreements/{pk}/{verb}") if verb else client.get(f"/api/v1/overflow-agreements/{pk}/")
        for pk in (made.pk, 999_999_999)
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].content == answers[1].content


def test_a_coach_reads_agreements_and_signs_none(cast: Cast, caller) -> None:
    made, coach = routing.agreement(cast.isar, cast.elbe), caller(cast.coach)
    assert coach.get(f"/api/v1/overflow-agreements/{made.pk}/").status_code == 200
    assert post(coach, f"overflow-agreements/{made.pk}/pause/").status_code == 403
    assert OverflowAgreement.objects.get(pk=made.pk).state == "active"


@pytest.mark.parametrize(
    "terms",
    [{}, {"thresholds": {}}, {"thresholds": {"fax": 1}}, {"thresholds": {"phone": 0}}, TERMS | {"skills": ["x"]}],
)
def test_terms_that_do_not_fit_are_422(cast: Cast, caller, terms: dict[str, Any]) -> None:
    sent = {"pod": cast.isar.slug, "partner": cast.elbe.slug, "terms": terms}
    assert post(caller(cast.member), "overflow-agreements/", sent).status_code == 422


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_agreements_takes_as_many_queries_for_three_as_for_one(
    cast: Cast, caller, django_assert_num_queries, number: int
) -> None:
    for _one in range(number):
        made = routing.agreement(cast.isar, cast.elbe, state="active")
        if _one < number - 1:
            OverflowAgreement.objects.filter(pk=made.pk).update(state="ended", ended_at=routing.NOW)
    client = caller(cast.member)
    client.get("/api/v1/overflow-agreements/", {"pod": cast.isar.slug})
    with django_assert_num_queries(7):
        client.get("/api/v1/overflow-agreements/", {"pod": cast.isar.slug})


def test_scorecards_show_the_own_pod_and_the_same_numbers_as_the_page(cast: Cast, caller, browser) -> None:
    for _one in range(3):
        customers.closed(cast.isar, customers.customer(cast.isar), at=periods.now() - periods.DAY)
    told = body(caller(cast.member).get("/api/v1/scorecards/"))
    assert [score["pod"] for score in told["pods"]] == [cast.isar.slug]
    assert told["pods"][0]["closed"] == 3
    assert told["pods"][0]["satisfied"]["value"] is None
    page = browser(cast.member).get("/scorecards/").content.decode()
    assert str(told["pods"][0]["served"]) in page


def test_scorecards_of_an_area_and_the_company(cast: Cast, caller) -> None:
    lead = caller(cast.operations_lead)
    found = body(lead.get("/api/v1/scorecards/", {"area": cast.south.slug}))
    assert {score["pod"] for score in found["pods"]} == {cast.isar.slug, cast.elbe.slug}
    assert lead.get("/api/v1/scorecards/", {"area": cast.north.slug}).status_code == 404
    assert caller(cast.stranger).get("/api/v1/scorecards/").status_code == 403


@pytest.mark.parametrize(
    "asked",
    [{"first": "2026-01-02"}, {"first": "2026-01-02", "last": "2026-01-01"}, {"first": "x", "last": "y"},
     {"first": "0001-01-01", "last": "9999-12-31"}, {"period": "century"}],
)  # fmt: skip
def test_periods_that_do_not_fit_are_422(cast: Cast, caller, asked: dict[str, str]) -> None:
    assert caller(cast.executive).get("/api/v1/scorecards/", asked).status_code == 422


def test_scorecards_take_at_most_ten_queries_besides_sign_in(cast: Cast, caller, django_assert_max_num_queries) -> None:
    client = caller(cast.executive)
    client.get("/api/v1/scorecards/")
    with django_assert_max_num_queries(12):  # token and standing are two of them
        client.get("/api/v1/scorecards/")
