"""The rota as rows: weeks by the service that makes them from patterns, seats by import.

Imported seats are held by the same constraints as claimed ones (nobody sits twice, rest is kept);
the tests ask the bounds of the agreement about every one of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from cxportal.core.database import LockClass, lock, lock_key
from cxportal.core.periods import MINUTE, Period, each_day, to_instant
from cxportal.core.violations import Answer
from cxportal.demo.build import Built
from cxportal.demo.roster import PATTERNS, Sitting, seatings, seats_of
from teams.audit.tracking import acting
from teams.pods.models import Pod
from teams.scheduling.availability.rules import Part, Wish
from teams.scheduling.availability.services import set_week
from teams.scheduling.models import Assignment, Duty, PatternSegment, Seat, Shift, ShiftPattern
from teams.scheduling.services import claim, make_week
from teams.staffing.models import Activity, Requirement
from teams.staffing.services import Wanted, set_requirement

BACK, AHEAD = 4, 4
REST = 660 * MINUTE
# How many of the seats are taken in the weeks ahead, the present one first: the rest is open to claims.
FILL = (1.0, 0.97, 0.88, 0.65, 0.35)
NEED = (("phone", 8, 20, 2), ("chat", 9, 18, 1), ("email", 10, 16, 1))
# Two people share the Saturday: over their breaks the phone comes before the chat.
NEED_SATURDAY = (("phone", 9, 17), ("chat", 9, 12), ("chat", 14, 17))


def rota(built: Built, monday: dt.date, *, seed: int) -> list[Sitting]:
    """Who sits where from four weeks back to four ahead of a Monday."""
    first = monday - dt.timedelta(weeks=BACK)
    return seatings(built.plan.pods, first, BACK + len(FILL), seed=seed, fill=(1.0,) * BACK + FILL)


def write(built: Built, sittings: Sequence[Sitting]) -> int:
    """Patterns, weeks, shifts and who sits on them. One transaction; returns the seats taken."""
    mondays = sorted({sitting.day - dt.timedelta(days=sitting.day.weekday()) for sitting in sittings})
    with transaction.atomic(), acting(by=None, service="demo"):
        # All weeks are made in one transaction, so their locks are taken before the first.
        lock(
            LockClass.POD_DAY, [lock_key("day", pod.pk, monday.toordinal()) for pod in built.pods for monday in mondays]
        )
        for index, pod in enumerate(built.pods):
            _patterns(pod, built.plan.pods[index].members)
            for monday in mondays:
                make_week(by=built.people[index][0], pod=pod, monday=monday)
        return _seats(built, sittings)


def require(built: Built, monday: dt.date) -> None:
    """How many people each pod needs by activity, typed in for every week of the roster from a Monday on."""
    mondays = [monday + dt.timedelta(weeks=ahead) for ahead in range(AHEAD + 1)]
    activities = {activity.slug: activity.pk for activity in Activity.objects.all()}
    for index, pod in enumerate(built.pods):
        for monday in mondays:
            if Requirement.objects.filter(pod=pod, period__contained_by=_week(monday)).exists():
                continue
            wanted = [
                Wanted(activities[slug], _hours(day, begin, end), people)
                for day in each_day(monday, monday + dt.timedelta(days=4))
                for slug, begin, end, people in NEED
            ]
            saturday = monday + dt.timedelta(days=5)
            wanted += [Wanted(activities[slug], _hours(saturday, begin, end), 1) for slug, begin, end in NEED_SATURDAY]
            set_requirement(by=built.people[index][0], pod=pod, wanted=wanted)


def _week(monday: dt.date) -> DateTimeTZRange:
    from cxportal.demo.world import ZONE

    return DateTimeTZRange(
        to_instant(monday, dt.time(), ZONE), to_instant(monday + dt.timedelta(days=7), dt.time(), ZONE)
    )


def _hours(day: dt.date, begin: int, end: int) -> Period:
    from cxportal.demo.world import ZONE

    return Period(to_instant(day, dt.time(begin), ZONE), to_instant(day, dt.time(end), ZONE))


def _clock(minutes: int) -> dt.time:
    return dt.time(minutes // 60, minutes % 60)


def _patterns(pod: Pod, members: int) -> None:
    """The pod's shift patterns with their activities; existing ones are left."""
    if ShiftPattern.objects.filter(pod=pod).exists():
        return
    activities = {activity.slug: activity for activity in Activity.objects.all()}
    patterns = ShiftPattern.objects.bulk_create(
        ShiftPattern(
            pod=pod,
            name=item.name,
            starts=_clock(item.starts),
            ends=_clock(item.ends),
            weekdays=list(item.weekdays),
            zone=pod.zone,
            seats=seats_of(item, members),
        )
        for item in PATTERNS
    )
    PatternSegment.objects.bulk_create(
        PatternSegment(pattern=pattern, activity=activities[slug], start=start, end=end)
        for pattern, item in zip(patterns, PATTERNS, strict=True)
        for slug, start, end in item.segments
    )


def _seats(built: Built, sittings: Sequence[Sitting]) -> int:
    """Working days and seats in two statements for any number; who sits there already is left."""
    days = [sitting.day for sitting in sittings]
    seats = {
        (seat.shift.pod_id, seat.shift.day, seat.shift.pattern.name, seat.number): seat
        for seat in Seat.objects.select_related("shift__pattern").filter(
            shift__day__range=(min(days), max(days)), shift__pattern__isnull=False, assignments__isnull=True
        )
        if seat.shift.pattern is not None
    }
    found = [
        (seat, built.people[item.pod][item.member])
        for item in sittings
        if (seat := seats.get((built.pods[item.pod].pk, item.day, PATTERNS[item.pattern].name, item.seat)))
    ]
    duties = Duty.objects.bulk_create(
        [
            Duty(
                member=member,
                starts_at=seat.shift.span.start,
                ends_at=seat.shift.span.end,
                rest_until=seat.shift.span.end + REST,
                version=1,
            )
            for seat, member in found
        ],
        batch_size=2000,
    )
    Assignment.objects.bulk_create(
        [
            Assignment(
                member=member, shift=seat.shift, seat=seat, duty=duty, period=seat.shift.period, source="import",
                made_at=seat.shift.span.start - dt.timedelta(days=9),
            )
            for (seat, member), duty in zip(found, duties, strict=True)
        ],
        batch_size=2000,
    )  # fmt: skip
    return len(found)


def claim_more(built: Built, sittings: Sequence[Sitting], now: dt.datetime, *, most: int) -> int:
    """Colleagues claim what the rota gives them in weeks that came nearer; what a bound refuses stays open."""
    ahead = [item for item in sittings if item.day > now.date()]
    if not ahead:
        return 0
    free = Seat.objects.select_related("shift__pattern").filter(
        shift__day__range=(min(i.day for i in ahead), max(i.day for i in ahead)),
        shift__cancelled_at=None,
        assignments__isnull=True,
    )
    open_seats = {
        (seat.shift.pod_id, seat.shift.day, seat.shift.pattern.name, seat.number): seat.shift_id
        for seat in free
        if seat.shift.pattern is not None
    }
    claimed = 0
    for item in ahead:
        shift = open_seats.get((built.pods[item.pod].pk, item.day, PATTERNS[item.pattern].name, item.seat))
        member = built.people[item.pod][item.member]
        if shift is None or member.has_usable_password() or claimed >= most:
            continue
        try:
            claim(by=member, shift=shift, at=now)
            claimed += 1
        except Answer:
            continue
    return claimed


def wish(built: Built) -> None:
    """Two of three members said when they work gladly; early and late birds differ, Friday evenings are hard."""
    for team in built.people:
        for number, member in enumerate(team):
            if number % 3 == 2:
                continue
            glad, hard = (Part.EARLY, Part.LATE) if number % 3 == 0 else (Part.LATE, Part.EARLY)
            week = {(weekday, glad): Wish.GLADLY for weekday in range(1, 5)}
            week[5, hard], week[5, Part.LATE] = Wish.RATHER_NOT, Wish.CANNOT
            set_week(by=member, wishes=week)


def last_monday(pod: Pod) -> dt.date | None:
    """The Monday of the pod's last week with shifts."""
    day = Shift.objects.filter(pod=pod).order_by("-day").values_list("day", flat=True).first()
    return None if day is None else day - dt.timedelta(days=day.weekday())
