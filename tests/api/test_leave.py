"""Leave over the API: the page's rules and refusals as JSON, counts without names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from teams.leave import services
from tests.cast import Cast
from tests.factories import leave

pytestmark = pytest.mark.django_db

LAST = leave.MONDAY.replace(day=leave.MONDAY.day + 4)


def body(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.content)
    return found


def post(client, path: str, sent: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/leave/{path}", sent, content_type="application/json")


def test_leave_is_asked_for_listed_and_taken_back(cast: Cast, caller) -> None:
    leave.balance(cast.member)
    mine = caller(cast.member)
    sent = {"kind": "holiday", "first": leave.MONDAY.isoformat(), "last": LAST.isoformat()}
    told = body(post(mine, "", sent))
    assert (told["granted"], told["waiting"], told["repeat"]) == (5, 0, False)
    assert {day["outcome"] for day in told["days"]} == {"fits"}
    assert body(post(mine, "", sent))["repeat"] is True
    (item,) = body(mine.get("/api/v1/leave/"))["items"]
    assert (item["id"], item["kind"], len(item["days"])) == (told["id"], "holiday", 5)
    gone = body(post(mine, f"{told['id']}/withdraw/", {"days": [leave.MONDAY.isoformat()]}))
    assert gone["days"] == [leave.MONDAY.isoformat()]
    assert leave.left(cast.member) == 26 * 480
    entries = body(mine.get("/api/v1/leave/entries/", {"limit": 3}))
    assert entries["items"][0]["entry"] == "return"
    assert entries["next"]


def test_a_refusal_carries_the_reasons_and_numbers(cast: Cast, caller) -> None:
    leave.balance(cast.member, 100)
    answer = post(caller(cast.member), "", {"kind": "holiday", "days": [{"day": leave.MONDAY.isoformat()}]})
    assert answer.status_code == 409
    (why,) = body(answer)["violations"]
    assert (why["code"], why["cost"], why["left"]) == ("leave_balance", 480, 100)


@pytest.mark.parametrize(
    "sent",
    [
        {"kind": "holiday"},
        {"kind": "holiday", "first": "2027-02-01"},
        {"kind": "holiday", "first": "2027-02-02", "last": "2027-02-01"},
        {"kind": "nowhere", "first": "2027-02-01", "last": "2027-02-01"},
        {"kind": "holiday", "days": [{"day": "2027-02-01", "begins": 600, "ends": 600}]},
    ],
)
def test_what_cannot_be_meant_is_named_by_field(cast: Cast, caller, sent: dict[str, Any]) -> None:
    leave.kind()
    assert post(caller(cast.member), "", sent).status_code == 422


def test_a_token_without_the_scope_is_refused(cast: Cast, caller) -> None:
    leave.balance(cast.member)
    sent = {"kind": "holiday", "first": leave.MONDAY.isoformat(), "last": LAST.isoformat()}
    assert post(caller(cast.member, "leave:read"), "", sent).status_code == 403


def test_somebody_elses_request_is_not_found(cast: Cast, caller) -> None:
    leave.balance(cast.member)
    made = services.request_leave(by=cast.member, member=cast.member, kind=leave.kind(), asked=leave.days()).request
    assert made is not None
    assert post(caller(cast.second_member), f"{made.pk}/withdraw/", {}).status_code == 404
    assert body(caller(cast.second_member).get("/api/v1/leave/"))["items"] == []


def test_the_balance_is_told_lot_by_lot(cast: Cast, caller) -> None:
    leave.balance(cast.member)
    (lot,) = body(caller(cast.member).get("/api/v1/leave/balance/"))["lots"]
    assert lot == {
        "kind": "holiday",
        "year": leave.MONDAY.year,
        "valid_until": None,
        "lapses_on": None,
        "minutes": 30 * 480,
    }


def test_outside_the_pod_only_counts_are_told(cast: Cast, caller) -> None:
    leave.balance(cast.member)
    services.request_leave(by=cast.member, member=cast.member, kind=leave.kind(), asked=leave.days())
    asked = {"pod": cast.isar.slug, "year": leave.MONDAY.year}
    told = caller(cast.operations_lead).get("/api/v1/leave/year/", asked)
    assert body(told)["days"] == [{"day": leave.MONDAY.isoformat(), "away": 1}]
    assert cast.member.name not in told.content.decode()
    assert caller(cast.stranger).get("/api/v1/leave/year/", asked).status_code == 404
    assert caller(cast.other_operations_lead).get("/api/v1/leave/year/", asked).status_code == 404


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-30", "9999-12-31"])
def test_a_day_that_nobody_can_mean_is_refused(cast: Cast, caller, day: str) -> None:
    leave.kind()
    for sent in ({"days": [{"day": day}]}, {"days": [{"day": day, "begins": 0, "ends": 60}]}):
        assert post(caller(cast.member), "", {"kind": "holiday", **sent}).status_code == 409
