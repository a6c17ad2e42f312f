"""Several statements in one trip, some of them prepared once a connection."""

import pytest
from django.db import DatabaseError, connection, transaction

from cxportal.core.batch import Prepared, Statement, Written, fetch

pytestmark = pytest.mark.django_db

DOUBLE = Prepared("double", "SELECT 2 * $1::int")
SHARE = Prepared("share", "SELECT $1::int / $2::int")


def known_as(prepared: Prepared) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name ~ %s", [f"^{prepared.name}_[0-9]+$"])
        return int(cursor.fetchone()[0])


def test_each_statement_of_a_trip_answers_in_its_place() -> None:
    assert fetch(DOUBLE(4), Statement("SELECT %s", ["50 %"]), DOUBLE(5)) == [[(8,)], [("50 %",)], [(10,)]]


def test_a_statement_is_prepared_once_a_connection() -> None:
    once = Prepared("once", "SELECT 7 * $1::int")
    fetch(once(1), once(2))
    assert fetch(once(3)) == [[(21,)]]
    assert known_as(once) == 1


def test_after_an_error_the_same_statement_answers_again() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        fetch(SHARE(1, 0))
    assert fetch(SHARE(6, 3)) == [[(2,)]]


def test_what_a_statement_leaves_is_found_by_the_next_of_the_same_trip() -> None:
    leave = Prepared("leave", "SELECT set_config('cxportal.test', $1, true)")
    assert fetch(leave("21"), DOUBLE(Written("current_setting('cxportal.test')::int")))[1] == [(42,)]
