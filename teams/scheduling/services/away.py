"""Leave as absence: what stands in its way, writing it and taking it out, for the room that grants it.

Every function here runs inside that room's transaction. An overnight shift belongs to the day on
which it begins: whole days of leave give up the shifts that begin on them, with what lies past midnight.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cxportal.core.periods import DAY, Period, day_period, days_period
from cxportal.core.violations import Violation
from teams.people.models import User
from teams.scheduling import words
from teams.scheduling.effects import release_effect
from teams.scheduling.models import Absence, Assignment, as_range
from teams.scheduling.reading import read_both
from teams.scheduling.services.absences import give_up
from teams.scheduling.services.doors import UTC, lock_days, tell_away, weeks_around


def keys_around(member: int, days: Iterable[dt.date]) -> set[int]:
    """The (member, week) locks under which the member's work on some local days stands still."""
    return weeks_around(member, [day_period(day, UTC) for day in days])


def work_on(members: Iterable[int], days: Iterable[dt.date]) -> dict[int, list[Assignment]]:
    """What members work on shifts that begin on some days, by member; one query."""
    found: dict[int, list[Assignment]] = defaultdict(list)
    rows = Assignment.objects.filter(member__in=set(members), shift__day__in=set(days), shift__cancelled_at=None)
    for row in rows.select_related("shift__pod", "shift__week"):
        found[row.member_id].append(row)
    return found


def lock_work(work: Mapping[int, Sequence[Assignment]]) -> None:
    """Take the (pod, day) locks of the work, which is read under its (member, week) locks."""
    lock_days((row.shift.pod, row.shift.span) for rows in work.values() for row in rows)


def in_the_way(
    member: int, work: Sequence[Assignment], part_of: Mapping[dt.date, Period | None], now: dt.datetime
) -> dict[dt.date, tuple[Violation, ...]]:
    """Why work on some days could not be given back, by day; days that could are left out.

    ``part_of`` names the days asked for, with the part of the day or None for the whole. One trip a pod.
    """
    found: dict[dt.date, tuple[Violation, ...]] = {}
    by_pod: dict[int, list[Assignment]] = defaultdict(list)
    for row in work:
        if row.shift.day in part_of:
            by_pod[row.shift.pod_id].append(row)
    for rows in by_pod.values():
        pod = rows[0].shift.pod
        days = [row.shift.day for row in rows]
        window = days_period(min(days), max(days) + DAY, pod.tzinfo)
        around = Period(min(row.span.start for row in rows), max(row.span.end for row in rows))
        picture, people = read_both(pod, window, now, [member], around)
        for row in rows:
            view = picture.by_shift[row.shift_id]
            taken = next((each for each in view.taken if each.pk == row.pk), None)
            limits = part_of[row.shift.day]
            part = row.span if limits is None else row.span.intersection(limits)
            if taken is None or part is None:
                continue
            if broken := release_effect(picture, people[member].state, view, taken, part).violations:
                told = tuple(_named(each, words.day_span(part, pod.tzinfo)) for each in broken)
                found[row.shift.day] = (*found.get(row.shift.day, ()), *told)
    return found


def _named(why: Violation, span: str) -> Violation:
    """The reason with the shift that it is about, and what works: somebody else takes it first."""
    words_ = _("Your shift %(span)s cannot be given back: %(why)s") % {"span": span, "why": why.message}
    return Violation("leave_shift", words_, {"because": why.code, **why.numbers}, _("Offer it to the others first."))


@dataclass(frozen=True)
class Away:
    """A stretch of leave to write: the instants, the work on that day, and whether the shifts go as a whole."""

    period: Period
    work: Sequence[Assignment] = ()
    whole: bool = True


def write_leave(*, by: User | None, member: User, stretches: Sequence[Away], now: dt.datetime) -> list[Absence]:
    """The member is on leave over some stretches; the work on them is given up and its seats open. Locks as above.

    Returns the absences in the order of the stretches: one statement for all of them.
    """
    kind = Absence.Kind.LEAVE
    made = Absence.objects.bulk_create(
        Absence(member=member, period=as_range(each.period), kind=kind, made_by=by, made_at=now) for each in stretches
    )
    for each in stretches:
        for row in each.work:
            part = row.span if each.whole else row.span.intersection(each.period)
            if part is not None:
                give_up(member, row.shift, part, now, urgent=False)
    tell_away(member, *(each.period for each in stretches))
    return made


def remove_leave(absence: Absence) -> None:
    """Take a leave out again; what was given up stays with whoever has it now."""
    tell_away(absence.member, absence.span)
    absence.delete()
