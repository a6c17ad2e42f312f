"""What a pattern would make: the shifts of the next weeks, and the nights on which the clocks change. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cxportal.core.periods import DAY, Period, monday
from teams.scheduling import words
from teams.scheduling.expansion import EmptyShift, PatternRule, clock_changes, shift_on

WEEKS = 3
UTC = ZoneInfo("UTC")
AHEAD = 400  # days in which the clocks are looked at: both changes of a year, wherever one begins


@dataclass(frozen=True)
class PreviewShift:
    """One shift of a pattern: its day and span on the clock, the instants behind them, its elapsed length."""

    day: dt.date
    title: str
    span: str
    instants: str
    hours: str
    odd: bool = False


@dataclass(frozen=True)
class Preview:
    """The next shifts, and those that a change of the clocks makes longer, shorter or end elsewhere."""

    shifts: tuple[PreviewShift, ...]
    changes: tuple[PreviewShift, ...]
    usual: str

    @property
    def sentence(self) -> str:
        """``7 h on 28 March 2027, 9 h on 31 October 2026``; empty when no clock changes during it."""
        return ", ".join(
            _("%(hours)s on %(day)s, %(span)s") % {"hours": s.hours, "day": date_format(s.day, "j F Y"), "span": s.span}
            for s in self.changes
        )


def preview(rule: PatternRule, today: dt.date) -> Preview:
    """The pattern's shifts of this and the next weeks from today, and its nights of changing clocks in a year."""
    last = monday(today) + (7 * WEEKS - 1) * DAY
    coming = [today + n * DAY for n in range((last - today).days + 1)]
    changing = sorted(set(clock_changes(rule.zone, today, today + AHEAD * DAY)))
    return Preview(
        shifts=tuple(_shifts(rule, coming)),
        changes=tuple(s for s in _shifts(rule, changing) if s.odd),
        usual=words.hours(rule.wall_minutes),
    )


def _shifts(rule: PatternRule, days: Iterable[dt.date]) -> Iterable[PreviewShift]:
    for day in days:
        if day.isoweekday() in rule.weekdays:
            try:
                yield _shift(rule, day, shift_on(rule, day).period)
            except EmptyShift:
                yield PreviewShift(day, words.long_day(day), _("nothing would be left"), "", words.hours(0), odd=True)


def _shift(rule: PatternRule, day: dt.date, period: Period) -> PreviewShift:
    start, end = (instant.astimezone(rule.zone).time() for instant in (period.start, period.end))
    return PreviewShift(
        day=day,
        title=words.long_day(day),
        span=words.span(period, rule.zone),
        instants=words.span(period, UTC),
        hours=words.hours(period.minutes),
        odd=period.minutes != rule.wall_minutes or (start, end) != (rule.start, rule.end),
    )
