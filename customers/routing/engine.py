"""The router: one process leads, wakes on NOTIFY and at the next due instant, and gives out what waits.

It holds no truth of its own. With two routers the second waits for the advisory lock; with none,
what waits keeps waiting and people take it by hand; the next round finds everything in the database.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Min
from django.db.models.functions import Coalesce

from customers.contacts.models import Contact
from customers.routing import services
from customers.routing.decision import decide
from customers.routing.drain import applied, drain_order
from customers.routing.models import Offer, OverflowAgreement, RoutingDecision
from customers.routing.services import placing
from customers.routing.snapshot import Contact as Waiting
from customers.routing.snapshot import Snapshot
from customers.routing.world import read_world
from cxportal.core import periods
from cxportal.core.violations import Refused
from teams.presence import services as presence
from teams.scheduling.models import Assignment

log = logging.getLogger(__name__)
LEADER = 0x6378  # first half of the advisory lock that the leading router holds
SWEEP = dt.timedelta(seconds=5)
SOON = dt.timedelta(seconds=0.5)
QUEUED = (Contact.State.WAITING, Contact.State.OFFERED)


def round(*, at: dt.datetime | None = None, pods: Collection[int] | None = None) -> int:
    """Lapse what was not answered, note who fell silent, offer what waits. Returns the acts done.

    `pods`: only the queues of these pods; None means all. Every act is a transaction of its own.
    """
    clock = at or periods.now()
    done = presence.note_silence(at=clock)
    done += sum(_unless_busy(services.lapse, by=None, contact_id=pk, at=clock) for pk in _over(clock))
    done += sum(_recall_stopped(clock))
    homes = _waiting_pods(pods)
    return done + (_give_out(homes, clock) if homes else 0)


def _over(clock: dt.datetime) -> list[int]:
    due = Offer.objects.filter(state=Offer.State.OPEN, until__lte=clock)
    return list(due.order_by("until", "pk").values_list("contact_id", flat=True))


def _recall_stopped(clock: dt.datetime) -> list[bool]:
    """Offers that are out under an agreement which stopped meanwhile (its own act recalls them at once)."""
    stopped = Offer.objects.filter(
        state=Offer.State.OPEN, agreement__state__in=[OverflowAgreement.State.PAUSED, OverflowAgreement.State.ENDED]
    )
    found = list(stopped.order_by("pk").values_list("contact_id", "agreement_id"))
    return [_unless_busy(services.recall, by=None, contact_id=c, agreement_id=a or 0, at=clock) for c, a in found]


def _unless_busy(act: Callable[..., bool], **about: Any) -> bool:
    """An act whose locks somebody holds too long is left for the next round; the others go on."""
    try:
        return act(**about)
    except Refused:
        log.info("contact %s was busy; it is looked at again", about["contact_id"])
        return False


def _waiting_pods(pods: Collection[int] | None) -> list[int]:
    rows = (
        Contact.objects.filter(state__in=QUEUED)
        .annotate(at_pod=Coalesce(F("serving_pod_id"), F("home_pod_id")))
        .values_list("at_pod", flat=True)
        .distinct()
    )
    return sorted(pod for pod in rows if pods is None or pod in pods)


def _give_out(homes: list[int], clock: dt.datetime) -> int:
    """Decide over all that waits in drain order on one snapshot; each offer asks again under its locks."""
    world = read_world(homes, clock)
    waiting = [c for pod in homes for c in world.pods[pod].queue]
    known = _last_decisions([c.id for c in waiting])
    done = 0
    for contact in drain_order(waiting, world, clock):
        decision = decide(contact, world, clock)
        if decision.outcome != "offer" and known.get(contact.id) == (decision.outcome, decision.why, decision.due):
            continue
        try:
            outcome = services.offer(by=None, contact_id=contact.id, at=clock)
        except Refused:
            log.info("contact %s was busy; it is looked at again", contact.id)
            continue
        if outcome == "offer":
            done += 1
            world = _offered(world, contact, clock)
    return done


def _offered(world: Snapshot, contact: Waiting, clock: dt.datetime) -> Snapshot:
    """The world with the offer that was really made: under the locks it may have gone to somebody else."""
    decision = decide(contact, world, clock)
    made = Offer.objects.filter(contact_id=contact.id, state=Offer.State.OPEN).first()
    if made is None or made.person_id != decision.person:
        return read_world(sorted({c.home for p in world.pods.values() for c in p.queue} | {contact.home}), clock)
    return applied(world, contact, decision)


def _last_decisions(ids: list[int]) -> dict[int, tuple[str, str, dt.datetime | None]]:
    rows = (
        RoutingDecision.objects.filter(contact_id__in=ids)
        .order_by("contact_id", "-at", "-pk")
        .distinct("contact_id")
        .values_list("contact_id", "outcome", "why", "due")
    )
    return {contact: (outcome, why, due) for contact, outcome, why, due in rows}


def next_due(clock: dt.datetime) -> dt.datetime:
    """When to look again without being woken: an offer's end, a contact's due instant, a shift's start
    or end, at the latest the next sweep (a missed sign of life shows there)."""
    offers = Offer.objects.filter(state=Offer.State.OPEN).aggregate(m=Min("until"))["m"]
    due = Contact.objects.filter(state__in=QUEUED, due_at__gt=clock).aggregate(m=Min("due_at"))["m"]
    shifts = Assignment.objects.filter(period__startswith__gt=clock, period__startswith__lt=clock + SWEEP)
    starts = shifts.aggregate(m=Min("period__startswith"))["m"]
    known: list[dt.datetime] = [instant for instant in (offers, due, starts) if instant is not None]
    return min([*known, clock + SWEEP])


@dataclass(frozen=True)
class News:
    """What a NOTIFY means for the router: look at the queues of these pods (None: all), at once or soon."""

    pods: frozenset[int] | None
    at_once: bool = True


def news(payload: str) -> News:
    """Which queues a NOTIFY is about: none of them (empty), some, or all (None: presence changed).

    What was offered at home a moment ago leaves nothing to do. What was decided to wait, or went out
    to a partner, was decided under the locks too; it is looked at again soon in case somebody came
    free between its reading and its commit, and a burst of arrivals shares that look.
    """
    try:
        note = json.loads(payload)
        topics, settled = note.get("t", []), note.get("i", {}).get("settled")
    except (ValueError, AttributeError):
        return News(frozenset())
    if "presence" in topics or "overflow" in topics:
        return News(None)
    if settled == placing.OFFERED:
        return News(frozenset())
    named = (t.split(":")[1] for t in topics if t.startswith("queue:"))
    return News(frozenset(int(pod) for pod in named if pod.isdigit()), at_once=settled is None)


def try_to_lead(listener: BaseDatabaseWrapper) -> bool:
    """Become the leader for as long as this database session lives."""
    with listener.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LEADER, 1])
        row = cursor.fetchone()
    return bool(row and row[0])
