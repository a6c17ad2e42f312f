"""Writing the ledger: what was worked, help to other pods, and what sets earlier entries right."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from cxportal.core import periods
from cxportal.core.database import LockClass, lock, lock_key
from teams.fairness.agreed import weights
from teams.fairness.models import PointEntry
from teams.fairness.reading import worked
from teams.fairness.rules import Kind, corrections, help_points
from teams.people.models import User
from teams.pods.agreement import values_at
from teams.pods.models import Pod
from teams.pods.queries import standing

# Longer than any window that can be agreed: what lies farther back stands as it is.
LOOKED_BACK = dt.timedelta(weeks=27)

type Key = tuple[int, str, int]  # member, kind, shift


@dataclass(frozen=True)
class Ledger:
    """What the ledger holds of a pod's shifts: points by key, when the work began, how many entries there are."""

    points: dict[Key, Decimal]
    began: dict[Key, dt.datetime]
    entries: Counter[Key]


def settle(*, pod: Pod, at: dt.datetime | None = None) -> int:
    """Bring the ledger up to what was worked; returns how many entries were added.

    Work that is over counts once; an absence or a correction of it since then reverses by a further
    entry. Looks without a lock first, so who only reads waits for nobody. Lock: rollup of the pod.
    """
    now = at or periods.now()
    if not _missing(pod, now):
        return 0
    with transaction.atomic():
        lock(LockClass.ROLLUP, [lock_key("fairness", pod.pk)])
        missing = _missing(pod, now)
        PointEntry.objects.bulk_create(missing)
    return len(missing)


def credit_help(*, member: User, minutes: int, source: str, at: dt.datetime | None = None) -> None:
    """Points for helping another pod, in the ledger of the member's home pod; once for a source.

    ``source`` is text of the floor above (``contact:42``). Nothing for somebody without a home pod and
    for help of no minutes. No locks: the unique source holds.
    """
    now = at or periods.now()
    home = standing(member).home
    points = help_points(minutes, weights(values_at(home, now))) if home else Decimal()
    if home is None or not points:
        return
    entry = PointEntry(
        member=member,
        pod_id=home,
        kind=Kind.HELP.value,
        points=points,
        happened_at=now,
        source=source,
        numbers={"minutes": minutes},
        made_at=now,
    )
    PointEntry.objects.bulk_create([entry], ignore_conflicts=True)


def _missing(pod: Pod, now: dt.datetime) -> list[PointEntry]:
    """The entries that the ledger lacks. Four queries."""
    since = now - LOOKED_BACK
    wanted: dict[Key, Decimal] = {}
    about: dict[Key, tuple[dt.datetime, dict[str, object]]] = {}
    for work in worked(pod, since, now):
        for reason in work.reasons:
            key = (work.member, reason.kind.value, work.shift)
            wanted[key], about[key] = reason.points, (work.started_at, dict(reason.numbers))
    ledger = _ledger(pod, since)
    return [
        PointEntry(
            member_id=key[0],
            pod=pod,
            kind=key[1],
            points=points,
            happened_at=ledger.began.get(key) or about[key][0],
            source=_source(key, ledger.entries[key]),
            numbers=about[key][1] if key in about else {"corrected": True},
            made_at=now,
        )
        for key, points in corrections(wanted, ledger.points).items()
    ]


def _ledger(pod: Pod, since: dt.datetime) -> Ledger:
    found = Ledger({}, {}, Counter())
    rows = PointEntry.objects.filter(pod=pod, happened_at__gte=since, source__startswith="shift:").order_by("pk")
    for member, kind, source, points, began in rows.values_list("member", "kind", "source", "points", "happened_at"):
        key = (member, kind, int(source.split(":")[1]))
        found.points[key] = found.points.get(key, Decimal()) + points
        found.began.setdefault(key, began)
        found.entries[key] += 1
    return found


def _source(key: Key, before: int) -> str:
    """``shift:12``, and for the first further entry about it ``shift:12:2``."""
    return f"shift:{key[2]}:{before + 1}" if before else f"shift:{key[2]}"
