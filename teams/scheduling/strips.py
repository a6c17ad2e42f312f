"""Coverage of a day as it is drawn: a strip of steps, with the gaps in words. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cxportal.core.periods import MINUTE, Period, day_period, to_instant
from teams.scheduling import words
from teams.scheduling.coverage import Step, gaps, short_minutes
from teams.scheduling.picture import PodPicture

QUARTER = 15 * MINUTE
HEIGHT = 40
TOP = 5


@dataclass(frozen=True)
class Gap:
    """An interval in which people are missing, and for which activity most of them."""

    start: dt.datetime
    end: dt.datetime
    people: int
    activity: str


@dataclass(frozen=True)
class Strip:
    """The paths of one day's strip, in a box of ``width`` by 40; ``label`` says it in words.

    ``drawn`` is for the tag that draws it.
    """

    width: int
    shut: str
    spare: str
    met: str
    short: str
    need: str
    label: str
    axis: str
    first: str
    last: str
    drawn: list[SafeString] = field(default_factory=list, compare=False, repr=False)


@dataclass(frozen=True)
class DayCoverage:
    """One day: whether it is covered, by how much it is short, and its strip."""

    day: dt.date
    strip: Strip
    short_minutes: int
    tone: str
    words: str
    gaps: tuple[Gap, ...]
    now_staffed: int
    now_needed: int


@dataclass(frozen=True)
class Axis:
    """The part of the day that strips and shifts show, in quarter hours of the wall clock."""

    start: int = 0
    span: int = 96

    @property
    def end(self) -> int:
        return self.start + self.span

    def window(self, day: dt.date, zone: ZoneInfo) -> Period:
        """The axis on one day as instants."""
        first = dt.time(self.start // 4, self.start % 4 * 15)
        last, over = self.end % 96, self.end // 96
        return Period(
            to_instant(day, first, zone),
            to_instant(day + dt.timedelta(days=over), dt.time(last // 4, last % 4 * 15), zone, is_end=True),
        )


def axis_of(picture: PodPicture, days: Iterable[dt.date]) -> Axis:
    """The hull of opening hours, shifts and needs on some days, in whole hours; nights show the whole day."""
    zone = picture.zone
    first, last = 96, 0
    for opens, closes in picture.hours.values():
        first, last = min(first, opens // 15), max(last, -(-closes // 15))
    wanted = set(days)
    spans = [s.period for s in picture.shifts if s.day in wanted] + [
        n.period for n in (*picture.requirements, *picture.floor) if n.period.start.astimezone(zone).date() in wanted
    ]
    for span in spans:
        start, end = span.start.astimezone(zone), span.end.astimezone(zone)
        if start.date() != end.date() and (end.hour or end.minute):
            return Axis()
        first = min(first, start.hour * 4 + start.minute // 15)
        last = max(last, 96 if start.date() != end.date() else end.hour * 4 + -(-end.minute // 15))
    if first >= last:
        return Axis()
    first, last = first // 4 * 4, -(-last // 4) * 4
    return Axis(first, last - first)


def day_coverage(picture: PodPicture, day: dt.date, axis: Axis | None = None) -> DayCoverage:
    """A day of a pod against its floor and requirement; minutes are person-minutes of the whole day."""
    whole = day_period(day, picture.zone)
    steps = picture.steps(whole)
    shown = axis or axis_of(picture, [day])
    short = short_minutes(steps)
    needed = any(step.needed for step in steps)
    found = picture.keep(("gaps", day), lambda: tuple(_gaps(picture, steps)))
    drawn = ("strip", day, shown, get_language())
    now = next((step for step in steps if step.period.holds(picture.at)), None)
    tone = "none" if not needed else "good" if not short else "watch" if short <= 120 else "gap"
    return DayCoverage(
        day=day,
        strip=picture.keep(drawn, lambda: _strip(picture, day, steps, shown, found)),
        short_minutes=short,
        tone=tone,
        words=_words(short, needed=needed),
        gaps=found,
        now_staffed=now.met + now.spare if now else 0,
        now_needed=now.needed if now else 0,
    )


def _words(short: int, *, needed: bool) -> str:
    if not needed:
        return _("No need")
    return _("%(hours)s short") % {"hours": words.hours(short)} if short else _("Covered")


def _gaps(picture: PodPicture, steps: Sequence[Step]) -> Iterable[Gap]:
    for period, people in gaps(steps):
        step = next(s for s in steps if s.period.start == period.start)
        activity = picture.activities.get(step.short_in[0][0]) if step.short_in else None
        yield Gap(period.start, period.end, people, activity.name if activity else "")


def _strip(picture: PodPicture, day: dt.date, steps: Sequence[Step], axis: Axis, found: Sequence[Gap]) -> Strip:
    window = axis.window(day, picture.zone)
    width = window.minutes // 15
    most = max((s.needed + s.spare for s in steps), default=0) or 1
    unit = (HEIGHT - 1 - TOP) / most

    def x(instant: dt.datetime) -> str:
        return f"{(instant - window.start) / QUARTER:g}"

    def y(people: int) -> str:
        return f"{HEIGHT - 1 - people * unit:.1f}"

    def box(period: Period, low: int, high: int) -> str:
        return f"M{x(period.start)} {y(high)}H{x(period.end)}V{y(low)}H{x(period.start)}Z" if high > low else ""

    inside = [(part, step) for step in steps if (part := step.period.intersection(window))]
    zone = picture.zone
    sentence = "; ".join(
        _("%(people)s short %(start)s to %(end)s")
        % {"people": g.people, "start": words.clock(g.start, zone), "end": words.clock(g.end, zone)}
        for g in found
    )
    return Strip(
        width=width,
        shut=_shut(picture, day, window, x),
        spare="".join(box(part, s.needed, s.needed + s.spare) for part, s in inside),
        met="".join(box(part, 0, s.met) for part, s in inside),
        short="".join(box(part, s.met, s.needed) for part, s in inside),
        need=_need_line(inside, x, y),
        label=f"{words.day(day)}: {sentence or _words(0, needed=any(s.needed for s in steps))}",
        axis=f"M0 {HEIGHT - 1}H{width}",
        first=words.clock(window.start, zone).removesuffix(":00"),
        last=words.clock(window.end, zone).removesuffix(":00"),
    )


def wall_minutes(day: dt.date, minutes: int, zone: ZoneInfo) -> dt.datetime:
    """The instant so many minutes after local midnight on the clock; 1440 is the next midnight."""
    over, rest = divmod(minutes, 1440)
    return to_instant(day + dt.timedelta(days=over), dt.time(rest // 60, rest % 60), zone)


def _need_line(inside: Sequence[tuple[Period, Step]], x: object, y: object) -> str:
    """The line of what is needed; it is not drawn where nothing is."""
    path, drawing = "", False
    for part, step in inside:
        if step.needed:
            path += f"{'V' if drawing else f'M{x(part.start)} '}{y(step.needed)}H{x(part.end)}"  # type: ignore[operator]
        drawing = step.needed > 0
    return path


def _shut(picture: PodPicture, day: dt.date, window: Period, x: object) -> str:
    """Where the pod is closed: outside its opening hours, or all day on a closing day."""
    opens, closes = picture.hours.get(day.isoweekday(), (None, None))
    if day in picture.exceptions:
        opens, closes, _label = picture.exceptions[day]
    elif not picture.hours:
        return ""
    if opens is None or closes is None:
        return f"M0 0H{x(window.end)}V{HEIGHT - 1}H0Z"  # type: ignore[operator]
    start, end = (wall_minutes(day, minutes, picture.zone) for minutes in (opens, closes))
    edges = [(window.start, start), (end, window.end)]
    return "".join(f"M{x(a)} 0H{x(b)}V{HEIGHT - 1}H{x(a)}Z" for a, b in edges if a < b)  # type: ignore[operator]
