"""Hours, days and spans as a person reads them on the roster; the only place that words them."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cxportal.core.periods import Period, local_date
from teams.scheduling.availability.rules import Wish


def hours(minutes: int) -> str:
    """Minutes as ``8 h``, ``3.5 h`` or ``3 h 05``."""
    whole, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else ""
    if rest == 0:
        return sign + _("%(hours)s h") % {"hours": whole}
    if rest == 30:
        return sign + _("%(hours)s h") % {"hours": formats.number_format(whole + 0.5, decimal_pos=1)}
    if whole == 0:
        return sign + _("%(minutes)s min") % {"minutes": rest}
    return sign + _("%(hours)s h %(minutes)s") % {"hours": whole, "minutes": f"{rest:02d}"}


def bare_hours(minutes: int) -> str:
    """Minutes as hours without their unit: ``26.5`` in "26.5 of 38 h"."""
    return formats.number_format(round(minutes / 60, 1), decimal_pos=0 if minutes % 60 == 0 else 1)


def closes(part: int, whole: int) -> str:
    """What a claim closes of a gap: ``Closes 1.5 of 7.5 h``, and ``Closes 1 h 30 of 5 h 45`` beside odd minutes."""
    plain = part % 30 == 0 and whole % 30 == 0
    return _("Closes %(closes)s of %(short)s") % {
        "closes": bare_hours(part) if plain else hours(part),
        "short": hours(whole),
    }


def wishes(day_: Iterable[Wish]) -> tuple[tuple[str, str], ...]:
    """The wishes of a day as keys and words, early to late; nothing when all is merely possible."""
    found = tuple(day_)
    said = {
        Wish.GLADLY: _("gladly"),
        Wish.POSSIBLE: _("possible"),
        Wish.RATHER_NOT: _("rather not"),
        Wish.CANNOT: _("cannot"),
    }
    parts = (_("early"), _("midday"), _("late"))
    if all(wish == Wish.POSSIBLE for wish in found):
        return ()
    return tuple((wish.value, f"{part}: {said[wish]}") for part, wish in zip(parts, found, strict=True))


def clock(instant: dt.datetime, zone: ZoneInfo) -> str:
    """The wall time, ``07:00``."""
    return f"{instant.astimezone(zone):%H:%M}"


def day(day_: dt.date) -> str:
    """``Tue 22``."""
    return f"{_formatted(day_, 'D', get_language())} {day_.day}"


def long_day(day_: dt.date) -> str:
    """``Tue 22 Dec``."""
    return f"{day(day_)} {_formatted(day_, 'M', get_language())}"


@functools.lru_cache(maxsize=2048)
def _formatted(day_: dt.date, how: str, language: str | None) -> str:
    """A day in the language of the moment: a page of 150 people asks for the same seven a thousand times."""
    return formats.date_format(day_, how)


def days_span(first: dt.date, last: dt.date) -> str:
    """``21–27 December 2026``, over months ``28 December 2026 – 3 January 2027``."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{formats.date_format(last, 'j F Y')}"
    return f"{formats.date_format(first, 'j F Y')} – {formats.date_format(last, 'j F Y')}"


def month(day_: dt.date) -> str:
    """``Dec``."""
    return formats.date_format(day_, "M")


def day_clock(instant: dt.datetime, zone: ZoneInfo) -> str:
    """``Thu 07:00``."""
    local = instant.astimezone(zone)
    return f"{formats.date_format(local.date(), 'D')} {local:%H:%M}"


def span(period: Period, zone: ZoneInfo) -> str:
    """``17:30–20:00``."""
    return f"{clock(period.start, zone)}–{clock(period.end, zone)}"


def offset(instant: dt.datetime, zone: ZoneInfo) -> int:
    """Minutes east of UTC on the wall clock of a zone at an instant."""
    return round((instant.astimezone(zone).utcoffset() or dt.timedelta()).total_seconds() / 60)


def wall_span(start: dt.time, first: int, last: int) -> str:
    """``22:00–02:00``: two offsets in wall-clock minutes from a wall time."""
    begin = dt.datetime.combine(dt.date(2001, 1, 1), start)
    edges = (begin + dt.timedelta(minutes=offset) for offset in (first, last))
    return "–".join(f"{edge:%H:%M}" for edge in edges)


def day_span(period: Period, zone: ZoneInfo) -> str:
    """``Wed 23 Dec, 17:30–20:00``: also read where no week stands above it, in a message or weeks later."""
    return f"{long_day(period.start.astimezone(zone).date())}, {span(period, zone)}"


def chip(period: Period, zone: ZoneInfo) -> str:
    """The short form in a cell, ``07–15:30``: full hours drop their zeros."""
    return "–".join(clock(edge, zone).removesuffix(":00") for edge in (period.start, period.end))


def moments(period: Period, zone: ZoneInfo) -> str:
    """``Tue 22 Dec 07:00 – Wed 23 Dec 23:59``; on one day ``Tue 22 Dec, 07:00–15:00``."""
    first, last = (edge.astimezone(zone).date() for edge in (period.start, period.end))
    if first == last:
        return f"{long_day(first)}, {span(period, zone)}"
    return f"{long_day(first)} {clock(period.start, zone)} – {long_day(last)} {clock(period.end, zone)}"


def whole_days(period: Period, zone: ZoneInfo) -> bool:
    """Whether it begins and ends at midnight."""
    return all(edge.astimezone(zone).time() == dt.time() for edge in (period.start, period.end))


def stretch(period: Period, zone: ZoneInfo, today: dt.date) -> str:
    """Whole days as ``Thu 24 Dec``, ``9–20 August 2027``, other times as moments; the year where it is another."""
    if not whole_days(period, zone):
        told, last = moments(period, zone), local_date(period.end, zone)
        return told if last.year == today.year else f"{told}, {last.year}"
    first, last = local_date(period.start, zone), local_date(period.end - dt.timedelta(microseconds=1), zone)
    if first < last:
        return days_span(first, last)
    return long_day(first) if first.year == today.year else f"{long_day(first)} {first.year}"


def weekdays(numbers: Iterable[int]) -> str:
    """ISO numbers as ``Mon–Fri``, ``Sat``, ``Mon, Wed, Fri``: neighbours of three and more are joined."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    names = {number: str(WEEKDAYS_ABBR[number - 1]) for run in runs for number in run}
    parts = [
        f"{names[run[0]]}–{names[run[-1]]}" if len(run) > 2 else ", ".join(names[number] for number in run)
        for run in runs
    ]
    return ", ".join(parts)


def floor(entry: Mapping[str, Any]) -> str:
    """An entry of the coverage floor: ``Phone, Mon–Fri 08:00–20:00: 2 people with german``."""
    people = int(entry.get("people", 0))
    told = ngettext("%(n)s person", "%(n)s people", people) % {"n": people}
    if entry.get("skill"):
        told = _("%(people)s with %(skill)s") % {"people": told, "skill": str(entry["skill"]).replace("-", " ")}
    return _("%(activity)s, %(days)s %(start)s–%(end)s: %(people)s") % {
        "activity": str(entry.get("activity", "")).replace("-", " ").capitalize(),
        "days": weekdays(entry.get("weekdays", ())),
        "start": entry.get("start", ""),
        "end": entry.get("end", ""),
        "people": told,
    }
