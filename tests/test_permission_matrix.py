"""Every address × every role × own and other pod, generated from the URL configuration.

A mark that the table doesn't know, and a parameter that the world doesn't know, fail here: a new
page cannot forget to say who may open it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.cast import ROLES, Cast
from tests.permission_expectations import EXPECTED
from tests.permission_world import CANARY, Place, World, make_world
from tests.routes import Route, routes

ROUTES = [route for route in routes() if route.name != "api-unknown"]
# Somebody who is in may still meet nothing: under a number that the world doesn't fill, or where
# the thing is another member's own (a claim, an act, an absence).
MAY_BE_EMPTY = frozenset(
    {"pk", "row", "run", "kind", "name", "assignment", "give_away", "act", "absence", "asked", "exchange", "wish"}
)


# Where the pod makes no difference, these tell as much as everybody.
DISTINCT = frozenset(ROLES) - {"second_member", "other_member", "guest", "lead", "other_operations_lead"}


def by_mark() -> dict[str, list[tuple[Route, str]]]:
    """Mark name to the routes and methods that carry it; ``any`` stands for a page."""
    found: dict[str, list[tuple[Route, str]]] = defaultdict(list)
    for route in ROUTES:
        for method, mark in route.marks.items():
            found[mark.name].append((route, method))
    return dict(sorted(found.items()))


MARKS = by_mark()


@pytest.fixture
def world(cast: Cast) -> World:
    return make_world(cast)


@dataclass
class Crowd:
    """Everybody's browser."""

    clients: dict[str, Client]

    def ask(self, role: str, method: str, address: str) -> HttpResponse:
        """One request whose effect is rolled back."""
        with transaction.atomic():
            client = self.clients[role]
            if method == "any":
                answer = client.get(address)
                if answer.status_code == 405:
                    answer = client.post(address)
            else:
                answer = getattr(client, method)(address, content_type="application/json")
            found = HttpResponse(answer.getvalue(), status=answer.status_code, headers=dict(answer.headers))
            transaction.set_rollback(True)
        return found


@pytest.fixture
def crowd(cast: Cast) -> Crowd:
    clients = {"nobody": Client(raise_request_exception=True)}
    for role in ROLES:
        clients[role] = Client()
        clients[role].force_login(cast[role])
    return Crowd(clients)


def test_the_table_knows_every_mark_and_no_other() -> None:
    assert set(MARKS) - {"public"} == set(EXPECTED) & set(MARKS)


@pytest.mark.parametrize("mark", [mark for mark in MARKS if mark != "public"])
def test_who_may_open_what(world: World, crowd: Crowd, mark: str) -> None:
    wrong = []
    for route, method in MARKS[mark]:
        own, other = EXPECTED[mark]
        # Where the pod makes no difference, one visit tells.
        for place, gate in [(world.own, own)] if own is other else [(world.own, own), (world.other, other)]:
            address = place.address(route)
            for role in ROLES if own is not other else (*DISTINCT, *sorted(own.inside - DISTINCT)):
                status = crowd.ask(role, method, address).status_code
                if not fits(route, gate.expected(role), status):
                    wrong.append(f"{role} {method} {address}: {status}, expected {gate.expected(role)}")
    assert not wrong, "\n".join(wrong)


def fits(route: Route, expected: int, status: int) -> bool:
    """200 stands for every answer of somebody who is in: a page, a refusal with reasons, a redirect."""
    if expected != 200:
        return status == expected
    if status == 404:
        return bool(MAY_BE_EMPTY & set(route.parameters))
    return status < 500 and status not in {401, 403, 404}


@pytest.mark.parametrize("mark", [mark for mark in MARKS if mark != "public"])
def test_a_stranger_without_a_session_is_sent_to_sign_in(world: World, crowd: Crowd, mark: str) -> None:
    wrong = []
    for route, method in MARKS[mark]:
        address = world.own.address(route)
        answer = crowd.ask("nobody", method, address)
        if route.route.startswith("api/"):
            if answer.status_code != 401:
                wrong.append(f"{address}: {answer.status_code}")
        elif answer.status_code != 302 or not answer["Location"].startswith("/account/login/"):
            wrong.append(f"{address}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def crossings() -> list[Route]:
    """Addresses that name a pod and a thing of it: the thing of another pod must not be found there."""
    things = {"shift", "assignment", "give_away", "act", "pattern", "agreement", "peak", "exchange", "wish"}
    return [route for route in ROUTES if "slug" in route.parameters and things & set(route.parameters)]


@pytest.mark.parametrize("route", crossings(), ids=str)
def test_another_pods_thing_is_not_found_under_the_own_pods_address(world: World, crowd: Crowd, route: Route) -> None:
    mixed = Place(world.own.pod, world.other.values | {"slug": world.own.pod.slug})
    unknown = Place(world.own.pod, dict.fromkeys(world.other.values, 999_999) | {"slug": world.own.pod.slug})
    found = crowd.ask("member", "any", mixed.address(route))
    assert found.status_code == 404
    assert bare(found) == bare(crowd.ask("member", "any", unknown.address(route)))


def bare(answer: HttpResponse) -> str:
    """The body without what differs by request (tokens, the instant of rendering) and says nothing about the thing."""
    text = answer.content.decode()
    text = re.sub(r'(csrfmiddlewaretoken" value=|"X-CSRFToken": )"[^"]+"', "", text)
    text = re.sub(r'nonce="[^"]*"', "", text)
    text = re.sub(r"\b\d{10}\.\d+", "", text)
    # The address itself stands in the page; it is what the reader wrote.
    return re.sub(r"/\d+(?=[/?\"&#'])", "/N", text)


@pytest.mark.parametrize(
    "name", ["contact", "customer", "shift", "pattern", "overflow_agreement", "api-contact-detail", "api-person-detail"]
)
def test_forbidden_and_unknown_answer_with_the_same_body(world: World, crowd: Crowd, name: str) -> None:
    route = next(route for route in ROUTES if route.name == name)
    method = "get" if name.startswith("api-") else "any"
    unknown = Place(world.other.pod, world.other.values | dict.fromkeys(things_of(route), 999_999))
    for role in ("stranger", "other_operations_lead"):
        forbidden = crowd.ask(role, method, world.other.address(route))
        assert forbidden.status_code == 404
        assert bare(forbidden) == bare(crowd.ask(role, method, unknown.address(route)))


def things_of(route: Route) -> list[str]:
    return [name for name in route.parameters if name != "slug"]


@pytest.mark.slow
@pytest.mark.parametrize("role", ["member", "coach", "operations_lead", "executive", "administrator", "stranger"])
def test_nothing_of_another_pod_is_found_by_following_every_link(world: World, crowd: Crowd, role: str) -> None:
    """A word planted in Elbe's customers, contacts, patterns and notes stays there."""
    client = crowd.clients[role]
    waiting = ["/", f"/p/{world.own.pod.slug}/queue/", f"/find/?q={CANARY}"]
    seen: set[str] = set()
    found: list[str] = []
    while waiting and len(seen) < 150:
        address = waiting.pop(0)
        kind = re.sub(r"\d+", "N", address.partition("?")[0])
        if address in seen or (kind in seen and kind.count("N") > 1):
            continue
        seen |= {address, kind}
        answer = client.get(address)
        text = answer.getvalue().decode(errors="replace")
        if CANARY in text.replace(f"?q={CANARY}", "").replace(f'value="{CANARY}"', "") and "/find/" not in address:
            found.append(address)
        waiting += [link for link in re.findall(r'href="(/[^"#]*)"', text) if follows(link)]
    assert not found, found
    assert len(seen) > 3


def follows(link: str) -> bool:
    return not link.startswith(("/static/", "/api/", "/account/logout"))


def test_a_wrong_expectation_is_seen(world: World, crowd: Crowd) -> None:
    """The negative control: the matrix would notice a member inside the administrators' pages."""
    route = next(route for route in ROUTES if route.name == "settings")
    assert not fits(route, 200, crowd.ask("member", "any", world.own.address(route)).status_code)
    assert fits(route, 200, crowd.ask("administrator", "any", world.own.address(route)).status_code)
