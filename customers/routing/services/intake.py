"""A contact arrives and is answered at once: at most three round trips besides BEGIN and COMMIT.

1 the customer, the home pod, the usual person, the idempotency key and the world around that pod ·
2 the person locked and everything about people read again · 3 all rows and the NOTIFY together.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from customers.contacts.models import Contact
from customers.routing import records, snapshot
from customers.routing.decision import Decision
from customers.routing.services import alarms, placing
from customers.routing.world import world_from, world_statements
from cxportal.core import periods
from cxportal.core.batch import Prepared, Statement, Written, fetch, insert
from cxportal.core.database import constraint_name
from cxportal.core.models import IdempotencyKey
from cxportal.core.realtime import telling
from cxportal.core.violations import Invalid, Refused, Violation, busy
from teams.audit.tracking import acting
from teams.people.models import User
from teams.pods.channels import Channel

FUTURE = dt.timedelta(seconds=5)
KEY_ONCE = "idempotency_key_once"
EXTERNAL_ONCE = "contact_external_id_once"

# The home pod is left where the statements behind it in the same trip find it. Those are planned for any pod:
# the queue's planning alone would take as long as all of them run.
CONTEXT = Prepared(
    "context",
    """
WITH who AS (
    SELECT c.id, c.segment_id FROM customers_customer c WHERE c.id = $1::bigint
    UNION
    SELECT c.id, c.segment_id FROM customers_customer c WHERE $2::text <> '' AND c.external_id = $2
    ORDER BY id LIMIT 2
), home AS (
    SELECT o.pod_id, false AS by_default FROM customers_ownership o
    WHERE o.customer_id IN (SELECT id FROM who) AND o.period @> $3::timestamptz
    UNION ALL SELECT p.id, false FROM teams_pod p WHERE p.id = $4::bigint AND p.closed_at IS NULL
    UNION ALL SELECT r.pod_id, true FROM customers_ownershiprule r
    WHERE r.precedence = 5 AND r.state = 'active' AND r.period @> $3
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
       EXISTS (SELECT 1 FROM teams_skill WHERE id = $5::bigint),
       EXISTS (SELECT 1 FROM customers_reason WHERE id = $6::bigint),
       set_config('cxportal.home', coalesce(home.pod_id::text, ''), true),
       set_config('plan_cache_mode', 'force_generic_plan', true)
FROM (SELECT 1) one LEFT JOIN home ON true LEFT JOIN teams_pod pod ON pod.id = home.pod_id
""",
)
HOME = Written("ARRAY[nullif(current_setting('cxportal.home'), '')::bigint]")
# Holds the ownership by which was decided until the contact is stored with it: who moves the customer meanwhile
# waits for that, and whose move was stored already leaves no such row.
OWNED = Prepared(
    "owned",
    """
SELECT 1 FROM customers_ownership
WHERE customer_id = $1::bigint AND pod_id = $2::bigint AND period @> $3::timestamptz FOR SHARE
""",
)
ATTEMPTS = 3
STORED = Prepared("stored", "SELECT body, body_digest FROM core_idempotencykey WHERE scope = $1 AND key = $2::text")


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


class _Moved(Exception):
    """The customer was given to another pod between the look and the writing."""


def arrive(
    *, by: User | None, arrival: Arrival, at: dt.datetime | None = None, key: str | None = None, scope: str = ""
) -> Arrived:
    """Take a contact in and decide at once who gets it.

    With `key` (in `scope`, the caller's token or person) a repeat with the same body gets the stored
    answer and a parallel duplicate has one effect; raises Invalid for the key with another body, for
    unknown values, Refused (`no_home`, `external_id_taken`, `busy`). A customer who is moved meanwhile
    is looked up again: the pod has it that owns them when it is stored. Locks: the person to be asked,
    then the customer's ownership, shared.
    """
    _check(arrival, at or periods.now())
    for _attempt in range(ATTEMPTS):
        try:
            return _taken_in(by, arrival, at, key, scope)
        except _Moved:
            continue
    raise busy()


def _taken_in(by: User | None, arrival: Arrival, at: dt.datetime | None, key: str | None, scope: str) -> Arrived:
    """One attempt of `arrive`. Raises _Moved when the customer has another pod by the time of writing."""
    clock = at or periods.now()
    digest = _digest(arrival, at)
    # Nothing is locked while this is read, so the transaction begins after it.
    context, stored, *world = fetch(*_reading(arrival, clock, key, scope))
    if stored:
        body, known = stored[0]
        return _repeat(json.loads(body) if isinstance(body, str) else body, bytes(known), digest)
    found = _understood(arrival, context[0])
    try:
        with transaction.atomic(), acting(by=by, service="arrive"):
            decision, judged = _decided(arrival, found, world, clock)
            answer = Arrived(found.ident, _state(decision), placing.as_json(decision))
            writing = _writing(by, arrival, found, decision, judged, clock)
            if key:
                writing += insert(_remembered(answer, key, scope, digest, clock))
            owned, *_written = fetch(
                OWNED(found.customer, found.home, at or periods.now()), *writing, _told(found, decision)
            )
            if found.customer is not None and not owned:
                raise _Moved
            if decision.nobody_holds_skill and arrival.skill_id:
                alarms.nobody_holds_skill(contact_id=found.ident, pod_id=found.home, skill_id=arrival.skill_id)
            return answer
    except IntegrityError as error:
        broken = constraint_name(error)
        if broken == KEY_ONCE:
            # The same request was a moment faster: its answer is stored now.
            first = IdempotencyKey.objects.get(scope=scope, key=key)
            return _repeat(first.body, bytes(first.body_digest), digest)
        if broken == EXTERNAL_ONCE:
            raise Refused(_taken(arrival)) from error
        raise


def _digest(arrival: Arrival, at: dt.datetime | None) -> bytes:
    body = asdict(arrival) | ({"at": at.isoformat()} if at else {})
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest()


def _taken(arrival: Arrival) -> Violation:
    known = Contact.objects.filter(source=arrival.source, external_id=arrival.external_id).first()
    words = _("A contact with the number %(number)s is known already.") % {"number": arrival.external_id}
    return Violation("external_id_taken", words, {"contact": known.pk if known else None})


def _repeat(body: dict[str, Any], stored: bytes, digest: bytes) -> Arrived:
    if stored != digest:
        raise Invalid({"Idempotency-Key": _("This key was used before with another body. Send a new key.")})
    return Arrived(body["contact"], body["state"], body["decision"], stored=True)


def _reading(arrival: Arrival, clock: dt.datetime, key: str | None, scope: str) -> list[Statement]:
    """All that is read before anything is locked, in one trip."""
    who = (arrival.customer_id, arrival.customer_number or "", clock, arrival.pod_id)
    reading = [CONTEXT(*who, arrival.skill_id, arrival.reason_id), STORED(scope, key)]
    if _routed(arrival):
        reading += world_statements(HOME, clock, channel=arrival.channel, skill=arrival.skill_id)
    return reading


def _routed(arrival: Arrival) -> bool:
    return not arrival.automated and arrival.direction == "in"


def _decided(
    arrival: Arrival, found: _Context, world: list[list[tuple[Any, ...]]], clock: dt.datetime
) -> tuple[Decision, snapshot.Snapshot | None]:
    """The answer that holds under the locks, and the world by which it was judged."""
    if not _routed(arrival):
        return Decision("wait", (), why="unrouted"), None
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
    return placing.settled(contact, world_from(world, clock, new=contact), clock)


def _state(decision: Decision) -> str:
    return "offered" if decision.outcome == "offer" else "waiting"


def _writing(
    by: User | None,
    arrival: Arrival,
    found: _Context,
    decision: Decision,
    world: snapshot.Snapshot | None,
    clock: dt.datetime,
) -> list[Statement]:
    """Everything that is stored of the arrival."""
    writing = [_arrived(by, arrival, found, decision, clock)]
    if world is not None:
        writing.append(records.decided(found.ident, decision, world, clock))
    if decision.outcome == "offer":
        writing.append(records.offered(found.ident, arrival.channel, decision, clock))
    return writing


def _remembered(answer: Arrived, key: str, scope: str, digest: bytes, clock: dt.datetime) -> IdempotencyKey:
    body = {"contact": answer.contact_id, "state": answer.state, "decision": answer.decision}
    return IdempotencyKey(scope=scope, key=key, body_digest=digest, status=201, body=body, created_at=clock)


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
    count, customer, segment, home, by_default, area, usual, ident, skill, reason, *_settings = row
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


def _arrived(by: User | None, arrival: Arrival, found: _Context, decision: Decision, clock: dt.datetime) -> Statement:
    """The contact and the event of its arrival; a line for each line of the statement."""
    due = decision.due
    if decision.outcome == "offer":
        due = clock + dt.timedelta(seconds=snapshot.offer_seconds(arrival.channel))
    usual = {"usual": found.usual} if found.usual else {}
    a = arrival
    return records.ARRIVED(
        *(found.ident, clock, a.channel, a.direction, _state(decision)),
        *(found.customer, a.caller[:120], a.subject[:200], found.home),
        *(found.by_default, found.area, found.segment, a.skill_id, list(a.wished)),
        *(a.priority, due, decision.nobody_holds_skill, a.reason_id),
        *(a.complaint, a.started_digitally, a.automated, a.source, a.external_id),
        *(by.pk if by else None, json.dumps(usual), periods.now()),
    )


def _told(found: _Context, decision: Decision) -> Statement:
    topics = [f"queue:{found.home}"]
    if decision.pod and decision.pod != found.home:
        topics.append(f"queue:{decision.pod}")
    if decision.person:
        topics.append(f"offers:{decision.person}")
    return telling((topics, "waiting", {"contact": found.ident, "settled": placing.settled_as(decision)}))
