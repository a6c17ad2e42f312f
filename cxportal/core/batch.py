"""Several statements in one trip to the database: what keeps an intake within its round trips.

psycopg binds on the client side here, so statements joined by semicolons travel together. Each
still sees what was committed before it began, so a read after a lock in one trip is fresh. A
``Prepared`` statement is planned once a connection: planning cost more than running it.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections, models

from cxportal.core.database import translate_errors
from cxportal.core.violations import Violation


class Prepared:
    """A statement with $1, $2 … that PostgreSQL parses and plans once a connection; no % may stand in it.

    A long one names its parameters with their types: it reads ``%(day)s`` and is called with ``day=``.
    It lives as long as the connection, which therefore must be a session of its own: a proxy that
    pools by transaction does not fit (docs/decisions/0016).
    """

    def __init__(self, name: str, text: str, **types: str) -> None:
        self.name = name
        self.parameters = tuple(types)
        places = {parameter: f"${n}::{kind}" for n, (parameter, kind) in enumerate(types.items(), 1)}
        self.text = text % places if types else text

    def __call__(self, *values: Any, **named: Any) -> Statement:
        return Statement(self.text, values or [named[parameter] for parameter in self.parameters], self)


class Statement(NamedTuple):
    """SQL with %s and its values, or a prepared statement's call."""

    text: str
    values: Sequence[Any] = ()
    prepared: Prepared | None = None


class Written(str):
    """An SQL expression in the place of a prepared statement's value. Never made of what somebody sent."""


CONSTANTS = {None: "NULL", True: "true", False: "false"}


# By connection: under which name it has prepared what. A name is never used twice, since an error on
# the way leaves open whether it was taken.
_known: WeakKeyDictionary[psycopg.Connection[Any], dict[Prepared, str]] = WeakKeyDictionary()
_numbers = itertools.count(1)


def fetch(*statements: Statement, constraints: Mapping[str, Violation] | None = None) -> list[list[tuple[Any, ...]]]:
    """The rows of each statement, in their order; one trip.

    Raises Refused: ``busy`` on a lock time-out, or the violation of a named constraint that breaks.
    """
    with translate_errors(constraints), connection.cursor() as cursor:
        raw: psycopg.Cursor[Any] = cursor.cursor
        known = _known.setdefault(raw.connection, {})
        used = {s.prepared for s in statements if s.prepared is not None}
        new = {prepared: f"{prepared.name}_{next(_numbers)}" for prepared in used if prepared not in known}
        parts = [f"PREPARE {name} AS {prepared.text}" for prepared, name in new.items()]
        parts += [_written(s, {**known, **new}) for s in statements]
        cursor.execute(";\n".join(parts), [value for s in statements for value in _bound(s)])
        known.update(new)
        # The history's wrapper moves on to the last result and may have put one of its own in front.
        raw.set_result(0)
        found = [_rows(raw)]
        while raw.nextset():
            found.append(_rows(raw))
    return found[-len(statements) :]


def _written(statement: Statement, names: dict[Prepared, str]) -> str:
    """The statement as it is sent, with %s for what is `_bound`."""
    if statement.prepared is None:
        return statement.text
    if not statement.values:
        return f"EXECUTE {names[statement.prepared]}"
    return f"EXECUTE {names[statement.prepared]}({', '.join(map(_place, statement.values))})"


def _place(value: object) -> str:
    if isinstance(value, Written):
        return value
    # Binding costs several times as much as these few words; a one or a zero is no truth value.
    return CONSTANTS[value] if value is None or isinstance(value, bool) else "%s"


def _bound(statement: Statement) -> Sequence[Any]:
    """The values that are bound by psycopg: of a prepared statement those that are not written out."""
    if statement.prepared is None:
        return statement.values
    return [value for value in statement.values if value is not None and not isinstance(value, bool | Written)]


def _rows(raw: psycopg.Cursor[Any]) -> list[tuple[Any, ...]]:
    return raw.fetchall() if raw.pgresult is not None and raw.pgresult.nfields else []


def insert(*objects: models.Model) -> list[Statement]:
    """INSERT statements for unsaved objects, one for each, prepared.

    Primary keys travel only when set; objects do not learn the key that the database gives.
    """
    now = connections[DEFAULT_DB_ALIAS]  # the connection itself: its proxy is asked thousands of times
    made = []
    for obj in objects:
        fields, prepared = _insertion(type(obj), obj.pk is not None)
        made.append(prepared(*[f.get_db_prep_save(f.pre_save(obj, add=True), connection=now) for f in fields]))
    return made


@functools.cache
def _insertion(model: type[models.Model], keyed: bool) -> tuple[list[models.Field[Any, Any]], Prepared]:
    """The fields that travel, and the finished INSERT: compiling one by the ORM cost more than running it."""
    fields = [f for f in model._meta.concrete_fields if not f.generated and (keyed or not f.primary_key)]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(f.column or "") for f in fields)
    places = ", ".join(f"${n}" for n in range(1, len(fields) + 1))
    text = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
    return fields, Prepared(f"insert_{model._meta.db_table}", text)
