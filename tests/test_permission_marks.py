"""Every address says who may open it: exactly one permission mark on each view, API and streams included."""

from __future__ import annotations

import pytest

from cxportal.core.http import Mark, guarded, public, signed_in, verb
from cxportal.urls import STREAMS
from tests.routes import Route, marks_on, routes

ROUTES = routes()

# Open to the world on purpose. A new one is a decision: it goes into this list.
PUBLIC = {
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "api-docs",
    "api-schema",
    "api-unknown",
    "calendar_feed",
    "health-live",
    "health-ready",
    "invitation",
    "mail_stop",
    "one_time_link",
    "survey",
}


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_every_view_carries_exactly_one_mark(route: Route) -> None:
    if hasattr(route.view, "marks"):
        assert route.marks, route
        assert all(isinstance(mark, Mark) for mark in route.marks.values())
    else:
        assert len(marks_on(route.view)) == 1, [mark.name for mark in marks_on(route.view)]


def test_only_these_are_public() -> None:
    assert {route.name for route in ROUTES if "public" in {mark.kind for mark in route.marks.values()}} == PUBLIC


def test_every_stream_is_guarded_and_listed() -> None:
    names = {route.name for route in ROUTES if route.route.startswith("streams/")}
    assert names == {f"stream-{stream.name}" for stream in STREAMS}
    assert all(stream.mark.kind == "guarded" for stream in STREAMS)


def test_every_address_has_a_name() -> None:
    assert [route.route for route in ROUTES if not route.name] == []


def test_a_second_mark_is_seen() -> None:
    """The walk finds what it looks for: a view with none, and one with two."""

    def bare(request: object) -> None: ...

    assert marks_on(bare) == []
    assert len(marks_on(signed_in(bare))) == 1  # type: ignore[arg-type]
    assert len(marks_on(verb(signed_in(bare)))) == 1  # type: ignore[arg-type]
    assert len(marks_on(public(signed_in(bare)))) == 2  # type: ignore[arg-type]
    assert len(marks_on(guarded(lambda user: user)(public(bare)))) == 2  # type: ignore[arg-type]
