"""Fewer and cheaper trips to the database, for the few paths that everybody waits on.

psycopg binds on the client side here, so statements joined by semicolons travel together. Each
still sees what was committed before it began, so a read after a lock in one trip is fresh.
A ``Prepared`` statement is parsed and planned once for each connection; where parsing and
planning cost more than running, as with the roster's wide reads, that halves it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection
from psycopg import Connection

from cxportal.core.database import translate_errors
from cxportal.core.violations import Violation

type Statement = tuple[str, Sequence[Any]]
type Rows = list[tuple[Any, ...]]

_known: WeakKeyDictionary[Connection[Any], set[str]] = WeakKeyDictionary()


class Prepared:
    """A statement under a name that is unique in the house, with ``%(parameter)s`` and the types of its parameters.

    The name stays with the connection; behind a proxy that hands out a connection for each
    transaction it would be unknown, so the application connects directly (docs/operations.md).
    """

    def __init__(self, name: str, text: str, **types: str) -> None:
        self.name = name
        self.parameters = tuple(types)
        numbered = text % {parameter: f"${place}" for place, parameter in enumerate(types, 1)}
        self.text = f"PREPARE {name} ({', '.join(types.values())}) AS {numbered}"
        self.execute = f"EXECUTE {name} ({', '.join(['%s'] * len(types))})"

    def __call__(self, **values: Any) -> Statement:
        """The statement with its values, for ``fetch``; makes it known to this connection first."""
        connection.ensure_connection()
        raw = connection.connection
        names = _known.setdefault(raw, set())
        if self.name not in names:
            # Beside Django's cursor: it belongs to the connection and is no question of this request.
            raw.execute(self.text)
            names.add(self.name)
        return self.execute, [values[parameter] for parameter in self.parameters]


def fetch(*statements: Statement, constraints: Mapping[str, Violation] | None = None) -> list[Rows]:
    """The rows of each statement, in their order; one trip.

    Raises ``Refused``: ``busy`` on a lock time-out, or the violation of a named constraint that breaks.
    """
    text = ";\n".join(query for query, _ in statements)
    params = [value for _, values in statements for value in values]
    with translate_errors(constraints), connection.cursor() as cursor:
        cursor.execute(text, params)
        # The history's wrapper moves on to the last result and may have put one of its own in front.
        raw = cursor.cursor
        raw.set_result(0)
        found = [raw.fetchall() if raw.description else []]
        while raw.nextset():
            found.append(raw.fetchall() if raw.description else [])
    return found[-len(statements) :]
