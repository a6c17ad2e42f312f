"""Ownership by rules: which pod owns whom, decided in sets by the database.

The active rules say for every customer and instant exactly one pod: the lowest precedence that
fits. ``settle`` writes what they say into ``Ownership`` from an instant on and leaves what lies
before it alone. It works on one customer and on a million alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import connection

# The spans of a customer from an instant on in which no rule for them begins or ends, and the rule that decides each.
# Rules for one customer may be as many as customers (an import makes them): they are found by the customer and cut
# nobody else's time. Of one scope at most one active rule holds at an instant, so no join below multiplies rows.
_DECIDED = """
    CREATE TEMP TABLE wanted_ownership ON COMMIT DROP AS WITH concerned AS MATERIALIZED (
        SELECT c.id, c.region_id, c.segment_id FROM {customers} c
    ), general AS MATERIALIZED (
        SELECT * FROM customers_ownershiprule WHERE state = 'active' AND precedence > 1
    ), own AS (
        SELECT c.id AS customer_id, bound FROM concerned c
        JOIN customers_ownershiprule r ON r.customer_id = c.id AND r.state = 'active' AND r.precedence = 1,
             LATERAL (VALUES (lower(r.period)), (upper(r.period))) AS bounds (bound)
    ), edge AS (
        SELECT c.id AS customer_id, at.bound AS at FROM concerned c CROSS JOIN (
            SELECT %(since)s::timestamptz AS bound
            UNION SELECT bound FROM general, LATERAL (VALUES (lower(period)), (upper(period))) AS bounds (bound)
                  WHERE bound IS NOT NULL AND (%(since)s::timestamptz IS NULL OR bound > %(since)s)
        ) at
        UNION SELECT customer_id, bound FROM own
              WHERE bound IS NOT NULL AND (%(since)s::timestamptz IS NULL OR bound > %(since)s)
    ), span AS (
        SELECT customer_id, at AS starts, lead(at) OVER (PARTITION BY customer_id ORDER BY at NULLS FIRST) AS ends
        FROM edge
    ), decided AS (
        SELECT c.id AS customer_id, s.starts, s.ends,
               coalesce(named.id, both_.id, placed.id, kind.id, rest.id) AS rule_id,
               coalesce(named.pod_id, both_.pod_id, placed.pod_id, kind.pod_id, rest.pod_id) AS pod_id
        FROM concerned c JOIN span s ON s.customer_id = c.id
        LEFT JOIN customers_ownershiprule named ON named.customer_id = c.id AND named.state = 'active'
             AND named.precedence = 1 AND named.period && tstzrange(s.starts, s.ends)
        LEFT JOIN general both_ ON both_.precedence = 2 AND both_.region_id = c.region_id
             AND both_.segment_id = c.segment_id AND both_.period && tstzrange(s.starts, s.ends)
        LEFT JOIN general placed ON placed.precedence = 3 AND placed.region_id = c.region_id
             AND placed.period && tstzrange(s.starts, s.ends)
        LEFT JOIN general kind ON kind.precedence = 4 AND kind.segment_id = c.segment_id
             AND kind.period && tstzrange(s.starts, s.ends)
        LEFT JOIN general rest ON rest.precedence = 5 AND rest.period && tstzrange(s.starts, s.ends)
    ), told AS (
        SELECT *, pod_id IS DISTINCT FROM lag(pod_id) OVER (PARTITION BY customer_id ORDER BY starts NULLS FIRST)
                  AS changes
        FROM decided WHERE pod_id IS NOT NULL
    ), wanted AS (
        SELECT customer_id, pod_id, rule_id,
               tstzrange(starts, lead(starts) OVER (PARTITION BY customer_id ORDER BY starts NULLS FIRST)) AS period,
               first_value(starts) OVER (PARTITION BY customer_id ORDER BY starts NULLS FIRST) AS cut
        FROM told WHERE changes
    )
    SELECT * FROM wanted
"""


def settle(
    since: dt.datetime | None,
    customer_ids: Collection[int] | None = None,
    *,
    table: str = "",
    why: str = "",
    by_id: int | None = None,
) -> int:
    """Write the home pods that the active rules give from ``since`` on (None: from ever).

    Returns the number of customers whose ownership changed. Concerned are ``customer_ids``, or those
    in the temporary ``table`` (column ``id``), or else everybody. Customers without any rule keep
    what they have; one who has nothing is held back by ``customer_always_owned`` at commit. Must run
    in a transaction that holds the lock on the rules.
    """
    customers = "customers_customer"
    if customer_ids is not None:
        customers = "(SELECT * FROM customers_customer WHERE id = ANY(%(customers)s))"
    elif table:
        customers = f"(SELECT * FROM customers_customer WHERE id IN (SELECT id FROM {table}))"  # noqa: S608
    values = {"since": since, "customers": list(customer_ids or ()), "why": why, "by": by_id}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.wanted_ownership")
        cursor.execute(_DECIDED.replace("{customers}", customers), values)
        cursor.execute("CREATE INDEX ON wanted_ownership (customer_id)")
        cursor.execute("ANALYZE wanted_ownership")
        cursor.execute(_UNCHANGED)
        cursor.execute("SELECT count(DISTINCT customer_id) FROM wanted_ownership")
        changed = int(cursor.fetchone()[0])
        for statement in _REPLACE if changed else ():
            cursor.execute(statement, values)
        return changed


# Customers whose spans from the instant on are already what the rules say.
_UNCHANGED = """
    WITH wished AS (
        SELECT customer_id, cut, array_agg((pod_id, period) ORDER BY period) AS spans
        FROM wanted_ownership GROUP BY customer_id, cut
    ), held AS (
        SELECT o.customer_id, array_agg((o.pod_id, o.period * tstzrange(w.cut, NULL)) ORDER BY o.period) AS spans
        FROM customers_ownership o JOIN wished w USING (customer_id)
        WHERE o.period && tstzrange(w.cut, NULL)
        GROUP BY o.customer_id
    )
    DELETE FROM wanted_ownership w USING held, wished
    WHERE held.customer_id = w.customer_id AND wished.customer_id = w.customer_id AND held.spans = wished.spans
"""

# What would come after the cut goes, what holds at the cut ends there, a span that goes on with
# the same pod grows instead of being followed by its twin, and the rest is written.
_REPLACE = (
    """DELETE FROM customers_ownership o USING (SELECT DISTINCT customer_id, cut FROM wanted_ownership) w
       WHERE o.customer_id = w.customer_id AND o.period <@ tstzrange(w.cut, NULL)""",
    """UPDATE customers_ownership o SET period = tstzrange(lower(o.period), w.cut)
       FROM (SELECT DISTINCT customer_id, cut FROM wanted_ownership) w
       WHERE o.customer_id = w.customer_id AND o.period @> w.cut AND lower(o.period) IS DISTINCT FROM w.cut""",
    """WITH grown AS (
           UPDATE customers_ownership o SET period = tstzrange(lower(o.period), upper(w.period)), rule_id = w.rule_id
           FROM wanted_ownership w
           WHERE o.customer_id = w.customer_id AND o.pod_id = w.pod_id AND upper(o.period) = lower(w.period)
           RETURNING w.customer_id, w.period)
       DELETE FROM wanted_ownership w USING grown g
       WHERE g.customer_id = w.customer_id AND g.period = w.period""",
    """INSERT INTO customers_ownership (customer_id, pod_id, period, rule_id, why, by_id, created_at)
       SELECT customer_id, pod_id, period, rule_id, %(why)s, %(by)s, now() FROM wanted_ownership""",
)
