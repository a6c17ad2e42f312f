"""The world as one routing decision sees it: plain frozen data, no database.

Production, tests, simulation and replay build the same classes and hand them to
`decision.decide`. Lists are kept sorted by id, so that equal worlds have equal digests.
All instants are aware UTC datetimes, all spans half-open, all waits in opening seconds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

LIVE = frozenset({"phone", "chat"})
# A person carries twelve units; a call is exclusive, so it has no weight of its own.
CAPACITY = 12
WEIGHTS: Mapping[str, int] = {
    "phone": 12,
    "chat": 4,
    "email": 3,
    "social": 3,
    "web_form": 3,
    "letter": 3,
    "billing": 2,
    "self_service": 2,
}
OFFER_SECONDS: Mapping[str, int] = {"phone": 20, "chat": 60}
OFFER_SECONDS_WRITTEN = 15 * 60
BAR_SECONDS = 120
# How long a contact may be held for the person who knows the customer, at most.
PATIENCE_SECONDS: Mapping[str, int] = {"phone": 30, "chat": 60}
PATIENCE_SECONDS_WRITTEN = 4 * 3600


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span of time in which a pod is open or an agreement applies."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class InHand:
    """A contact that a person works on or is being offered now."""

    contact: int
    channel: str
    expected_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One person on the roster. `pod` is where the shift is served, not where the person lives."""

    id: int
    pod: int
    state: str = "offline"  # available | break | after_work | away | offline
    heartbeat_at: datetime | None = None
    on_shift_until: datetime | None = None
    channels: frozenset[str] = frozenset()
    skills: frozenset[int] = frozenset()
    in_hand: tuple[InHand, ...] = ()
    idle_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """What the decision may know about a contact; nothing of its text."""

    id: int
    channel: str
    arrived_at: datetime
    home: int
    priority: int = 5  # 1 is served before 5
    skill: int | None = None
    wished: tuple[int, ...] = ()  # the first is the dearest, the last is let go first
    usual: int | None = None
    reopened: bool = False
    overflowed: bool = False  # a partner has served it once already
    offered_out: bool = False  # open offer at a partner; home may still take it
    barred: tuple[tuple[int, datetime], ...] = ()  # (person, until), sorted by person


@dataclass(frozen=True, slots=True)
class Pod:
    """Openings and promises by channel, in opening seconds; `typical` is the usual handling time."""

    id: int
    openings: Mapping[str, tuple[Window, ...]] = field(default_factory=dict)
    promises: Mapping[str, int] = field(default_factory=dict)
    typical: Mapping[str, int] = field(default_factory=dict)
    wall_clock: frozenset[str] = frozenset()  # channels whose promise counts every second, not only open ones
    queue: tuple[Contact, ...] = ()  # waiting with this home pod, open offers out included
    more: Mapping[str, int] = field(default_factory=dict)  # by channel: how many wait beyond those


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of an overflow agreement as it stands, with what is used of its caps."""

    id: int
    version: int
    home: int
    partner: int
    thresholds: Mapping[str, int]  # by channel that is covered: opening seconds waited
    skills: frozenset[int] = frozenset()  # empty: whatever the partner's people can do
    when_closed: bool = True
    when_nobody: bool = True
    expected_wait: int | None = None  # the second, optional value, in seconds
    reserve: int = 0
    guard: int = 0
    cap_once: int = 10**6
    cap_hour: int = 10**6
    cap_day: int = 10**6
    used_once: int = 0
    used_hour: int = 0
    used_day: int = 0
    hour_frees_at: datetime | None = None
    day_resets_at: datetime | None = None
    hours: tuple[Window, ...] | None = None  # None: whenever the partner is open
    order: int = 1
    state: str = "active"  # active | paused | ended
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything one decision reads, besides the contact and the clock."""

    pods: Mapping[int, Pod]
    people: tuple[Person, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    held: frozenset[int] = frozenset()  # skills that at least one employed person holds
    versions: Mapping[str, int] = field(default_factory=dict)


def live(channel: str) -> bool:
    """Is the customer waiting in person on this channel?"""
    return channel in LIVE


def offer_seconds(channel: str) -> int:
    """How long an offer on this channel stays with one person."""
    return OFFER_SECONDS.get(channel, OFFER_SECONDS_WRITTEN)


def patience_seconds(channel: str, promise: int | None) -> int:
    """How long a contact may be held for its usual person: never above half the promise."""
    most = PATIENCE_SECONDS.get(channel, PATIENCE_SECONDS_WRITTEN)
    return most if promise is None else min(most, promise // 2)


def open_at(windows: Iterable[Window], at: datetime) -> bool:
    """Does any of the windows contain this instant?"""
    return any(w.start <= at < w.end for w in windows)


def next_start(windows: Iterable[Window], at: datetime) -> datetime | None:
    """The first instant after `at` at which a window begins, None when none is known."""
    return min((w.start for w in windows if w.start > at), default=None)


def open_seconds(windows: Iterable[Window], start: datetime, end: datetime) -> int:
    """Opening time between two instants in whole seconds; windows must not overlap."""
    total = timedelta()
    for w in windows:
        total += max(timedelta(), min(w.end, end) - max(w.start, start))
    return int(total.total_seconds())


def instant_after(windows: Iterable[Window], start: datetime, seconds: int) -> datetime | None:
    """The first instant by which `seconds` of opening time have passed since `start`.

    None when the known windows end before that.
    """
    left = timedelta(seconds=seconds)
    for w in sorted(windows, key=lambda w: w.start):
        begin = max(w.start, start)
        if begin >= w.end:
            continue
        if w.end - begin >= left:
            return begin + left
        left -= w.end - begin
    return None


def digest(world: Snapshot) -> str:
    """SHA-256 over the canonical form of a snapshot; equal worlds have equal digests."""
    text = json.dumps(_plain(world), default=_plain, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """What JSON does not know by itself: instants, sets, and our data classes as their values in order."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    return _VALUES[type(value)](value)


_VALUES = {kind: attrgetter(*kind.__slots__) for kind in (Window, InHand, Person, Contact, Pod, Agreement, Snapshot)}
