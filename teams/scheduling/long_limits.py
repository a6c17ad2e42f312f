"""What a member's working days may be together: weeks, days in a row, weekly rest, average, weekends, nights. Pure.

The rules count in numbers, since the board of a pod asks them thousands of times: days and Mondays
are ordinals in the member's zone, instants epoch seconds. Each answers with ``Passed``: the day on
which a limit is passed, and the sentence.
"""

from __future__ import annotations

import datetime as dt
import functools
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from cxportal.core.periods import DAY, to_instant
from cxportal.core.violations import Violation
from teams.scheduling import words
from teams.scheduling.facts import WEEKS_BEYOND, BoundValues, WorkDay, midnight, monday_of

WEEK_SECONDS = 7 * 24 * 3600
FOUR_WEEKS = 28


class Passed(NamedTuple):
    """A limit that is passed: by the work of which day (ordinal), and why."""

    day: int
    violation: Violation


def week_minutes(before: Mapping[int, int], after: Mapping[int, int], bounds: BoundValues) -> Iterator[Passed]:
    """Weeks (ordinal of the Monday to paid minutes) that have more than was agreed."""
    for monday, minutes in after.items():
        if minutes > bounds.week_minutes:
            first = dt.date.fromordinal(monday)
            yield Passed(
                monday + 6,
                Violation(
                    "week_minutes",
                    _("Your week %(week)s would have %(hours)s, the pod agreed at most %(agreed)s.")
                    % {
                        "week": first.isocalendar().week,
                        "hours": words.hours(minutes),
                        "agreed": words.hours(bounds.week_minutes),
                    },
                    {
                        "before": before.get(monday, 0),
                        "minutes": minutes,
                        "agreed": bounds.week_minutes,
                        "week": first.isoformat(),
                    },
                ),
            )


def days_in_row(worked: Collection[int], wanted: Sequence[int], bounds: BoundValues) -> Iterator[Passed]:
    """Runs of working days, each told once, that are longer than agreed and hold one of the ``wanted`` days."""
    most = bounds.days_in_row
    if most is None:
        return
    for first, last in _runs(worked, wanted):
        if last - first + 1 > most:
            yield Passed(
                first + most,
                Violation(
                    "days_in_row",
                    _(
                        "You would work %(days)s days in a row, %(first)s to %(last)s;"
                        " the pod agreed at most %(agreed)s."
                    )
                    % {"days": last - first + 1, "first": _day(first), "last": _day(last), "agreed": most},
                    {"days": last - first + 1, "agreed": most, **_from_to(first, last)},
                ),
            )


def weekly_rest(
    days: Sequence[WorkDay], mondays: Sequence[int], zone: ZoneInfo, bounds: BoundValues
) -> Iterator[Passed]:
    """Weeks in which no free time of the agreed length begins, elapsed.

    A free time counts for the week in which it begins. What is left of it after that may begin anew
    with the next Monday, so that a long leave gives every week its rest.
    """
    agreed = bounds.weekly_rest_minutes
    if agreed is None:
        return
    for monday in mondays:
        # What ended days before the Monday is of no matter, but for the last of it.
        near = days[max(0, bisect_left(days, (monday - 5,)) - 1) :]
        longest = _longest_rest(near, midnight(monday, zone), midnight(monday + 7, zone), agreed * 60)
        if longest is not None and longest < agreed * 60:
            first = dt.date.fromordinal(monday)
            yield Passed(
                monday + 6,
                Violation(
                    "weekly_rest",
                    _(
                        "In your week %(week)s no free time of %(agreed)s would begin, as the pod agreed;"
                        " the longest would have %(hours)s."
                    )
                    % {
                        "week": first.isocalendar().week,
                        "agreed": words.hours(agreed),
                        "hours": words.hours(longest // 60),
                    },
                    {"minutes": longest // 60, "agreed": agreed, "week": first.isoformat()},
                ),
            )


def _longest_rest(days: Sequence[WorkDay], monday: int, following: int, needed: int) -> int | None:
    """Seconds of the longest free time that counts for a week; None when it reaches beyond what is known."""
    longest, end = 0, None  # nobody worked before the first known day
    for day in days:
        if end is None or day.start > end:
            longest = max(longest, _counts(end, day.start, monday, following, needed))
        end = max(end or 0, day.end)
        if end >= following:
            return longest
    # Nothing is known after the last day: the time is free.
    return None if _counts(end, following + needed, monday, following, needed) >= needed else longest


def _counts(start: int | None, end: int, monday: int, following: int, needed: int) -> int:
    """What of a free time [start, end) counts for the week [monday, following)."""
    if start is None:
        begins = monday
    elif start >= monday:
        begins = start
    else:
        # The week in which it began has had its part of it.
        begins = max(monday, start + needed)
    return max(0, end - begins) if begins < following else 0


def average(
    weeks: Mapping[int, int], neutral: Sequence[tuple[int, int]], mondays: Sequence[int], zone: ZoneInfo,
    bounds: BoundValues,
) -> Iterator[Passed]:  # fmt: skip
    """The worst reference period that holds one of some weeks, when its average week is too long.

    Every run of as many ISO weeks counts. Leave and sickness are neutral: a period is shorter by
    the time that they take, but never shorter than a week.
    """
    if bounds.average_minutes is None or not mondays:
        return
    length = min(bounds.reference_weeks, WEEKS_BEYOND + 1)
    first, last = mondays[0] - 7 * (length - 1), mondays[-1] + 7 * (length - 1)
    known = [weeks.get(monday, 0) for monday in range(first, last + 7, 7)]
    if not neutral and sum(known) <= bounds.average_minutes * length:
        return
    away = [_away(neutral, midnight(monday, zone), midnight(monday + 7, zone)) for monday in range(first, last + 7, 7)]
    worst, where = 0, 0
    for at in range(len(known) - length + 1):
        counted = max(WEEK_SECONDS, length * WEEK_SECONDS - sum(away[at : at + length]))
        mean = -(-sum(known[at : at + length]) * WEEK_SECONDS // counted)
        if mean > worst:
            worst, where = mean, first + 7 * at
    if worst > bounds.average_minutes:
        end = where + 7 * length - 1
        yield Passed(
            end,
            Violation(
                "average_minutes",
                _(
                    "From %(first)s to %(last)s your weeks would have %(hours)s on average,"
                    " the pod agreed at most %(agreed)s."
                )
                % {
                    "first": _long_day(where),
                    "last": _long_day(end),
                    "hours": words.hours(worst),
                    "agreed": words.hours(bounds.average_minutes),
                },
                {"minutes": worst, "agreed": bounds.average_minutes, "weeks": length, **_from_to(where, end)},
            ),
        )


def _away(neutral: Sequence[tuple[int, int]], start: int, end: int) -> int:
    return sum(min(end, until) - max(start, since) for since, until in neutral if since < end and until > start)


def weekends(worked: Collection[int], wanted: Sequence[int], bounds: BoundValues) -> Iterator[Passed]:
    """Four weeks in a row, around some days on a weekend, in which too many weekends are worked."""
    most = bounds.weekends_in_four
    mondays = sorted({monday_of(day) for day in wanted if _on_weekend(day)}) if most is not None else []
    if most is None or not mondays:
        return
    taken = sorted({monday_of(day) for day in worked if _on_weekend(day)})
    for first, last, number in _crowded(taken, mondays, FOUR_WEEKS, most):
        yield Passed(
            last + 6,
            Violation(
                "weekends",
                _(
                    "You would work on %(number)s of 4 weekends, %(first)s to %(last)s;"
                    " the pod agreed at most %(agreed)s."
                )
                % {"number": number, "first": _long_day(first + 5), "last": _long_day(last + 6), "agreed": most},
                {"weekends": number, "agreed": most, **_from_to(first + 5, last + 6)},
            ),
        )


def nights(days: Sequence[WorkDay], wanted: Sequence[WorkDay], zone: ZoneInfo, bounds: BoundValues) -> Iterator[Passed]:
    """Nights in a row and in four weeks, around some working days that are nights."""
    row, four = bounds.nights_in_row, bounds.nights_in_four_weeks
    mine = sorted({day.day for day in wanted if is_night(day, zone, bounds)}) if (row, four) != (None, None) else []
    if not mine:
        return
    near = (day for day in days if mine[0] - FOUR_WEEKS < day.day < mine[-1] + FOUR_WEEKS)
    taken = sorted({day.day for day in near if is_night(day, zone, bounds)})
    for first, last in _runs(frozenset(taken), mine) if row is not None else ():
        if last - first + 1 > (row or 0):
            yield Passed(
                first + (row or 0),
                Violation(
                    "nights_in_row",
                    _(
                        "You would work %(nights)s nights in a row, %(first)s to %(last)s;"
                        " the pod agreed at most %(agreed)s."
                    )
                    % {"nights": last - first + 1, "first": _day(first), "last": _day(last), "agreed": row},
                    {"nights": last - first + 1, "agreed": row, **_from_to(first, last)},
                ),
            )
    for first, last, number in _crowded(taken, mine, FOUR_WEEKS, four) if four is not None else ():
        yield Passed(
            last,
            Violation(
                "nights_in_four_weeks",
                _(
                    "You would work %(nights)s nights in four weeks, %(first)s to %(last)s;"
                    " the pod agreed at most %(agreed)s."
                )
                % {"nights": number, "first": _long_day(first), "last": _long_day(last), "agreed": four},
                {"nights": number, "agreed": four, **_from_to(first, last)},
            ),
        )


def night_length(day: WorkDay, minutes: int, zone: ZoneInfo, bounds: BoundValues) -> Iterator[Passed]:
    """The paid minutes of a working day that is a night."""
    most = bounds.night_minutes
    if most is not None and minutes > most and is_night(day, zone, bounds):
        yield Passed(
            day.day,
            Violation(
                "night_minutes",
                _("Your night of %(day)s would have %(hours)s, the pod agreed at most %(agreed)s a night.")
                % {"day": _day(day.day), "hours": words.hours(minutes), "agreed": words.hours(most)},
                {"minutes": minutes, "agreed": most, "day": dt.date.fromordinal(day.day).isoformat()},
            ),
        )


def is_night(day: WorkDay, zone: ZoneInfo, bounds: BoundValues) -> bool:
    """Whether enough of a working day, from its first start to its last end, lies in the night."""
    begin, until = bounds.night_from, bounds.night_until
    # Most days lie nowhere near it; two hours cover what a change of the clocks moves.
    since = (day.start - midnight(day.day, zone)) // 60
    if since > until + 120 and since + (day.end - day.start) // 60 < begin - 120:
        return False
    inside = sum(
        min(day.end, end) - max(day.start, start)
        for start, end in _nights(day.day, begin, until, zone)
        if start < day.end and end > day.start
    )
    return inside >= max(1, bounds.night_share_minutes) * 60


@functools.lru_cache(maxsize=8192)
def _nights(day: int, begin: int, until: int, zone: ZoneInfo) -> tuple[tuple[int, int], ...]:
    """The nights that a working day which begins on a date can touch, in epoch seconds."""

    def at(day: int, wall: int, *, is_end: bool) -> int:
        date = dt.date.fromordinal(day) + (wall // 1440) * DAY
        return int(to_instant(date, dt.time(wall % 1440 // 60, wall % 60), zone, is_end=is_end).timestamp())

    return tuple((at(d, begin, is_end=False), at(d + 1, until, is_end=True)) for d in (day - 1, day, day + 1))


def _on_weekend(day: int) -> bool:
    return (day - 1) % 7 >= 5


def _runs(worked: Collection[int], wanted: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The unbroken runs of worked days that hold a wanted one, each once."""
    told = None
    for day in wanted:
        if day not in worked or (told is not None and day <= told):
            continue
        first = told = day
        while first - 1 in worked:
            first -= 1
        while told + 1 in worked:
            told += 1
        yield first, told


def _crowded(taken: Sequence[int], wanted: Sequence[int], window: int, most: int) -> Iterator[tuple[int, int, int]]:
    """First, last and number of stretches of ``window`` days that hold more than ``most``, apart from one another.

    ``taken`` and ``wanted`` are sorted; a stretch must hold a wanted one.
    """
    told = None
    for at, first in enumerate(taken):
        inside = [day for day in taken[at : at + window] if day < first + window]
        if len(inside) <= most or (told is not None and first <= told):
            continue
        if any(first <= day <= inside[-1] for day in wanted):
            told = inside[-1]
            yield first, told, len(inside)


def _day(day: int) -> str:
    return words.day(dt.date.fromordinal(day))


def _long_day(day: int) -> str:
    return words.long_day(dt.date.fromordinal(day))


def _from_to(first: int, last: int) -> dict[str, str]:
    return {"from": dt.date.fromordinal(first).isoformat(), "to": dt.date.fromordinal(last).isoformat()}
