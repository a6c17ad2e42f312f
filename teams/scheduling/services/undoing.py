"""Own acts taken back within ten minutes: a claim, a give-back, a take-over, or the change of a whole shift."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.http import Http404
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.periods import Period
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.scheduling.models import Act, Shift
from teams.scheduling.moving import judge_move, with_shifts
from teams.scheduling.picture import ShiftView, TakenView, reach
from teams.scheduling.reading import read_people, read_pod
from teams.scheduling.services import claims
from teams.scheduling.services.changes import (
    Snapshot,
    end_offers,
    floor_breaks,
    snapshot,
    span_of,
    take_times,
    tell_people,
    write_parts,
)
from teams.scheduling.services.claims import seat_member, unseat
from teams.scheduling.services.doors import lock_roster, must_work_in, tell
from teams.scheduling.services.give_aways import undo_take
from teams.scheduling.services.series import undo_series

CHANGES = frozenset({Act.Kind.MOVE, Act.Kind.SPLIT, Act.Kind.PARTS, Act.Kind.CANCEL})


def undo(*, by: User, act: int, at: dt.datetime | None = None) -> Act:
    """Undo an own act of the last ten minutes, if nobody built on it; undoing again answers the same.

    Raises ``Refused`` (``undo_late``, ``built_on``, or the bounds); ``Http404`` for somebody else's.
    """
    kind = Act.objects.filter(pk=act, member=by).values_list("kind", flat=True).first()
    if kind == Act.Kind.TAKE:
        return undo_take(by=by, act=act, at=at)
    if kind == Act.Kind.SERIES:
        return undo_series(by=by, act=act, at=at)
    return undo_change(by=by, act=act, at=at) if kind in CHANGES else claims.undo(by=by, act=act, at=at)


@recorded
def undo_change(*, by: User, act: int, at: dt.datetime | None = None) -> Act:
    """Bring a shift back to what it was before an own change, with everybody who sat there; they are told.

    Refused once anything of it was touched since: a claim, a give-back, an offer, another change. Locks: (member,
    week) of all who sit or sat there, (pod, day). Raises ``Refused`` and ``Http404`` as ``undo`` does.
    """
    now = at or periods.now()
    row = Act.objects.select_related("shift__pod", "shift__week").filter(pk=act, member=by, kind__in=CHANGES).first()
    if row is None or row.shift is None or not row.before or not row.after:
        raise Http404
    shift, (kept,) = row.shift, row.before
    must_work_in(by, shift.pod)
    members = sorted({taken[1] for found in (*row.before, *row.after) for taken in found["taken"]})
    lock_roster(shift.pod, members, [span_of(found) for found in (*row.before, *row.after)])
    row.refresh_from_db()
    if row.undone_at:
        return row
    if now - row.at > Act.UNDO_FOR:
        raise Refused(Violation("undo_late", _("An act can be undone for 10 minutes; this one is older.")))
    rows = list(
        Shift.objects.select_related("pod", "week").filter(pk__in=[s["shift"] for s in row.after]).order_by("pk")
    )
    if sorted((snapshot(r) for r in rows), key=_number) != sorted(row.after, key=_number):
        raise Refused(Violation("built_on", _("Somebody changed or claimed this shift since, so it stays as it is.")))
    _bring_back(next(r for r in rows if r.pk == shift.pk), [r for r in rows if r.pk != shift.pk], kept, members, now)
    row.undone_at = now
    row.save(update_fields=["undone_at"])
    shift = Shift.objects.select_related("pod", "week").get(pk=shift.pk)
    tell(shift.pod, {shift.day, *(r.day for r in rows)}, members, news=True)
    tell_people(by, shift, members, "shift_restored")
    return row


def _number(kept: Snapshot) -> int:
    return int(kept["shift"])


def _bring_back(row: Shift, others: Sequence[Shift], kept: Snapshot, members: Sequence[int], now: dt.datetime) -> None:
    """Judge what comes back and write it: free every seat, then the shift, then who sat there."""
    spans = [row.span, span_of(kept)]
    around = reach(Period(min(s.start for s in spans), max(s.end for s in spans)), row.pod.tzinfo)
    was = read_pod(row.pod, around, now)
    end_offers([row, *others], now)
    for each in (row, *others):
        for assignment in each.assignments.all():
            unseat(assignment, now)
    for other in others:
        other.cancelled_at, other.version = now, other.version + 1
        other.save(update_fields=["cancelled_at", "version"])
    take_times(row, span_of(kept))
    row.cancelled_at = None
    row.save()
    write_parts(row, [(activity, _period(start, end)) for activity, start, end in kept["segments"]])
    picture = read_pod(row.pod, around, now)
    view = _with_people(picture.by_shift[row.pk], kept)
    people = read_people(members, row.span, row.pod.tzinfo) if members else {}
    found = [v for v in judge_move(picture, view, view, people) if v.code != "started_too_late"]
    if found := found + floor_breaks(was, with_shifts(picture, [view], row.pk)):
        raise Refused(found)
    for seat, member, start, end, source, made_at in kept["taken"]:
        sat = dt.datetime.fromisoformat(made_at)
        seat_member(member, row, seat, _period(start, end), picture.bounds, source, sat)


def _period(start: str, end: str) -> Period:
    return Period(dt.datetime.fromisoformat(start), dt.datetime.fromisoformat(end))


def _with_people(view: ShiftView, kept: Snapshot) -> ShiftView:
    taken = tuple(
        TakenView(0, seat, member, _period(start, end), dt.datetime.fromisoformat(made_at))
        for seat, member, start, end, _source, made_at in kept["taken"]
    )
    return ShiftView(**{**vars(view), "taken": taken})
