"""Exact distinct customers served over any period, without counting contacts.

For each customer and scope we know the days on which a contact was closed; a day is counted under
the customer's previous such day. Distinct customers of [a, b) are then the days in it whose previous
day lies before a: every customer has exactly one such day in the period, the first.

Contacts are the only source. Writers do not add and subtract what they believe has changed: after
their change they name the customers, and one statement compares what the contacts say with what is
remembered and appends the differences. So a call may be repeated, may come late, and may name
customers to whom nothing happened. What counts: a resolved contact of a known customer over a
channel with a person, on its business day (the last closing), under the pod, area and segment it
had at its arrival.

Writers append to ``ServedDelta``; ``fold`` adds that to ``ServedCell`` every ten seconds; queries add both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

from customers.contacts.models import Contact
from customers.contacts.rollup_models import Scope, ServedCell, ServedDay, ServedDelta
from cxportal.core.database import LockClass, lock_key, translate_errors
from teams.pods.channels import HUMAN

#: The previous day of a customer's first.
NEVER = dt.date.min

#: With more customers than this one lock for all is taken instead of one for each.
FEW = 200

#: Sorting millions of rows on disk takes several times as long; lent to large changes and the check only.
ROOM = "192MB"

#: Advisory keys beside those of customers, whose ids start at 1.
_EVERYBODY, _FOLDING = 0, -1

TABLES = {
    "contact": Contact._meta.db_table,
    "day": ServedDay._meta.db_table,
    "cell": ServedCell._meta.db_table,
    "delta": ServedDelta._meta.db_table,
}

#: What the statements below take besides their own values.
PARAMETERS: dict[str, Any] = {"never": NEVER, "human": sorted(HUMAN)}

#: The rows of ``ServedDay`` as the contacts tell them; {only} narrows it to some customers.
TRUTH = """
    SELECT DISTINCT c.customer_id, c.business_day AS day, c.home_pod_id AS pod_id, c.area_id, c.segment_id
    FROM {contact} c {only}
    WHERE c.state = 'resolved' AND c.customer_id IS NOT NULL AND NOT c.automated AND c.channel = ANY(%(human)s)
"""

#: From rows of ``ServedDay`` (alias r) to (scope, scope_id), one row each.
SCOPES = """
    CROSS JOIN LATERAL (
        VALUES (1::smallint, r.pod_id), (2::smallint, r.area_id), (3::smallint, r.segment_id), (4::smallint, 0::bigint)
    ) AS s (scope, scope_id)
"""

#: The cells that the rows of ``ServedDay`` stand for.
CELLS = """
    SELECT scope, scope_id, day, previous_day, count(*) AS n FROM (
        SELECT scope, scope_id, day, coalesce(lag(day) OVER customer, %(never)s) AS previous_day
        FROM (
            SELECT DISTINCT s.scope, s.scope_id, r.customer_id, r.day FROM {day} r {scopes}
            WHERE s.scope_id IS NOT NULL) AS marks
        WINDOW customer AS (PARTITION BY scope, scope_id, customer_id ORDER BY day)) AS cells
    GROUP BY scope, scope_id, day, previous_day
"""

# The window drops a day that a customer has twice in a scope: it is its own previous day. It sorts by what
# differs most, and the days go into their index in its order: both are felt by files of 100,000 rows.
_REFRESH = """
    WITH changed AS MATERIALIZED (SELECT DISTINCT unnest(%(customers)s::bigint[]) AS customer_id),
    truth AS MATERIALIZED ({truth}),
    known AS MATERIALIZED (
        SELECT d.customer_id, d.day, d.pod_id, d.area_id, d.segment_id FROM {day} d {only}),
    gone AS (
        DELETE FROM {day} d USING (SELECT * FROM known EXCEPT SELECT * FROM truth) AS x
        WHERE d.customer_id = x.customer_id AND d.day = x.day AND d.pod_id = x.pod_id AND d.area_id = x.area_id
          AND d.segment_id IS NOT DISTINCT FROM x.segment_id),
    come AS (
        INSERT INTO {day} (customer_id, day, pod_id, area_id, segment_id)
        SELECT * FROM truth EXCEPT SELECT * FROM known ORDER BY customer_id, day),
    marks AS (
        SELECT r.side, s.scope, s.scope_id, r.customer_id, r.day
        FROM (SELECT 1 AS side, t.* FROM truth t UNION ALL SELECT -1, k.* FROM known k) AS r {scopes}
        WHERE s.scope_id IS NOT NULL),
    cells AS (
        SELECT side, scope, scope_id, day, coalesce(lag(day) OVER customer, %(never)s) AS previous_day
        FROM marks WINDOW customer AS (PARTITION BY customer_id, scope, scope_id, side ORDER BY day))
    INSERT INTO {delta} (scope, scope_id, day, previous_day, n)
    SELECT scope, scope_id, day, previous_day, sum(side)
    FROM cells WHERE previous_day <> day GROUP BY scope, scope_id, day, previous_day HAVING sum(side) <> 0
"""


def contact_closed(contact: Contact) -> None:
    """Count a contact that was just resolved. See ``customers_changed``."""
    customers_changed([contact.customer_id])


def contact_reopened(contact: Contact) -> None:
    """Stop counting a contact until it is closed again. See ``customers_changed``."""
    customers_changed([contact.customer_id])


def contact_removed(contact: Contact) -> None:
    """Forget a contact that was just deleted; its ``customer_id`` is still read. See ``customers_changed``."""
    customers_changed([contact.customer_id])


def customers_changed(customer_ids: Iterable[int | None]) -> None:
    """Make the rollup equal to the contacts of these customers; unknown ones (None) are passed over.

    Call it inside the transaction, after the contacts are written, once for all customers. One
    statement for any number of them. Takes the last locks of the written order: (rollup, customer)
    for each, or for more than ``FEW`` one that holds up every other writer of the rollup until commit.
    Raises ``Refused`` (``busy``) when a lock can't be had in time.
    """
    customers = sorted({pk for pk in customer_ids if pk is not None})
    if not customers:
        return
    _serialise(customers)
    _run(_REFRESH, only="JOIN changed USING (customer_id)", customers=customers)


def rebuild_all() -> None:
    """Make the rollup equal to all contacts, in one transaction; repairs whatever was changed behind its back.

    Holds up other writers of the rollup meanwhile. Cells are written anew rather than compared.
    """
    with transaction.atomic():
        _serialise(None)
        _run("DELETE FROM {delta}")
        _run("DELETE FROM {cell}")
        _run("DELETE FROM {day}")
        _run("INSERT INTO {day} (customer_id, day, pod_id, area_id, segment_id) {truth}")
        _run("INSERT INTO {cell} (scope, scope_id, day, previous_day, n) {cells}")


_FOLD = """
    WITH taken AS (DELETE FROM {delta} RETURNING scope, scope_id, day, previous_day, n),
    summed AS (
        SELECT scope, scope_id, day, previous_day, sum(n) AS n FROM taken
        GROUP BY scope, scope_id, day, previous_day HAVING sum(n) <> 0)
    INSERT INTO {cell} AS cell (scope, scope_id, day, previous_day, n)
    SELECT scope, scope_id, day, previous_day, n FROM summed
    ON CONFLICT (scope, day, previous_day, scope_id) DO UPDATE SET n = cell.n + excluded.n
"""


@transaction.atomic
def fold() -> bool:
    """Add the appended differences to the cells. False when another fold is running, which does the work.

    Readers see either all of it or nothing, so it may run at any time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [int(LockClass.ROLLUP), _FOLDING])
        if not cursor.fetchone()[0]:
            return False
    if _run(_FOLD):
        _run("DELETE FROM {cell} WHERE n = 0 AND scope > 0")
    return True


def _serialise(customers: list[int] | None) -> None:
    """Two closings of one customer run one after the other: the second must see the first one's days.

    Small sets lock their customers and, shared, everybody; a large set locks everybody.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("the rollup is changed inside the transaction of the contact")
    if customers is None or len(customers) > FEW:
        query = "SELECT set_config('work_mem', %s, true), pg_advisory_xact_lock(%s, %s)"
        values: list[Any] = [ROOM, int(LockClass.ROLLUP), _EVERYBODY]
    else:
        keys = sorted({lock_key(pk) for pk in customers})
        query = """
            WITH everybody AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(%s, %s))
            SELECT pg_advisory_xact_lock(%s, k) FROM everybody, unnest(%s::int[]) AS k
        """
        values = [int(LockClass.ROLLUP), _EVERYBODY, int(LockClass.ROLLUP), keys]
    with translate_errors(), connection.cursor() as cursor:
        cursor.execute(query, values)


def sql(text: str, only: str = "") -> str:
    """One of this module's statements with its tables and parts filled in; ``only`` narrows truth and known days."""
    parts = {"truth": TRUTH.format(contact=TABLES["contact"], only=only), "scopes": SCOPES, "only": only}
    return text.format(**TABLES, **parts, cells=CELLS.format(**TABLES, **parts))


def _run(text: str, *, only: str = "", **values: Any) -> int:
    """Run a statement; returns the number of rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(sql(text, only), {**PARAMETERS, **values})
        return int(cursor.rowcount)


_SERVED = """
    SELECT scope, scope_id, sum(n) FROM (
        SELECT scope, scope_id, n FROM {cell}
        WHERE scope = ANY(%(scopes)s) AND day >= %(start)s AND day < %(end)s AND previous_day < %(start)s
          AND (%(ids)s::bigint[] IS NULL OR scope_id = ANY(%(ids)s))
        UNION ALL
        SELECT scope, scope_id, n FROM {delta}
        WHERE scope = ANY(%(scopes)s) AND day >= %(start)s AND day < %(end)s AND previous_day < %(start)s
          AND (%(ids)s::bigint[] IS NULL OR scope_id = ANY(%(ids)s))
    ) AS both_tables GROUP BY scope, scope_id HAVING sum(n) <> 0
"""


def served(scope: Scope, start: dt.date, end: dt.date, ids: Iterable[int] | None = None) -> dict[int, int]:
    """Distinct customers served by ``scope_id`` on the business days [start, end). One query.

    ``ids`` narrows it to some pods, areas or segments; the company's id is 0. Ids without a
    served customer are left out.
    """
    return served_in([scope], start, end, ids)[scope]


def served_in(
    scopes: Iterable[Scope], start: dt.date, end: dt.date, ids: Iterable[int] | None = None
) -> dict[Scope, dict[int, int]]:
    """``served`` for several scopes at once. One query."""
    wanted = list(scopes)
    found: dict[Scope, dict[int, int]] = {scope: {} for scope in wanted}
    values: dict[str, Any] = {"scopes": [int(s) for s in wanted], "start": start, "end": end}
    values["ids"] = None if ids is None else sorted(ids)
    with connection.cursor() as cursor:
        cursor.execute(sql(_SERVED), values)
        for scope, scope_id, n in cursor.fetchall():
            found[Scope(scope)][scope_id] = int(n)
    return found


def days_known() -> tuple[dt.date, dt.date] | None:
    """First and last business day with a served customer, or None before there is one. One query."""
    query = """
        SELECT least((SELECT min(day) FROM {cell} WHERE scope = 4), (SELECT min(day) FROM {delta} WHERE scope = 4)),
               greatest((SELECT max(day) FROM {cell} WHERE scope = 4), (SELECT max(day) FROM {delta} WHERE scope = 4))
    """
    with connection.cursor() as cursor:
        cursor.execute(sql(query))
        first, last = cursor.fetchone()
    return (first, last) if first else None


# The first day of all is a Monday; date_trunc would go through a time zone for every row.
_BY_WEEK = """
    SELECT scope_id, week, sum(n) FROM (
        SELECT scope_id, day - (day - %(never)s::date) %% 7 AS week, previous_day, n FROM {cell}
        WHERE scope = %(scope)s AND day >= %(start)s AND day < %(end)s
        UNION ALL
        SELECT scope_id, day - (day - %(never)s::date) %% 7, previous_day, n FROM {delta}
        WHERE scope = %(scope)s AND day >= %(start)s AND day < %(end)s
    ) AS both_tables
    WHERE previous_day < week GROUP BY scope_id, week HAVING sum(n) <> 0
"""


_BY_WEEK_IN_SEGMENT = """
    SELECT pod_id, day - (day - %(never)s::date) %% 7 AS week, count(DISTINCT customer_id) FROM {day}
    WHERE segment_id = %(segment)s AND day >= %(start)s AND day < %(end)s GROUP BY pod_id, week
"""


def pods_by_week(start: dt.date, end: dt.date, segment_id: int | None = None) -> dict[int, dict[dt.date, int]]:
    """Distinct customers of each pod in each ISO week (its Monday) of [start, end). Give whole weeks. One query."""
    found: dict[int, dict[dt.date, int]] = {}
    text = _BY_WEEK if segment_id is None else _BY_WEEK_IN_SEGMENT
    with connection.cursor() as cursor:
        values = {"scope": int(Scope.POD), "segment": segment_id, "start": start, "end": end, "never": NEVER}
        cursor.execute(sql(text), values)
        for scope_id, week, n in cursor.fetchall():
            found.setdefault(scope_id, {})[week] = int(n)
    return found


_IN_SEGMENT = """
    SELECT pod_id, area_id, count(DISTINCT customer_id) FROM {day}
    WHERE segment_id = %(segment)s AND day >= %(start)s AND day < %(end)s
    GROUP BY GROUPING SETS ((pod_id), (area_id), ())
"""


def served_in_segment(segment_id: int, start: dt.date, end: dt.date) -> dict[Scope, dict[int, int]]:
    """Distinct customers of one segment on the business days [start, end), by pod, area and company. One query.

    A pod inside a segment has no cells, so the days themselves are counted.
    """
    found: dict[Scope, dict[int, int]] = {Scope.POD: {}, Scope.AREA: {}, Scope.COMPANY: {}}
    with connection.cursor() as cursor:
        cursor.execute(sql(_IN_SEGMENT), {"segment": segment_id, "start": start, "end": end})
        for pod, area, n in cursor.fetchall():
            if pod is not None:
                found[Scope.POD][pod] = n
            elif area is not None:
                found[Scope.AREA][area] = n
            elif n:
                found[Scope.COMPANY][0] = n
    return found
