"""Health for machines, status for people who keep the portal running."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from cxportal.core.models import ImportRun
from cxportal.serve import queries
from teams.notifications.models import Mail
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_health_is_open_to_everybody_and_sets_no_cookie(client: Client) -> None:
    for path in ("/health/live", "/health/ready"):
        response = client.get(path)
        assert response.status_code == 200
        assert response.json() == {"status": "ok"}
        assert not response.cookies


@pytest.mark.expects_error_log
def test_ready_says_no_while_the_database_is_away(client: Client) -> None:
    def away(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(away):
        assert client.get("/health/live").status_code == 200
        response = client.get("/health/ready")
    assert response.status_code == 503
    assert response["Retry-After"] == "5"


@pytest.mark.parametrize(
    ("role", "status"),
    [("administrator", 200), ("operations_lead", 200), ("member", 403), ("coach", 403), ("executive", 403)],
)
def test_administrators_and_operations_leads_see_the_status(
    browser: Callable[..., Client], cast: Cast, role: str, status: int
) -> None:
    assert browser(cast[role]).get("/status/").status_code == status


def test_the_page_tells_services_jobs_mail_imports_and_version(browser: Callable[..., Client], cast: Cast) -> None:
    ImportRun.objects.create(kind="customers", file_name="list.csv", rows=1200, imported=1190, rejected=10)
    Mail.objects.create(to="a@example.org", subject="Welcome", body="A link", state=Mail.State.KEPT)
    text = browser(cast.administrator).get("/status/").content.decode()
    for piece in ("Version 0.1.0", "pages", "streams", "router", "jobs", "list.csv", "1,190", "No mail server is set"):
        assert piece in text
    assert "Does not run" in text


def test_what_needs_somebody_is_counted(cast: Cast) -> None:
    before = queries.status().troubles
    Mail.objects.create(to="a@example.org", subject="Welcome", body="A link", state=Mail.State.KEPT)
    Mail.objects.create(to="b@example.org", subject="Welcome", state=Mail.State.SENT)
    assert queries.status().troubles == before + 1


def test_the_status_is_read_with_a_constant_number_of_statements(
    cast: Cast, django_assert_num_queries: Callable[..., Any]
) -> None:
    for number in range(3):
        ImportRun.objects.create(kind="customers", file_name=f"{number}.csv")
        with django_assert_num_queries(6):
            queries.status()
