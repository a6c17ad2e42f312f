"""What is written down of an arrival, a decision and an offer: finished INSERTs, planned once a connection.

A parameter that several rows share travels once. An instant is when it happened; when we learned of
it is the last parameter of each.
"""

from __future__ import annotations

import datetime as dt
import json

from customers.routing.decision import Decision
from customers.routing.snapshot import Snapshot, digest, offer_seconds
from cxportal.core import periods
from cxportal.core.batch import Prepared, Statement

ARRIVED = Prepared(
    "arrived",
    """
WITH contact AS (
    INSERT INTO customers_contact (
        id, arrived_at, state_since, channel, direction, state,
        customer_id, caller, subject, home_pod_id,
        by_default_rule, area_id, segment_id, required_skill_id, wished_skills,
        priority, due_at, skill_missing, reason_id,
        complaint, started_digitally, automated, source, external_id,
        resolution, work_seconds, after_work_seconds, reopened_count, imported, created_at
    ) VALUES (
        $1, $2, $2, $3, $4, $5,
        $6, $7, $8, $9,
        $10, $11, $12, $13, $14,
        $15, $16, $17, $18,
        $19, $20, $21, $22, $23,
        '', 0, 0, 0, false, $26
    )
)
INSERT INTO customers_contactevent (contact_id, kind, at, by_id, pod_id, data, recorded_at)
VALUES ($1, 'arrived', $2, $24, $9, $25, $26)
""",
)
DECIDED = Prepared(
    "decided",
    """
INSERT INTO customers_routingdecision (
    contact_id, at, outcome, why, person_id, pod_id, agreement_id, due, opens_at, call_back, nobody_holds_skill,
    trace, inputs, digest
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
""",
)
OFFERED = Prepared(
    "offered",
    """
WITH offer AS (
    INSERT INTO customers_offer (contact_id, person_id, pod_id, agreement_id, state, made_at, until)
    VALUES ($1, $4, $5, $6, 'open', $2, $7)
), event AS (
    INSERT INTO customers_contactevent (contact_id, kind, at, pod_id, data, recorded_at)
    VALUES ($1, CASE WHEN $6 IS NULL THEN 'offered' ELSE 'overflowed' END, $2, $5, $8, $9)
), load AS (
    INSERT INTO customers_loadevent (person_id, contact_id, kind, channel, delta, at, recorded_at)
    VALUES ($4, $1, 'offered', $3, 1, $2, $9)
)
UPDATE teams_presence SET idle_since = NULL WHERE member_id = $4
""",
)


def decided(contact: int, decision: Decision, world: Snapshot, clock: dt.datetime) -> Statement:
    """The decision with its whole trace, the clock, the versions it was judged by and the digest of its world."""
    return DECIDED(
        contact,
        clock,
        decision.outcome,
        decision.why,
        decision.person,
        decision.pod,
        decision.agreement,
        decision.due,
        decision.opens_at,
        decision.call_back,
        decision.nobody_holds_skill,
        json.dumps([step.as_json() for step in decision.trace]),
        json.dumps(dict(world.versions)),
        digest(world),
    )


def offered(contact: int, channel: str, decision: Decision, clock: dt.datetime) -> Statement:
    """All that makes an offer: offer, event, load, and the person's hands that are empty no more.

    Raises ValueError for a decision that offers nothing. The person's presence row is locked by the caller.
    """
    if decision.person is None or decision.pod is None:
        raise ValueError("only a decision to offer makes an offer")
    until = clock + dt.timedelta(seconds=offer_seconds(channel))
    data = {"person": decision.person, "agreement": decision.agreement, "until": until.isoformat()}
    who = (decision.person, decision.pod, decision.agreement)
    return OFFERED(contact, clock, channel, *who, until, json.dumps(data), periods.now())
