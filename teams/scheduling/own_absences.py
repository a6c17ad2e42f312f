"""One's own absences from now on as the page lists them: leave that follows day by day is one stretch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cxportal.core.periods import DAY, Period, each_day, local_date
from teams.people.models import User
from teams.scheduling import words
from teams.scheduling.models import Absence


@dataclass(frozen=True)
class Stretch:
    """One absence, or the leave of days in a row; ``year`` is that of its first day, where its leave is shown."""

    absence: Absence
    span: Period
    words: str
    year: int

    @property
    def is_leave(self) -> bool:
        return self.absence.kind == Absence.Kind.LEAVE


def own_absences(member: User, zone: ZoneInfo, now: dt.datetime) -> list[Stretch]:
    """What is not over, in order of time, in words of a zone. One query."""
    rows = Absence.objects.filter(member=member, period__endswith__gt=now).order_by("period", "pk")
    runs: list[tuple[Absence, Period]] = []
    for row in rows:
        first, span = runs[-1] if runs else (row, row.span)
        if runs and row.kind == first.kind == Absence.Kind.LEAVE and _follows(span, row.span, zone):
            runs[-1] = (first, Period(span.start, max(span.end, row.span.end)))
        else:
            runs.append((row, row.span))
    today = local_date(now, zone)
    return [
        Stretch(row, span, words.stretch(span, zone, today), local_date(span.start, zone).year) for row, span in runs
    ]


def _follows(before: Period, after: Period, zone: ZoneInfo) -> bool:
    """Whether nothing lies between them, or a weekend alone."""
    if after.start <= before.end:
        return True
    if not words.whole_days(before, zone) or not words.whole_days(after, zone):
        return False
    between = each_day(local_date(before.end, zone), local_date(after.start, zone) - DAY)
    return all(day.weekday() > 4 for day in between)
