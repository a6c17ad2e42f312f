"""When a zone's rules change after publication: shifts to come keep their wall time, the past stays."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.urls import reverse

from cxportal.core import periods
from cxportal.core.periods import MINUTE, Period, to_instant
from cxportal.core.violations import Refused
from teams.audit.tracking import acting
from teams.notifications.services import notify
from teams.scheduling import words
from teams.scheduling.models import Assignment, Shift, ShiftPattern
from teams.scheduling.moving import moved
from teams.scheduling.picture import PodPicture, ShiftView, TakenView
from teams.scheduling.reading import read_pod
from teams.scheduling.services.changes import end_offers, take_times, write_parts
from teams.scheduling.services.claims import seat_member, unseat
from teams.scheduling.services.doors import lock_roster, tell


class Followed(NamedTuple):
    """How many shifts were put at other instants, and how many seats were freed because their owner works then."""

    shifts: int = 0
    freed: int = 0


def follow_zone_rules(at: dt.datetime | None = None) -> Followed:
    """Put every shift to come back at its wall times where the zone's rules changed since it was written.

    Who sits on one stays and is told, each pod in one transaction; nobody is judged, since nobody chose this. A seat
    whose owner has other work at the new time is freed, and they are told. Shifts from before the offsets were kept get
    those of today. Locks: (member, week), (pod, day). Again it changes nothing.
    """
    now = at or periods.now()
    ahead = Shift.objects.select_related("pod", "week", "pattern").filter(cancelled_at=None, period__startswith__gt=now)
    _fill(ahead.filter(starts_offset=None))
    by_pod: dict[int, list[int]] = defaultdict(list)
    for row in ahead.exclude(starts_offset=None).iterator():
        if _wanted(row) is not None:
            by_pod[row.pod_id].append(row.pk)
    found = [_follow(shifts, now) for _pod, shifts in sorted(by_pod.items())]
    return Followed(sum(f.shifts for f in found), sum(f.freed for f in found))


def _fill(rows: Iterable[Shift]) -> None:
    filled = []
    for row in rows:
        row.starts_offset = words.offset(row.span.start, row.tzinfo)
        row.ends_offset = words.offset(row.span.end, row.tzinfo)
        filled.append(row)
    with acting(by=None, service="follow_zone_rules"):
        Shift.objects.bulk_update(filled, ["starts_offset", "ends_offset"], batch_size=1000)


def _wanted(row: Shift) -> Period | None:
    """The instants of the shift's wall times by the rules of today; None where the rules did not change for it."""
    zone, span = row.tzinfo, row.span
    known = (row.starts_offset or 0, row.ends_offset or 0)
    if (words.offset(span.start, zone), words.offset(span.end, zone)) == known:
        return None
    first, last = (
        (edge + offset * MINUTE).replace(tzinfo=None)
        for edge, offset in zip((span.start.astimezone(dt.UTC), span.end.astimezone(dt.UTC)), known, strict=True)
    )
    start = to_instant(first.date(), first.time(), zone)
    end = to_instant(last.date(), last.time(), zone, is_end=True)
    if row.pattern and row.pattern.clock_change == ShiftPattern.ClockChange.KEEP_DURATION:
        end = start + span.length
    return Period(start, end) if start < end else None


def _follow(shifts: list[int], now: dt.datetime) -> Followed:
    with transaction.atomic(), acting(by=None, service="follow_zone_rules"):
        rows = list(Shift.objects.select_related("pod", "week", "pattern").filter(pk__in=shifts).order_by("period"))
        pod = rows[0].pod
        members = list(Assignment.objects.filter(shift__in=shifts).values_list("member", flat=True))
        wanted = {row.pk: period for row in rows if (period := _wanted(row))}
        lock_roster(pod, members, [*(row.span for row in rows), *wanted.values()])
        rows = list(Shift.objects.select_related("pod", "week", "pattern").filter(pk__in=shifts, cancelled_at=None))
        rows = [row for row in rows if _wanted(row) == wanted.get(row.pk)]
        if not rows:
            return Followed()  # somebody moved or cancelled all of them while the locks were waited for
        edges = [edge for row in rows for edge in (row.span.start, row.span.end)]
        picture = read_pod(pod, Period(min(edges), max(edges)), now)
        there = {row.pk: moved(picture.by_shift[row.pk], wanted[row.pk]) for row in rows}
        sources = _free(rows, now)
        freed = 0
        for row in sorted(rows, key=lambda row: row.span.start):
            was = row.day
            _write(row, there[row.pk])
            freed += sum(not _seat(row, taken, picture, sources) for taken in there[row.pk].taken)
            tell(pod, {was, row.day}, [t.member for t in there[row.pk].taken], news=True)
        return Followed(len(rows), freed)


def _free(rows: Iterable[Shift], now: dt.datetime) -> dict[tuple[int, int], str]:
    """Free every seat first: shifts that all move by an hour would meet the one before for a moment."""
    sources, rows = {}, list(rows)
    end_offers(rows, now)
    for row in rows:
        for held in row.assignments.all():
            sources[held.seat_id, held.member_id] = held.source
            unseat(held, now)
    return sources


def _write(row: Shift, there: ShiftView) -> None:
    take_times(row, there.period)
    row.save()
    write_parts(row, there.segments)


def _seat(row: Shift, taken: TakenView, picture: PodPicture, sources: dict[tuple[int, int], str]) -> bool:
    """Seat a person again and tell them; False when they have other work by now and the seat stays open."""
    seated = True
    try:
        with transaction.atomic():
            source = sources[taken.seat, taken.member]
            seat_member(taken.member, row, taken.seat, taken.period, picture.bounds, source, taken.made_at)
    except Refused:
        seated = False
    notify(
        to=[taken.member],
        kind="shift_clocks" if seated else "shift_clocks_freed",
        data={"span": words.day_span(row.span, row.pod.tzinfo)},
        url=reverse("week", kwargs={"slug": row.pod.slug, "week": row.week.label}),
        source=f"clocks:{row.pk}:{row.version}",
    )
    return seated
