"""Reads the snapshot of the world from the database in one trip, whatever the number of pods."""

from __future__ import annotations

import datetime as dt
import functools
import json
import math
import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from customers.routing.snapshot import BAR_SECONDS, Agreement, Contact, InHand, Person, Pod, Snapshot, Window
from customers.routing.statements import (
    AGREEMENTS,
    EXCEPTIONS,
    HANDLED,
    HANDS_ON_DUTY,
    HELD,
    HELD_ONE,
    HOURS,
    IN_HAND,
    PEOPLE,
    PODS,
    PRESENCE,
    QUEUE,
)
from cxportal.core.batch import Statement, Written, fetch
from teams.pods.models import OpeningException, OpeningHours
from teams.pods.opening import joined_periods

BARRED = dt.timedelta(seconds=BAR_SECONDS)
AHEAD = dt.timedelta(days=8)  # far enough for "opens again on Monday" after a long holiday
# How deep a queue is read, by pod, channel and skill: for a round of the router, and for one new contact.
AT_HAND = 200
AT_HAND_NEW = 40
# Until a pod has handled enough of a channel, the usual handling time in seconds.
TYPICAL = {"phone": 420, "chat": 600, "email": 900, "social": 420, "web_form": 900, "letter": 1200}
LEAST_HANDLED = 30
TYPICAL_KEPT = 600.0
AFTER_WORK_USUAL = dt.timedelta(seconds=60)

_typical: dict[int, tuple[float, dict[str, int]]] = {}


type Homes = Collection[int] | Written  # pods by id, or an expression that gives them as bigint[]


def agreements_statement(homes: Homes, clock: dt.datetime) -> Statement:
    """The statement behind `agreements_from`, for callers that send it with others in one trip."""
    return AGREEMENTS(_pods_given(homes), clock)


def _pods_given(homes: Homes) -> list[int] | Written:
    return homes if isinstance(homes, Written) else sorted(homes)


def in_hand_statement(people: Collection[int]) -> Statement:
    """Open offers and assignments of these people."""
    return IN_HAND(sorted(people))


def presence_statement(people: Collection[int]) -> Statement:
    """State, sign of life and idle since of these people."""
    return PRESENCE(sorted(people))


def agreements_from(rows: Iterable[tuple[Any, ...]], clock: dt.datetime) -> tuple[Agreement, ...]:
    """Agreements in force or paused, with what is used of their caps at `clock`."""
    found = []
    for row in rows:
        next_day = row[20].replace(tzinfo=ZoneInfo(row[21])).astimezone(dt.UTC)
        found.append(
            Agreement(
                id=row[0],
                version=row[1],
                home=row[2],
                partner=row[3],
                thresholds=_parsed(row[4]),
                skills=frozenset(row[5]),
                when_closed=row[6],
                when_nobody=row[7],
                expected_wait=row[8],
                reserve=row[9],
                guard=row[10],
                cap_once=row[11],
                cap_hour=row[12],
                cap_day=row[13],
                hours=_weekly(_parsed(row[14]), ZoneInfo(row[19]), clock),
                order=row[15],
                state=row[16],
                starts_at=row[17],
                ends_at=row[18],
                used_once=row[22],
                used_hour=row[23],
                used_day=row[24],
                hour_frees_at=row[25] + dt.timedelta(hours=1) if row[25] else None,
                day_resets_at=next_day,
            )
        )
    return tuple(found)


def _parsed(value: Any) -> Any:
    """JSON as a plain cursor hands it out: a text here, since Django parses in its fields."""
    return json.loads(value) if isinstance(value, str) else value


def _weekly(hours: list[list[int] | None] | None, zone: ZoneInfo, clock: dt.datetime) -> tuple[Window, ...] | None:
    if hours is None:
        return None
    rows = [
        OpeningHours(channel="", weekday=day, opens=span[0], closes=span[1])
        for day, span in enumerate(hours)
        if span is not None
    ]
    today = clock.astimezone(zone).date()
    spans = joined_periods(zone, "", today - dt.timedelta(days=1), today + AHEAD, rows, ())
    return tuple(Window(p.start, p.end) for p in spans)


def queue_from(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Contact]]:
    """Waiting contacts by home pod; the usual person is who was asked for, else who served most of the last six."""
    found: dict[int, list[Contact]] = defaultdict(list)
    for row in rows:
        bars = tuple(
            (person, dt.datetime.fromisoformat(ended) + dt.timedelta(seconds=120))
            for person, ended in _parsed(row[11]) or ()
        )
        found[row[3]].append(
            Contact(
                id=row[0],
                channel=row[1],
                arrived_at=row[2],
                home=row[3],
                priority=row[4],
                skill=row[5],
                wished=tuple(row[6]),
                reopened=row[7],
                offered_out=row[8],
                overflowed=bool(row[9]),
                usual=row[12] or row[10],
                barred=bars,
            )
        )
    return found


def _beyond(rows: Iterable[tuple[Any, ...]]) -> dict[int, dict[str, int]]:
    """How many wait by pod and channel beyond those that were read."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for row in rows:
        found[row[3]][row[1]] = found[row[3]].get(row[1], row[13]) - 1
    return found


def read_world(homes: Collection[int], clock: dt.datetime, *, also: int = 0) -> Snapshot:
    """The snapshot for deciding over all that waits in these home pods at `clock`. One trip.

    `also` is a contact that must be in it, however long the queue.
    """
    return world_from(fetch(*world_statements(homes, clock, also=also)), clock)


def world_statements(
    homes: Homes, clock: dt.datetime, *, also: int = 0, channel: str | None = None, skill: int | None = None
) -> list[Statement]:
    """The statements behind `world_from`, for callers that send them with others in one trip.

    A contact waits at home, or in the pod to which it was handed over; of a long queue the first are
    read, by channel and skill. Skills are apart, so that a heap of contacts whose skill is away never
    hides the others. For one new contact give its `channel` (the others' queues are left out) and `skill`.
    """
    pods = _pods_given(homes)
    found = [
        agreements_statement(homes, clock),
        PEOPLE(pods, clock),
        HANDS_ON_DUTY(pods, clock),
        PODS(pods),
        HOURS(pods),
        EXCEPTIONS(pods, (clock - dt.timedelta(days=60)).date()),
        QUEUE(pods, clock, channel, AT_HAND if channel is None else AT_HAND_NEW, also),
    ]
    if channel is None:
        found.append(HELD())
    elif skill is not None:
        found.append(HELD_ONE(skill))
    return found


def world_from(
    parts: list[list[tuple[Any, ...]]],
    clock: dt.datetime,
    new: Contact | None = None,
    channels: Collection[str] = (),
) -> Snapshot:
    """The snapshot from the rows of `world_statements`.

    `new` is a contact that is not stored yet; `channels` are told with their openings though nothing waits on them.
    """
    queue = queue_from(parts[6])
    more = _beyond(parts[6])
    waiting = [c for cs in queue.values() for c in cs] + ([new] if new else [])
    found = _pods(parts[3:6], queue, more, waiting, clock, channels)
    # An agreement that began between two statements is as if it had begun after them.
    agreements = tuple(a for a in agreements_from(parts[0], clock) if a.partner in found)
    return Snapshot(
        pods=found,
        people=_people(parts[1], parts[2], found, clock),
        agreements=agreements,
        held=frozenset(row[0] for part in parts[7:] for row in part),
        versions={f"agreement:{a.id}": a.version for a in agreements},
    )


def _pods(
    parts: list[list[tuple[Any, ...]]],
    queue: dict[int, list[Contact]],
    more: dict[int, dict[str, int]],
    waiting: list[Contact],
    clock: dt.datetime,
    also: Collection[str] = (),
) -> dict[int, Pod]:
    zones = {row[0]: ZoneInfo(row[1]) for row in parts[0]}
    ids = sorted(zones)
    channels = {c.channel for c in waiting} | set(also)
    since = min((c.arrived_at for c in waiting), default=clock)
    typical = typical_seconds(ids, clock)
    found = {}
    for pod in ids:
        hours = tuple(row[1:] for row in parts[1] if row[0] == pod)
        special = tuple(row[1:] for row in parts[2] if row[0] == pod)
        first = since.astimezone(zones[pod]).date() - dt.timedelta(days=1)
        last = clock.astimezone(zones[pod]).date() + AHEAD
        promises = [row for row in parts[0] if row[0] == pod and row[2]]
        found[pod] = Pod(
            id=pod,
            openings={
                channel: _windows(zones[pod], channel, first, last, hours, special) for channel in sorted(channels)
            },
            promises={row[2]: row[3] for row in promises},
            typical=typical[pod],
            queue=tuple(queue.get(pod, ())),
            more=more.get(pod, {}),
            wall_clock=frozenset(row[2] for row in promises if not row[4]),
        )
    return found


@functools.lru_cache(maxsize=2048)
def _windows(
    zone: ZoneInfo,
    channel: str,
    first: dt.date,
    last: dt.date,
    hours: tuple[tuple[Any, ...], ...],
    special: tuple[tuple[Any, ...], ...],
) -> tuple[Window, ...]:
    """A channel's openings; kept in the process by the very rows they follow from."""
    rows = [OpeningHours(channel=r[0], weekday=r[1], opens=r[2], closes=r[3]) for r in hours if r[0] == channel]
    others = [OpeningException(day=r[0], channel=r[1], opens=r[2], closes=r[3]) for r in special]
    return tuple(Window(p.start, p.end) for p in joined_periods(zone, channel, first, last, rows, others))


def _people(
    rows: Iterable[tuple[Any, ...]], hands: list[tuple[Any, ...]], pods: dict[int, Pod], clock: dt.datetime
) -> tuple[Person, ...]:
    """Who is on shift. One whose pod was not read (an agreement that began meanwhile) is left out."""
    return tuple(
        Person(
            id=member,
            pod=pod,
            state=state or "offline",
            heartbeat_at=heartbeat,
            idle_since=idle,
            on_shift_until=until,
            channels=frozenset(channels or ()),
            skills=frozenset(skills),
            in_hand=in_hand_of(member, hands, pods[pod].typical, clock),
        )
        for member, pod, until, channels, state, heartbeat, idle, skills in rows
        if pod in pods
    )


def refreshed(
    world: Snapshot,
    presence: list[tuple[Any, ...]],
    hands: list[tuple[Any, ...]],
    agreements: tuple[Agreement, ...],
    clock: dt.datetime,
) -> Snapshot:
    """The same world with presence, hands and caps as they were read again under the locks."""
    states = {row[0]: row for row in presence}
    people = tuple(
        replace(
            p,
            state=states[p.id][1],
            heartbeat_at=states[p.id][2],
            idle_since=states[p.id][3],
            in_hand=in_hand_of(p.id, hands, world.pods[p.pod].typical, clock),
        )
        if p.id in states
        else p
        for p in world.people
    )
    return replace(world, people=people, agreements=agreements)


def in_hand_of(person: int, hands: Iterable[tuple[Any, ...]], typical: Any, clock: dt.datetime) -> tuple[InHand, ...]:
    """What a person has in hand, with the expected end: usual handling time, a quarter more when overrun."""
    found = []
    for member, contact, channel, start, after_work in hands:
        if member != person:
            continue
        usual = dt.timedelta(seconds=typical.get(channel, 600))
        end = after_work + AFTER_WORK_USUAL if after_work else start + usual
        found.append(InHand(contact, channel, end if end > clock else clock + usual / 4))
    return tuple(found)


def typical_seconds(pods: Iterable[int], clock: dt.datetime) -> dict[int, dict[str, int]]:
    """Usual handling seconds by pod and channel: the mean of 28 days, looked up every ten minutes a process."""
    ids = list(pods)
    stale = [pod for pod in ids if _typical.get(pod, (-math.inf, {}))[0] < time.monotonic() - TYPICAL_KEPT]
    if stale or not ids:
        since = clock.date() - dt.timedelta(days=28)
        measured: dict[int, dict[str, int]] = {pod: dict(TYPICAL) for pod in stale}
        for pod, channel, seconds in fetch(HANDLED(stale, since, LEAST_HANDLED))[0]:
            measured[pod][channel] = seconds
        _typical.update({pod: (time.monotonic(), means) for pod, means in measured.items()})
    return {pod: _typical[pod][1] for pod in ids}
