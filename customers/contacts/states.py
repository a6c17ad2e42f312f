"""What became of a contact, told from its events: pure, by time of the event, whatever order they came in.

Telephony reports late and out of order, so the columns of a contact are never changed by hand:
each new event is stored and the whole course is told again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

OPEN = frozenset({"waiting", "offered", "in_work", "after_work"})
CLOSED = frozenset({"resolved", "abandoned"})
WORKED = frozenset({"in_work", "after_work"})
# At one instant a contact first arrives, then passes through hands, then ends, then comes back.
RANK = {"arrived": 0, "ended": 2, "abandoned": 3, "resolved": 4, "reopened": 5}


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: who it concerns, in which pod; `seq` is the order of recording."""

    kind: str
    at: datetime
    seq: int = 0
    person: int | None = None
    pod: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """Where a contact stands after its events, with its times in whole seconds."""

    state: str = "waiting"
    person: int | None = None
    pod: int | None = None
    arrived_at: datetime | None = None
    first_response_at: datetime | None = None
    since: datetime | None = None  # start of the present state
    work_seconds: int = 0
    after_work_seconds: int = 0
    closed_at: datetime | None = None
    reopened_count: int = 0
    hand_overs: int = 0
    stints: tuple[Stint, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Stint:
    """One person's time with a contact: [start, end), writing up from `after_work_at`."""

    person: int | None
    pod: int | None
    start: datetime
    after_work_at: datetime | None = None
    end: datetime | None = None


def in_order(events: Iterable[Happening]) -> list[Happening]:
    """Events by time; at one instant by their nature, then by the order of recording."""
    return sorted(events, key=lambda e: (e.at, RANK.get(e.kind, 1), e.seq))


def course(events: Iterable[Happening]) -> Course:
    """The state of a contact after all its events.

    An event that cannot follow (an acceptance after the closing) changes nothing: services refuse
    it when it comes on time, and a late one leaves the later truth standing.
    """
    now = Course()
    for event in in_order(events):
        step = STEPS.get(event.kind)
        if step is not None:
            now = step(now, event)
    return now


def _seconds(start: datetime | None, end: datetime) -> int:
    return max(0, int((end - start).total_seconds())) if start else 0


def _arrived(now: Course, event: Happening) -> Course:
    return replace(now, arrived_at=event.at, since=event.at) if now.arrived_at is None else now


def _offered(now: Course, event: Happening) -> Course:
    return replace(now, state="offered", since=event.at) if now.state == "waiting" else now


def _returned(now: Course, event: Happening) -> Course:
    return replace(now, state="waiting", since=event.at) if now.state == "offered" else now


def _accepted(now: Course, event: Happening) -> Course:
    if now.state in CLOSED or (now.state in WORKED and now.person == event.person):
        return now
    now = _left(now, event.at)
    return replace(
        now,
        state="in_work",
        person=event.person,
        pod=event.pod,
        since=event.at,
        first_response_at=now.first_response_at or event.at,
        stints=(*now.stints, Stint(event.person, event.pod, event.at)),
    )


def _ended(now: Course, event: Happening) -> Course:
    if now.state == "in_work":
        last = replace(now.stints[-1], after_work_at=event.at)
        worked = now.work_seconds + _seconds(now.since, event.at)
        return replace(now, state="after_work", since=event.at, work_seconds=worked, stints=(*now.stints[:-1], last))
    if now.state in ("waiting", "offered"):
        # The acceptance is still on its way: somebody has it, nobody must be offered it.
        stint = Stint(event.person, event.pod, event.at, event.at)
        return replace(
            now,
            state="after_work",
            person=event.person,
            pod=event.pod,
            since=event.at,
            stints=(*now.stints, stint),
        )
    return now


def _left(now: Course, at: datetime) -> Course:
    """Close the present stint, whichever part of it is running."""
    if now.state == "in_work":
        now = replace(now, work_seconds=now.work_seconds + _seconds(now.since, at))
    elif now.state == "after_work":
        now = replace(now, after_work_seconds=now.after_work_seconds + _seconds(now.since, at))
    else:
        return now
    return replace(now, stints=(*now.stints[:-1], replace(now.stints[-1], end=at)))


def _resolved(now: Course, event: Happening) -> Course:
    if now.state in CLOSED:
        return now
    person, pod = (now.person or event.person), (now.pod or event.pod)
    return replace(_left(now, event.at), state="resolved", person=person, pod=pod, since=event.at, closed_at=event.at)


def _abandoned(now: Course, event: Happening) -> Course:
    if now.state in ("waiting", "offered"):
        return replace(now, state="abandoned", since=event.at, closed_at=event.at)
    return _ended(now, event)


def _reopened(now: Course, event: Happening) -> Course:
    if now.state not in CLOSED:
        return now
    # What comes back comes home, whoever helped before.
    return replace(
        now,
        state="waiting",
        person=None,
        pod=None,
        since=event.at,
        closed_at=None,
        reopened_count=now.reopened_count + 1,
    )


def _handed_over(now: Course, event: Happening) -> Course:
    if now.state not in WORKED:
        return now
    return replace(
        _left(now, event.at),
        state="waiting",
        person=None,
        pod=event.pod,
        since=event.at,
        hand_overs=now.hand_overs + 1,
    )


def _taken_back(now: Course, event: Happening) -> Course:
    """The hand-over is undone: as if it had not been, but for the seconds in between, which were waited."""
    if now.state not in ("waiting", "offered") or not now.hand_overs or not now.stints:
        return now
    writing = event.at if now.stints[-1].after_work_at is not None else None
    return replace(
        now,
        state="after_work" if writing else "in_work",
        person=event.person,
        pod=event.pod,
        since=event.at,
        hand_overs=now.hand_overs - 1,
        stints=(*now.stints, Stint(event.person, event.pod, event.at, writing)),
    )


STEPS = {
    "arrived": _arrived,
    "offered": _offered,
    "overflowed": _offered,
    "declined": _returned,
    "lapsed": _returned,
    "recalled": _returned,
    "accepted": _accepted,
    "taken": _accepted,
    "ended": _ended,
    "resolved": _resolved,
    "abandoned": _abandoned,
    "reopened": _reopened,
    "handed_over": _handed_over,
    "taken_back": _taken_back,
}
