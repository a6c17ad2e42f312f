"""Takes mapped facts into contacts, in sets: check, find what they name, decide the home pod, insert."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from customers.contacts import rollups
from customers.contacts.imports import places
from customers.directory import ownership
from customers.directory.services import hold_rules
from cxportal.core.database import LockClass, lock
from cxportal.core.mapped_sql import SKIPPED
from cxportal.core.mapping import FileMapping
from cxportal.core.staging import Loaded

if TYPE_CHECKING:
    from psycopg import Cursor

#: Called with the cursor after the contacts are written; ``import_placed`` has their ids.
Follower = Callable[["Cursor[Any]", str], dict[str, int]]
MANY_CUSTOMERS = 20_000
FILE = 1  # the key in ``LockClass.LIST`` of files that make pods and people; lists have 0

# One row a line: clamped times, the reason why it is refused, and the contact if it is there already.
_CHECKED = """
    CREATE TEMP TABLE import_checked ON COMMIT DROP AS
    WITH timed AS (
        SELECT f.*, coalesce(direction, 'in') AS way, state IN ('resolved', 'abandoned') AS closes,
               round(extract(epoch FROM greatest(
                   arrived_at - first_response_at, coalesce(first_response_at, arrived_at) - closed_at))) AS back
        FROM {facts} f
    ), judged AS (
        SELECT t.*, CASE
            WHEN skipped THEN %(skipped)s
            WHEN fault IS NOT NULL THEN fault
            WHEN back > %(tolerance)s THEN 'the clock runs back by ' || back || ' s'
            WHEN closes AND closed_at IS NULL THEN 'is ' || state || ' without a time of closing'
            WHEN arrived_at > now() + interval '1 day' THEN 'arrives in the future'
            WHEN length(external_id) > 160 THEN 'the id is longer than 160 letters'
            WHEN greatest(length(home_pod), length(serving_pod), length(person_pod), length(region),
                          length(segment)) > 80
                THEN 'a name is longer than 80 letters'
            WHEN greatest(length(customer), length(person), length(reason_group)) > 120
                THEN 'a name is longer than 120 letters'
            WHEN greatest(length(reason), length(customer_name)) > 160 THEN 'a name is longer than 160 letters'
            WHEN length(subject) > 200 THEN 'the subject is longer than 200 letters'
            WHEN length(resolution) > 500 THEN 'the resolution is longer than 500 letters'
            WHEN length(comment) > 1000 THEN 'the comment is longer than 1000 letters'
            WHEN csat NOT BETWEEN 1 AND 5 THEN 'csat lies between 1 and 5'
            WHEN nps NOT BETWEEN 0 AND 10 THEN 'nps lies between 0 and 10'
            END AS reason1
        FROM timed t
    ), counted AS (
        SELECT j.*, CASE WHEN reason1 IS NULL
                    THEN min(line) OVER (PARTITION BY external_id, reason1 IS NULL) END AS first_line
        FROM judged j
    )
    SELECT c.line, c.external_id, c.channel, c.way, c.state, c.set_right OR coalesce(c.back > 0, false) AS set_right,
           {customer} AS customer, c.customer_name, c.region, c.segment, c.home_pod, c.serving_pod, c.person,
           c.person_pod, c.reason_group, c.reason AS cause, c.subject, c.resolution, c.arrived_at,
           CASE WHEN c.first_response_at IS NOT NULL THEN greatest(c.first_response_at, c.arrived_at) END
               AS first_response_at,
           CASE WHEN c.closes THEN greatest(c.closed_at, c.first_response_at, c.arrived_at) END AS closed_at,
           c.work_seconds, c.after_work_seconds, c.complaint, c.started_digitally, c.automated,
           c.disputed, c.csat, c.nps, c.comment, {created}
           CASE WHEN reason1 IS NOT NULL THEN reason1
                WHEN first_line < c.line THEN 'has the same id as line ' || first_line END AS reason,
           k.id AS contact_id
    FROM counted c
    LEFT JOIN customers_contact k ON k.source = %(source)s AND k.external_id = c.external_id AND c.reason1 IS NULL
"""

# EXCEPT and not NOT EXISTS: while nobody has looked at a young table of customers, PostgreSQL takes it for a row or
# two and compares every row of the file with every customer (16 of the 22 s of 60,000 rows beside 12,700 customers).
_WANTED_CUSTOMERS = """
    CREATE TEMP TABLE import_wanted ON COMMIT DROP AS
    SELECT DISTINCT ON (customer) customer, customer_name, region, segment, home_pod
    FROM import_checked
    WHERE reason IS NULL AND contact_id IS NULL AND customer IN (
      SELECT customer FROM import_checked EXCEPT SELECT external_id FROM customers_customer WHERE source = %(source)s)
    ORDER BY customer, arrived_at, line
"""

_NEW_CUSTOMERS = """
    CREATE TEMP TABLE import_new_customers ON COMMIT DROP AS
    WITH made AS (
        INSERT INTO customers_customer
            (source, external_id, name, email, phone, place, language, region_id, segment_id, life_stage, created_at)
        SELECT %(source)s, w.customer, coalesce(w.customer_name, ''), '', '', '', '', r.id, s.id, 'settled', now()
        FROM import_wanted w LEFT JOIN customers_region r ON r.name = w.region
                      LEFT JOIN customers_segment s ON s.name = w.segment
        RETURNING id, external_id
    )
    SELECT m.id, p.id AS pod_id FROM made m JOIN import_wanted w ON w.customer = m.external_id
    LEFT JOIN teams_pod p ON lower(p.name) = lower(w.home_pod) OR p.slug = w.home_pod
"""

_RULES = {
    "first contact": """
        INSERT INTO customers_ownershiprule (precedence, customer_id, pod_id, period, state, note, created_at)
        SELECT 1, id, pod_id, tstzrange(NULL, NULL), 'active', %(title)s, now()
        FROM import_new_customers WHERE pod_id IS NOT NULL""",
    "region": """
        INSERT INTO customers_ownershiprule (precedence, region_id, pod_id, period, state, note, created_at)
        SELECT DISTINCT ON (r.id) 3, r.id, p.id, tstzrange(NULL, NULL), 'active', %(title)s, now()
        FROM import_checked c JOIN customers_region r ON r.name = c.region
        JOIN teams_pod p ON lower(p.name) = lower(c.home_pod) OR p.slug = c.home_pod
        WHERE c.reason IS NULL AND c.contact_id IS NULL AND NOT EXISTS (
            SELECT 1 FROM customers_ownershiprule o
            WHERE o.state = 'active' AND o.precedence = 3 AND o.region_id = r.id)
        ORDER BY r.id, c.arrived_at, c.line""",
}

# Everything that a row names, found; the home pod is the owner's at arrival, else the row's, else the default's.
_PLACED = """
    CREATE TEMP TABLE import_placed ON COMMIT DROP AS
    WITH fallback AS (
        SELECT pod_id FROM customers_ownershiprule
        WHERE state = 'active' AND precedence = 5 AND period @> now() LIMIT 1
    ), pod AS (
        SELECT DISTINCT ON (name) name, id FROM (
            SELECT n.name, p.id FROM (SELECT home_pod AS name FROM import_checked
                                      UNION SELECT serving_pod FROM import_checked
                                      UNION SELECT person_pod FROM import_checked) n
            JOIN teams_pod p ON lower(p.name) = lower(n.name) OR p.slug = n.name) AS found
        ORDER BY name, id
    ), person AS (
        SELECT DISTINCT ON (name) name, id FROM (
            SELECT n.name, u.id, u.external_id IS NOT DISTINCT FROM n.name AS exact
            FROM (SELECT DISTINCT person AS name FROM import_checked) n
            JOIN teams_user u ON u.external_id IN (n.name, %(source)s || ':' || n.name) OR u.email = lower(n.name)
        ) AS found ORDER BY name, exact DESC, id
    ), found AS (
        SELECT c.*, x.id AS customer_id, x.segment_id AS customer_segment, s.id AS segment_id,
               o.pod_id AS owner_pod, row_pod.id AS row_pod, serving.id AS row_serving, person.id AS person_id,
               own.id AS row_own, cause.id AS cause_id, fallback.pod_id AS default_pod
        FROM import_checked c
        LEFT JOIN customers_customer x ON x.source = %(source)s AND x.external_id = c.customer
        LEFT JOIN customers_ownership o ON o.customer_id = x.id AND o.period @> c.arrived_at
        LEFT JOIN customers_segment s ON s.name = c.segment
        LEFT JOIN pod row_pod ON row_pod.name = c.home_pod
        LEFT JOIN pod serving ON serving.name = c.serving_pod
        LEFT JOIN pod own ON own.name = c.person_pod
        LEFT JOIN person ON person.name = c.person
        LEFT JOIN (SELECT r.id, r.name, g.name AS of_group FROM customers_reason r
                   JOIN customers_reasongroup g ON g.id = r.group_id) cause
               ON cause.name = c.cause AND cause.of_group = coalesce(c.reason_group, c.cause)
        LEFT JOIN fallback ON true
    ), refused AS (
        SELECT f.*, coalesce(f.reason, CASE
            WHEN home_pod IS NOT NULL AND row_pod IS NULL THEN 'unknown pod "' || home_pod || '"'
            WHEN serving_pod IS NOT NULL AND row_serving IS NULL THEN 'unknown pod "' || serving_pod || '"'
            WHEN person_pod IS NOT NULL AND row_own IS NULL THEN 'unknown pod "' || person_pod || '"'
            WHEN customer IS NOT NULL AND customer_id IS NULL THEN 'unknown customer "' || customer || '"'
            WHEN person IS NOT NULL AND person_id IS NULL THEN 'unknown person "' || person || '"'
            WHEN cause IS NOT NULL AND cause_id IS NULL THEN 'unknown reason "' || cause || '"'
            WHEN segment IS NOT NULL AND segment_id IS NULL THEN 'unknown segment "' || segment || '"'
            WHEN coalesce(owner_pod, row_pod, default_pod) IS NULL THEN 'no rule says which pod it belongs to'
            END) AS refusal
        FROM found f
    )
    SELECT *, coalesce(owner_pod, row_pod, default_pod) AS pod_id,
           owner_pod IS NULL AND row_pod IS NULL AS by_default,
           refusal IS NULL AND contact_id IS NULL AS is_new
    FROM refused
"""

_INSERT = """
    INSERT INTO customers_contact
        (channel, direction, state, state_since, customer_id, caller, subject, home_pod_id, by_default_rule, area_id,
         segment_id, serving_pod_id, person_id, wished_skills, skill_missing, priority, arrived_at, first_response_at,
         closed_at, business_day, work_seconds, after_work_seconds, reopened_count, reason_id, resolution, complaint,
         started_digitally, automated, source, external_id, imported, created_at)
    SELECT c.channel, c.way, c.state, coalesce(c.closed_at, c.first_response_at, c.arrived_at), c.customer_id, '',
           coalesce(c.subject, ''), c.pod_id, c.by_default, p.area_id, coalesce(c.segment_id, c.customer_segment),
           {serving}, c.person_id, '{{}}', false, 5, c.arrived_at, c.first_response_at, c.closed_at,
           (c.closed_at AT TIME ZONE p.zone)::date, coalesce(c.work_seconds, 0), coalesce(c.after_work_seconds, 0), 0,
           c.cause_id, coalesce(c.resolution, ''), coalesce(c.complaint, false), coalesce(c.started_digitally, false),
           coalesce(c.automated, false), %(source)s, c.external_id, true, now()
    FROM import_placed c JOIN teams_pod p ON p.id = c.pod_id
    LEFT JOIN LATERAL (
        SELECT m.pod_id FROM teams_membership m WHERE m.member_id = c.person_id AND m.kind = 'home'
        ORDER BY m.period @> (c.arrived_at AT TIME ZONE p.zone)::date DESC, m.period LIMIT 1) m ON {by_person}
    WHERE c.is_new ORDER BY c.arrived_at
"""
_SERVED = "(c.state = 'resolved' OR c.first_response_at IS NOT NULL)"
_SERVING = {
    "row": "c.row_serving",
    "home": f"CASE WHEN {_SERVED} THEN c.pod_id END",
    "person": f"CASE WHEN {_SERVED} THEN coalesce(m.pod_id, c.pod_id) END",
}


def load(cursor: Cursor[Any], mapping: FileMapping, facts: str, *, followers: tuple[Follower, ...] = ()) -> Loaded:
    """Take the facts into contacts inside the caller's transaction; nothing is counted twice.

    A row that the portal holds already (same source and id) is left as it is and counts as imported.
    One such file at a time. Locks the people who may get a home pod, then the ownership rules alone while
    customers are made, the rollups last.
    """
    values = {
        "source": mapping.source,
        "title": (mapping.title or mapping.source)[:200],
        "tolerance": mapping.clock.tolerance,
        "skipped": SKIPPED,
    }
    created = "".join(f"c.create_{name}, " for name, value in mapping.create.items() if not isinstance(value, bool))
    customer = "c.external_id" if mapping.options["customer"] == "one a row" else "c.customer"
    cursor.execute(
        _CHECKED.replace("{facts}", facts).replace("{created}", created).replace("{customer}", customer), values
    )
    cursor.execute("CREATE INDEX ON import_checked (customer); ANALYZE import_checked")
    # Behind the rules only what the file itself brings is locked: pods and people whom nobody else sees yet.
    lock(LockClass.LIST, [FILE])
    if mapping.create.get("people"):
        lock(LockClass.PERSON, places.homeless())
    hold_rules(alone=True)
    numbers = places.make(cursor, mapping)
    if mapping.create.get("customers"):
        numbers["customers"] = _customers(cursor, mapping, values)
    cursor.execute(_PLACED, values)
    cursor.execute("ANALYZE import_placed")
    if mapping.create.get("people"):
        served = "row_serving" if mapping.options["serving"] == "row" else "pod_id"
        pod = "row_own" if "person_pod" in mapping.fields else served
        places.place_people(cursor, pod)
    serving = mapping.options["serving"]
    insert = _INSERT.format(serving=_SERVING[serving], by_person="true" if serving == "person" else "false")
    new = cursor.execute(insert, values).rowcount
    for follow in followers:
        numbers |= follow(cursor, mapping.source)
    _count_served(cursor)
    return _result(cursor, numbers | {"new": new})


def _customers(cursor: Cursor[Any], mapping: FileMapping, values: dict[str, Any]) -> int:
    """Make the customers that the file brings, with the rules that its option asks for, owned from ever."""
    cursor.execute(_WANTED_CUSTOMERS, values)
    cursor.execute("ANALYZE import_wanted")
    made = cursor.execute(_NEW_CUSTOMERS, values).rowcount
    rule = _RULES.get(mapping.options["home"])
    if rule is not None:
        cursor.execute(rule, values)
    cursor.execute("ANALYZE import_new_customers")
    if made:
        ownership.settle(None, table="import_new_customers", why=values["title"])
    return made


def _count_served(cursor: Cursor[Any]) -> None:
    customers = [
        row[0]
        for row in cursor.execute(
            "SELECT DISTINCT customer_id FROM import_placed WHERE is_new AND customer_id IS NOT NULL"
        )
    ]
    if len(customers) > MANY_CUSTOMERS:
        rollups.rebuild_all()
    elif customers:
        rollups.customers_changed(customers)


def _result(cursor: Cursor[Any], numbers: dict[str, int]) -> Loaded:
    cursor.execute(
        "CREATE TEMP TABLE import_refused ON COMMIT DROP AS "
        "SELECT line, refusal AS reason FROM import_placed WHERE refusal IS NOT NULL"
    )
    row = cursor.execute(
        "SELECT count(*) FILTER (WHERE refusal IS NULL), count(*) FILTER (WHERE contact_id IS NOT NULL), "
        "count(*) FILTER (WHERE refusal IS NULL AND set_right), count(*) FILTER (WHERE refusal = %s) "
        "FROM import_placed",
        [SKIPPED],
    ).fetchone()
    assert row is not None
    imported, there, right, skipped = row
    numbers |= {"already there": there, "clocks set right": right, "skipped by mapping": skipped}
    return Loaded(imported, "import_refused", numbers)
