"""Does the rollup say what the contacts say? Compared in one snapshot, without changing anything."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from customers.contacts.rollup_models import Scope
from customers.contacts.rollups import PARAMETERS, ROOM, served, sql

_DAYS = """
    WITH truth AS MATERIALIZED ({truth}),
    known AS MATERIALIZED (SELECT customer_id, day, pod_id, area_id, segment_id FROM {day})
    SELECT (SELECT count(*) FROM truth),
           (SELECT count(*) FROM (SELECT * FROM truth EXCEPT SELECT * FROM known) AS missing),
           (SELECT count(*) FROM (SELECT * FROM known EXCEPT SELECT * FROM truth) AS surplus)
"""

_CELLS = """
    WITH right_ones AS ({cells}),
    kept AS (
        SELECT scope, scope_id, day, previous_day, sum(n) AS n
        FROM (SELECT scope, scope_id, day, previous_day, n FROM {cell}
              UNION ALL SELECT scope, scope_id, day, previous_day, n FROM {delta}) AS both_tables
        GROUP BY scope, scope_id, day, previous_day HAVING sum(n) <> 0)
    SELECT (SELECT count(*) FROM right_ones), count(*)
    FROM right_ones FULL JOIN kept USING (scope, scope_id, day, previous_day)
    WHERE right_ones.n IS DISTINCT FROM kept.n
"""

_SPAN = "SELECT min(day), max(day) FROM ({truth}) AS truth"

_COUNTED = """
    SELECT s.scope, s.scope_id, count(DISTINCT r.customer_id) FROM ({truth}) AS r {scopes}
    WHERE s.scope_id IS NOT NULL AND r.day >= %(start)s AND r.day < %(end)s GROUP BY s.scope, s.scope_id
"""


@dataclass(frozen=True)
class Comparison:
    """One thing compared: how many values there are and how many of them are wrong."""

    what: str
    values: int
    wrong: int


def compare() -> list[Comparison]:
    """Compare days, cells and the distinct counts of several periods with the contacts.

    Reads one snapshot (repeatable read) when no transaction is open yet, so it may run while others write.
    """
    if connection.in_atomic_block:
        return _compare()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return _compare()


def _compare() -> list[Comparison]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true)", [ROOM])
    rows, missing, surplus = _row(_DAYS)
    cells, wrong_cells = _row(_CELLS)
    found = [
        Comparison("days missing", rows, missing),
        Comparison("days too many", rows, surplus),
        Comparison("cells", cells, wrong_cells),
    ]
    first, last = _row(_SPAN)
    if first is None:
        return found
    end = last + dt.timedelta(days=1)
    for days in sorted({7, 28, 91, 364, (end - first).days}):
        found.append(_counts(max(first, end - dt.timedelta(days=days)), end))
    middle = first + (end - first) / 2
    return [*found, _counts(middle - dt.timedelta(days=14), middle + dt.timedelta(days=14))]


def _counts(start: dt.date, end: dt.date) -> Comparison:
    """Distinct customers of every scope in [start, end), counted from contacts and read from the rollup."""
    with connection.cursor() as cursor:
        cursor.execute(sql(_COUNTED), {**PARAMETERS, "start": start, "end": end})
        counted = {(scope, scope_id): n for scope, scope_id, n in cursor.fetchall()}
    kept = {(int(scope), scope_id): n for scope in Scope for scope_id, n in served(scope, start, end).items()}
    wrong = sum(counted.get(key) != kept.get(key) for key in counted.keys() | kept.keys())
    return Comparison(f"customers served, {start} until {end - dt.timedelta(days=1)}", len(counted), wrong)


def _row(text: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql(text), PARAMETERS)
        found: tuple[Any, ...] = cursor.fetchone()
        return found
