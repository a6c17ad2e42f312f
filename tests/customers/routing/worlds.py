"""Random worlds for the property tests of the routing decision, and small builders for the plain ones."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from customers.routing.snapshot import Agreement, Contact, InHand, Person, Pod, Snapshot, Window

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DAY = Window(NOW - timedelta(hours=3), NOW + timedelta(hours=9))
NEXT = Window(DAY.start + timedelta(days=1), DAY.end + timedelta(days=1))
CHANNELS = ("phone", "chat", "email")
PROMISES = {"phone": 180, "chat": 120, "email": 4 * 3600}


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def person(ident: int, pod: int = 1, **changes) -> Person:
    facts: dict[str, Any] = {
        "state": "available",
        "heartbeat_at": NOW,
        "on_shift_until": DAY.end,
        "channels": frozenset(CHANNELS),
        "idle_since": ago(60),
    }
    return Person(id=ident, pod=pod, **(facts | changes))


def pod(ident: int = 1, *queue: Contact, windows: tuple[Window, ...] = (DAY, NEXT)) -> Pod:
    return Pod(
        id=ident,
        openings=dict.fromkeys(CHANNELS, windows),
        promises=PROMISES,
        typical={"phone": 420, "chat": 600, "email": 900},
        queue=queue,
    )


def contact(ident: int = 1, channel: str = "phone", waited: float = 0, home: int = 1, **changes) -> Contact:
    return Contact(id=ident, channel=channel, arrived_at=ago(waited), home=home, **changes)


def agreement(ident: int = 1, home: int = 1, partner: int = 2, **changes) -> Agreement:
    facts: dict[str, Any] = {"version": 1, "thresholds": dict.fromkeys(CHANNELS, 60)}
    return Agreement(id=ident, home=home, partner=partner, **(facts | changes))


def world(*pods: Pod, people=(), agreements=(), held=frozenset()) -> Snapshot:
    return Snapshot(
        pods={p.id: p for p in pods}, people=tuple(people), agreements=tuple(agreements), held=frozenset(held)
    )


SKILLS = st.sampled_from((None, None, 1, 2, 3))


@st.composite
def persons(draw: st.DrawFn, ident: int) -> Person:
    hands = draw(st.lists(st.sampled_from(CHANNELS), max_size=2))
    if "phone" in hands:
        hands = ["phone"]
    in_hand = tuple(
        InHand(10_000 + ident * 10 + i, channel, NOW + timedelta(seconds=draw(st.integers(-60, 400))))
        for i, channel in enumerate(hands)
    )
    return person(
        ident,
        pod=draw(st.integers(1, 3)),
        state=draw(st.sampled_from(("available", "available", "available", "break", "away", "offline"))),
        heartbeat_at=draw(st.sampled_from((NOW, NOW, ago(30), ago(300), None))),
        on_shift_until=draw(st.sampled_from((DAY.end, DAY.end, NOW, None))),
        channels=draw(st.frozensets(st.sampled_from(CHANNELS), min_size=1)),
        skills=draw(st.frozensets(st.sampled_from((1, 2)))),
        in_hand=in_hand,
        idle_since=None if in_hand else ago(draw(st.integers(0, 900))),
    )


@st.composite
def contacts(draw: st.DrawFn, ident: int, people: int) -> Contact:
    barred = draw(st.sets(st.integers(1, people), max_size=2)) if draw(st.booleans()) else set()
    return contact(
        ident,
        channel=draw(st.sampled_from(CHANNELS)),
        waited=draw(st.integers(0, 600)),
        home=draw(st.integers(1, 3)),
        priority=draw(st.sampled_from((5, 5, 1))),
        skill=draw(SKILLS),
        usual=draw(st.one_of(st.none(), st.integers(1, people))),
        overflowed=draw(st.booleans()),
        barred=tuple((p, NOW + timedelta(seconds=draw(st.integers(-60, 120)))) for p in sorted(barred)),
    )


@st.composite
def agreements(draw: st.DrawFn, ident: int) -> Agreement:
    home, partner = draw(st.sampled_from(((1, 2), (1, 3), (2, 3), (3, 1), (2, 1))))
    return agreement(
        ident,
        home=home,
        partner=partner,
        thresholds=draw(st.dictionaries(st.sampled_from(CHANNELS), st.sampled_from((0, 30, 120)))),
        reserve=draw(st.integers(0, 2)),
        guard=draw(st.integers(0, 1)),
        cap_once=draw(st.integers(1, 3)),
        used_once=draw(st.integers(0, 2)),
        order=draw(st.integers(1, 3)),
        state=draw(st.sampled_from(("active", "active", "active", "paused"))),
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Contact], Snapshot]:
    """Three pods, up to nine people, up to eight waiting contacts, up to four agreements."""
    count = draw(st.integers(1, 9))
    people = [draw(persons(i)) for i in range(1, count + 1)]
    waiting = [draw(contacts(100 + i, count)) for i in range(draw(st.integers(1, 8)))]
    spans = {n: draw(st.sampled_from(((DAY, NEXT), (DAY, NEXT), (NEXT,)))) for n in (1, 2, 3)}
    pods = {n: pod(n, *(c for c in waiting if c.home == n), windows=spans[n]) for n in (1, 2, 3)}
    agreed = tuple(draw(agreements(i)) for i in range(1, draw(st.integers(0, 4)) + 1))
    held = frozenset(s for p in people for s in p.skills)
    return waiting, Snapshot(pods=pods, people=tuple(people), agreements=agreed, held=held)
