"""What a member wishes for the parts of a day, and for a piece of work. Pure.

A wish is no bound: it orders who is asked first and is shown; nobody is refused by it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from cxportal.core.periods import Period, each_day, local_date, to_instant

LEAST = 60  # minutes inside a part of the day from which its wish counts


class Wish(StrEnum):
    """From the best to the worst; what nobody painted is possible."""

    GLADLY = "gladly"
    POSSIBLE = "possible"
    RATHER_NOT = "rather_not"
    CANNOT = "cannot"

    @property
    def rank(self) -> int:
        """0 for gladly to 3 for cannot: who is asked first has the lowest."""
        return list(Wish).index(self)


class Part(StrEnum):
    """Three parts of a day on the member's clock: to noon, to 17:00, to midnight."""

    EARLY = "early"
    MIDDAY = "midday"
    LATE = "late"


EDGES = {Part.EARLY: (0, 12), Part.MIDDAY: (12, 17), Part.LATE: (17, 24)}


@dataclass(frozen=True)
class Availability:
    """The weekly pattern by ISO weekday, and the days that differ from it."""

    week: tuple[tuple[int, Part, Wish], ...] = ()
    days: tuple[tuple[dt.date, Part, Wish], ...] = ()

    def of(self, day: dt.date, part: Part) -> Wish:
        """The wish for a part of a day: its own, else the weekday's."""
        own = next((wish for date, there, wish in self.days if (date, there) == (day, part)), None)
        weekday = day.isoweekday()
        usual = (wish for number, there, wish in self.week if (number, there) == (weekday, part))
        return own or next(usual, Wish.POSSIBLE)

    def on(self, day: dt.date) -> tuple[Wish, Wish, Wish]:
        """The wishes of a day, early to late."""
        return (self.of(day, Part.EARLY), self.of(day, Part.MIDDAY), self.of(day, Part.LATE))

    def for_work(self, period: Period, zone: ZoneInfo) -> Wish:
        """The worst wish of the parts in which at least an hour of the work lies; of the longest for short work."""
        inside = sorted(_parts(period, zone), key=lambda found: -found[2])
        counted = [(day, part) for day, part, minutes in inside if minutes >= LEAST]
        wishes = [self.of(day, part) for day, part in counted or [found[:2] for found in inside[:1]]]
        return max(wishes, key=lambda wish: wish.rank)


UNSAID = Availability()


def _parts(period: Period, zone: ZoneInfo) -> Iterator[tuple[dt.date, Part, int]]:
    for day in each_day(local_date(period.start, zone), local_date(period.end, zone)):
        for part, (first, last) in EDGES.items():
            start = to_instant(day, dt.time(first), zone)
            following = day + dt.timedelta(days=1)
            end = to_instant(following, dt.time(), zone) if last == 24 else to_instant(day, dt.time(last), zone)
            if start < end and (inside := Period(start, end).intersection(period)):
                yield day, part, inside.minutes
