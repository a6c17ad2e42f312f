"""Wishes, mail preferences and calendar addresses over the API: each person's own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from teams.feeds.models import CalendarFeed
from tests.cast import Cast
from tests.factories.scheduling import MONDAY

JSON = "application/json"


def body(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.content)
    return found


def put(client: Any, path: str, **sent: Any) -> Any:
    return client.put(f"/api/v1/{path}", sent, content_type=JSON)


def test_a_usual_week_and_a_day_that_differs_are_kept(cast: Cast, caller) -> None:
    mine = caller(cast.member)
    week = [{"weekday": 1, "part": "early", "wish": "gladly"}, {"weekday": 5, "part": "late", "wish": "cannot"}]
    assert body(put(mine, "wishes/week/", week=week))["week"] == week
    day = {"day": MONDAY.isoformat(), "wishes": [{"part": "early", "wish": "rather_not"}]}
    assert body(put(mine, "wishes/day/", **day))["days"] == [day]
    assert body(mine.get("/api/v1/wishes/")) == {"week": week, "days": [day]}
    assert body(put(mine, "wishes/day/", day=MONDAY.isoformat(), wishes=[]))["days"] == []
    assert body(put(mine, "wishes/week/", week=[]))["week"] == []
    assert body(caller(cast.second_member).get("/api/v1/wishes/")) == {"week": [], "days": []}


@pytest.mark.parametrize(
    "week",
    [
        [{"weekday": 0, "part": "early", "wish": "gladly"}],
        [{"weekday": 1, "part": "noon", "wish": "gladly"}],
        [{"weekday": 1, "part": "early", "wish": "gladly"}, {"weekday": 1, "part": "early", "wish": "cannot"}],
    ],
)
def test_wishes_that_do_not_fit_are_422(cast: Cast, caller, week: list[dict[str, Any]]) -> None:
    assert put(caller(cast.member), "wishes/week/", week=week).status_code == 422


def test_a_year_that_cannot_be_meant_is_422(cast: Cast, caller) -> None:
    assert put(caller(cast.member), "wishes/day/", day="9999-12-31", wishes=[]).status_code == 422


def test_mail_preferences_change_only_what_is_sent(cast: Cast, caller) -> None:
    mine = caller(cast.member)
    before = body(mine.get("/api/v1/mail-preferences/"))
    sent = {"choices": {"shifts": "never"}, "days_off": [6, 7]}
    after = body(mine.patch("/api/v1/mail-preferences/", sent, content_type=JSON))
    how = {group["group"]: group["how"] for group in after["groups"]}
    was = {group["group"]: group["how"] for group in before["groups"]}
    assert how == was | {"shifts": "never"}
    assert after["days_off"] == [6, 7]
    assert (after["quiet_from"], after["digest_at"]) == (before["quiet_from"], before["digest_at"])
    assert body(mine.get("/api/v1/mail-preferences/")) == after


@pytest.mark.parametrize(
    "sent", [{"choices": {"shifts": "loud"}}, {"choices": {"x": "never"}}, {"quiet_from": "25:00"}]
)
def test_mail_preferences_that_do_not_fit_are_422(cast: Cast, caller, sent: dict[str, Any]) -> None:
    answer = caller(cast.member).patch("/api/v1/mail-preferences/", sent, content_type=JSON)
    assert answer.status_code == 422


def test_a_calendar_address_is_made_shown_once_and_ended(cast: Cast, caller) -> None:
    mine, path = caller(cast.member), f"/api/v1/feeds/{cast.isar.slug}/"
    assert body(mine.get("/api/v1/feeds/")) == {"feeds": [{"pod": "isar", "made_at": None, "read_at": None}]}
    made = mine.post(path)
    address = body(made)["address"]
    assert made["Cache-Control"] == "no-store"
    assert Client().get(address.partition("testserver")[2]).status_code == 200
    assert body(mine.get("/api/v1/feeds/"))["feeds"][0]["made_at"]
    assert "address" not in json.dumps(body(mine.get("/api/v1/feeds/")))
    assert [body(mine.delete(path))["ended"] for _time in range(2)] == [1, 0]
    assert not CalendarFeed.objects.filter(revoked_at=None).exists()


def test_only_members_have_an_address_and_a_token_needs_its_scope(cast: Cast, caller) -> None:
    path = f"/api/v1/feeds/{cast.isar.slug}/"
    assert caller(cast.coach).post(path).status_code == 403
    assert caller(cast.other_member).post(path).status_code == 404
    assert caller(cast.member, "account:read", "shifts:write").post(path).status_code == 403
    assert caller(cast.member, "shifts:read").get("/api/v1/feeds/").status_code == 403


def test_each_is_read_with_few_queries(cast: Cast, caller, django_assert_max_num_queries) -> None:
    mine = caller(cast.member)
    for path in ("wishes", "mail-preferences", "feeds"):
        mine.get(f"/api/v1/{path}/")
        with django_assert_max_num_queries(8):
            assert mine.get(f"/api/v1/{path}/").status_code == 200
