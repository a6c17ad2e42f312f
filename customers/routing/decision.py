"""Who gets this contact? One pure function of a contact, a snapshot of the world and a clock.

Order (routing rule 4): the person who knows the customer, bounded by patience → the home pod
(fewest in hand, then longest idle, then lowest id) → wait at home → partners in agreed order →
queue at home with the next opening. Every test that was made stands in the trace, passed or not.
Intake, the router, a person's take, simulation and replay all call `decide`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from customers.routing.eligibility import KINDS, Number, Step, best_of, hold_until, obstacle, somebody_there, waited
from customers.routing.overflow import partner_tests
from customers.routing.snapshot import Contact, Person, Pod, Snapshot, live, next_start, open_at

Outcome = Literal["offer", "wait", "queue"]


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one contact. `due`: when time alone may change it; None: only an event can.

    outcome offer: `person` at `pod`, by `agreement` when a partner helps. wait: at home until `due`.
    queue: at home, nobody serves now; `opens_at` is the next opening, `call_back` an offer to ring back.
    """

    outcome: Outcome
    trace: tuple[Step, ...]
    person: int | None = None
    pod: int | None = None
    agreement: int | None = None
    due: datetime | None = None
    opens_at: datetime | None = None
    call_back: bool = False
    nobody_holds_skill: bool = False
    why: str = ""  # usual | home | partner | held | ahead | busy | closed | nobody


def decide(contact: Contact, world: Snapshot, clock: datetime) -> Decision:
    """Who gets this contact now, or until when it waits, with every test that was made.

    Precondition: `world` holds the contact's home pod, the people on its roster, the usual person,
    and each partner of the home pod's agreements with its people.
    """
    home = world.pods[contact.home]
    trace: list[Step] = [
        Step("home", True, {"pod": home.id, "waited": waited(contact, world, clock)}),
    ]
    unheld = contact.skill is not None and contact.skill not in world.held
    if unheld:
        trace.append(Step("skill_held", False, {"skill": contact.skill}))
    dues: list[datetime] = [until for _, until in contact.barred if until > clock]
    answer = (
        _usual(contact, world, clock, trace, dues)
        or _at_home(contact, world, clock, trace, dues)
        or _partners(contact, world, clock, trace, dues)
        or _stay(contact, home, world, clock, trace, dues)
    )
    return replace(answer, trace=tuple(trace), nobody_holds_skill=unheld)


def _usual(
    contact: Contact, world: Snapshot, clock: datetime, trace: list[Step], dues: list[datetime]
) -> Decision | None:
    if contact.usual is None:
        return None
    person = next((p for p in world.people if p.id == contact.usual), None)
    if person is None or person.pod != contact.home:
        trace.append(Step("usual", False, {"person": contact.usual, "why": "off_shift"}))
        return None
    blocked = obstacle(person, contact, clock, contact.reopened and not live(contact.channel))
    if blocked is None:
        trace.append(Step("usual", True, {"person": person.id}))
        return Decision("offer", (), person=person.id, pod=contact.home, why="usual")
    until = hold_until(contact, world, clock)
    numbers: dict[str, Number] = {"person": person.id, "why": blocked[0], **blocked[1]}
    if until is None:
        trace.append(Step("usual", False, numbers))
        return None
    trace.append(Step("usual_soon", True, {**numbers, "until": until.isoformat()}))
    return Decision("wait", (), due=min([until, *dues]), why="held")


def _ahead(contact: Contact, free: list[Person], world: Snapshot, clock: datetime) -> tuple[int, list[Person]]:
    """How many older contacts of the channel the free people could serve, and who is left for this one.

    Keeps "oldest first" true when somebody came free in the same instant as a new contact arrived.
    """
    left = list(free)
    ahead = 0
    for other in sorted(world.pods[contact.home].queue, key=lambda c: (c.priority, c.arrived_at, c.id)):
        if (other.priority, other.arrived_at, other.id) >= (contact.priority, contact.arrived_at, contact.id):
            break
        if other.channel != contact.channel or hold_until(other, world, clock) is not None:
            continue
        able = [p for p in left if obstacle(p, other, clock) is None]
        if able:
            ahead += 1
            left.remove(best_of(able, other))
    return ahead, left


def _at_home(
    contact: Contact, world: Snapshot, clock: datetime, trace: list[Step], dues: list[datetime]
) -> Decision | None:
    free: list[Person] = []
    others: Counter[str] = Counter()
    for person in world.people:
        if person.pod != contact.home:
            continue
        blocked = obstacle(person, contact, clock)
        if blocked is None:
            free.append(person)
        elif blocked[0] != "off_shift":
            others[KINDS[blocked[0]]] += 1
            if person.id != contact.usual:
                trace.append(Step("person", False, {"person": person.id, "why": blocked[0], **blocked[1]}))
    if not free:
        trace.append(Step("home_free", False, {"pod": contact.home, "free": 0, "channel": contact.channel, **others}))
        return None
    ahead, left = _ahead(contact, free, world, clock)
    if not left:
        trace.append(Step("turn", False, {"ahead": ahead, "free": len(free)}))
        # Those ahead are served first, in this very second: look again at once.
        return Decision("wait", (), due=clock + timedelta(seconds=1), why="ahead")
    best = best_of(left, contact)
    trace.append(Step("home_free", True, {"pod": contact.home, "free": len(left), "person": best.id}))
    if contact.wished:
        kept = [s for s in contact.wished if s in best.skills]
        trace.append(Step("wished", len(kept) == len(contact.wished), {"met": len(kept), "of": len(contact.wished)}))
    return Decision("offer", (), person=best.id, pod=contact.home, why="home")


def _partners(
    contact: Contact, world: Snapshot, clock: datetime, trace: list[Step], dues: list[datetime]
) -> Decision | None:
    own = sorted((a for a in world.agreements if a.home == contact.home), key=lambda a: (a.order, a.id))
    if not own:
        return None
    if contact.overflowed:
        trace.append(Step("once", False, {}))
        return None
    if contact.offered_out:
        trace.append(Step("asked_already", False, {}))
        return None
    for agreement in own:
        tests, helper = partner_tests(contact, agreement, world, clock, dues)
        trace.extend(tests)
        if helper is not None and all(t.passed for t in tests):
            return Decision("offer", (), person=helper.id, pod=agreement.partner, agreement=agreement.id, why="partner")
    return None


def _stay(
    contact: Contact,
    home: Pod,
    world: Snapshot,
    clock: datetime,
    trace: list[Step],
    dues: list[datetime],
) -> Decision:
    windows = home.openings.get(contact.channel, ())
    is_open = open_at(windows, clock)
    opens_at = None if is_open else next_start(windows, clock)
    if opens_at is not None:
        dues.append(opens_at)
    due = min(dues, default=None)
    there = somebody_there(contact, home.id, world, clock)
    if is_open and there:
        trace.append(Step("stay", True, {"why": "busy", "due": due.isoformat() if due else None}))
        return Decision("wait", (), due=due, why="busy")
    why = "nobody" if is_open else "closed"
    trace.append(Step("stay", True, {"why": why, "opens_at": opens_at.isoformat() if opens_at else None}))
    return Decision("queue", (), due=due, opens_at=opens_at, call_back=contact.channel == "phone", why=why)
