"""Several statements in one trip to the database: what keeps an intake within its round trips.

psycopg binds on the client side here, so statements joined by semicolons travel together. Each
still sees what was committed before it began, so a read after a lock in one trip is fresh.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import sql

from cxportal.core.database import translate_errors
from cxportal.core.realtime import CHANNEL, payload

type Statement = tuple[str, Sequence[Any]]


def fetch(*statements: Statement) -> list[list[tuple[Any, ...]]]:
    """The rows of each statement, in their order; one trip. Raises Refused(``busy``) on a lock time-out."""
    text = ";\n".join(query for query, _ in statements)
    params = [value for _, values in statements for value in values]
    with translate_errors(), connection.cursor() as cursor:
        cursor.execute(text, params)
        # The history's wrapper moves on to the last result and may have put one of its own in front.
        raw = cursor.cursor
        raw.set_result(0)
        found = [raw.fetchall() if raw.description else []]
        while raw.nextset():
            found.append(raw.fetchall() if raw.description else [])
    return found[-len(statements) :]


def insert(*objects: models.Model) -> list[Statement]:
    """INSERT statements for unsaved objects, rows of one model in one statement.

    Primary keys travel only when set; objects do not learn the key that the database gives.
    """
    groups: dict[tuple[type[models.Model], bool], list[models.Model]] = {}
    for obj in objects:
        groups.setdefault((type(obj), obj.pk is not None), []).append(obj)
    statements: list[Statement] = []
    now = connections[DEFAULT_DB_ALIAS]  # the connection itself: its proxy is asked thousands of times
    for (model, keyed), rows in groups.items():
        fields = [f for f in model._meta.concrete_fields if not f.generated and (keyed or not f.primary_key)]
        query = sql.InsertQuery(model)
        query.insert_values(fields, rows)
        statements.extend(query.get_compiler(connection=now).as_sql())
    return statements


def tell(topics: Sequence[str], event: str, **ids: int | str) -> Statement:
    """The NOTIFY of ``realtime.publish`` as a statement of a batch."""
    return "SELECT pg_notify(%s, %s)", [CHANNEL, payload(topics, event, ids)]
