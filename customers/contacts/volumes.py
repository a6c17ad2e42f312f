"""How many contacts people closed, by the pod that owned the customer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection

from customers.contacts.models import Contact
from customers.contacts.rollup_models import Scope
from teams.pods.channels import HUMAN

_CLOSED = """
    SELECT home_pod_id, area_id, count(*) FROM {table}
    WHERE state = 'resolved' AND NOT automated AND channel = ANY(%(human)s)
      AND business_day >= %(start)s AND business_day < %(end)s
      AND (%(segment)s::bigint IS NULL OR segment_id = %(segment)s)
    GROUP BY home_pod_id, area_id
"""


def closed_by_people(start: dt.date, end: dt.date, segment_id: int | None = None) -> dict[Scope, dict[int, int]]:
    """Contacts that a person closed on the business days [start, end), by pod, area and company (id 0). One query.

    Contacts of unknown customers count here, unlike in customers served; a reopened contact counts
    once, on its last closing.
    """
    found: dict[Scope, dict[int, int]] = {Scope.POD: {}, Scope.AREA: {}, Scope.COMPANY: {}}
    values: dict[str, Any] = {"human": sorted(HUMAN), "start": start, "end": end, "segment": segment_id}
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED.format(table=Contact._meta.db_table), values)
        for pod, area, n in cursor.fetchall():
            for scope, scope_id in ((Scope.POD, pod), (Scope.AREA, area), (Scope.COMPANY, 0)):
                found[scope][scope_id] = found[scope].get(scope_id, 0) + n
    return found
