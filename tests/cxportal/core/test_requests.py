"""Around every request: an id on the answer and on each log line, a strict policy, an answer without a database."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from cxportal.core.http import public
from cxportal.core.logs import JsonFormatter, request_id
from cxportal.core.requests import DatabaseAwayMiddleware, is_away, server_error
from tests.cast import Cast


@public
def _logs(request: HttpRequest) -> HttpResponse:
    logging.getLogger("cxportal.tests").warning("deep inside")
    return HttpResponse(request_id.get())


class _Cause(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        self.sqlstate = sqlstate


def _away(sqlstate: str | None) -> OperationalError:
    error = OperationalError("the connection is closed")
    error.__cause__ = _Cause(sqlstate)
    return error


@public
def _without_database(request: HttpRequest) -> HttpResponse:
    raise _away("57P01")


urlpatterns = [path("logs/", _logs), path("away/", _without_database), path("api/away/", _without_database)]


@pytest.fixture
def client(settings: Any) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client()


def test_every_log_line_of_a_request_carries_its_id(client: Client, capsys: Any, caplog: Any) -> None:
    lines: list[dict[str, Any]] = []
    formatter = JsonFormatter(service="pages")

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(formatter.format(record)))

    handler = Collect()
    logging.getLogger("cxportal").addHandler(handler)
    try:
        response = client.get("/logs/")
    finally:
        logging.getLogger("cxportal").removeHandler(handler)
    given = response["X-Request-ID"]
    assert response.content.decode() == given
    assert [line["request_id"] for line in lines] == [given, given]
    assert lines[1]["message"] == "request"
    assert (lines[1]["method"], lines[1]["path"], lines[1]["status"]) == ("GET", "/logs/", 200)
    assert lines[1]["service"] == "pages"
    assert request_id.get() == ""


def test_a_proxys_id_is_kept_and_a_strange_one_is_not(client: Client) -> None:
    assert client.get("/logs/", headers={"x-request-id": "proxy-0123456789"})["X-Request-ID"] == "proxy-0123456789"
    for strange in ("short", "x" * 65, 'a"b{c}d e f g', "line%0abreak!!"):
        assert client.get("/logs/", headers={"x-request-id": strange})["X-Request-ID"] != strange


def test_a_log_line_is_one_line_of_json_also_for_an_exception() -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        record = logging.getLogger("x").makeRecord("x", 40, "f", 1, "bröken %s", ("a\nb",), sys.exc_info())
    text = JsonFormatter().format(record)
    assert "\n" not in text
    assert json.loads(text)["message"] == "bröken a\nb"
    assert "ValueError: first\nsecond" in json.loads(text)["exception"]


@pytest.mark.expects_error_log
def test_a_lost_database_is_503_with_a_page_that_tries_again(client: Client) -> None:
    response = client.get("/away/")
    assert response.status_code == 503
    assert response["Retry-After"] == response["Refresh"] == "5"
    assert b"database" in response.content
    assert b"Traceback" not in response.content
    posted = client.post("/away/")
    assert posted.status_code == 503
    assert "Refresh" not in posted


@pytest.mark.expects_error_log
def test_the_api_hears_of_a_lost_database_as_a_problem(client: Client) -> None:
    response = client.get("/api/away/")
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 503


@pytest.mark.parametrize("sqlstate", ["57P01", "57P02", "57P03", "08006", "53300", None])
def test_states_of_a_server_that_is_away(sqlstate: str | None) -> None:
    assert is_away(_away(sqlstate))


@pytest.mark.parametrize("sqlstate", ["55P03", "57014", "40P01", "42703"])
def test_states_that_are_something_else(sqlstate: str) -> None:
    assert not is_away(_away(sqlstate))
    middleware = DatabaseAwayMiddleware(lambda request: HttpResponse())
    assert middleware.process_exception(RequestFactory().get("/"), _away(sqlstate)) is None


@pytest.mark.django_db
@pytest.mark.parametrize("path_", ["/account/login/", "/health/live", "/nowhere/"])
def test_every_answer_forbids_foreign_and_inline_code(path_: str) -> None:
    policy = Client().get(path_)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy.replace("http://*:8001", "")


@pytest.mark.django_db
def test_a_page_holds_no_inline_code(browser: Callable[..., Client], cast: Cast) -> None:
    text = browser(cast.administrator).get("/status/").content.decode()
    for forbidden in (" style=", "<style", " onclick=", "javascript:", " hx-on"):
        assert forbidden not in text


def test_a_failure_of_ours_speaks_the_language_of_its_door() -> None:
    told = server_error(RequestFactory().get("/api/v1/pods/"))
    assert told.status_code == 500
    assert told["Content-Type"] == "application/problem+json"
    assert isinstance(told, HttpResponse)
    assert json.loads(told.content)["title"].startswith("Something went wrong on our side")
    page = server_error(RequestFactory().get("/p/isar/week/"))
    assert page.status_code == 500
    assert page["Content-Type"].startswith("text/html")
