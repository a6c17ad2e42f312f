"""What other rooms ask of the roster: who is on duty, my next shifts, how well a day is covered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import connection

from cxportal.core import periods
from cxportal.core.batch import Prepared, fetch
from cxportal.core.periods import DAY, Period, day_period, local_date, monday, week_label, week_period
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling.effects import Effect, claim_effect
from teams.scheduling.models import Absence, Act, Assignment, Shift, Week, as_range
from teams.scheduling.open_shifts import OpenForMe, open_kept
from teams.scheduling.picture import PodPicture, reach
from teams.scheduling.reading import read_people, read_pod
from teams.scheduling.strips import DayCoverage, day_coverage


@dataclass(frozen=True)
class OnDuty:
    """A member on shift at an instant. ``activity`` is None in a break; channels are Channel values."""

    member_id: int
    pod_id: int
    activity: str | None
    channels: frozenset[str]
    until: dt.datetime
    shift_until: dt.datetime
    next_activity: str | None = None
    next_channels: frozenset[str] = frozenset()
    next_at: dt.datetime | None = None


@dataclass(frozen=True)
class Worked:
    """A member worked on an activity of a pod over a period."""

    member_id: int
    pod_id: int
    start: dt.datetime
    end: dt.datetime
    channels: frozenset[str]


@dataclass(frozen=True)
class Part:
    """An activity inside somebody's shift."""

    activity: str
    name: str
    icon: str
    category: int
    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True)
class MyShift:
    """A shift of one member, in the zone of its pod."""

    shift_id: int
    assignment_id: int
    pod_id: int
    pod_slug: str
    pod_name: str
    zone: ZoneInfo
    start: dt.datetime
    end: dt.datetime
    activities: tuple[Part, ...]
    now: bool
    week_label: str

    @property
    def minutes(self) -> int:
        """Paid minutes."""
        return sum(Period(p.start, p.end).minutes for p in self.activities)


WORK_SQL = """
SELECT a.member_id, s.pod_id, lower(a.period), upper(a.period), y.slug, y.channels, lower(g.period), upper(g.period)
FROM teams_assignment a JOIN teams_shift s ON s.id = a.shift_id
LEFT JOIN teams_segment g ON g.shift_id = s.id AND g.period && a.period
LEFT JOIN teams_activity y ON y.id = g.activity_id
WHERE s.pod_id = ANY(%(pods)s) AND s.cancelled_at IS NULL AND s.period && tstzrange(%(start)s, %(end)s, '[]')
  AND a.period && tstzrange(%(start)s, %(end)s, '[]')
ORDER BY s.pod_id, a.member_id, a.period, g.period
"""


def on_duty(pods: Iterable[int], at: dt.datetime | None = None) -> list[OnDuty]:
    """Members of these pods' shifts who are assigned at an instant, with what they do now and next.

    Absences are cut out of assignments when they are recorded, so nobody absent appears. One
    statement, whatever the number of pods; sorted by pod and member.
    """
    now = at or periods.now()
    with connection.cursor() as cursor:
        cursor.execute(WORK_SQL, {"pods": sorted(pods), "start": now, "end": now})
        rows = cursor.fetchall()
    found: dict[int, list[tuple[object, ...]]] = {}
    for row in rows:
        if row[2] <= now < row[3]:
            found.setdefault(row[0], []).append(row)
    return [_on_duty(parts, now) for parts in found.values()]


def _on_duty(rows: list[tuple[object, ...]], now: dt.datetime) -> OnDuty:
    member, pod, start, end = rows[0][:4]
    assert isinstance(member, int) and isinstance(pod, int) and isinstance(start, dt.datetime)  # noqa: PT018
    assert isinstance(end, dt.datetime)
    parts = [
        (str(slug), frozenset(channels or ()), max(begins, start), min(ends, end))  # type: ignore[call-overload]
        for _m, _p, _s, _e, slug, channels, begins, ends in rows
        if slug
    ]
    present = next((p for p in parts if p[2] <= now < p[3]), None)
    later = next((p for p in parts if p[2] > now), None)
    until = present[3] if present else later[2] if later else end
    return OnDuty(
        member_id=member,
        pod_id=pod,
        activity=present[0] if present else None,
        channels=present[1] if present else frozenset(),
        until=until,
        shift_until=end,
        next_activity=later[0] if later else None,
        next_channels=later[1] if later else frozenset(),
        next_at=later[2] if later else None,
    )


def on_duty_between(pods: Iterable[int], start: dt.datetime, end: dt.datetime) -> list[Worked]:
    """Who worked on what in these pods over a period, activity by activity. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(WORK_SQL, {"pods": sorted(pods), "start": start, "end": end})
        rows = cursor.fetchall()
    found = []
    for member, pod, from_, to, slug, channels, begins, ends in rows:
        if slug:
            first, last = max(from_, begins, start), min(to, ends, end)
            if first < last:
                found.append(Worked(member, pod, first, last, frozenset(channels)))
    return found


def next_shifts(member: User, at: dt.datetime | None = None, limit: int = 2) -> list[MyShift]:
    """The member's present shift and those that follow, in any pod. Two statements."""
    now = at or periods.now()
    rows = (
        Assignment.objects.filter(member=member, period__endswith__gt=now)
        .select_related("shift__pod", "shift__week")
        .prefetch_related("shift__segments__activity")
        .order_by("period")[:limit]
    )
    return [_my_shift(row, now) for row in rows]


def _my_shift(row: Assignment, now: dt.datetime) -> MyShift:
    shift = row.shift
    parts = []
    for segment in shift.segments.all():
        if inside := segment.span.intersection(row.span):
            a = segment.activity
            parts.append(Part(a.slug, a.name, a.icon, a.category, inside.start, inside.end))
    return MyShift(
        shift_id=shift.pk,
        assignment_id=row.pk,
        pod_id=shift.pod_id,
        pod_slug=shift.pod.slug,
        pod_name=shift.pod.name,
        zone=shift.pod.tzinfo,
        start=row.span.start,
        end=row.span.end,
        activities=tuple(parts),
        now=row.span.holds(now),
        week_label=shift.week.label,
    )


def on_shift_until(member: User, at: dt.datetime | None = None) -> dt.datetime | None:
    """The end of the member's present shift, or None when they are not on one. One statement."""
    now = at or periods.now()
    row = Assignment.objects.filter(member=member, period__contains=now).only("period").first()
    return row.span.end if row else None


def coverage_of_day(pod: Pod, day: dt.date | None = None, at: dt.datetime | None = None) -> DayCoverage:
    """How well a day of a pod is staffed against floor and requirement (default: today). One statement."""
    now = at or periods.now()
    wanted = day or local_date(now, pod.tzinfo)
    picture = read_pod(pod, day_period(wanted, pod.tzinfo), now)
    return day_coverage(picture, wanted)


def open_to(member: User, pod: Pod, at: dt.datetime | None = None, *, shown: int = 0) -> OpenForMe | None:
    """Open shifts of a pod that the member may take now, over the weeks open for claims. Three statements.

    Judged anew only when something has changed. ``shown`` of them are drawn as cards. None without a week to look at.
    """
    now = at or periods.now()
    last = Week.objects.filter(pod=pod, opens_at__lte=now).order_by("-monday").values_list("monday", flat=True).first()
    if last is None:
        return None
    end = week_period(last, pod.tzinfo).end
    if end <= now:
        return None
    window = Period(day_period(local_date(now, pod.tzinfo), pod.tzinfo).start, end)
    picture = read_pod(pod, window, now)
    person = read_people([member.pk], window, pod.tzinfo).get(member.pk)
    return open_kept(picture, person, shown) if person else None


def preview_claim(
    member: User, shift: Shift, period: Period | None = None, at: dt.datetime | None = None
) -> Effect | None:
    """What claiming a shift would do, judged by the same code as the commit; None when no seat is free."""
    now = at or periods.now()
    picture = read_pod(shift.pod, reach(shift.span, shift.pod.tzinfo), now)
    person = read_people([member.pk], shift.span, shift.pod.tzinfo)[member.pk]
    view = picture.by_shift.get(shift.pk)
    if view is None:
        return None
    for seat, free in view.open_seats():
        if period is None or free.contains(period):
            return claim_effect(picture, person.state, view, seat, period or free)
    return None


def has_week(pod: Pod) -> bool:
    """Whether the pod has any week with shifts: the set-up asks."""
    return Shift.objects.filter(pod=pod, cancelled_at=None).exists()


def first_claimed(pod: Pod, at: dt.datetime | None = None) -> Period | None:
    """The claimed time in a pod's shifts that runs now or comes first, or None. One query."""
    upcoming = Assignment.objects.filter(
        shift__pod=pod, shift__cancelled_at=None, period__endswith__gt=at or periods.now()
    )
    first = upcoming.order_by("period").first()
    return first.span if first else None


def first_week(pod: Pod) -> dt.date | None:
    """The Monday of the pod's first week, or None."""
    return Week.objects.filter(pod=pod).order_by("monday").values_list("monday", flat=True).first()


def week_of(pod: Pod, day: dt.date) -> str:
    """``2026-W52`` of a day, as it stands in addresses."""
    return week_label(monday(day))


def away_between(members: Iterable[int], period: Period) -> set[int]:
    """Ids of the members who are away at some instant of a period. One statement."""
    return set(
        Absence.objects.filter(member__in=list(members), period__overlap=as_range(period)).values_list(
            "member", flat=True
        )
    )


def picture_of_week(pod: Pod, monday_: dt.date, at: dt.datetime | None = None) -> PodPicture:
    """The pod over a week and a day to both sides, for pages. One statement."""
    window = week_period(monday_, pod.tzinfo)
    return read_pod(pod, Period(window.start - DAY, window.end + DAY), at or periods.now())


UNDOABLE = Prepared(
    "acts_to_undo",
    """
SELECT a.id, a.kind, lower(a.period), upper(a.period)
FROM teams_act a JOIN teams_week w ON w.id = a.week_id
WHERE a.member_id = %(member)s AND a.at >= %(since)s AND a.undone_at IS NULL AND w.pod_id = %(pod)s
  AND a.period IS NOT NULL
ORDER BY a.at DESC, a.id DESC LIMIT 5
""",
    member="bigint",
    since="timestamptz",
    pod="bigint",
)


def acts_to_undo(member: int, pod: Pod, at: dt.datetime) -> list[tuple[int, str, Period]]:
    """A member's newest five acts in a pod that can still be undone: id, kind and hours. One statement."""
    rows = fetch(UNDOABLE(member=member, since=at - Act.UNDO_FOR, pod=pod.pk))[0]
    return [(pk, kind, Period(start, end)) for pk, kind, start, end in rows]
