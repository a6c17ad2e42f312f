"""The application's role works with rows and can't touch tables or the record of changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import ProgrammingError, connection, transaction

from cxportal.serve import embedded, grants
from teams.people.models import User
from tests.factories import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def application() -> Iterator[None]:
    """The test's connection acts as the application's role after ``grants.give``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [embedded.APP])
        if cursor.fetchone() is None:
            pytest.fail("the server of the tests lacks the application's role")
    assert grants.give(embedded.APP)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {embedded.APP}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.mark.usefixtures("application")
def test_it_works_with_rows_and_their_history_follows() -> None:
    person = people.user("Mara Jung")
    person.name = "Mara Jung-Roth"
    person.save()
    person.delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgh_label FROM teams_userevent ORDER BY pgh_id")
        assert [label for (label,) in cursor.fetchall()] == ["insert", "update", "delete"]
    assert not User.objects.exists()


@pytest.mark.usefixtures("application")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE teams_userevent SET name = 'x'",
        "DELETE FROM teams_userevent",
        "TRUNCATE teams_userevent",
        "TRUNCATE teams_user CASCADE",
        "ALTER TABLE teams_user ADD COLUMN x int",
        "ALTER TABLE teams_user DISABLE TRIGGER ALL",
        "DROP TABLE teams_user",
        "CREATE TABLE mine (x int)",
        "DELETE FROM django_migrations",
    ],
)
def test_it_cannot_change_history_or_tables(statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(statement)


def test_every_history_table_is_named() -> None:
    tables = set(grants.history_tables())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'pgh_label'"
        )
        assert {name for (name,) in cursor.fetchall()} == tables
    assert "teams_userevent" in tables


def test_the_owner_and_an_unknown_role_are_given_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
    assert not grants.give(owner)
    assert not grants.give("nobody_of_this_name")
