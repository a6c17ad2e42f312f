"""Shifts by hand: added, moved, cancelled. Whoever sits on one is asked by the rules and told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.database import LockClass, lock, lock_key
from cxportal.core.periods import MINUTE, Period, local_date, monday
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.notifications.services import notify
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.bounds import FIXED, PAST, floor_violation
from teams.scheduling.coverage import below_floor
from teams.scheduling.expansion import Part
from teams.scheduling.models import GiveAway, Segment, Shift, as_range
from teams.scheduling.moving import judge_move, moved, with_shift
from teams.scheduling.picture import PodPicture, ShiftView, reach
from teams.scheduling.reading import read_people, read_pod
from teams.scheduling.services.claims import seat_member, unseat
from teams.scheduling.services.doors import lock_roster, must_stand, must_work_in, shift_or_404, tell
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
        raise Refused(_over(period, pod))
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
    row, members = _locked(by, shift, period)
    if row.span == period:
        return row
    _may_change(by, row, now)
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
    found += _floor(picture, with_shift(picture, there, row.pk))
    if found:
        raise Refused(found)
    _write_move(row, there, picture, now)
    tell(row.pod, [local_date(was.start, zone), row.day], members, news=True)
    _tell_people(by, row, members, "shift_moved", was=words.day_span(was, zone))
    return row


@recorded
def cancel_shift(*, by: User, shift: int, at: dt.datetime | None = None) -> Shift | None:
    """Take a shift out of the week; whoever sits on it is told. Cancelling again changes nothing (None).

    The same rules as for moving; nobody's work may vanish below the floor. Locks as moving.
    """
    now = at or periods.now()
    gone = Shift.objects.select_related("pod").filter(pk=shift).exclude(cancelled_at=None).first()
    if gone is not None:
        must_work_in(by, gone.pod)
        return None
    row, members = _locked(by, shift, None)
    _may_change(by, row, now)
    picture = read_pod(row.pod, reach(row.span, row.pod.tzinfo), now)
    if found := _floor(picture, with_shift(picture, None, row.pk)):
        raise Refused(found)
    for assignment in row.assignments.all():
        unseat(assignment, now)
    row.cancelled_at = now
    row.save(update_fields=["cancelled_at"])
    tell(row.pod, [row.day], members, news=True)
    _tell_people(by, row, members, "shift_cancelled")
    return row


def _locked(by: User, shift: int, period: Period | None) -> tuple[Shift, list[int]]:
    """The shift and who sits on it, under the locks of all of them; asked again when somebody came meanwhile."""
    row = shift_or_404(shift)
    must_work_in(by, row.pod)
    members = list(row.assignments.values_list("member", flat=True))
    locked = row.span
    lock_roster(row.pod, members, [locked, *([period] if period else [])])
    row = shift_or_404(shift)
    must_stand(locked, row.span)
    if set(members) != set(row.assignments.values_list("member", flat=True)):
        raise Refused(
            Violation("changed", _("Somebody claimed or gave back this shift a moment ago. Look at it again."))
        )
    return row, members


def _may_change(by: User, row: Shift, now: dt.datetime) -> None:
    state = row.week.state_at(now)
    if state == PAST or row.span.end <= now:
        raise Refused(_over(row.span, row.pod))
    others = sorted(row.assignments.exclude(member=by).values_list("member__name", flat=True))
    if state == FIXED and others:
        raise Refused(
            Violation(
                "week_fixed",
                _("The week is fixed and %(names)s claimed this shift; only they can change it.")
                % {"names": ", ".join(others)},
                {},
                _("Add another shift, or ask them."),
            )
        )


def _over(period: Period, pod: Pod) -> Violation:
    return Violation("past", _("%(span)s is over.") % {"span": words.day_span(period, pod.tzinfo)})


def _floor(before: PodPicture, after: PodPicture) -> list[Violation]:
    names = {a.pk: a.name for a in before.activities.values()}
    breaks = below_floor(before.floor, before.staffed, after.staffed)
    return [floor_violation(hit, before.zone, names) for hit in breaks]


def _write_move(row: Shift, there: ShiftView, picture: PodPicture, now: dt.datetime) -> None:
    """Seat everybody anew on the moved shift, so that each working day is rewritten by the one rule."""
    GiveAway.objects.filter(shift=row, outcome=GiveAway.Outcome.OPEN).update(
        outcome=GiveAway.Outcome.EXPIRED, closed_at=now
    )
    before = {a.pk: a for a in row.assignments.all()}
    for assignment in list(before.values()):
        unseat(assignment, now)
    row.period, row.day = as_range(there.period), local_date(there.period.start, row.pod.tzinfo)
    row.version += 1
    row.save(update_fields=["period", "day", "version"])
    row.segments.all().delete()
    Segment.objects.bulk_create(
        Segment(shift=row, activity_id=activity, period=as_range(part)) for activity, part in there.segments
    )
    sources = {(a.seat_id, a.member_id): (a.source, a.made_at) for a in before.values()}
    for taken in there.taken:
        source, made_at = sources[taken.seat, taken.member]
        seat_member(taken.member, row, taken.seat, taken.period, picture.bounds, source, made_at)


def _tell_people(by: User, row: Shift, members: Sequence[int], kind: str, was: str = "") -> None:
    notify(
        to=members,
        kind=kind,
        data={"by": by.name, "span": words.day_span(row.span, row.pod.tzinfo), "was": was},
        url=reverse("week", kwargs={"slug": row.pod.slug, "week": row.week.label}),
        source=f"{kind}:{row.pk}:{row.version}",
        by=by,
    )
