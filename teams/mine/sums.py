"""Hours of one person by ISO week: planned, worked, owed by the contract, nights and weekends. Pure.

Owed is what the contract asks of each day, as the time account counts it. A night is a piece of work that touches
00:00 to 05:00 on the clock of the pod.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cxportal.core.periods import DAY, Period, day_period, each_day, local_date, minutes_by_week, to_instant

NIGHT_ENDS = dt.time(5)


@dataclass(frozen=True)
class Work:
    """A stay on a shift with its paid parts; ``zone`` is the pod's."""

    period: Period
    paid: tuple[Period, ...]
    zone: ZoneInfo

    @property
    def is_night(self) -> bool:
        """Does it touch the hours after midnight?"""
        first, last = (local_date(edge, self.zone) for edge in (self.period.start, self.period.end))
        nights = (
            Period(day_period(day, self.zone).start, to_instant(day, NIGHT_ENDS, self.zone, is_end=True))
            for day in each_day(first, last)
        )
        return any(night.overlaps(self.period) for night in nights)

    @property
    def on_weekend(self) -> bool:
        """Does it begin on a Saturday or Sunday?"""
        return self.period.start.astimezone(self.zone).isoweekday() > 5


@dataclass(frozen=True)
class WeekSum:
    """One ISO week in minutes; ``weekend`` says that it holds work on Saturday or Sunday.

    ``weekend_begun`` says that some of that has begun by now. ``known`` is False for a week
    that was over before the person's records begin.
    """

    monday: dt.date
    planned: int
    worked: int
    owed: int
    away: int
    nights: int
    weekend: bool
    weekend_begun: bool = False
    known: bool = True

    @property
    def difference(self) -> int:
        """Planned less owed."""
        return self.planned - self.owed


def week_sums(
    mondays: Sequence[dt.date],
    work: Iterable[Work],
    asked: Mapping[dt.date, int],
    absences: Sequence[Period],
    *,
    zone: ZoneInfo,
    now: dt.datetime,
    working: Container[dt.date] | None = None,
    begins: dt.date = dt.date.min,
) -> list[WeekSum]:
    """The sums of each of these weeks, cut at Monday 00:00 in the person's zone.

    ``asked`` are minutes by day; nothing is owed before ``begins``, the first day of the person's records. ``away``
    are whole days, of those on which the contract asks for ``working`` (every day without it).
    """
    planned: dict[dt.date, int] = {}
    worked: dict[dt.date, int] = {}
    nights: dict[dt.date, int] = {}
    weekends: set[dt.date] = set()
    begun: set[dt.date] = set()
    for piece in work:
        for part in piece.paid:
            _add(planned, minutes_by_week(part, zone))
            if part.start < now:
                _add(worked, minutes_by_week(Period(part.start, min(part.end, now)), zone))
        week = local_date(piece.period.start, zone)
        week -= week.weekday() * DAY
        nights[week] = nights.get(week, 0) + piece.is_night
        if piece.on_weekend:
            weekends.add(week)
            begun |= {week} if piece.period.start < now else set()
    sums = []
    for monday in mondays:
        days = list(each_day(monday, monday + 6 * DAY))
        at_work = [day for day in days if working is None or day in working]
        off = {day for day in at_work if any(gone.contains(day_period(day, zone)) for gone in absences)}
        owed = sum(asked.get(day, 0) for day in days if day >= begins)
        sums.append(
            WeekSum(
                monday,
                planned.get(monday, 0),
                worked.get(monday, 0),
                owed,
                len(off),
                nights.get(monday, 0),
                monday in weekends,
                monday in begun,
                days[-1] >= begins,
            )
        )
    return sums


def _add(into: dict[dt.date, int], more: dict[dt.date, int]) -> None:
    for week, minutes in more.items():
        into[week] = into.get(week, 0) + minutes


def mondays_of(year: int) -> list[dt.date]:
    """The Mondays of an ISO year: 52 or 53."""
    first, end = (dt.date.fromisocalendar(number, 1, 1) for number in (year, year + 1))
    return list(each_day(first, end - DAY))[::7]
