"""The tests' own ground: a real PostgreSQL, and strictness that bites."""

import logging
import socket

import pytest
from django.db import connection
from django.template import Context, Engine, Template

from tests.strictness import OURS, LoudUndefined, UndefinedInTemplate


@pytest.mark.django_db
def test_the_database_is_a_postgresql_of_at_least_15() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        assert int(cursor.fetchone()[0]) >= 150000


def test_an_undefined_variable_in_a_template_of_ours_fails() -> None:
    engine = Engine(string_if_invalid=LoudUndefined())
    ours = engine.from_string("{{ nobody }}")
    for node in ours.nodelist:
        node.origin.name = str(OURS / "page.html")
    with pytest.raises(UndefinedInTemplate, match="nobody"):
        ours.render(Context())


def test_an_undefined_variable_in_another_packages_template_is_empty() -> None:
    assert Template("[{{ nobody }}]").render(Context()) == "[]"


def test_a_socket_beyond_loopback_is_refused() -> None:
    with socket.socket() as far, pytest.raises(AssertionError, match="must not leave"):
        far.connect(("192.0.2.1", 80))


@pytest.mark.expects_error_log
def test_an_error_log_line_is_seen(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("cxportal").error("broken")
    assert "broken" in caplog.text
