"""Signing in, refusals, bodies and pages of the API, seen through pods and people."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from cxportal.core.rest import paging
from cxportal.core.violations import Invalid
from teams.people.models import ApiToken
from tests.cast import Cast
from tests.factories import pods as pod_factory


def body(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.content)
    return found


def test_without_sign_in_the_answer_is_401_and_says_how(cast: Cast) -> None:
    answer = Client().get("/api/v1/pods/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"
    assert body(answer)["violations"] == []


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Basic abc", "Bearer cxp_aaaaaaaa_" + "b" * 30, "Bearer ü"])
def test_a_forged_or_malformed_token_is_401(cast: Cast, header: str) -> None:
    assert Client(headers={"Authorization": header}).get("/api/v1/pods/").status_code == 401


def test_a_token_acts_as_its_person(cast: Cast, caller) -> None:
    assert [pod["slug"] for pod in body(caller(cast.member).get("/api/v1/pods/"))["items"]] == [cast.isar.slug]
    found = body(caller(cast.administrator).get("/api/v1/pods/"))["items"]
    assert {pod["slug"] for pod in found} == {cast.isar.slug, cast.elbe.slug}


def test_a_revoked_token_and_a_deactivated_person_are_401(cast: Cast, caller) -> None:
    mine = caller(cast.member)
    ApiToken.objects.update(revoked_at="2026-01-01T00:00:00Z")
    assert mine.get("/api/v1/pods/").status_code == 401
    other = caller(cast.second_member)
    cast.second_member.is_active = False
    cast.second_member.save()
    assert other.get("/api/v1/pods/").status_code == 401


def test_a_token_without_the_scope_is_403_and_names_it(cast: Cast, caller) -> None:
    answer = caller(cast.member, "people:read").get("/api/v1/pods/")
    assert answer.status_code == 403
    assert "pods:read" in body(answer)["detail"]


def test_a_signed_in_browser_may_read(cast: Cast, browser) -> None:
    assert browser(cast.member).get("/api/v1/pods/").status_code == 200


def test_another_pods_page_and_an_unknown_one_answer_with_an_identical_404(cast: Cast, caller) -> None:
    mine = caller(cast.member)
    foreign, unknown = mine.get(f"/api/v1/pods/{cast.elbe.slug}/"), mine.get("/api/v1/pods/nowhere/")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content == mine.get("/api/v1/no-such-room/").content


def test_an_address_that_does_not_write_answers_405_as_problem(cast: Cast, caller) -> None:
    answer = caller(cast.member).delete("/api/v1/pods/")
    assert answer.status_code == 405
    assert answer["Content-Type"] == "application/problem+json"


def test_a_pod_tells_its_hours_promises_and_agreement(cast: Cast, caller) -> None:
    pod = body(caller(cast.member).get(f"/api/v1/pods/{cast.isar.slug}/"))
    assert pod["stage"] == "changed"
    assert {hours["channel"] for hours in pod["opening_hours"]} >= {"phone", "chat"}
    assert {"channel": "phone", "seconds": 20, "in_opening_time": True} in pod["promises"]
    agreement = body(caller(cast.member).get(f"/api/v1/pods/{cast.isar.slug}/agreement/"))
    assert agreement["version"] == 1


def test_people_of_other_pods_are_not_found(cast: Cast, caller) -> None:
    mine = caller(cast.member)
    names = {person["name"] for person in body(mine.get("/api/v1/people/"))["items"]}
    assert cast.second_member.name in names
    assert cast.other_member.name not in names
    foreign, unknown = mine.get(f"/api/v1/people/{cast.other_member.pk}/"), mine.get("/api/v1/people/999999999/")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content
    assert mine.get("/api/v1/people/99999999999999999999999999/").status_code == 404


def test_pages_follow_the_key_and_meet_every_row_once(cast: Cast, caller) -> None:
    admin, seen, cursor = caller(cast.administrator), [], ""
    for _page in range(50):
        page = body(admin.get("/api/v1/people/", {"limit": 3, "cursor": cursor}))
        seen += [person["id"] for person in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == len(cast.everybody)


@pytest.mark.parametrize(
    "cursor", ["x", "ï", "bnVsbA", "WzFd", "WyJhIiwgInkiXQ", "W3t9LCB7fV0", "A" * 400, "WyJcdTAwMDAiLCAxXQ"]
)
def test_a_forged_cursor_is_422(cast: Cast, caller, cursor: str) -> None:
    answer = caller(cast.administrator).get("/api/v1/people/", {"cursor": cursor})
    assert answer.status_code == 422
    assert body(answer)["violations"][0]["field"] == "cursor"


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "9" * 40])
def test_a_limit_outside_its_range_is_422(cast: Cast, caller, limit: str) -> None:
    assert caller(cast.member).get("/api/v1/pods/", {"limit": limit}).status_code == 422


def test_a_cursor_round_trips_through_its_encoding() -> None:
    assert paging.decode(paging.encode(["a", 5]), [str, int]) == ["a", 5]
    with pytest.raises(Invalid):
        paging.decode(paging.encode(["a"]), [str, int])


@pytest.mark.parametrize("more", [1, 3])
def test_the_list_of_pods_takes_as_many_queries_for_three_as_for_one(
    cast: Cast, caller, django_assert_num_queries, more: int
) -> None:
    for number in range(more):
        pod_factory.open_pod(f"More {number}", in_area=cast.south)
    admin = caller(cast.administrator)
    admin.get("/api/v1/pods/")
    with django_assert_num_queries(3):
        admin.get("/api/v1/pods/")


def test_the_schema_and_its_page_are_open_and_describe_every_operation(cast: Cast) -> None:
    schema = Client().get("/api/v1/schema/", headers={"Accept": "application/json"})
    assert schema.status_code == 200
    paths = body(schema)["paths"]
    page = Client().get("/api/v1/docs/")
    assert page.status_code == 200
    html = page.content.decode()
    assert all(path in html for path in paths)
    assert "<script" not in html
    assert "style=" not in html


def test_a_browser_session_needs_the_cross_site_token_to_write(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.member)
    answer = client.post("/api/v1/pods/", data="{}", content_type="application/json")
    assert answer.status_code == 403
    assert "CSRF" in body(answer)["detail"]
