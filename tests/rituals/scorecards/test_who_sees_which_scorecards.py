"""Members see their own pod's scorecard, coaches their pods', leads their areas', executives all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.cast import ROLES, Cast
from tests.factories import people, pods
from tests.rituals.scorecards.worlds import serve

type Browser = Callable[..., Client]

OWN = {"Isar"}
BOTH = {"Isar", "Elbe"}
SEES = {
    "member": OWN,
    "second_member": OWN,
    "other_member": {"Elbe"},
    "guest": BOTH,
    "coach": OWN,
    "lead": OWN,
    "operations_lead": BOTH,
    "other_operations_lead": set(),
    "executive": BOTH,
    "product_owner": None,
    "administrator": None,
    "stranger": None,
}


@pytest.fixture
def served(cast: Cast) -> None:
    serve(cast.isar, 40, happy=30, unhappy=5)
    serve(cast.elbe, 40, happy=20, unhappy=15)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", ["/scorecards/", "/scorecards/export.csv"])
def test_each_role_sees_its_pods(browser: Browser, cast: Cast, served: None, role: str, path: str) -> None:
    answer = browser(cast[role]).get(path)
    expected = SEES[role]
    if expected is None:
        assert answer.status_code == 403
        assert "Scorecards are open to members" in answer.content.decode()
        return
    assert answer.status_code == 200
    text = answer.content.decode()
    body = text if path.endswith("csv") else text[text.index('<div id="results"') :]
    assert {name for name in BOTH if name in body} == expected


def test_nobody_is_sent_to_the_sign_in(browser: Browser) -> None:
    for path in ("/scorecards/", "/scorecards/export.csv"):
        assert browser().get(path).status_code == 302


def test_another_area_or_pod_in_the_address_does_not_exist(browser: Browser, cast: Cast, served: None) -> None:
    north = browser(cast.operations_lead)
    assert north.get("/scorecards/", {"area": cast.north.pk}).status_code == 404
    assert north.get("/scorecards/", {"area": 999_999}).status_code == 404
    assert north.get("/scorecards/", {"area": cast.south.pk}).status_code == 200
    member = browser(cast.member)
    for path in ("/scorecards/", "/scorecards/export.csv"):
        assert member.get(path, {"pod": cast.elbe.pk}).status_code == 404
        assert member.get(path, {"area": cast.south.pk}).status_code == 404
        assert member.get(path, {"pod": "x"}).status_code == 404
        assert member.get(path, {"segment": 999_999}).status_code == 404


def test_a_lead_of_two_areas_sees_both(browser: Browser, cast: Cast, served: None) -> None:
    weser = pods.open_pod("Weser", in_area=cast.north)
    serve(weser, 10)
    people.grant(cast.operations_lead, "operations_lead", cast.north)
    text = browser(cast.operations_lead).get("/scorecards/").content.decode()
    assert all(name in text for name in ("Isar", "Elbe", "Weser"))
    assert "customers of several pods can’t be added" in text
    only = browser(cast.operations_lead).get("/scorecards/", {"area": cast.north.pk}).content.decode()
    assert "Weser" in only
    assert "Isar" not in only[only.index('<div id="results"') : only.index("</main>")]


def test_no_person_is_named_to_an_operations_lead(browser: Browser, cast: Cast, served: None) -> None:
    text = browser(cast.operations_lead).get("/scorecards/").content.decode()
    for role in ("member", "second_member", "other_member", "coach"):
        assert cast[role].name not in text
