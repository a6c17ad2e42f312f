"""A slow and simple judge of one member's whole roster, quarter of an hour by quarter of an hour.

It knows nothing of the engine: it walks over a clock and counts. Everything lies on full quarters.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import Counter, defaultdict
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cxportal.core.periods import Period
from teams.scheduling.facts import BoundValues

QUARTER = 900


class Work(NamedTuple):
    """A piece of work: from first to last minute, and its paid parts."""

    period: Period
    parts: tuple[Period, ...]


def ticks(period: Period) -> range:
    """The quarters of an hour inside a period, by their number since the epoch."""
    return range(int(period.start.timestamp()) // QUARTER, int(period.end.timestamp()) // QUARTER)


@functools.lru_cache(maxsize=200_000)
def local(tick: int, zone: ZoneInfo) -> tuple[int, int]:
    """The local date (ordinal) and the minutes on its clock."""
    moment = dt.datetime.fromtimestamp(tick * QUARTER, zone)
    return moment.toordinal(), moment.hour * 60 + moment.minute


def week(tick: int, zone: ZoneInfo) -> int:
    """The Monday (ordinal) of the local week."""
    day = local(tick, zone)[0]
    return day - dt.date.fromordinal(day).weekday()


def broken(works: Sequence[Work], zone: ZoneInfo, agreed: BoundValues, neutral: Sequence[Period] = ()) -> set[str]:
    """The codes of every bound that a whole roster breaks."""
    works = sorted(works)
    if any(one.period.end > two.period.start for one, two in pairwise(works)):
        return {"overlap"}
    days = working_days(works, agreed)
    if any(len(list(spanned(day))) * 15 > agreed.span_minutes for day in days if len(day) > 1):
        return {"rest"}
    return {
        *day_by_day(days, zone, agreed),
        *in_rows(days, zone, agreed),
        *without_weekly_rest(days, zone, agreed),
        *too_much_on_average(works, zone, agreed, neutral),
    }


def working_days(works: Sequence[Work], agreed: BoundValues) -> list[list[Work]]:
    """Work that lies closer together than the rest is one working day."""
    days: list[list[Work]] = []
    for work in works:
        if days and (work.period.start - days[-1][-1].period.end).total_seconds() < agreed.rest_minutes * 60:
            days[-1].append(work)
        else:
            days.append([work])
    return days


def spanned(day: Sequence[Work]) -> range:
    return ticks(Period(day[0].period.start, day[-1].period.end))


def paid(day: Sequence[Work]) -> list[int]:
    return sorted(tick for work in day for part in work.parts for tick in ticks(part))


def date_of(day: Sequence[Work], zone: ZoneInfo) -> int:
    return local(spanned(day)[0], zone)[0]


def at_night(day: Sequence[Work], zone: ZoneInfo, agreed: BoundValues) -> bool:
    def dark(tick: int) -> bool:
        wall = local(tick, zone)[1]
        return wall >= agreed.night_from or wall < agreed.night_until

    return 15 * sum(map(dark, spanned(day))) >= agreed.night_share_minutes


def day_by_day(days: Sequence[list[Work]], zone: ZoneInfo, agreed: BoundValues) -> set[str]:
    found = set()
    by_date: Counter[int] = Counter()
    by_week: Counter[int] = Counter()
    for day in days:
        worked = paid(day)
        by_date[date_of(day, zone)] += 15 * len(worked)
        by_week.update({monday: 15 * n for monday, n in Counter(week(tick, zone) for tick in worked).items()})
        if at_night(day, zone, agreed) and 15 * len(worked) > (agreed.night_minutes or 10**6):
            found.add("night_minutes")
        if worked:
            stretch = longest = 15
            rested = 0
            for one, two in pairwise(worked):
                rested += 15 * (two - one - 1)
                stretch = stretch + 15 if two == one + 1 else 15
                longest = max(longest, stretch)
            work = 15 * len(worked)
            needed = agreed.break_minutes if work > 360 else 0
            needed = max(needed, agreed.long_break_minutes if work > 540 else 0)
            if rested < needed:
                found.add("long_break" if work > 540 and agreed.long_break_minutes > agreed.break_minutes else "break")
            elif agreed.break_minutes and longest > 360:
                found.add("break_late")
    if max(by_date.values(), default=0) > agreed.day_minutes:
        found.add("day_minutes")
    if max(by_week.values(), default=0) > agreed.week_minutes:
        found.add("week_minutes")
    return found


def in_rows(days: Sequence[list[Work]], zone: ZoneInfo, agreed: BoundValues) -> set[str]:
    """Walk over the calendar, a day after the other."""
    worked = {date_of(day, zone) for day in days}
    nights = {date_of(day, zone) for day in days if at_night(day, zone, agreed)}
    found = set()
    days_on = nights_on = 0
    for date in range(min(worked), max(worked) + 1) if worked else ():
        days_on = days_on + 1 if date in worked else 0
        nights_on = nights_on + 1 if date in nights else 0
        month = range(date, date + 28)
        weekends = {
            day - dt.date.fromordinal(day).weekday() for day in worked if dt.date.fromordinal(day).weekday() > 4
        }
        if days_on > (agreed.days_in_row or 10**6):
            found.add("days_in_row")
        if nights_on > (agreed.nights_in_row or 10**6):
            found.add("nights_in_row")
        if agreed.nights_in_four_weeks is not None and sum(d in nights for d in month) > agreed.nights_in_four_weeks:
            found.add("nights_in_four_weeks")
        monday = date - dt.date.fromordinal(date).weekday()
        if agreed.weekends_in_four is not None and (
            sum(monday + 7 * n in weekends for n in range(4)) > agreed.weekends_in_four
        ):
            found.add("weekends")
    return found


def without_weekly_rest(days: Sequence[list[Work]], zone: ZoneInfo, agreed: BoundValues) -> set[str]:
    """Cut every free time into rests, one a week; each counts for the week in which it begins."""
    if agreed.weekly_rest_minutes is None or not days:
        return set()
    needed, fortnight = agreed.weekly_rest_minutes // 15, 14 * 96
    first, last = spanned(days[0])[0] - fortnight, spanned(days[-1])[-1] + fortnight
    while local(first, zone) != (week(first, zone), 0):
        first -= 1
    edges = [first, *(edge for day in days for edge in (spanned(day)[0], spanned(day)[-1] + 1)), last]
    rested = set()
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        now = start
        while now + needed <= end:
            here = week(now, zone)
            rested.add(here)
            now += needed
            while week(now, zone) == here:
                now += 1
    touched = {week(tick, zone) for day in days for tick in (spanned(day)[0], spanned(day)[-1])}
    around = {monday + by for monday in touched for by in (-7, 0, 7)}
    # The last week ends beyond what was walked.
    return {"weekly_rest"} if around - rested - {week(last, zone)} else set()


def too_much_on_average(
    works: Sequence[Work], zone: ZoneInfo, agreed: BoundValues, neutral: Sequence[Period]
) -> set[str]:
    """Every run of as many weeks as the reference period has."""
    if agreed.average_minutes is None or not works:
        return set()
    minutes: Counter[int] = Counter(week(tick, zone) for work in works for part in work.parts for tick in ticks(part))
    away: dict[int, set[int]] = defaultdict(set)
    for period in neutral:
        for tick in ticks(period):
            away[week(tick, zone)].add(tick)
    length = agreed.reference_weeks
    for first in range(min(minutes) - 7 * length, max(minutes) + 7, 7):
        weeks = [first + 7 * n for n in range(length)]
        worked = 15 * sum(minutes[monday] for monday in weeks)
        days = max(Fraction(7), 7 * length - Fraction(sum(len(away[monday]) for monday in weeks), 96))
        if worked / (days / 7) > agreed.average_minutes:
            return {"average_minutes"}
    return set()
