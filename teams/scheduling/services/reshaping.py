"""A shift in another shape: cut in two at an instant, or with other activities inside. Who sits there stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.periods import Period, local_date
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.scheduling import words
from teams.scheduling.models import Act, Assignment, Seat, Shift, as_range
from teams.scheduling.moving import judge_change, split, with_shifts
from teams.scheduling.picture import PodPicture, ShiftView, reach
from teams.scheduling.reading import read_people, read_pod
from teams.scheduling.services.changes import (
    end_offers,
    floor_breaks,
    locked_shift,
    may_change,
    remember,
    snapshot,
    take_times,
    tell_people,
    write_parts,
)
from teams.scheduling.services.doors import tell
from teams.scheduling.services.weeks import NewShift, add_shifts


@recorded
def split_shift(*, by: User, shift: int, instant: dt.datetime, at: dt.datetime | None = None) -> tuple[Shift, Shift]:
    """Cut a shift in two at an instant. Whoever sits there over it sits on both halves, in one working day.

    The halves can be claimed, given back and offered apart. Offers of the whole end, everybody on it is told.
    Splitting again at the same instant answers the same. Locks: (member, week), (pod, day). Raises ``Refused``:
    ``outside``, ``past``, ``week_fixed``, ``changed``, or the bounds.
    """
    now = at or periods.now()
    row, members = locked_shift(by, shift)
    if (known := _second_half(row, instant)) is not None:
        return row, known
    may_change(by, row, now)
    if not row.span.start < instant < row.span.end:
        raise Refused(Violation("outside", _("The time lies outside the shift."), {"at": instant.isoformat()}))
    if instant <= now:
        raise Refused(Violation("past", _("A shift is split at a time to come.")))
    picture = read_pod(row.pod, reach(row.span, row.pod.tzinfo), now)
    view = picture.by_shift[row.pk]
    _judge(picture, view, split(view, instant), members)
    before, was = snapshot(row), row.span
    other = _cut(row, instant, now)
    remember(Act.Kind.SPLIT, by, row.week, [before], [row, other], now)
    tell(row.pod, {row.day, other.day}, members, news=True)
    tell_people(by, row, members, "shift_split", was=words.day_span(was, row.pod.tzinfo))
    return row, other


@recorded
def change_parts(*, by: User, shift: int, parts: Sequence[tuple[int, Period]], at: dt.datetime | None = None) -> Shift:
    """Give a shift other activities; what none covers is a break. The same activities again change nothing.

    Everybody's bounds and the floor are judged on the result, offers end, everybody on it is told. Locks:
    (member, week), (pod, day). Raises ``Refused``: ``outside``, ``overlap``, ``past``, ``week_fixed``, or the bounds.
    """
    now = at or periods.now()
    row, members = locked_shift(by, shift)
    ordered = tuple(sorted(parts, key=lambda part: part[1]))
    picture = read_pod(row.pod, reach(row.span, row.pod.tzinfo), now)
    view = picture.by_shift[row.pk]
    if view.segments == ordered:
        return row
    may_change(by, row, now)
    _must_fit(row.span, ordered)
    there = ShiftView(**{**vars(view), "segments": ordered})
    _judge(picture, view, [there], members)
    before = snapshot(row)
    end_offers([row], now)
    row.version += 1
    row.save(update_fields=["version"])
    write_parts(row, ordered)
    remember(Act.Kind.PARTS, by, row.week, [before], [row], now)
    tell(row.pod, [row.day], members, news=True)
    tell_people(by, row, members, "shift_parts")
    return row


def _second_half(row: Shift, instant: dt.datetime) -> Shift | None:
    """The half that a split at this instant made before; a double click finds it."""
    if row.span.end != instant:
        return None
    act = Act.objects.filter(kind=Act.Kind.SPLIT, shift=row, undone_at=None).first()
    if act is None or not act.after:
        return None
    pk: int = act.after[1]["shift"]
    return Shift.objects.select_related("pod", "week").filter(pk=pk, period__startswith=instant).first()


def _judge(picture: PodPicture, view: ShiftView, pieces: Sequence[ShiftView], members: Sequence[int]) -> None:
    people = read_people(members, view.period, picture.zone) if members else {}
    found = judge_change(picture, view, pieces, people)
    if found := found + floor_breaks(picture, with_shifts(picture, pieces, view.pk)):
        raise Refused(found)


def _must_fit(span: Period, parts: Sequence[tuple[int, Period]]) -> None:
    last = None
    for _activity, part in parts:
        if not span.contains(part):
            raise Refused(Violation("outside", _("An activity lies outside the shift.")))
        if last and last.overlaps(part):
            raise Refused(Violation("overlap", _("Two activities overlap.")))
        last = part
    if not parts:
        raise Refused(Violation("no_activity", _("A shift has at least one activity.")))


def _cut(row: Shift, instant: dt.datetime, now: dt.datetime) -> Shift:
    """Write the two halves. Assignments are cut where they lie; their working days do not change."""
    end_offers([row], now)
    whole, zone = row.span, row.pod.tzinfo
    first, last = Period(whole.start, instant), Period(instant, whole.end)
    parts = [(s.activity_id, s.span) for s in row.segments.all()]

    def inside(period: Period) -> tuple[tuple[int, Period], ...]:
        return tuple((activity, cut) for activity, part in parts if (cut := part.intersection(period)))

    new = NewShift(local_date(instant, zone), last, row.zone, inside(last), (), row.pattern_id)
    (other,) = add_shifts(row.week, [new])
    other.pod, other.week = row.pod, row.week
    Shift.objects.filter(pk=other.pk).update(urgent_since=row.urgent_since)
    seats = list(row.seats.all())
    twins = Seat.objects.bulk_create(
        Seat(shift=other, number=s.number, skill_id=s.skill_id, must=s.must) for s in seats
    )
    twin = {seat.pk: made for seat, made in zip(seats, twins, strict=True)}
    for held in row.assignments.all():
        _cut_assignment(held, first, last, other, twin[held.seat_id])
    take_times(row, first)
    row.save()
    write_parts(row, inside(first))
    return other


def _cut_assignment(held: Assignment, first: Period, last: Period, other: Shift, seat: Seat) -> None:
    before, after = held.span.intersection(first), held.span.intersection(last)
    if before is None:
        held.shift, held.seat = other, seat
        held.save(update_fields=["shift", "seat"])
        return
    if after is None:
        return
    held.period = as_range(before)
    held.save(update_fields=["period"])
    Assignment.objects.create(
        member_id=held.member_id, shift=other, seat=seat, duty_id=held.duty_id, period=as_range(after),
        source=held.source, made_at=held.made_at,
    )  # fmt: skip
