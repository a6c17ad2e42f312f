"""Lists ask the same number of queries for few rows and for many."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from teams.people import tokens
from tests.cast import Cast
from tests.factories import people, pods

PAGES = (
    "/settings/",
    "/settings/people/",
    "/settings/pods/",
    "/settings/pods/isar/",
    "/settings/pods/isar/people/",
    "/settings/pods/isar/hours/",
    "/settings/areas/",
    "/settings/skills/",
    "/settings/tokens/",
    "/settings/limits/",
    "/account/tokens/",
    "/p/isar/agreement/",
    "/p/isar/setup/",
)


@pytest.mark.parametrize("page", PAGES)
def test_more_rows_ask_no_more_queries(cast: Cast, browser: Callable[..., Client], page: str) -> None:
    ada = cast.administrator
    people.skill("Skill 0", cast.member)
    tokens.create_token(by=ada, user=ada, name="One", scopes=["pods:read"])
    pods.pod("Weser 0", in_area=cast.north)
    desk = browser(ada)
    desk.get(page)
    with CaptureQueriesContext(connection) as few:
        assert desk.get(page).status_code == 200
    for number in range(1, 4):
        people.member(cast.isar, skills=(f"Skill {number}",))
        tokens.create_token(by=ada, user=cast.member, name=f"Token {number}", scopes=["pods:read"])
        tokens.create_token(by=ada, user=ada, name=f"Mine {number}", scopes=["pods:read"])
        pods.area(f"Area {number}")
        pods.pod(f"Weser {number}", in_area=cast.north)
        pods.hours(cast.isar, opens=1300 + number * 10, closes=1305 + number * 10)
    with CaptureQueriesContext(connection) as many:
        assert desk.get(page).status_code == 200
    assert len(many) == len(few)
    assert len(many) <= 25
