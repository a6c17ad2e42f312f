"""Shift patterns: written, changed and retired by any member; weeks already made stay unless somebody asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core import periods
from cxportal.core.database import translate_errors
from cxportal.core.periods import DAY
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.scheduling.expansion import Part, empty_days
from teams.scheduling.models import PatternSegment, Seat, Shift, ShiftPattern, Week
from teams.scheduling.opening.closing import end_changed
from teams.scheduling.services.changes import take_times, write_parts
from teams.scheduling.services.doors import lock_days, must_work_in, tell
from teams.scheduling.services.weeks import NewShift, add_shifts, pattern_rule, planned

TAKEN = Violation(
    "name_taken", gettext_lazy("The pod has a pattern of this name already."), way_out=gettext_lazy("Choose another.")
)


@dataclass(frozen=True)
class Use:
    """What was made from a pattern and lies ahead: the numbers of its weeks, their shifts, how many nobody claimed."""

    weeks: tuple[int, ...] = ()
    shifts: int = 0
    unclaimed: int = 0


def use_of(pattern: ShiftPattern, at: dt.datetime | None = None) -> Use:
    """The shifts that begin after ``at`` and were made from a pattern. One statement."""
    rows = (
        Shift.objects.filter(pattern=pattern, cancelled_at=None, period__startswith__gt=at or periods.now())
        .annotate(taken=Count("assignments"))
        .values_list("week__monday", "taken")
    )
    found = list(rows)
    weeks = tuple(monday.isocalendar().week for monday in sorted({monday for monday, _taken in found}))
    return Use(weeks, len(found), sum(1 for _monday, taken in found if not taken))


@recorded
def save_pattern(
    *, by: User, pattern: ShiftPattern, parts: Iterable[Part], replan: bool = False, at: dt.datetime | None = None
) -> int:
    """Write a pattern with its activities, in place of those it had. Returns how many made shifts were changed.

    Weeks that are made stay as they are; with ``replan`` their shifts to come that nobody claimed and nobody changed
    by hand follow. Locks with ``replan``: the (pod, day) of those weeks. Raises ``Refused``: ``empty_shift`` when a
    clock change within two years would swallow a shift, ``name_taken`` when somebody wrote another of this name a
    moment before.
    """
    now = at or periods.now()
    must_work_in(by, pattern.pod)
    weeks = _lock_weeks(pattern, now) if replan and pattern.pk else []
    made = _made(pattern, weeks)
    pattern.zone = pattern.zone or pattern.pod.zone
    today = periods.local_date(now, pattern.pod.tzinfo)
    if swallowed := empty_days(pattern_rule(pattern, ()), today, today + 730 * DAY):
        raise Refused(
            Violation(
                "empty_shift",
                _("The clocks change on %(day)s and nothing would be left of the shift.")
                % {"day": swallowed[0].isoformat()},
            )
        )
    with translate_errors({"shift_pattern_name": TAKEN}), transaction.atomic():
        pattern.save()
    pattern.segments.all().delete()
    PatternSegment.objects.bulk_create(
        PatternSegment(pattern=pattern, activity_id=part.activity, start=part.start, end=part.end) for part in parts
    )
    return sum(_replan(pattern, made[week.pk], week, now) for week in weeks)


@recorded
def retire_pattern(*, by: User, pattern: ShiftPattern) -> ShiftPattern:
    """No week to come is made from it; weeks that exist keep their shifts. Retiring again changes nothing."""
    must_work_in(by, pattern.pod)
    if pattern.retired_at is None:
        pattern.retired_at = periods.now()
        pattern.save(update_fields=["retired_at"])
    return pattern


def _lock_weeks(pattern: ShiftPattern, now: dt.datetime) -> list[Week]:
    """The pod's made weeks that are not over, under the locks of their days."""
    first = periods.monday(periods.local_date(now, pattern.pod.tzinfo))
    weeks = list(Week.objects.select_related("pod").filter(pod=pattern.pod, monday__gte=first))
    lock_days([(pattern.pod, week.period) for week in weeks])
    return weeks


def _made(pattern: ShiftPattern, weeks: Iterable[Week]) -> dict[int, dict[dt.date, NewShift]]:
    """What the pattern as it stands in the database planned for weeks: the form has changed the one at hand."""
    stored = ShiftPattern.objects.select_related("pod").prefetch_related("segments").filter(pk=pattern.pk).first()
    return {week.pk: {new.day: new for new in planned(stored, week.monday)} if stored else {} for week in weeks}


def _replan(pattern: ShiftPattern, made: Mapping[dt.date, NewShift], week: Week, now: dt.datetime) -> int:
    """Let what nobody claimed in a made week follow the pattern. Only under the locks. Returns the shifts changed.

    ``made`` is what the pattern planned until now: a shift that is not as planned was changed by hand and stays,
    and a planned day without its shift stays without one. Quiet offers of what is changed end, their owners are told.
    """
    wanted = {plan.day: plan for plan in planned(pattern, week.monday) if plan.period.start > now}
    rows = (
        Shift.objects.select_related("pod")
        .filter(week=week, pattern=pattern, cancelled_at=None)
        .annotate(taken=Count("assignments"))
    )
    days: set[dt.date] = set()
    gone, other = [], []
    for row in rows:
        plan, was = wanted.get(row.day), made.get(row.day)
        if row.taken or row.span.start <= now or was is None or was.period != row.span:
            continue
        days.add(row.day)
        if plan is None:
            row.cancelled_at, row.version = now, row.version + 1
            row.save(update_fields=["cancelled_at", "version"])
            gone.append(row)
        else:
            _reshape(row, plan)
            other.append(row)
    end_changed(gone, pattern.pod, now, cancelled=True)
    end_changed(other, pattern.pod, now)
    new = [plan for day, plan in wanted.items() if day not in made]
    add_shifts(week, new)
    days |= {plan.day for plan in new}
    tell(pattern.pod, days, news=True)
    return len(days)


def _reshape(row: Shift, plan: NewShift) -> None:
    """Give a shift that nobody sits on the times, activities and seats of a plan of the same day."""
    row.zone = plan.zone
    take_times(row, plan.period)
    row.save(update_fields=["period", "zone", "version", "day", "starts_offset", "ends_offset"])
    write_parts(row, plan.segments)
    row.seats.filter(number__gt=len(plan.seats)).delete()
    known = set(row.seats.values_list("number", flat=True))
    row.seats.exclude(skill=plan.seats[0]).update(skill=plan.seats[0])
    Seat.objects.bulk_create(
        Seat(shift=row, number=number, skill_id=skill)
        for number, skill in enumerate(plan.seats, 1)
        if number not in known
    )
