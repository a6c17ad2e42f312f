"""Read models of wishes: one's own week, and who would gladly work a period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from django.db.models import Q

from cxportal.core.periods import Period, local_date
from teams.scheduling.availability.models import WishedTime
from teams.scheduling.availability.rules import Availability, Part, Wish


def availability_of(members: Iterable[int], first: dt.date, last: dt.date | None = None) -> dict[int, Availability]:
    """The wishes of people, with the days that differ from ``first`` to ``last`` (for ever when None). One query."""
    ids = list(members)
    days = Q(day__gte=first) if last is None else Q(day__range=(first, last))
    found: dict[int, tuple[list[tuple[int, Part, Wish]], list[tuple[dt.date, Part, Wish]]]] = {
        member: ([], []) for member in ids
    }
    for row in WishedTime.objects.filter(Q(day=None) | days, member__in=ids).order_by("day", "weekday", "part"):
        week, own = found[row.member_id]
        if row.day is not None:
            own.append((row.day, Part(row.part), Wish(row.wish)))
        elif row.weekday is not None:
            week.append((row.weekday, Part(row.part), Wish(row.wish)))
    return {member: Availability(tuple(week), tuple(own)) for member, (week, own) in found.items()}


def wishes_for(zones: Mapping[int, ZoneInfo], period: Period) -> dict[int, Wish]:
    """What each member (with the zone of their clock) wishes for some work: the order in which to ask. One query.

    Sort by ``wish.rank``; nobody is left out for a wish.
    """
    first = min((local_date(period.start, zone) for zone in zones.values()), default=period.start.date())
    last = max((local_date(period.end, zone) for zone in zones.values()), default=period.end.date())
    known = availability_of(zones, first, last)
    return {member: known[member].for_work(period, zone) for member, zone in zones.items()}
