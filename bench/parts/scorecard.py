"""Customers served at a million contacts: the rollup against COUNT(DISTINCT), equal and faster."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

from bench.harness import Bench, Figure, compare, median

AIM = "scorecard at 1 million contacts"
CONTACTS, PODS, CUSTOMERS, DAYS = 1_000_000, 100, 300_000, 182
RANGES = (("26 weeks", 182, None), ("a quarter", 91, 5.0), ("4 weeks", 28, None))
NAIVE = """SELECT home_pod_id, count(DISTINCT customer_id) FROM customers_contact
WHERE state = 'resolved' AND customer_id IS NOT NULL AND NOT automated AND business_day >= %s AND business_day < %s
GROUP BY home_pod_id"""


def run(bench: Bench) -> Iterator[Figure]:
    """Contacts written straight into the table, then counted from scratch by the rollup's own code."""
    bench.serve()
    bench.django()
    from customers.contacts import rollups
    from customers.contacts.rollup_models import Scope

    first = dt.date(2026, 1, 5)
    with bench.owner() as owner:
        _fill(owner, first)
        began = time.monotonic()
        rollups.rebuild_all()
        rollups.fold()
        yield Figure("rollup of everything, from nothing", time.monotonic() - began, "s")
        owner.execute("VACUUM ANALYZE")
        sizes = owner.execute("SELECT (SELECT count(*) FROM customers_servedcell), 0").fetchone()
        yield Figure("cells of the rollup", sizes[0] / CONTACTS * 100, "% of the contacts' rows")
        for name, days, aim in RANGES:
            end = first + dt.timedelta(days=DAYS)
            start = end - dt.timedelta(days=days)
            naive, truth = _timed(lambda s=start, e=end: dict(owner.execute(NAIVE, [s, e]).fetchall()))
            fast, found = _timed(lambda s=start, e=end: rollups.served(Scope.POD, s, e))
            yield Figure(f"{name}: pods that differ", sum(truth != found for _ in [0]), "", aim="0", met=truth == found)
            yield compare(f"{name}: counts of all pods a second", 1 / fast, 1 / naive, "a second", least=aim)


def _timed(work: Any, tries: int = 5) -> tuple[float, Any]:
    """Median seconds and the answer."""
    seconds = []
    for _try in range(tries):
        began = time.monotonic()
        answer = work()
        seconds.append(time.monotonic() - began)
    return median(seconds), answer


def _fill(owner: Any, first: dt.date) -> None:
    owner.execute("INSERT INTO teams_area (name, slug) VALUES ('Bench', 'bench')")
    owner.execute(
        """INSERT INTO teams_pod (name, slug, letters, category, area_id, zone, country, purpose, created_at)
        SELECT 'Pod ' || n, 'pod-' || n, 'Po', 1, (SELECT id FROM teams_area), 'Europe/Berlin', 'DE', '', now()
        FROM generate_series(1, %s) n""",
        [PODS],
    )
    with owner.transaction():
        owner.execute(
            """INSERT INTO customers_customer (source, external_id, name, email, phone, place, language, life_stage,
              created_at)
            SELECT 'bench', n::text, '', '', '', '', '', 'settled', now() FROM generate_series(1, %s) n""",
            [CUSTOMERS],
        )
        owner.execute(
            """INSERT INTO customers_ownership (customer_id, pod_id, period, why, created_at)
            SELECT c.id, p.id, '(,)'::tstzrange, '', now() FROM customers_customer c JOIN
            (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM teams_pod) p ON p.n = c.id %% %s""",
            [PODS],
        )
    # A customer's contacts fall on days of their own, as people call again after a while.
    owner.execute(
        """INSERT INTO customers_contact (channel, direction, state, customer_id, caller, subject, home_pod_id,
          by_default_rule, area_id, wished_skills, priority, skill_missing, arrived_at, closed_at, business_day,
          work_seconds, after_work_seconds, reopened_count, resolution, complaint, started_digitally, automated,
          source, imported, created_at)
        SELECT 'phone', 'in', 'resolved', o.customer_id, '', '', o.pod_id, false, (SELECT id FROM teams_area), '{}', 5,
          false, d.day + time '09:00', d.day + time '09:10', d.day, 300, 0, 0, '', false, false, false, 'bench', true,
          now()
        FROM (SELECT (random() * (%s - 1))::int + (SELECT min(id) FROM customers_customer) AS customer,
          %s::date + (random() * (%s - 1))::int AS day FROM generate_series(1, %s)) d
        JOIN customers_ownership o ON o.customer_id = d.customer""",
        [CUSTOMERS, first, DAYS, CONTACTS],
    )
    owner.execute("ANALYZE")
