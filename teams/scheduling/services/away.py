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

from cxportal.core.database import lock_key
from cxportal.core.periods import DAY, Period, day_period, days_period
from cxportal.core.violations import Violation
from teams.people.models import User
from teams.scheduling import words
from teams.scheduling.effects import release_effect
from teams.scheduling.models import Absence, Assignment, Shift, as_range
from teams.scheduling.reading import read_both
from teams.scheduling.services.absences import GivenUp, give_up
from teams.scheduling.services.coming_back import give_work_back
from teams.scheduling.services.doors import UTC, lock_days, tell_away, weeks_around
from teams.scheduling.services.spending import alive
from teams.scheduling.waiver_models import Waiver


def keys_around(member: int, days: Iterable[dt.date]) -> set[int]:
    """The (member, week) locks under which the member's work on some local days stands still."""
    return weeks_around(member, [day_period(day, UTC) for day in days])


def key_of_all_weeks(member: int) -> int:
    """The key that an act holds which brings a member work."""
    return lock_key("weeks", member)


def work_on(members: Iterable[int], days: Iterable[dt.date]) -> dict[int, list[Assignment]]:
    """What members work on shifts that begin on some days, by member; one query."""
    found: dict[int, list[Assignment]] = defaultdict(list)
    rows = Assignment.objects.filter(member__in=set(members), shift__day__in=set(days), shift__cancelled_at=None)
    for row in rows.select_related("shift__pod", "shift__week"):
        found[row.member_id].append(row)
    return found


def lock_work(work: Mapping[int, Sequence[Assignment]], freed: Iterable[Shift] = ()) -> None:
    """Take the (pod, day) locks of the work, which is read under its (member, week) locks, and of freed shifts."""
    shifts = [*(row.shift for rows in work.values() for row in rows), *freed]
    lock_days((shift.pod, shift.span) for shift in shifts)


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

    An exception by which work could be given back is used up. Returns the absences in the order of the
    stretches, each with the work that it cut: one statement for all of them.
    """
    kind = Absence.Kind.LEAVE
    rows = [
        Absence(member=member, period=as_range(each.period), kind=kind, made_by=by, made_at=now) for each in stretches
    ]
    for absence, each in zip(rows, stretches, strict=True):
        for row in each.work:
            part = row.span if each.whole else row.span.intersection(each.period)
            if part is not None:
                alive(row.shift, member.pk, Waiver.Act.RELEASE).update(used_at=now, assignment=row.pk)
                absence.given_up += give_up(member, row.shift, part, now, urgent=False)
    tell_away(member, *(each.period for each in stretches))
    return Absence.objects.bulk_create(rows)


def remove_leave(absence: Absence) -> None:
    """Take a leave out again; what it cut stays with whoever has it now, unless it is put back."""
    tell_away(absence.member, absence.span)
    absence.delete()


def freed_work(absences: Iterable[Absence]) -> list[Shift]:
    """The shifts from which leave cut work, as far as they still stand. One query, none without."""
    pieces = {piece["shift"] for absence in absences for piece in absence.given_up}
    found = Shift.objects.filter(pk__in=pieces, cancelled_at=None).select_related("pod", "week") if pieces else ()
    return sorted(found, key=lambda shift: (shift.period.lower, shift.pk))


def put_back(
    member: User, shifts: Sequence[Shift], pieces: Sequence[GivenUp], now: dt.datetime
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Work that leave cut is the member's again where nobody took it and it still fits; in words what is and what not.

    After the leave is out, under the locks of the member's weeks and of the days of the shifts.
    """
    return give_work_back(member, {shift.pk: shift for shift in shifts}, pieces, now, in_parts=False)
