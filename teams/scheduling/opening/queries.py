"""A whole pattern over days to come, as one member reads it before claiming: six statements for any number of days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext as _

from cxportal.core.periods import DAY, days_period, local_date, monday
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.effects import Effect
from teams.scheduling.models import Shift, ShiftPattern, Week
from teams.scheduling.open_shifts import claim_lines
from teams.scheduling.opening.rules import Judged, Line, Series, WeekSum, instead, judge_series, open_line
from teams.scheduling.picture import PodPicture
from teams.scheduling.reading import read_people, read_pod


@dataclass(frozen=True)
class Wanted:
    """What is asked: a pattern (None: the one that closes most), days, weekdays (none: all), shifts left out."""

    pattern: int | None
    first: dt.date
    last: dt.date
    weekdays: Collection[int] = ()
    left_out: Collection[int] = ()


@dataclass(frozen=True)
class Day:
    """A line as the page shows it: what it does, or why it does not fit and what would."""

    judged: Judged
    label: str
    text: str
    reasons: tuple[str, ...] = ()
    instead: tuple[tuple[int, str], ...] = ()

    @property
    def token(self) -> str:
        return self.judged.line.token

    @property
    def shift(self) -> int:
        return self.judged.line.shift


@dataclass(frozen=True)
class WeekCard:
    """The days of a week of the pod, and what becomes of the member's hours in it."""

    monday: dt.date
    span: str
    days: tuple[Day, ...]
    hours: str
    tone: str


@dataclass(frozen=True)
class SeriesPage:
    """All open days of a pattern, by week, and what would be claimed of them."""

    pattern: int | None
    patterns: tuple[tuple[int, str], ...]
    weeks: tuple[WeekCard, ...]
    open: int
    refused: int
    taken: int
    hours: str
    version: int


def usual_days(pod: Pod, at: dt.datetime) -> tuple[dt.date, dt.date]:
    """From today to the end of the last week that is open; without one, to the end of this week. One statement."""
    today = local_date(at, pod.tzinfo)
    last = Week.objects.filter(pod=pod, opens_at__lte=at).aggregate(last=Max("monday"))["last"]
    return today, max(last or monday(today), monday(today)) + 6 * DAY


def patterns_of(pod: Pod, first: dt.date) -> list[ShiftPattern]:
    """The patterns of which a shift lies on a day or behind it, retired ones too. One statement."""
    rows = Shift.objects.filter(pod=pod, day__gte=first, cancelled_at=None, pattern__isnull=False)
    return list(ShiftPattern.objects.filter(pk__in=rows.values("pattern")).order_by("starts", "name"))


def judge_pattern(pod: Pod, viewer: User, wanted: Wanted, at: dt.datetime) -> tuple[PodPicture, Series, int | None]:
    """Every open day of a pattern with its judgement, and which pattern it is. Three statements."""
    window = days_period(wanted.first, wanted.last, pod.tzinfo)
    picture = read_pod(pod, window, at)
    me = read_people([viewer.pk], window, pod.tzinfo)[viewer.pk].state
    rows = Shift.objects.filter(pod=pod, day__range=(wanted.first, wanted.last), pattern__isnull=False)
    made_from = dict(rows.order_by("period").values_list("pk", "pattern"))
    lines: dict[int, list[Line]] = {}
    for view in picture.shifts:
        on = made_from.get(view.pk)
        if on is not None and (line := open_line(picture, me, view)):
            lines.setdefault(on, []).append(line)

    def judged(pattern: int | None) -> Series:
        chosen = [
            line
            for line in lines.get(pattern or 0, ())
            if not wanted.weekdays or picture.by_shift[line.shift].day.isoweekday() in wanted.weekdays
        ]
        return judge_series(picture, me, chosen, left_out=wanted.left_out)

    if wanted.pattern is not None or not lines:
        return picture, judged(wanted.pattern), wanted.pattern
    tried = {pattern: judged(pattern) for pattern in lines}
    best = max(tried, key=lambda pattern: (tried[pattern].closes, len(tried[pattern].taken)))
    return picture, tried[best], best


def read_series(pod: Pod, viewer: User, wanted: Wanted, at: dt.datetime, known: Iterable[ShiftPattern]) -> SeriesPage:
    """The page of a pattern; ``known`` are the patterns that can be chosen."""
    picture, series, pattern = judge_pattern(pod, viewer, wanted, at)
    minutes = sum(judged.effect.minutes for judged in series.taken if judged.effect)
    return SeriesPage(
        pattern=pattern,
        patterns=tuple((p.pk, pattern_words(p)) for p in known),
        weeks=tuple(_weeks(picture, series)),
        open=len(series.lines),
        refused=sum(not judged.fits for judged in series.lines),
        taken=len(series.taken),
        hours=words.hours(minutes),
        version=picture.bounds.version,
    )


def pattern_words(pattern: ShiftPattern) -> str:
    """``Early, Mon–Fri 07:00–15:30``."""
    return f"{pattern.name}, {words.weekdays(pattern.weekdays)} {pattern.starts:%H:%M}–{pattern.ends:%H:%M}"


def _weeks(picture: PodPicture, series: Series) -> Iterable[WeekCard]:
    sums = {week.monday: week for week in series.weeks(picture.bounds)}
    days: dict[dt.date, list[Day]] = {}
    for judged in series.lines:
        days.setdefault(monday(picture.by_shift[judged.line.shift].day), []).append(_day(picture, judged))
    for first in sorted({*days, *sums}):
        hours, tone = _hours(first, sums, series)
        yield WeekCard(first, words.days_span(first, first + 6 * DAY), tuple(days.get(first, ())), hours, tone)


def _hours(first: dt.date, sums: dict[dt.date, WeekSum], series: Series) -> tuple[str, str]:
    """``0 → 38.5 of 40 h`` and its tone: past the contract it is to be watched; the agreed most is never passed."""
    has = series.before.weeks.get(first.toordinal(), 0)
    week = sums.get(first) or WeekSum(first, has, has, series.before.contract_minutes, 0)
    numbers = {"before": words.bare_hours(week.before), "after": words.bare_hours(week.after)}
    if not week.contract:
        return _("%(before)s → %(after)s") % {**numbers, "after": words.hours(week.after)}, "plain"
    tone = "good" if week.after <= week.contract else "watch"
    return _("%(before)s → %(after)s of %(contract)s") % {**numbers, "contract": words.hours(week.contract)}, tone


def _day(picture: PodPicture, judged: Judged) -> Day:
    zone, line, effect = picture.zone, judged.line, judged.effect
    label = f"{words.long_day(picture.by_shift[line.shift].day)}, {words.span(line.period, zone)}"
    if effect is not None and judged.fits:
        first = claim_lines(effect)[0]
        return Day(judged, label, f"{words.hours(effect.minutes)}. {first.text}")
    return Day(
        judged,
        label,
        "",
        tuple(str(violation.message) for violation in judged.violations),
        tuple((found.shift, _instead(picture, line, found)) for found in instead(picture, judged)),
    )


def _instead(picture: PodPicture, line: Line, found: Effect) -> str:
    span = words.span(found.period, picture.zone)
    return _("%(span)s of it") % {"span": span} if found.shift == line.shift else span
