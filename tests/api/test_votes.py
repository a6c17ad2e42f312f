"""Votes over the API: the same rules and refusals as on the pages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from teams.consent import services
from teams.consent.models import Proposal
from tests.cast import Cast

LIST = "/api/v1/proposals/"


def body(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.content)
    return found


def send(client: Any, address: str, sent: dict[str, Any] | None = None) -> Any:
    return client.post(address, json.dumps(sent or {}), content_type="application/json")


@pytest.fixture
def row(cast: Cast) -> Proposal:
    return services.propose(
        by=cast.member, pod=cast.isar, values={"rest_minutes": 720}, title="More rest", reason="Tired."
    )


def test_a_change_is_proposed_answered_and_adopted(cast: Cast, caller) -> None:
    sent = {"pod": "isar", "values": {"rest_minutes": 720}, "title": "More rest"}
    answer = send(caller(cast.member), LIST, sent)
    assert answer.status_code == 201
    made = body(answer)
    assert (made["state"], made["electorate"], made["needed"], made["consents"]) == ("open", 3, 2, 1)
    assert made["values"] == [{"key": "rest_minutes", "value": 720, "was": 660}]
    address = f"{LIST}{made['id']}/"
    assert body(send(caller(cast.second_member), f"{address}vote/", {"choice": "aside"}))["asides"] == 1
    done = body(send(caller(cast.lead), f"{address}vote/", {"choice": "consent"}))
    assert (done["state"], done["version"]) == ("adopted", 2)
    found = body(caller(cast.member).get("/api/v1/pods/isar/agreement/"))
    assert (found["version"], found["values"]["rest_minutes"]) == (2, 720)
    rest = next(bound for bound in found["bounds"] if bound["key"] == "rest_minutes")
    assert (rest["least"], rest["least_by"], rest["most"], rest["most_by"]) == (660.0, "law", 1440.0, "product")


def test_refusals_carry_bound_and_number(cast: Cast, caller) -> None:
    answer = send(caller(cast.member), LIST, {"pod": "isar", "values": {"rest_minutes": 600}})
    assert answer.status_code == 409
    (violation,) = body(answer)["violations"]
    assert (violation["code"], violation["key"], violation["value"], violation["limit"]) == (
        "outer_limit", "rest_minutes", 600, 660.0,
    )  # fmt: skip
    answer = send(caller(cast.member), LIST, {"pod": "isar", "values": {"rest": 600}})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("leave_peak_rule", ["rounds"]),
        ("leave_peak_rule", {"a": 1}),
        ("rest_minutes", 10**400),
        ("rest_minutes", [720]),
        ("rest_minutes", None),
        ("rest_minutes", True),
        ("consent_share", "half"),
        ("coverage_floor", 3),
        ("coverage_floor", [[]]),
        ("coverage_floor", [{"activity": []}]),
    ],
)
def test_what_is_no_value_of_a_bound_is_named_by_it(cast: Cast, caller, key: str, value: Any) -> None:
    answer = send(caller(cast.member), LIST, {"pod": "isar", "values": {key: value}})
    assert answer.status_code == 422
    assert f"values.{key}" in answer.content.decode()


def test_an_objection_needs_a_reason_and_ends_the_vote(cast: Cast, row: Proposal, caller) -> None:
    address = f"{LIST}{row.pk}/"
    assert send(caller(cast.lead), f"{address}object/", {}).status_code == 422
    assert body(send(caller(cast.lead), f"{address}object/", {"reason": "Too long."}))["state"] == "objected"
    answer = send(caller(cast.second_member), f"{address}vote/", {"choice": "consent"})
    assert (answer.status_code, body(answer)["violations"][0]["code"]) == (409, "vote_closed")


def test_only_the_proposer_withdraws(cast: Cast, row: Proposal, caller) -> None:
    assert send(caller(cast.lead), f"{LIST}{row.pk}/withdraw/").status_code == 409
    assert body(send(caller(cast.member), f"{LIST}{row.pk}/withdraw/"))["state"] == "withdrawn"


def test_who_answered_is_read_inside_the_pod_alone(cast: Cast, row: Proposal, caller) -> None:
    inside = body(caller(cast.coach).get(f"{LIST}{row.pk}/"))
    assert {answer["name"] for answer in inside["answers"]} == {"Bela Roth", "Lena Vogt", "Mara Jung"}
    for found in (
        body(caller(cast.operations_lead).get(f"{LIST}{row.pk}/")),
        body(caller(cast.operations_lead).get(f"{LIST}?pod=isar"))["items"][0],
    ):
        assert (found["answers"], found["title"], found["reason"], found["by"]) == ([], "", "", None)
        assert found["consents"] == 1
    assert caller(cast.stranger).get(f"{LIST}{row.pk}/").status_code == 404
    assert caller(cast.stranger).get(f"{LIST}?pod=isar").status_code == 404


def test_a_list_asks_as_many_questions_for_one_as_for_three(
    cast: Cast, row: Proposal, caller, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = caller(cast.member)
    client.get(f"{LIST}?pod=isar")
    with CaptureQueriesContext(connection) as one:
        client.get(f"{LIST}?pod=isar")
    services.propose(by=cast.lead, pod=cast.isar, values={"day_minutes": 540})
    services.propose(by=cast.lead, pod=cast.isar, values={"week_minutes": 2400})
    with django_assert_num_queries(len(one)):
        assert len(body(client.get(f"{LIST}?pod=isar"))["items"]) == 3
