"""Takes mapped facts into customers, in sets: new ones are owned from ever, known ones are brought up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.text import slugify

from customers.directory import ownership
from customers.directory.models import Region, Segment
from customers.directory.services import hold_rules
from cxportal.core import periods
from cxportal.core.mapped_sql import SKIPPED
from cxportal.core.mapping import FileMapping
from cxportal.core.staging import Loaded

if TYPE_CHECKING:
    from psycopg import Cursor

_CHECKED = """
    CREATE TEMP TABLE import_checked ON COMMIT DROP AS
    WITH judged AS (
        SELECT f.*, CASE
            WHEN skipped THEN %(skipped)s
            WHEN fault IS NOT NULL THEN fault
            WHEN length(external_id) > 120 THEN 'the number is longer than 120 letters'
            WHEN greatest(length(name), length(place)) > 160 THEN 'a name or place is longer than 160 letters'
            WHEN length(email) > 254 OR email !~ '^[^@[:space:]]+@[^@[:space:]]+$'
                THEN 'email: "' || left(email, 254) || '" is none'
            WHEN length(phone) > 40 THEN 'the phone number is longer than 40 letters'
            WHEN length(language) > 12 THEN 'the language is longer than 12 letters'
            WHEN greatest(length(region), length(segment), length(home_pod)) > 80
                THEN 'a name is longer than 80 letters'
            END AS reason1
        FROM {facts} f
    )
    SELECT j.*, CASE WHEN reason1 IS NOT NULL THEN reason1
                WHEN min(line) OVER (PARTITION BY external_id, reason1 IS NULL) < line
                THEN 'has the same number as line ' || min(line) OVER (PARTITION BY external_id, reason1 IS NULL)
                END AS reason2
    FROM judged j
"""

_PLACED = """
    CREATE TEMP TABLE import_placed ON COMMIT DROP AS
    SELECT c.*, r.id AS region_id, s.id AS segment_id, p.id AS pod_id, x.id AS customer_id,
           coalesce(c.reason2, CASE
               WHEN c.region IS NOT NULL AND r.id IS NULL THEN 'unknown region "' || c.region || '"'
               WHEN c.segment IS NOT NULL AND s.id IS NULL THEN 'unknown segment "' || c.segment || '"'
               WHEN c.home_pod IS NOT NULL AND p.id IS NULL THEN 'unknown pod "' || c.home_pod || '"'
               WHEN p.closed_at <= now() THEN 'pod "' || c.home_pod || '" is closed'
               WHEN p.id IS NOT NULL AND p.opens_at IS NULL THEN 'pod "' || c.home_pod || '" has not opened'
               WHEN p.id IS NULL AND NOT EXISTS (
                   SELECT 1 FROM customers_ownershiprule o WHERE o.state = 'active' AND o.period @> now()
                   AND (o.precedence = 5 OR o.precedence = 4 AND o.segment_id = s.id
                        OR o.precedence = 3 AND o.region_id = r.id
                        OR o.precedence = 2 AND o.region_id = r.id AND o.segment_id = s.id))
                   THEN 'no rule says which pod owns it'
               END) AS refusal
    FROM import_checked c
    LEFT JOIN customers_region r ON r.name = c.region
    LEFT JOIN customers_segment s ON s.name = c.segment
    LEFT JOIN LATERAL (SELECT * FROM teams_pod p WHERE lower(p.name) = lower(c.home_pod) OR p.slug = c.home_pod
                       ORDER BY p.id LIMIT 1) p ON true
    LEFT JOIN customers_customer x ON x.source = %(source)s AND x.external_id = c.external_id AND c.reason2 IS NULL
"""

# Only what the file tells replaces what is known; a changed place or kind may change the owner from now on.
_CHANGED = """
    CREATE TEMP TABLE import_changed ON COMMIT DROP AS
    WITH done AS (
        UPDATE customers_customer x SET
            name = coalesce(c.name, x.name), email = coalesce(c.email, x.email), phone = coalesce(c.phone, x.phone),
            place = coalesce(c.place, x.place), language = coalesce(c.language, x.language),
            region_id = coalesce(c.region_id, x.region_id), segment_id = coalesce(c.segment_id, x.segment_id),
            life_stage = coalesce(c.life_stage, x.life_stage), since = coalesce(c.since, x.since)
        FROM import_placed c
        WHERE c.refusal IS NULL AND x.id = c.customer_id
          AND (coalesce(c.name, x.name), coalesce(c.email, x.email), coalesce(c.phone, x.phone),
               coalesce(c.place, x.place), coalesce(c.language, x.language), coalesce(c.region_id, x.region_id),
               coalesce(c.segment_id, x.segment_id), coalesce(c.life_stage, x.life_stage), coalesce(c.since, x.since))
              IS DISTINCT FROM
              (x.name, x.email, x.phone, x.place, x.language, x.region_id, x.segment_id, x.life_stage, x.since)
        RETURNING x.id)
    SELECT id FROM done
"""

_NEW = """
    CREATE TEMP TABLE import_new_customers ON COMMIT DROP AS
    WITH made AS (
        INSERT INTO customers_customer
            (source, external_id, name, email, phone, place, language, region_id, segment_id, life_stage, since,
             created_at)
        SELECT %(source)s, external_id, coalesce(name, ''), coalesce(email, ''), coalesce(phone, ''),
               coalesce(place, ''), coalesce(language, ''), region_id, segment_id,
               coalesce(life_stage, 'settled'), since, now()
        FROM import_placed WHERE refusal IS NULL AND customer_id IS NULL ORDER BY line
        RETURNING id, external_id)
    SELECT m.id, c.pod_id FROM made m JOIN import_placed c ON c.external_id = m.external_id AND c.refusal IS NULL
"""

_NAMED = """
    INSERT INTO customers_ownershiprule (precedence, customer_id, pod_id, period, state, note, created_at)
    SELECT 1, id, pod_id, tstzrange(NULL, NULL), 'active', %(title)s, now()
    FROM import_new_customers WHERE pod_id IS NOT NULL
"""

# What the rules give today counts as from ever for somebody who was unknown until today.
_FROM_EVER = """
    UPDATE customers_ownership o SET period = tstzrange(NULL, upper(o.period))
    FROM (SELECT DISTINCT ON (w.customer_id) w.id FROM customers_ownership w
          JOIN import_new_customers n ON n.id = w.customer_id ORDER BY w.customer_id, w.period) AS first
    WHERE o.id = first.id AND lower(o.period) IS NOT NULL
"""


def load(cursor: Cursor[Any], mapping: FileMapping, facts: str) -> Loaded:
    """Take the facts into customers inside the caller's transaction. Holds the ownership rules alone."""
    title = (mapping.title or mapping.source)[:200]
    values = {"source": mapping.source, "title": title, "skipped": SKIPPED}
    cursor.execute(_CHECKED.replace("{facts}", facts), values)
    cursor.execute("CREATE INDEX ON import_checked (external_id); ANALYZE import_checked")
    hold_rules(alone=True)
    numbers: dict[str, int] = {}
    if mapping.create.get("regions"):
        numbers["regions"] = _named(cursor, Region, "region")
    if mapping.create.get("segments"):
        numbers["segments"] = _named(cursor, Segment, "segment")
    cursor.execute(_PLACED, values)
    cursor.execute("CREATE INDEX ON import_placed (external_id); ANALYZE import_placed")
    cursor.execute(_CHANGED, values)
    changed = cursor.execute("SELECT count(*) FROM import_changed").fetchone()
    if changed and changed[0]:
        ownership.settle(periods.now(), table="import_changed", why=title)
    cursor.execute(_NEW, values)
    if mapping.options["home"] == "row":
        cursor.execute(_NAMED, values)
    cursor.execute("ANALYZE import_new_customers")
    ownership.settle(periods.now(), table="import_new_customers", why=title)
    cursor.execute(_FROM_EVER)
    return _result(cursor, numbers | {"changed": changed[0] if changed else 0})


def _named(cursor: Cursor[Any], model: type[Region] | type[Segment], column: str) -> int:
    """Make the regions or segments that the good rows name and the portal lacks; how many."""
    rows = cursor.execute(
        f"SELECT DISTINCT {column} FROM import_checked WHERE reason2 IS NULL AND {column} IS NOT NULL ORDER BY 1"  # noqa: S608
    ).fetchall()
    known = set(model.objects.values_list("name", flat=True))
    new = [name for (name,) in rows if name not in known]
    for name in new:
        manager: Any = model.objects
        manager.create(name=name, code=free_code(name, set(manager.values_list("code", flat=True)), 40))
    return len(new)


def free_code(name: str, taken: set[str], longest: int) -> str:
    """A short name that is free: the slug, with a number when two names share it; added to ``taken``."""
    base = slugify(name)[: longest - 5] or "x"
    code, number = base, 2
    while code in taken:
        code, number = f"{base}-{number}", number + 1
    taken.add(code)
    return code


def _result(cursor: Cursor[Any], numbers: dict[str, int]) -> Loaded:
    cursor.execute(
        "CREATE TEMP TABLE import_refused ON COMMIT DROP AS "
        "SELECT line, refusal AS reason FROM import_placed WHERE refusal IS NOT NULL"
    )
    row = cursor.execute(
        "SELECT count(*) FILTER (WHERE refusal IS NULL), "
        "count(*) FILTER (WHERE refusal IS NULL AND customer_id IS NULL), "
        "count(*) FILTER (WHERE customer_id IS NOT NULL), count(*) FILTER (WHERE refusal = %s) FROM import_placed",
        [SKIPPED],
    ).fetchone()
    assert row is not None
    imported, new, there, skipped = row
    return Loaded(
        imported,
        "import_refused",
        numbers | {"new": new, "already there": there, "skipped by mapping": skipped},
    )
