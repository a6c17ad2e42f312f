"""A contact arrives and is answered at once: at most six round trips besides BEGIN and COMMIT.

1 the customer, the home pod, the usual person, the idempotency key and the agreements · 2 and 3
the roster · 4 the rest of the world · 5 the person locked and everything read again · 6 all rows
and the NOTIFY together.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from customers.contacts.models import Contact, ContactEvent
from customers.routing import snapshot
from customers.routing.batch import Statement, fetch, insert, tell
from customers.routing.decision import Decision
from customers.routing.services import alarms, placing
from customers.routing.world import read_world
from cxportal.core import periods
from cxportal.core.database import constraint_name
from cxportal.core.models import IdempotencyKey
from cxportal.core.violations import Invalid, Refused, Violation
from teams.audit.tracking import acting
from teams.people.models import User
from teams.pods.channels import Channel

FUTURE = dt.timedelta(seconds=5)
KEY_ONCE = "idempotency_key_once"
EXTERNAL_ONCE = "contact_external_id_once"

CONTEXT = """
WITH who AS (
    SELECT c.id, c.segment_id FROM customers_customer c
    WHERE c.id = %s OR (%s <> '' AND c.external_id = %s) ORDER BY c.id LIMIT 2
), home AS (
    SELECT o.pod_id, false AS by_default FROM customers_ownership o
    WHERE o.customer_id IN (SELECT id FROM who) AND o.period @> %s
    UNION ALL SELECT p.id, false FROM teams_pod p WHERE p.id = %s AND p.closed_at IS NULL
    UNION ALL SELECT r.pod_id, true FROM customers_ownershiprule r
    WHERE r.precedence = 5 AND r.state = 'active' AND r.period @> %s
    LIMIT 1
), usual AS (
    SELECT recent.person_id FROM (
        SELECT p.person_id, p.arrived_at FROM customers_contact p
        WHERE p.customer_id = (SELECT id FROM who LIMIT 1) AND p.person_id IS NOT NULL
        ORDER BY p.arrived_at DESC LIMIT 6
    ) recent GROUP BY recent.person_id ORDER BY count(*) DESC, max(recent.arrived_at) DESC LIMIT 1
)
SELECT (SELECT count(*) FROM who), (SELECT id FROM who LIMIT 1), (SELECT segment_id FROM who LIMIT 1),
       home.pod_id, home.by_default, pod.area_id, (SELECT person_id FROM usual),
       nextval(pg_get_serial_sequence('customers_contact', 'id')),
       EXISTS (SELECT 1 FROM teams_skill WHERE id = %s), EXISTS (SELECT 1 FROM customers_reason WHERE id = %s)
FROM (SELECT 1) one LEFT JOIN home ON true LEFT JOIN teams_pod pod ON pod.id = home.pod_id
"""
STORED = "SELECT body, body_digest FROM core_idempotencykey WHERE scope = %s AND key = %s"


@dataclass(frozen=True)
class Arrival:
    """What is known of a contact when it arrives. `pod_id` is the pod of the address that was written to,
    for customers whom nobody knows; `wished` are skill ids, the dearest first."""

    channel: str
    customer_id: int | None = None
    customer_number: str | None = None
    pod_id: int | None = None
    subject: str = ""
    caller: str = ""
    skill_id: int | None = None
    wished: tuple[int, ...] = ()
    priority: int = 5
    reason_id: int | None = None
    direction: str = "in"
    started_digitally: bool = False
    complaint: bool = False
    automated: bool = False
    source: str = ""
    external_id: str | None = None


@dataclass(frozen=True)
class Arrived:
    """The answer: the contact, where it stands and the routing decision; `stored` when it is a repeat."""

    contact_id: int
    state: str
    decision: dict[str, Any]
    stored: bool = False


@dataclass(frozen=True)
class _Context:
    customer: int | None
    segment: int | None
    home: int
    by_default: bool
    area: int
    usual: int | None
    ident: int


def arrive(
    *, by: User | None, arrival: Arrival, at: dt.datetime | None = None, key: str | None = None, scope: str = ""
) -> Arrived:
    """Take a contact in and decide at once who gets it.

    With `key` (in `scope`, the caller's token or person) a repeat with the same body gets the stored
    answer and a parallel duplicate has one effect; raises Invalid for the key with another body, for
    unknown values, Refused (`no_home`, `external_id_taken`, `busy`). Locks: the person to be asked.
    """
    clock = at or periods.now()
    digest = hashlib.sha256(json.dumps(asdict(arrival), sort_keys=True).encode()).digest()
    try:
        with transaction.atomic(), acting(by=by, service="arrive"):
            return _arrive(by, arrival, clock, key, scope, digest)
    except IntegrityError as error:
        broken = constraint_name(error)
        if broken == KEY_ONCE:
            # The same request was a moment faster: its answer is stored now.
            found = IdempotencyKey.objects.get(scope=scope, key=key)
            return _repeat(found.body, bytes(found.body_digest), digest)
        if broken == EXTERNAL_ONCE:
            raise Refused(_taken(arrival)) from error
        raise


def _taken(arrival: Arrival) -> Violation:
    known = Contact.objects.filter(source=arrival.source, external_id=arrival.external_id).first()
    words = _("A contact with the number %(number)s is known already.") % {"number": arrival.external_id}
    return Violation("external_id_taken", words, {"contact": known.pk if known else None})


def _repeat(body: dict[str, Any], stored: bytes, digest: bytes) -> Arrived:
    if stored != digest:
        raise Invalid({"Idempotency-Key": _("This key was used before with another body. Send a new key.")})
    return Arrived(body["contact"], body["state"], body["decision"], stored=True)


def _arrive(
    by: User | None, arrival: Arrival, clock: dt.datetime, key: str | None, scope: str, digest: bytes
) -> Arrived:
    _check(arrival, clock)
    number = arrival.customer_number or ""
    params = [arrival.customer_id, number, number, clock, arrival.pod_id, clock, arrival.skill_id, arrival.reason_id]
    context, stored = fetch((CONTEXT, params), (STORED, [scope, key or ""]))
    if key and stored:
        body, known = stored[0]
        return _repeat(json.loads(body) if isinstance(body, str) else body, bytes(known), digest)
    found = _understood(arrival, context[0])
    contact = snapshot.Contact(
        id=found.ident,
        channel=arrival.channel,
        arrived_at=clock,
        home=found.home,
        priority=arrival.priority,
        skill=arrival.skill_id,
        wished=arrival.wished,
        usual=found.usual,
    )
    if arrival.automated or arrival.direction == "out":
        decision, world = Decision("wait", (), why="unrouted"), None
    else:
        decision, world = placing.settled(contact, read_world([found.home], clock, new=contact), clock)
    state = "offered" if decision.outcome == "offer" else "waiting"
    answer = Arrived(found.ident, state, placing.as_json(decision))
    rows: list[Any] = [_contact(arrival, found, decision, state, clock), _event(by, found, clock)]
    if world is not None:
        rows.append(placing.decision_row(found.ident, decision, world, clock))
    if decision.outcome == "offer":
        rows += placing.offer_rows(found.ident, arrival.channel, decision, clock)
    if key:
        body = {"contact": found.ident, "state": state, "decision": answer.decision}
        rows.append(IdempotencyKey(scope=scope, key=key, body_digest=digest, status=201, body=body, created_at=clock))
    fetch(*insert(*rows), *_hands(decision), _told(found, decision))
    if decision.nobody_holds_skill and arrival.skill_id:
        alarms.nobody_holds_skill(contact_id=found.ident, pod_id=found.home, skill_id=arrival.skill_id)
    return answer


def _check(arrival: Arrival, clock: dt.datetime) -> None:
    wrong: dict[str, Any] = {}
    if arrival.channel not in Channel.values:
        wrong["channel"] = _("Unknown channel “%(channel)s”.") % {"channel": arrival.channel}
    if not 1 <= arrival.priority <= 9:
        wrong["priority"] = _("A priority lies between 1 (first) and 9.")
    if arrival.direction not in Contact.Direction.values:
        wrong["direction"] = _("A contact goes in or out.")
    if clock > periods.now() + FUTURE:
        wrong["at"] = _("A contact cannot arrive in the future.")
    if wrong:
        raise Invalid(wrong)


def _understood(arrival: Arrival, row: tuple[Any, ...]) -> _Context:
    count, customer, segment, home, by_default, area, usual, ident, skill, reason = row
    if count > 1:
        raise Invalid({"customer_number": _("Several customers have this number. Send the customer's id.")})
    if (arrival.customer_id or arrival.customer_number) and customer is None:
        raise Invalid({"customer": _("No customer has this number.")})
    if arrival.skill_id and not skill:
        raise Invalid({"skill": _("There is no such skill.")})
    if arrival.reason_id and not reason:
        raise Invalid({"reason": _("There is no such reason.")})
    if home is None:
        words = _("No pod owns this contact. Name a pod, or add an ownership rule for everybody else.")
        raise Refused(Violation("no_home", words))
    return _Context(customer, segment, home, bool(by_default), area, usual, ident)


def _contact(arrival: Arrival, found: _Context, decision: Decision, state: str, clock: dt.datetime) -> Contact:
    due = decision.due
    if decision.outcome == "offer":
        due = clock + dt.timedelta(seconds=snapshot.offer_seconds(arrival.channel))
    return Contact(
        pk=found.ident,
        channel=arrival.channel,
        direction=arrival.direction,
        state=state,
        state_since=clock,
        customer_id=found.customer,
        caller=arrival.caller[:120],
        subject=arrival.subject[:200],
        home_pod_id=found.home,
        by_default_rule=found.by_default,
        area_id=found.area,
        segment_id=found.segment,
        required_skill_id=arrival.skill_id,
        wished_skills=list(arrival.wished),
        priority=arrival.priority,
        due_at=due,
        skill_missing=decision.nobody_holds_skill,
        arrived_at=clock,
        reason_id=arrival.reason_id,
        complaint=arrival.complaint,
        started_digitally=arrival.started_digitally,
        automated=arrival.automated,
        source=arrival.source,
        external_id=arrival.external_id,
    )


def _event(by: User | None, found: _Context, clock: dt.datetime) -> ContactEvent:
    return ContactEvent(
        contact_id=found.ident,
        kind=ContactEvent.Kind.ARRIVED,
        at=clock,
        by=by,
        pod_id=found.home,
        data={"usual": found.usual} if found.usual else {},
    )


def _hands(decision: Decision) -> list[Statement]:
    if decision.outcome != "offer":
        return []
    return [("UPDATE teams_presence SET idle_since = NULL WHERE member_id = %s", [decision.person])]


def _told(found: _Context, decision: Decision) -> Statement:
    topics = [f"queue:{found.home}"]
    if decision.pod and decision.pod != found.home:
        topics.append(f"queue:{decision.pod}")
    if decision.person:
        topics.append(f"offers:{decision.person}")
    return tell(topics, "waiting", contact=found.ident)
