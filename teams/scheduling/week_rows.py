"""The rows of the week: one member's days with the shifts in them, as plain words that are made once.

A week of 150 people has a thousand cells, and most rows look the same to everybody who opens it. A row is a
function of the person, of what they sit on and of the days alone; the same row is built and drawn once.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cxportal.core.periods import Period, day_period, local_date
from teams.scheduling import words
from teams.scheduling.bounds import minutes_of
from teams.scheduling.picture import Person, PodPicture, ShiftView, TakenView, main_activity


@dataclass(frozen=True)
class Bar:
    """An activity in the small timeline of a shift, in quarter hours of its day, as words of classes."""

    category: str
    start: str
    length: str


@dataclass(frozen=True)
class Chip:
    """A shift in a cell. ``drawn`` is for the tag that draws its face: by what else the drawing takes."""

    shift: int
    label: str
    name: str
    url: str
    icon: str
    category: str
    bars: tuple[Bar, ...]
    span: str
    long_label: str
    said: str
    day: dt.date
    offered: bool = False
    drawn: dict[object, SafeString] = field(default_factory=dict, compare=False, repr=False)

    def __hash__(self) -> int:
        return hash((self.shift, self.name))


@dataclass(frozen=True, slots=True)
class Cell:
    """One member's day: shifts, or away over ``width`` days, or nothing.

    ``said`` is the name of a cell that holds no link; those that do are named by it. ``open`` is the day when
    something can be claimed, ``colspan`` is empty for one day.
    ``wishes`` are the own ones of the day, as keys and words.
    """

    day: dt.date
    key: str
    name: str
    free: bool
    chips: tuple[Chip, ...] = ()
    away: str = ""
    width: int = 1
    open: str = ""
    said: str = ""
    colspan: str = ""
    wishes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Row:
    """One member's week. ``drawn`` keeps the last drawing with what it was drawn for."""

    person: Person
    mine: bool
    hours: str
    cells: tuple[Cell, ...]
    drawn: dict[str, tuple[object, SafeString]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def key(self) -> str:
        return str(self.person.pk)


def row_of(
    picture: PodPicture,
    person: Person,
    days: Sequence[dt.date],
    special: dict[dt.date, tuple[str, bool]],
    *,
    mine: bool,
    claimable: set[dt.date],
) -> Row:
    """The row of a member; ``special`` says of each day why and whether it is free, ``claimable`` where seats are."""
    chips = tuple(
        chip(picture, shift, taken) for shift, taken in picture.by_member.get(person.pk, ()) if shift.day in special
    )
    free = tuple(special[day][1] for day in days)
    seats = frozenset(claimable) if mine else frozenset[dt.date]()
    return _row(person, chips, tuple(days), free, picture.zone, mine, seats, get_language())


@functools.lru_cache(maxsize=2048)
def _row(
    person: Person,
    chips: tuple[Chip, ...],
    days: tuple[dt.date, ...],
    free: tuple[bool, ...],
    zone: ZoneInfo,
    mine: bool,
    claimable: frozenset[dt.date],
    _language: str | None,
) -> Row:
    by_day: dict[dt.date, list[Chip]] = {}
    for each in chips:
        by_day.setdefault(each.day, []).append(replace(each, name=f"{person.name}, {each.name}"))
    cells: list[Cell] = []
    for day, is_free in zip(days, free, strict=True):
        away = day not in by_day and is_away(person, day, zone)
        if away and cells and cells[-1].away:
            last = cells[-1]
            cells[-1] = replace(last, width=last.width + 1, colspan=str(last.width + 1))
            continue
        name = f"{person.name}, {words.long_day(day)}"
        found = tuple(by_day.get(day, ()))
        is_open = mine and day in claimable and not away
        cells.append(
            Cell(
                day=day,
                key=f"{person.pk}--{day.isoformat()}",
                name=name,
                free=is_free,
                chips=found,
                away=_("Away") if away else "",
                open=day.isoformat() if is_open else "",
                wishes=words.wishes(person.wishes.on(day)) if mine else (),
                said="" if found or is_open else f"{name}: {_('Away') if away else _('no shift')}",
            )
        )
    return Row(person, mine, _hours(person, days[0]), tuple(cells))


def _hours(person: Person, monday: dt.date) -> str:
    worked = minutes_of((p for h in person.state.held for p in h.work), person.state.zone).get(monday, 0)
    if contract := person.state.contract_minutes:
        return _("%(hours)s of %(contract)s") % {"hours": words.bare_hours(worked), "contract": words.hours(contract)}
    return words.hours(worked)


def is_away(person: Person, day: dt.date, zone: ZoneInfo) -> bool:
    """Whether absences cover at least half of the pod's local day."""
    whole = day_period(day, zone)
    away = sum(part.minutes for a in person.state.absences if (part := a.intersection(whole)))
    return away * 2 >= whole.minutes


def chip(picture: PodPicture, shift: ShiftView, taken: TakenView) -> Chip:
    """A shift as a cell draws it: the same for everybody who works these hours of it; the name lacks the person's."""
    key = ("chip", shift.pk, taken.period, taken.give_away is not None, get_language())
    return picture.keep(key, lambda: _chip(picture, shift, taken))


def _chip(picture: PodPicture, shift: ShiftView, taken: TakenView) -> Chip:
    zone = picture.zone
    parts = shift.parts(taken.period)
    main = main_activity(parts)
    said = ", ".join(f"{picture.activities[a].name.lower()} {words.span(p, zone)}" for a, p in parts)
    when = _("%(day)s, %(start)s to %(end)s") % {
        "day": words.long_day(local_date(taken.period.start, zone)),
        "start": words.clock(taken.period.start, zone),
        "end": words.clock(taken.period.end, zone),
    }
    offered = taken.give_away is not None
    return Chip(
        shift=shift.pk,
        label=words.chip(taken.period, zone),
        name=(f"{when}: {said}" if said else when) + (f", {_('on offer')}" if offered else ""),
        url=reverse("shift", kwargs={"slug": picture.pod.slug, "shift": shift.pk}),
        icon=picture.activities[main].icon if main else "circle",
        category=str(picture.activities[main].category if main else 1),
        bars=bars(picture, parts, shift.day),
        span=words.span(taken.period, zone),
        long_label=words.day_span(taken.period, zone),
        said=", ".join(f"{picture.activities[a].name} {words.clock(p.start, zone)}" for a, p in parts),
        day=shift.day,
        offered=offered,
    )


def bars(picture: PodPicture, parts: Sequence[tuple[int, Period]], day: dt.date) -> tuple[Bar, ...]:
    """The activities as quarter hours of the wall clock on a day; what lies after midnight is cut."""
    found = []
    for activity, part in parts:
        start, end = (_quarter(edge, day, picture) for edge in (part.start, part.end))
        if start < end:
            found.append(Bar(str(picture.activities[activity].category), str(start), str(end - start)))
    return tuple(found)


def _quarter(instant: dt.datetime, day: dt.date, picture: PodPicture) -> int:
    local = instant.astimezone(picture.zone)
    if local.date() != day:
        return 96 if local.date() > day else 0
    return local.hour * 4 + local.minute // 15
