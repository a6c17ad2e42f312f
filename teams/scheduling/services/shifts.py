"""Shifts by hand: added, moved, cancelled. Whoever sits on one is asked by the rules and told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.database import LockClass, lock, lock_key
from cxportal.core.periods import MINUTE, Period, local_date, monday
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.expansion import Part
from teams.scheduling.models import Act, Shift
from teams.scheduling.moving import judge_move, moved, with_shift
from teams.scheduling.picture import reach
from teams.scheduling.reading import read_people, read_pod
from teams.scheduling.services.changes import (
    end_offers,
    floor_breaks,
    locked_shift,
    may_change,
    over,
    remember,
    rewrite,
    snapshot,
    tell_people,
)
from teams.scheduling.services.claims import unseat
from teams.scheduling.services.doors import must_work_in, tell
from teams.scheduling.services.weeks import NewShift, add_shifts, ensure_week


@recorded
def add_shift(
    *, by: User, pod: Pod, period: Period, parts: Sequence[Part], seats: int = 1, skill: int | None = None
) -> Shift:
    """A shift of its own, with activities in minutes from its start. Any member may add one.

    Lock: (pod, day) of the week's Monday. Raises ``Refused`` (``past``) for a time that is over.
    """
    must_work_in(by, pod)
    if period.end <= periods.now():
        raise Refused(over(period, pod))
    day = local_date(period.start, pod.tzinfo)
    lock(LockClass.POD_DAY, [lock_key("day", pod.pk, monday(day).toordinal())])
    segments = []
    for part in parts:
        span = Period(period.start + part.start * MINUTE, period.start + part.end * MINUTE).intersection(period)
        if span:
            segments.append((part.activity, span))
    week = ensure_week(pod, monday(day))
    (shift,) = add_shifts(week, [NewShift(day, period, pod.zone, tuple(segments), (skill,) * seats)])
    tell(pod, [day], news=True)
    return shift


@recorded
def move_shift(*, by: User, shift: int, period: Period, at: dt.datetime | None = None) -> Shift:
    """Move, lengthen or shorten a shift with everybody on it, inside its week.

    A claimed shift of a fixed week moves only when nobody else sits on it. Everybody's bounds
    and the floor are judged on the result. Offers of it end. Those concerned are told.
    Locks: (member, week), (pod, day). Raises ``Refused``.
    """
    now = at or periods.now()
    row, members = locked_shift(by, shift, period)
    if row.span == period:
        return row
    may_change(by, row, now)
    if not row.week.period.holds(period.start) or period.end <= now:
        raise Refused(
            Violation(
                "other_week",
                _("A shift moves inside its week, to a time that is not over."),
                {},
                _("Cancel it and add one there."),
            )
        )
    was, zone = row.span, row.pod.tzinfo
    around = Period(min(was.start, period.start), max(was.end, period.end))
    picture = read_pod(row.pod, reach(around, zone), now)
    view = picture.by_shift[row.pk]
    there = moved(view, period)
    found = judge_move(picture, view, there, read_people(members, around, zone))
    found += floor_breaks(picture, with_shift(picture, there, row.pk))
    if found:
        raise Refused(found)
    before = snapshot(row)
    rewrite(row, there, picture.bounds, now)
    remember(Act.Kind.MOVE, by, row.week, [before], [row], now)
    tell(row.pod, [local_date(was.start, zone), row.day], members, news=True)
    tell_people(by, row, members, "shift_moved", was=words.day_span(was, zone))
    return row


@recorded
def cancel_shift(*, by: User, shift: int, at: dt.datetime | None = None) -> Shift | None:
    """Take a shift out of the week; whoever sits on it is told. Cancelling again changes nothing (None).

    The same rules as for moving; nobody's work may vanish below the floor. Its version rises and its offers end.
    Locks as moving.
    """
    now = at or periods.now()
    gone = Shift.objects.select_related("pod").filter(pk=shift).exclude(cancelled_at=None).first()
    if gone is not None:
        must_work_in(by, gone.pod)
        return None
    row, members = locked_shift(by, shift)
    may_change(by, row, now)
    picture = read_pod(row.pod, reach(row.span, row.pod.tzinfo), now)
    if found := floor_breaks(picture, with_shift(picture, None, row.pk)):
        raise Refused(found)
    before = snapshot(row)
    end_offers([row], now, cancelled=True)
    for assignment in row.assignments.all():
        unseat(assignment, now)
    row.cancelled_at, row.version = now, row.version + 1
    row.save(update_fields=["cancelled_at", "version"])
    remember(Act.Kind.CANCEL, by, row.week, [before], [row], now)
    tell(row.pod, [row.day], members, news=True)
    tell_people(by, row, members, "shift_cancelled")
    return row
