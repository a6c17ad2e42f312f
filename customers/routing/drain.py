"""In which order a queue drains, and what one round over it decides (rule 24). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from heapq import heapify, heappop, heappush

from customers.routing.decision import Decision, decide
from customers.routing.eligibility import waited
from customers.routing.snapshot import Agreement, Contact, InHand, Person, Snapshot, live

NO_PROMISE = 10**9


def drain_order(waiting: Iterable[Contact], world: Snapshot, clock: datetime) -> list[Contact]:
    """Within a channel and priority oldest first; across channels least time left to the promise.

    Live channels come first when equal, then the lower id.
    """
    lanes: dict[str, list[Contact]] = {}
    for contact in sorted(waiting, key=lambda c: (c.priority, c.arrived_at, c.id), reverse=True):
        lanes.setdefault(contact.channel, []).append(contact)

    def head(channel: str) -> tuple[int, bool, int, str]:
        contact = lanes[channel][-1]
        return time_left(contact, world, clock), not live(channel), contact.id, channel

    heads = [head(channel) for channel in lanes]
    heapify(heads)
    order: list[Contact] = []
    while heads:
        channel = heappop(heads)[3]
        order.append(lanes[channel].pop())
        if lanes[channel]:
            heappush(heads, head(channel))
    return order


def time_left(contact: Contact, world: Snapshot, clock: datetime) -> int:
    """Seconds left to the promise of the home pod, below zero when broken, huge when nothing is promised."""
    home = world.pods[contact.home]
    if contact.channel in home.wall_clock:
        gone = int((clock - contact.arrived_at).total_seconds())
    else:
        gone = waited(contact, world, clock)
    return home.promises.get(contact.channel, NO_PROMISE) - gone


def applied(world: Snapshot, contact: Contact, decision: Decision) -> Snapshot:
    """The world after an offer was made: the person's hands, the caps, the queue."""
    if decision.outcome != "offer":
        return world
    hand = InHand(contact.id, contact.channel)
    people = tuple(_given(p, hand) if p.id == decision.person else p for p in world.people)
    out = decision.agreement is not None
    agreements = tuple(_used(a) if a.id == decision.agreement else a for a in world.agreements)
    home = world.pods[contact.home]
    queue = tuple(
        replace(c, offered_out=True) if out and c.id == contact.id else c
        for c in home.queue
        if out or c.id != contact.id
    )
    pods = {**world.pods, home.id: replace(home, queue=queue)}
    return replace(world, people=people, agreements=agreements, pods=pods)


def plan(
    waiting: Iterable[Contact], world: Snapshot, clock: datetime
) -> tuple[list[tuple[Contact, Decision]], Snapshot]:
    """One round: each waiting contact decided in drain order, each offer applied before the next."""
    answers: list[tuple[Contact, Decision]] = []
    for contact in drain_order(waiting, world, clock):
        decision = decide(contact, world, clock)
        answers.append((contact, decision))
        world = applied(world, contact, decision)
    return answers, world


def _given(person: Person, hand: InHand) -> Person:
    return replace(person, in_hand=(*person.in_hand, hand), idle_since=None)


def _used(a: Agreement) -> Agreement:
    return replace(a, used_once=a.used_once + 1, used_hour=a.used_hour + 1, used_day=a.used_day + 1)
