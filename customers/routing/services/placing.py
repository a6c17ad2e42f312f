"""Deciding under locks: the answer of `decide` is only acted on when it still holds once the person is locked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Set
from dataclasses import replace
from typing import Any

from customers.routing.decision import Decision, decide
from customers.routing.snapshot import Contact, Snapshot
from customers.routing.world import (
    agreements_from,
    agreements_statement,
    in_hand_statement,
    presence_statement,
    refreshed,
)
from cxportal.core.batch import Prepared, fetch
from cxportal.core.database import LockClass

ATTEMPTS = 3
LOCK_PERSON = Prepared("lock_person", "SELECT member_id FROM teams_presence WHERE member_id = $1::bigint FOR UPDATE")
TRY_PERSON = Prepared(
    "try_person", "SELECT member_id FROM teams_presence WHERE member_id = $1::bigint FOR UPDATE SKIP LOCKED"
)
# Helpers are lent out one after the other, so that two cannot both see the last one above the reserve.
LOCK_PARTNER = Prepared("lock_partner", "SELECT pg_advisory_xact_lock($1::int, $2::int)")
TRY_PARTNER = Prepared("try_partner", "SELECT 1 WHERE pg_try_advisory_xact_lock($1::int, $2::int)")


def settled(
    contact: Contact, world: Snapshot, clock: dt.datetime, *, patient: bool = True
) -> tuple[Decision, Snapshot]:
    """Decide, lock the person, read again, decide again: until the answer is the same under its locks.

    Takes the person's presence row and, for overflow, the partner's lending lock; the contact row
    is the caller's. One trip an attempt. When the third attempt still finds another answer the
    contact waits a second and the router looks again. Not ``patient``: the caller holds a person
    already, so that nobody is waited for.
    """
    decision = decide(contact, world, clock)
    locked: set[tuple[int | None, int | None]] = set()
    for _ in range(ATTEMPTS):
        key = (decision.person, decision.pod if decision.agreement else None)
        if decision.outcome != "offer" or key in locked:
            return decision, world
        fresh = _locked(contact, decision, world, clock, wait=patient and not locked, lent={pod for _, pod in locked})
        if fresh is None:
            break
        locked.add(key)
        world = fresh
        decision = decide(contact, world, clock)
    if decision.outcome == "offer":
        soon = clock + dt.timedelta(seconds=1)
        decision = replace(decision, outcome="wait", person=None, pod=None, agreement=None, due=soon, why="busy")
    return decision, world


def _locked(
    contact: Contact, decision: Decision, world: Snapshot, clock: dt.datetime, *, wait: bool, lent: Set[int | None]
) -> Snapshot | None:
    """The world read again with the person locked; None when somebody else holds that person just now.

    Only the first person and the first partner (none is ``lent`` yet) are waited for: waiting with
    one locked already could end in a circle.
    """
    people = [p.id for p in world.people]
    statements = [(LOCK_PERSON if wait else TRY_PERSON)(decision.person)]
    if decision.agreement is not None:
        lending = LOCK_PARTNER if lent <= {None, decision.pod} else TRY_PARTNER
        statements.append(lending(int(LockClass.AGREEMENT), decision.pod))
        statements.append(agreements_statement([contact.home], clock))
    statements += [presence_statement(people), in_hand_statement(people)]
    rows = fetch(*statements)
    if not rows[0] or (decision.agreement is not None and not rows[1]):
        return None
    agreements = world.agreements
    if decision.agreement is not None:
        others = tuple(a for a in agreements if a.home != contact.home)
        agreements = (*others, *agreements_from(rows[2], clock))
    return refreshed(world, rows[-2], rows[-1], agreements, clock)


# What a NOTIFY says of a contact that was decided over a moment ago, for the router (`engine.news`).
OFFERED = "offered"  # at home: nothing is left to do
DECIDED = "decided"  # it waits, or home may still take it back from the partner


def settled_as(decision: Decision) -> str:
    """What the router has to know about a contact for which this was decided under the locks."""
    return OFFERED if decision.outcome == "offer" and decision.agreement is None else DECIDED


def as_json(decision: Decision) -> dict[str, Any]:
    """The decision as the API answers it."""
    return {
        "outcome": decision.outcome,
        "why": decision.why,
        "person": decision.person,
        "pod": decision.pod,
        "agreement": decision.agreement,
        "due": decision.due.isoformat() if decision.due else None,
        "opens_at": decision.opens_at.isoformat() if decision.opens_at else None,
        "call_back": decision.call_back,
        "nobody_holds_skill": decision.nobody_holds_skill,
        "trace": [step.as_json() for step in decision.trace],
    }
