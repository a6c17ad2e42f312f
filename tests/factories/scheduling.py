"""Weeks with shifts, ready to be claimed."""

from __future__ import annotations

import datetime as dt

from cxportal.core.periods import Period, to_instant
from cxportal.core.periods import monday as monday_of
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling.models import Assignment, Shift, ShiftPattern, Week, as_range
from teams.scheduling.reading import read_pod
from teams.scheduling.services.claims import seat_member
from teams.scheduling.services.weeks import NewShift, add_shifts
from teams.skills.models import Skill
from teams.staffing.models import Activity
from teams.staffing.services import standard_activities

# A Monday far enough ahead of the real clock that nothing in its week has begun.
MONDAY = monday_of(dt.date.today() + dt.timedelta(days=70))  # noqa: DTZ011


def activity(slug: str = "phone") -> Activity:
    """One of the standard activities."""
    return next(a for a in standard_activities() if a.slug == slug)


def week(pod: Pod, monday: dt.date = MONDAY, *, state: str = "open") -> Week:
    """A week without shifts: draft, open or fixed at this moment."""
    now = dt.datetime.now(dt.UTC)
    past, future, far = now - dt.timedelta(days=1), now + dt.timedelta(days=30), now + dt.timedelta(days=31)
    opens, fixes = {"draft": (future, far), "open": (past, future), "fixed": (past, past)}[state]
    found, _ = Week.objects.get_or_create(
        pod=pod, monday=monday, defaults={"opens_at": opens, "fixes_at": fixes, "planned_opens_at": max(opens, future)}
    )
    return found


def span(pod: Pod, day: dt.date | int, start: str, end: str) -> Period:
    """Wall times on a day (or the n-th day after ``MONDAY``) as a period; an end before the start is next day."""
    first = MONDAY + dt.timedelta(days=day) if isinstance(day, int) else day
    last = first if end > start else first + dt.timedelta(days=1)
    return Period(
        to_instant(first, dt.time.fromisoformat(start), pod.tzinfo),
        to_instant(last, dt.time.fromisoformat(end), pod.tzinfo, is_end=True),
    )


def shift(
    pod: Pod,
    day: dt.date | int = 1,
    start: str = "07:00",
    end: str = "15:00",
    *,
    seats: int = 1,
    skill: Skill | None = None,
    slug: str = "phone",
    state: str = "open",
) -> Shift:
    """A shift of one activity in its week (made when missing)."""
    period = span(pod, day, start, end)
    on = period.start.astimezone(pod.tzinfo).date()
    new = NewShift(
        on,
        period,
        pod.zone,
        ((activity(slug).pk, period),),
        ((skill.pk if skill else None),) * seats,
    )
    (made,) = add_shifts(week(pod, monday_of(on), state=state), [new])
    return made


def seated(member: User, on: Shift, period: Period | None = None) -> Assignment:
    """The member sits on the first free seat of a shift, without asking the rules."""
    taken = set(on.assignments.values_list("seat", flat=True))
    seat = next(s for s in on.seats.order_by("number") if s.pk not in taken)
    now = dt.datetime.now(dt.UTC)
    bounds = read_pod(on.pod, on.span, now).bounds
    return seat_member(member.pk, on, seat.pk, period or on.span, bounds, Assignment.Source.IMPORT, now)


def pattern(pod: Pod, name: str = "Early", start: str = "07:00", end: str = "15:30", *, seats: int = 2) -> ShiftPattern:
    """A pattern of Monday to Friday, phone with half an hour of break after four hours."""
    made = ShiftPattern.objects.create(
        pod=pod,
        name=name,
        starts=dt.time.fromisoformat(start),
        ends=dt.time.fromisoformat(end),
        weekdays=[1, 2, 3, 4, 5],
        zone=pod.zone,
        seats=seats,
    )
    length = (dt.datetime.combine(MONDAY, made.ends) - dt.datetime.combine(MONDAY, made.starts)).seconds // 60
    phone = activity("phone")
    made.segments.create(activity=phone, start=0, end=240)
    made.segments.create(activity=phone, start=270, end=length)
    return made


def overlapping(member: User, period: Period) -> bool:
    """Whether the member works anywhere at some instant of the period."""
    return Assignment.objects.filter(member=member, period__overlap=as_range(period)).exists()
