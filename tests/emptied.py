"""Leaves the tables empty after a test that commits, without what Django adds to that.

Its ``flush`` empties the content types and permissions too and then brings them back as after a migration,
rights of the application's role included: five times what the emptying costs. Here both tables stay.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management.color import no_style
from django.db import connections
from django.test import TransactionTestCase

KEPT = frozenset({"django_content_type", "auth_permission"})


def _empty(case: TransactionTestCase) -> None:
    for name in case._databases_names(include_mirrors=False):  # type: ignore[attr-defined]
        connection = connections[name]
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        wanted = [table for table in tables if table not in KEPT]
        connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), wanted))


@pytest.fixture(autouse=True, scope="session")
def _empties_quickly() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _empty)
        yield
