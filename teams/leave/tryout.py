"""The try-out beside the year: what a request would answer, week by week, with what it costs and what it thins."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core.periods import days_period, monday, week_label
from cxportal.core.violations import Text
from teams.leave.accounts import in_days, span_words
from teams.leave.queries import Away
from teams.leave.reading import Desk
from teams.leave.rules import FITS, FREE, FULL, HELD, Verdict, part_words
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.coverage import worst
from teams.scheduling.reading import read_pod

MOST_WEEKS = 60


@dataclass(frozen=True)
class Week:
    """The days of one calendar week: their span, what keeps them, and each day as (state, people away with you)."""

    label: str
    span: str
    words: str
    days: tuple[tuple[str, int], ...]
    tone: str
    tag: Text
    out: bool = False


@dataclass(frozen=True)
class TryOut:
    """A request before it is made. ``fit`` and ``full`` count working days; ``lines`` are facts as (name, words).

    ``take`` are the words of the button that asks for what fits.
    """

    weeks: tuple[Week, ...]
    fit: int
    full: int
    minutes: int
    full_minutes: int
    lines: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    take: str
    marks: Mapping[dt.date, str]

    @property
    def none(self) -> bool:
        return not self.fit and not self.full


def told(
    desk: Desk,
    verdicts: Sequence[Verdict],
    away: Mapping[dt.date, Sequence[Away]],
    out: Sequence[str],
    now: dt.datetime,
) -> TryOut:
    """The answer in words; ``away`` names who is away on full days, ``out`` are weeks that are left out."""
    fit = [v for v in verdicts if v.outcome == FITS]
    full = [v for v in verdicts if v.outcome == FULL]
    weeks: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.outcome != FREE:
            weeks.setdefault(week_label(verdict.asked.day), []).append(verdict)
    rows = [_week(label, found, away, desk) for label, found in weeks.items()][:MOST_WEEKS]
    rows += [_left_out(label) for label in out]
    said = {row.words for row in rows}
    every = {str(why.message): None for v in verdicts if v.outcome not in {FULL} for why in v.violations}
    reasons = [reason for reason in every if reason not in said]
    if verdicts and all(v.outcome == FREE for v in verdicts):
        n = len(verdicts)
        reasons.append(ngettext("You do not work on this day.", "You do not work on these days.", n))
    minutes, later = sum(v.cost for v in fit), sum(v.cost for v in full)
    return TryOut(
        weeks=tuple(sorted(rows, key=lambda row: row.label)),
        fit=len(fit),
        full=len(full),
        minutes=minutes,
        full_minutes=later,
        lines=tuple(_lines(desk, fit, full, minutes, now)),
        reasons=tuple(reasons),
        take=_take(fit, every=all(v.outcome in {FITS, FREE} for v in verdicts)),
        marks={v.asked.day: "ask" if v.outcome == FITS else "wait" for v in (*fit, *full)},
    )


def _take(fit: Sequence[Verdict], *, every: bool) -> str:
    """What the button takes: a part by its day and hours, all days that were asked for, or those that fit."""
    n = len(fit)
    if n == 1 and not fit[0].asked.whole:
        asked = fit[0].asked
        part = part_words(asked.begins, asked.ends)
        return _("Take %(day)s, %(part)s") % {"day": span_words(asked.day, asked.day), "part": part}
    if every:
        return ngettext("Take this day", "Take these %(n)s days", n) % {"n": n}
    return ngettext("Take the %(n)s day that fits", "Take the %(n)s days that fit", n) % {"n": n}


def _week(label: str, found: Sequence[Verdict], away: Mapping[dt.date, Sequence[Away]], desk: Desk) -> Week:
    days = [v.asked.day for v in found]
    states = {v.outcome for v in found}
    shown = tuple((_state(v), v.away + 1 if v.outcome in {FITS, FULL} else v.away) for v in found)
    most = max(v.away for v in found)
    if states == {FITS}:
        told_ = _("%(n)s away, %(with)s with you") % {"n": most, "with": most + 1}
        return Week(label, span_words(days[0], days[-1]), told_, shown, "good", _("Fits"))
    if FULL in states:
        names = {each.person.first_name for day in days for each in away.get(day, ()) if not each.waits}
        told_ = _names(sorted(names)) if names else _("%(n)s away") % {"n": most}
        tag = _("Full") if states <= {FULL, HELD} else _("Partly full")
        return Week(label, span_words(days[0], days[-1]), told_, shown, "watch", tag)
    if states == {HELD}:
        return Week(label, span_words(days[0], days[-1]), _("asked for already"), shown, "info", _("Yours"))
    if states == {FITS, HELD}:
        return Week(label, span_words(days[0], days[-1]), _("asked for in part already"), shown, "good", _("Fits"))
    why = next((str(why.message) for v in found for why in v.violations), "")
    tag = _("In part") if FITS in states else _("Not possible")
    return Week(label, span_words(days[0], days[-1]), why, shown, "gap", tag)


def _names(names: Sequence[str]) -> str:
    if len(names) == 1:
        return _("%(name)s is away") % {"name": names[0]}
    return _("%(names)s are away") % {"names": ", ".join(names)}


def _state(verdict: Verdict) -> str:
    return {FITS: "ask", FULL: "wait", HELD: "mine"}.get(verdict.outcome, "no")


def _left_out(label: str) -> Week:
    first = dt.date.fromisocalendar(int(label[:4]), int(label[-2:]), 1)
    span = span_words(first, first + dt.timedelta(days=4))
    return Week(label, span, _("left out"), (), "plain", _("Left out"), out=True)


def _lines(
    desk: Desk, fit: Sequence[Verdict], full: Sequence[Verdict], minutes: int, now: dt.datetime
) -> list[tuple[str, str]]:
    days, hours = ngettext("%(n)s day", "%(n)s days", len(fit)) % {"n": len(fit)}, words.hours(minutes)
    if fit and not fit[0].asked.whole:
        half = 2 * minutes == desk.calendar.due(fit[0].asked.day)
        found = [(_("Cost"), _("half a day, %(hours)s") % {"hours": hours} if half else hours)]
    else:
        found = [(_("Cost"), _("%(days)s, %(hours)s") % {"days": days, "hours": hours})]
    found += _left(desk, fit, full)
    if full:
        places = sorted({v.waiting + 1 for v in full})
        span = span_words(full[0].asked.day, full[-1].asked.day)
        place = f"{places[0]}" if len(places) == 1 else f"{places[0]}–{places[-1]}"
        found.append((_("Wait list, %(span)s") % {"span": span}, _("place %(place)s") % {"place": place}))
    if thin := _thinnest(desk.pod, desk.member, fit, now):
        found.append(thin)
    return found


def _left(desk: Desk, fit: Sequence[Verdict], full: Sequence[Verdict]) -> list[tuple[str, str]]:
    """What is left of the balance for each year that is asked for, once the days that fit are taken."""
    asked = [verdict.asked.day for verdict in (fit or full)]
    if desk.lots is None or not asked:
        return []
    taken = Counter({(lot.year, lot.valid_until): 0 for lot in desk.lots})
    for verdict in fit:
        taken.update({(lot.year, lot.valid_until): lot.minutes for lot in verdict.lots})
    lots = [replace(lot, minutes=lot.minutes - taken[lot.year, lot.valid_until]) for lot in desk.lots]
    found = []
    for year in sorted({day.year for day in asked}):
        last = max(day for day in asked if day.year == year)
        # What lapses within the year can still be taken before it does.
        usable = (max(desk.today, dt.date(year, 1, 1)), last)
        minutes = sum(max(0, lot.minutes) for lot in lots if any(lot.serves(day) for day in usable))
        left = in_days(minutes, desk.calendar.usual_day(last))
        name = _("Left of %(year)s afterwards") % {"year": year} if asked[0].year != asked[-1].year else ""
        found.append((name or _("Left afterwards"), _("%(days)s days") % {"days": left}))
    return found


def _thinnest(pod: Pod, member: User, fit: Sequence[Verdict], now: dt.datetime) -> tuple[str, str] | None:
    """The worst interval of the first week asked for as it is planned, without the member's own shifts. One query.

    Nothing is said while that week has no shifts.
    """
    if not fit:
        return None
    first = monday(fit[0].asked.day)
    window = days_period(first, first + dt.timedelta(days=6), pod.tzinfo)
    picture = read_pod(pod, window, now)
    if not picture.shifts:
        return None
    days = {v.asked.day for v in fit}
    gone = {s.pk for s in picture.shifts if s.day in days}
    left = [
        staffed
        for shift in picture.shifts
        for taken in shift.taken
        if not (taken.member == member.pk and shift.pk in gone)
        for staffed in picture.seated(shift, taken.member, taken.period)
    ]
    step = worst(picture.steps(window, left))
    if step is None or not step.short:
        return None
    at = words.day_clock(step.period.start, pod.tzinfo)
    told_ = _("%(short)s short on %(at)s, as planned by now")
    return _("Thinnest half hour"), told_ % {"short": step.short, "at": at}
