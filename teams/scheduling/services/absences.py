"""Absences: accepted at once when somebody is ill; the seats open as urgent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.periods import Period
from cxportal.core.violations import Denied, Refused, Violation
from teams.audit.tracking import recorded
from teams.notifications.services import notify
from teams.people.models import User
from teams.pods.queries import members_on, standing
from teams.scheduling import words
from teams.scheduling.effects import release_effect
from teams.scheduling.models import Absence, Assignment, Duty, Shift, as_range
from teams.scheduling.picture import minus
from teams.scheduling.services.claims import look, unseat
from teams.scheduling.services.doors import lock_days, lock_weeks, tell, tell_away
from teams.scheduling.services.working_days import settle
from teams.scheduling.swaps.closing import close_all, close_offers

ALWAYS = frozenset({Absence.Kind.SICK, Absence.Kind.LATE, Absence.Kind.EARLY})

type Sick = Callable[[User, Period, dt.datetime], None]

type GivenUp = dict[str, Any]  # a piece of work: shift, seat, start, end, source, made_at, assignment

_of_sickness: list[Sick] = []


def on_sickness(tell: Sick) -> None:
    """Register what else follows from a sick report: called with member, period and instant before its own locks.

    It runs in the report's transaction and takes locks of classes before (member, week) only.
    """
    if tell not in _of_sickness:
        _of_sickness.append(tell)


@recorded
def record_absence(
    *, by: User, member: User, period: Period, kind: str, note: str = "", at: dt.datetime | None = None
) -> Absence:
    """Write that a member is away; work inside the absence is given up and its seats open.

    Illness, a late arrival and an early leaving are always accepted; other kinds only when the
    shifts inside could be given back. By the member, or by an administrator. The same report
    again answers the same. Locks: (member, week), (pod, day). Raises ``Refused`` or ``Denied``.
    """
    now = at or periods.now()
    if by.pk != member.pk and not standing(by).is_administrator:
        raise Denied(_("Only %(name)s or an administrator can report this.") % {"name": member.name})
    if kind == Absence.Kind.SICK:
        for follow in _of_sickness:
            follow(member, period, now)
    lock_weeks(member.pk, period)
    if known := Absence.objects.filter(member=member, period=as_range(period), kind=kind).first():
        return known
    # Under the lock of the member's weeks nobody seats the member, or moves a shift that they sit on.
    shifts = _shifts(member, period)
    lock_days((shift.pod, shift.span) for shift in shifts)
    if kind not in ALWAYS:
        _must_be_free(member, period, shifts, now)
    absence = Absence.objects.create(
        member=member, period=as_range(period), kind=kind, note=note, made_by=by, made_at=now
    )
    # All at once, in one order: others may end offers of the same people.
    close_all(Assignment.objects.filter(member=member, shift__in=shifts, period__overlap=as_range(period)), now)
    for shift in shifts:
        urgent = kind == Absence.Kind.SICK and shift.span.end > now
        absence.given_up += give_up(member, shift, period, now, urgent=urgent)
    absence.save(update_fields=["given_up"])
    tell_away(member, period)
    return absence


def _shifts(member: User, period: Period) -> list[Shift]:
    found = Shift.objects.filter(
        assignments__member=member, assignments__period__overlap=as_range(period), cancelled_at=None
    )
    return list(found.select_related("pod", "week").distinct())


def _must_be_free(member: User, period: Period, shifts: list[Shift], now: dt.datetime) -> None:
    """Refuse with the reasons for which a shift inside could not be given back."""
    found: list[Violation] = []
    for shift in shifts:
        picture, person = look(shift, member, now)
        view = picture.by_shift[shift.pk]
        for taken in view.taken:
            part = taken.period.intersection(period)
            if taken.member == member.pk and part:
                found += release_effect(picture, person.state, view, taken, part).violations
    if found:
        raise Refused(found)


def give_up(member: User, shift: Shift, period: Period, now: dt.datetime, *, urgent: bool) -> list[GivenUp]:
    """Cut the absence out of the member's work on a shift; the working day is settled. Under the locks of both.

    Returns the work as it stood before.
    """
    rows = list(Assignment.objects.filter(member=member, shift=shift, period__overlap=as_range(period)))
    before = [_as_it_stood(row) for row in rows]
    for row in rows:
        left = minus(row.span, [period])
        if not left:
            unseat(row, now)
            continue
        duty = Duty.objects.get(pk=row.duty_id)
        close_offers(row, now)
        row.period = as_range(left[0])
        row.save(update_fields=["period"])
        for part in left[1:]:
            Assignment.objects.create(
                member=member, shift=shift, seat_id=row.seat_id, duty=duty, period=as_range(part), source=row.source,
                made_at=row.made_at,
            )  # fmt: skip
        settle([duty])
    if urgent and shift.urgent_since is None:
        shift.urgent_since = now
        shift.save(update_fields=["urgent_since"])
        _call_for_help(member, shift, now)
    tell(shift.pod, [shift.day], [member.pk])
    return before


def _as_it_stood(row: Assignment) -> GivenUp:
    start, end, made_at = (each.isoformat() for each in (row.span.start, row.span.end, row.made_at))
    return {
        "shift": row.shift_id, "seat": row.seat_id, "start": start, "end": end, "source": row.source,
        "made_at": made_at, "assignment": row.pk,
    }  # fmt: skip


def cut_span(piece: GivenUp) -> Period:
    """When the work was that an absence cut, as it stood before."""
    return Period(dt.datetime.fromisoformat(piece["start"]), dt.datetime.fromisoformat(piece["end"]))


def _call_for_help(member: User, shift: Shift, now: dt.datetime) -> None:
    """Tell the pod that a shift is open at short notice; never why."""
    notify(
        to=members_on(shift.pod, now.date()),
        kind="shift_urgent",
        data={"by": member.name, "span": words.day_span(shift.span, shift.pod.tzinfo)},
        url=reverse("week", kwargs={"slug": shift.pod.slug, "week": shift.week.label}),
        source=called(shift, now),
        by=member,
    )


def called(shift: Shift, since: dt.datetime) -> str:
    """The source of the notices that called for help on a shift at an instant."""
    return f"urgent:{shift.pk}:{int(since.timestamp())}"
