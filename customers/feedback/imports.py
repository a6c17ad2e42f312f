"""Answers that come with imported contacts: satisfaction as imported, "disputed" as a kind of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Cursor

# "Disputed" is no satisfaction and never mixes with it; a contact may carry one answer of each kind.
_GIVEN = """
    CREATE TEMP TABLE import_answers ON COMMIT DROP AS
    SELECT external_id, 'disputed' AS kind, NULL::int AS csat, NULL::int AS nps, disputed, '' AS comment
    FROM import_placed WHERE is_new AND disputed IS NOT NULL
    UNION ALL
    SELECT external_id, 'imported', csat::int, nps::int, NULL, coalesce(comment, '')
    FROM import_placed WHERE is_new AND (csat IS NOT NULL OR nps IS NOT NULL OR comment IS NOT NULL)
"""
_ANSWERS = """
    INSERT INTO customers_response
        (kind, contact_id, csat, nps, disputed, comment, may_contact, answered_at,
         home_pod_id, serving_pod_id, area_id, segment_id, day)
    SELECT kind, k.id, csat, nps, disputed, given.comment, false, k.closed_at,
           k.home_pod_id, k.serving_pod_id, k.area_id, k.segment_id, k.business_day
    FROM import_answers AS given
    JOIN customers_contact k ON k.source = %s AND k.external_id = given.external_id
    WHERE k.business_day IS NOT NULL
"""


def record_answers(cursor: Cursor[Any], source: str) -> dict[str, int]:
    """Write the answers of the rows just imported; runs inside the import's transaction.

    The answers are set apart and counted first: joined straight from the placed rows, PostgreSQL
    read all of those again for each contact when it took the few answers for none or many.
    """
    cursor.execute("DROP TABLE IF EXISTS import_answers")
    if not cursor.execute(_GIVEN).rowcount:
        return {"answers": 0}
    cursor.execute("CREATE INDEX ON import_answers (external_id)")
    cursor.execute("ANALYZE import_answers")
    return {"answers": cursor.execute(_ANSWERS, [source]).rowcount}
