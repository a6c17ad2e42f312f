"""Weeks: made from patterns or copied, opened early, opened by themselves and fixed by the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core import periods
from cxportal.core.database import LockClass, lock, lock_key
from cxportal.core.periods import DAY, Period, each_day, local_date, to_instant
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.pods.agreement import values_at
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.expansion import EmptyShift, Part, PatternRule, in_turn, shift_on
from teams.scheduling.models import Act, Assignment, PatternSegment, Seat, Segment, Shift, ShiftPattern, Week, as_range
from teams.scheduling.services.doors import must_work_in, tell

OPENING_TIME = dt.time(9)


class NewShift(NamedTuple):
    """A shift that is about to be written."""

    day: dt.date
    period: Period
    zone: str
    segments: tuple[tuple[int, Period], ...]
    seats: tuple[int | None, ...]  # the skill of each seat, or None
    pattern: int | None = None


@recorded
def make_week(*, by: User, pod: Pod, monday: dt.date) -> Week:
    """The week of a pod from its patterns, as a draft; an existing week is returned as it is.

    Lock: (pod, day) of the Monday. Raises ``Refused`` (``no_patterns``).
    """
    must_work_in(by, pod)
    lock(LockClass.POD_DAY, [lock_key("day", pod.pk, monday.toordinal())])
    if week := Week.objects.filter(pod=pod, monday=monday).first():
        return week
    patterns = list(
        ShiftPattern.objects.filter(pod=pod, retired_at=None).select_related("pod").prefetch_related("segments")
    )
    if not patterns:
        raise Refused(
            Violation(
                "no_patterns",
                _("%(pod)s has no shift patterns yet, so a week cannot be made from them.") % {"pod": pod},
                {},
                _("Write down the first pattern, or copy a week that exists."),
            )
        )
    week = _new_week(pod, monday)
    add_shifts(week, [new for pattern in patterns for new in planned(pattern, monday)])
    tell(pod, each_day(monday, monday + 6 * DAY), news=True)
    return week


@recorded
def copy_week(*, by: User, source: Week, monday: dt.date) -> Week:
    """The shifts of one week as another week's draft, at the same wall times; nobody sits on them.

    Lock: (pod, day) of the Monday. Raises ``Refused`` (``week_exists``) when the week has shifts,
    ``empty_shift`` when the clocks swallow one there.
    """
    pod = source.pod
    must_work_in(by, pod)
    lock(LockClass.POD_DAY, [lock_key("day", pod.pk, monday.toordinal())])
    week = Week.objects.filter(pod=pod, monday=monday).first()
    if week and week.shifts.filter(cancelled_at=None).exists():
        raise Refused(
            Violation("week_exists", _("Week %(week)s has shifts already.") % {"week": monday.isocalendar().week})
        )
    week = week or _new_week(pod, monday)
    shifts = source.shifts.filter(cancelled_at=None).select_related("pattern").prefetch_related("segments", "seats")
    add_shifts(week, [_moved(shift, monday - source.monday) for shift in shifts])
    tell(pod, each_day(monday, monday + 6 * DAY), news=True)
    return week


@recorded
def open_week(*, by: User, week: Week, at: dt.datetime | None = None) -> Act | None:
    """Open a draft early, for everybody at once. Open weeks stay as they are (None).

    Any member may; ``undo_opening`` takes it back until the first claim.
    """
    now = at or periods.now()
    must_work_in(by, week.pod)
    week = Week.objects.select_for_update(of=("self",)).select_related("pod").get(pk=week.pk)
    if week.opens_at <= now:
        return None
    week.opens_at, week.opened_by = now, by
    week.save(update_fields=["opens_at", "opened_by"])
    act = Act.objects.create(kind=Act.Kind.OPEN, member=by, week=week, at=now)
    tell(week.pod, each_day(week.monday, week.monday + 6 * DAY), news=True)
    return act


@recorded
def undo_opening(*, by: User, week: Week, at: dt.datetime | None = None) -> Week:
    """Make an early opened week a draft again, until somebody has claimed.

    Locks: the (pod, day) of the week, so that no claim slips in. Raises ``Refused``
    (``built_on``) after the first claim, or when its agreed instant has come.
    """
    now = at or periods.now()
    must_work_in(by, week.pod)
    days = each_day(week.monday, week.monday + 6 * DAY)
    lock(LockClass.POD_DAY, [lock_key("day", week.pod_id, day.toordinal()) for day in days])
    week = Week.objects.select_for_update(of=("self",)).select_related("pod").get(pk=week.pk)
    if week.opens_at > now:
        return week
    claims = Assignment.objects.filter(shift__week=week).count()
    if claims or week.planned_opens_at <= now:
        message = (
            ngettext(
                "%(number)s seat is claimed already; the week stays open.",
                "%(number)s seats are claimed already; the week stays open.",
                claims,
            )
            % {"number": claims}
            if claims
            else _("The agreed instant for opening has come; the week stays open.")
        )
        raise Refused(Violation("built_on", message, {"claims": claims}))
    week.opens_at, week.opened_by = week.planned_opens_at, None
    week.save(update_fields=["opens_at", "opened_by"])
    Act.objects.filter(week=week, kind=Act.Kind.OPEN, undone_at=None).update(undone_at=now)
    tell(week.pod, each_day(week.monday, week.monday + 6 * DAY), news=True)
    return week


def pattern_rule(pattern: ShiftPattern, parts: Iterable[PatternSegment] | None = None) -> PatternRule:
    """A stored pattern as the pure rule takes it."""
    segments = pattern.segments.all() if parts is None else parts
    return PatternRule(
        pattern.starts,
        pattern.ends,
        frozenset(pattern.weekdays),
        ZoneInfo(pattern.zone),
        pattern.clock_change,
        tuple(Part(s.activity_id, s.start, s.end) for s in segments),
    )


def planned(pattern: ShiftPattern, monday: dt.date) -> list[NewShift]:
    """The shifts of a pattern that begin in a week of its pod. Raises ``Refused`` when the clocks swallow one.

    A pattern may keep another zone than its pod: weekdays are those of the pattern, and a shift belongs
    to the pod's day on which it begins, which may be the one before or after.
    """
    rule, zone = pattern_rule(pattern), pattern.pod.tzinfo
    others = rule.zone != zone
    days = each_day(monday - DAY, monday + 7 * DAY) if others else each_day(monday, monday + 6 * DAY)
    try:
        plans = [shift_on(rule, day) for day in days if day.isoweekday() in rule.weekdays]
    except EmptyShift as error:
        raise Refused(_swallowed(pattern.name, error.day)) from error
    seats = (pattern.skill_id,) * pattern.seats
    found = [
        NewShift(local_date(plan.period.start, zone), plan.period, pattern.zone, plan.segments, seats, pattern.pk)
        for plan in plans
    ]
    return [new for new in found if monday <= new.day <= monday + 6 * DAY]


def _swallowed(name: str, day: dt.date) -> Violation:
    return Violation(
        "empty_shift",
        _("%(name)s would be empty on %(day)s, when the clocks change.") % {"name": name, "day": words.long_day(day)},
        {"day": day.isoformat()},
    )


def ensure_week(pod: Pod, monday: dt.date) -> Week:
    """The week's row, made when it is missing. Only under the lock of its Monday."""
    return Week.objects.filter(pod=pod, monday=monday).first() or _new_week(pod, monday)


def _new_week(pod: Pod, monday: dt.date) -> Week:
    agreed = values_at(pod, periods.now())
    zone = pod.tzinfo
    opens = to_instant(monday - int(agreed["open_days_before"]) * DAY, OPENING_TIME, zone)
    fixes = to_instant(monday - int(agreed["fixed_days_before"]) * DAY, OPENING_TIME, zone)
    return Week.objects.create(
        pod=pod, monday=monday, opens_at=opens, planned_opens_at=opens, fixes_at=max(opens, fixes)
    )


def add_shifts(week: Week, new: Iterable[NewShift]) -> list[Shift]:
    """Write shifts with their activities and seats: three statements for any number."""
    plans = list(new)
    shifts = Shift.objects.bulk_create(
        Shift(
            pod_id=week.pod_id,
            week=week,
            pattern_id=n.pattern,
            day=n.day,
            period=as_range(n.period),
            zone=n.zone,
            starts_offset=words.offset(n.period.start, ZoneInfo(n.zone)),
            ends_offset=words.offset(n.period.end, ZoneInfo(n.zone)),
        )
        for n in plans
    )
    pairs = list(zip(shifts, plans, strict=True))
    Segment.objects.bulk_create(
        Segment(shift=shift, activity_id=activity, period=as_range(part))
        for shift, plan in pairs
        for activity, part in plan.segments
    )
    Seat.objects.bulk_create(
        Seat(shift=shift, number=number, skill_id=skill)
        for shift, plan in pairs
        for number, skill in enumerate(plan.seats, 1)
    )
    return shifts


def _moved(shift: Shift, by: dt.timedelta) -> NewShift:
    """A shift on another day at the same wall time; an activity that the clocks swallow is left out.

    One whose pattern keeps the duration keeps its length instead, and its activities theirs. Raises ``Refused``
    when the clocks swallow the whole shift.
    """
    zone, span = shift.tzinfo, shift.span
    keeps = shift.pattern is not None and shift.pattern.clock_change == ShiftPattern.ClockChange.KEEP_DURATION

    def moved(instant: dt.datetime, *, is_end: bool = False) -> dt.datetime:
        local = instant.astimezone(zone)
        return to_instant(local.date() + by, local.time(), zone, is_end=is_end)

    first = moved(span.start)
    last = first + span.length if keeps else moved(span.end, is_end=True)
    if first >= last:
        raise Refused(_swallowed(words.day_span(span, zone), shift.day + by))
    period, edges = Period(first, last), []
    for segment in sorted(shift.segments.all(), key=lambda segment: segment.span):
        inside = segment.span
        start, end = (first + (edge - span.start) if keeps else moved(edge) for edge in (inside.start, inside.end))
        edges.append((segment.activity_id, start, last if inside.end == span.end else end))
    seats = tuple(seat.skill_id for seat in sorted(shift.seats.all(), key=lambda seat: seat.number))
    segments = tuple(in_turn(edges, period))
    return NewShift(shift.day + by, period, shift.zone, segments, seats, shift.pattern_id)
