"""Who could take a contact at this instant: presence, capacity and skill of one person.

Pure. The services ask the same questions again under their locks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from customers.routing.snapshot import (
    CAPACITY,
    WEIGHTS,
    Contact,
    Person,
    Pod,
    Snapshot,
    instant_after,
    live,
    open_seconds,
    patience_seconds,
)
from teams.presence.rules import heard

type Number = int | str | bool | None
# Why nobody was free, told as a count: each obstacle of a person on shift belongs to one kind.
KINDS = {
    "other_activity": "elsewhere",
    "skill": "unskilled",
    "full": "full",
    "after_work": "full",
    "barred": "said_no",
    "break": "absent",
    "away": "absent",
    "offline": "absent",
    "no_heartbeat": "absent",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One test of the trace: what was asked about whom, the answer, and the numbers behind it."""

    name: str
    passed: bool
    numbers: dict[str, Number] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The step as it is stored and answered."""
        return {"name": self.name, "passed": self.passed, "numbers": self.numbers}


def present(person: Person, channel: str, clock: datetime) -> str | None:
    """Why this person is not there for a channel now, or None when present (free or not)."""
    if person.on_shift_until is None or person.on_shift_until <= clock:
        return "off_shift"
    if person.state not in ("available", "after_work"):
        return person.state
    if not heard(person.heartbeat_at, clock, live=live(channel)):
        return "no_heartbeat"
    return None


def has_room(person: Person, channel: str, extra: bool = False) -> bool:
    """Does one more contact of this channel fit? A call is exclusive among live contacts.

    Written items in hand rest while a call lasts. `extra` lets the same-person rule exceed by one.
    """
    if any(h.channel == "phone" for h in person.in_hand):
        return False
    if channel == "phone":
        return not any(live(h.channel) for h in person.in_hand)
    used = sum(WEIGHTS.get(h.channel, CAPACITY) for h in person.in_hand)
    most = CAPACITY + (WEIGHTS.get(channel, CAPACITY) if extra else 0)
    return used + WEIGHTS.get(channel, CAPACITY) <= most


def obstacle(
    person: Person, contact: Contact, clock: datetime, extra: bool = False
) -> tuple[str, dict[str, Number]] | None:
    """The first reason why this person cannot get this contact now, with numbers; None when free.

    The services ask this again under their locks.
    """
    away = present(person, contact.channel, clock)
    if away is not None:
        return away, {}
    if contact.channel not in person.channels:
        return "other_activity", {}
    if contact.skill is not None and contact.skill not in person.skills:
        return "skill", {"skill": contact.skill}
    until = dict(contact.barred).get(person.id)
    if until is not None and until > clock:
        return "barred", {"until": until.isoformat()}
    if person.state == "after_work":
        return "after_work", {}
    if not has_room(person, contact.channel, extra):
        return "full", {"in_hand": len(person.in_hand)}
    return None


def waited(contact: Contact, world: Snapshot, clock: datetime) -> int:
    """Opening seconds since arrival, on the home pod's clock for this channel."""
    pod = world.pods[contact.home]
    return open_seconds(pod.openings.get(contact.channel, ()), contact.arrived_at, clock)


def hold_until(contact: Contact, world: Snapshot, clock: datetime) -> datetime | None:
    """Until when a contact is kept for its usual person, None when it is not (rules 4 and 5).

    Only a person of the home pod, present, fit, and busy with an expected end inside the patience
    window is waited for; patience counts opening time from arrival and is part of the total wait.
    """
    person = next((p for p in world.people if p.id == contact.usual), None)
    if person is None or person.pod != contact.home:
        return None
    blocked = obstacle(person, contact, clock, contact.reopened and not live(contact.channel))
    if blocked is None or blocked[0] not in ("full", "after_work"):
        return None
    home = world.pods[contact.home]
    patience = patience_seconds(contact.channel, home.promises.get(contact.channel))
    windows = home.openings.get(contact.channel, ())
    limit = instant_after(windows, contact.arrived_at, patience)
    frees = _frees_at(person, contact.channel)
    if limit is None or limit <= clock or frees is None or frees > limit:
        return None
    # Somebody who runs over is still waited for, but never past the limit.
    return frees if frees > clock else limit


def best_of(people: list[Person], contact: Contact) -> Person:
    """Wished skills relax from the last to the first; then fewest in hand, longest idle, lowest id."""
    for count in range(len(contact.wished), 0, -1):
        fit = [p for p in people if set(contact.wished[:count]) <= p.skills]
        if fit:
            people = fit
            break
    return min(
        people,
        key=lambda p: (len(p.in_hand), p.idle_since is None, p.idle_since or contact.arrived_at, p.id),
    )


def somebody_there(contact: Contact, pod: int, world: Snapshot, clock: datetime) -> bool:
    """Is anybody of the pod present for the channel with the required skill, busy or free?"""
    return any(
        p.pod == pod
        and present(p, contact.channel, clock) is None
        and contact.channel in p.channels
        and (contact.skill is None or contact.skill in p.skills)
        for p in world.people
    )


def expected_wait(contact: Contact, home: Pod, world: Snapshot, clock: datetime) -> int | None:
    """Seconds until served at home: (ahead + 1) × usual handling time / people there; None: unknown."""
    there = sum(
        1
        for p in world.people
        if p.pod == home.id and present(p, contact.channel, clock) is None and contact.channel in p.channels
    )
    typical = home.typical.get(contact.channel)
    if not there or typical is None:
        return None
    ahead = sum(
        1
        for c in home.queue
        if c.channel == contact.channel and c.id != contact.id and c.arrived_at <= contact.arrived_at
    )
    return (ahead + home.more.get(contact.channel, 0) + 1) * typical // there


def _frees_at(person: Person, channel: str) -> datetime | None:
    """When room for this channel is expected: after the call, after all live ones, or after the first."""
    calls = [h.expected_end for h in person.in_hand if h.channel == "phone"]
    alive = [h.expected_end for h in person.in_hand if live(h.channel)]
    blocking = calls or (alive if channel == "phone" else [])
    if blocking:
        return None if None in blocking else max(end for end in blocking if end)
    return min((h.expected_end for h in person.in_hand if h.expected_end), default=None)
