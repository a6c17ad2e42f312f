"""The card of one's own shift: what now, what next, drawn as a line of the day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from cxportal.core.periods import Period
from cxportal.shell import address
from teams.people.models import User
from teams.scheduling import words
from teams.scheduling.queries import MyShift, Part, next_shifts

QUARTER = 15 * 60
NARROW = 3  # quarter hours below which a piece has no room for words
TICKS = 9


@dataclass(frozen=True)
class Piece:
    """An activity, or a break, in quarter hours after the shift's first full hour."""

    name: str
    icon: str
    category: int
    begin: int
    length: int
    past: bool
    pause: bool = False
    title: str = ""

    @property
    def narrow(self) -> bool:
        return self.length < NARROW


@dataclass(frozen=True)
class ShiftCard:
    """One shift in words and as a line: ``span`` quarter hours long, ``now`` the quarter of the present."""

    title: str
    headline: str
    then: str
    pieces: list[Piece]
    span: int
    now: int | None
    ticks: list[tuple[int, str]]
    pod_slug: str
    pod_name: str
    week_url: str
    leave_url: str
    swap_url: str
    following: MyShift | None
    following_words: str
    following_first: str


def shift_card(member: User, now: dt.datetime) -> ShiftCard | None:
    """The present or else the next shift of a member in any pod; None without one. Two statements."""
    shifts = next_shifts(member, now, limit=2)
    if not shifts:
        return None
    first, following = shifts[0], shifts[1] if len(shifts) > 1 else None
    headline, then = _told(first, now)
    return ShiftCard(
        title=_title(first, now),
        headline=headline,
        then=then,
        pieces=_pieces(first, now),
        span=max(1, _quarters(first.start, first.end)),
        now=_quarters(first.start, now) if first.now else None,
        ticks=_ticks(first),
        pod_slug=first.pod_slug,
        pod_name=first.pod_name,
        week_url=address("week", slug=first.pod_slug, week=first.week_label),
        leave_url=address("leave_now", slug=first.pod_slug) + "#plan",
        swap_url=_swap_url(following if first.now else first),
        following=following,
        following_words=_when(following) if following else "",
        following_first=_in_short(following) if following else "",
    )


def _swap_url(shift: MyShift | None) -> str:
    """Where the next shift that has not begun is offered to others."""
    return address("swap", slug=shift.pod_slug, assignment=shift.assignment_id) if shift else ""


def _title(shift: MyShift, now: dt.datetime) -> str:
    hours = words.span(Period(shift.start, shift.end), shift.zone)
    if shift.now:
        return _("Your shift, %(hours)s") % {"hours": hours}
    return _("Your next shift")


def _when(shift: MyShift) -> str:
    local = shift.start.astimezone(shift.zone).date()
    return f"{words.long_day(local)}, {words.span(Period(shift.start, shift.end), shift.zone)}"


def _told(shift: MyShift, now: dt.datetime) -> tuple[str, str]:
    if not shift.now:
        return _when(shift), _in_short(shift)
    present = next((part for part in shift.activities if part.start <= now < part.end), None)
    later = [part for part in shift.activities if part.start > now]
    until = present.end if present else later[0].start if later else shift.end
    doing = present.name if present else _("Break")
    headline = _("%(activity)s until %(time)s") % {"activity": doing, "time": words.clock(until, shift.zone)}
    return headline, _afterwards(present, later, shift.zone)


def _in_short(shift: MyShift) -> str:
    """``Email first, mostly Chat``: what the week draws for the shift is named where it is not the first."""
    if not shift.activities:
        return ""
    first = shift.activities[0].name
    minutes: dict[str, int] = {}
    for part in shift.activities:
        minutes[part.name] = minutes.get(part.name, 0) + Period(part.start, part.end).minutes
    main = max(minutes, key=lambda name: minutes[name])
    if main == first:
        return _("%(activity)s first") % {"activity": first}
    return _("%(activity)s first, mostly %(main)s") % {"activity": first, "main": main}


def _afterwards(present: Part | None, later: list[Part], zone: ZoneInfo) -> str:
    if not later:
        return _("then you are done")
    at = words.clock(later[0].start, zone)
    if present and later[0].start > present.end:
        return _("then break, then %(activity)s at %(time)s") % {"activity": later[0].name, "time": at}
    return _("then %(activity)s") % {"activity": later[0].name}


def _pieces(shift: MyShift, now: dt.datetime) -> list[Piece]:
    pieces: list[Piece] = []
    at = shift.start
    for part in shift.activities:
        if part.start > at:
            pieces.append(_piece(shift, None, at, part.start, now))
        pieces.append(_piece(shift, part, part.start, part.end, now))
        at = part.end
    if at < shift.end:
        pieces.append(_piece(shift, None, at, shift.end, now))
    return pieces


def _piece(shift: MyShift, part: Part | None, start: dt.datetime, end: dt.datetime, now: dt.datetime) -> Piece:
    begin = _quarters(shift.start, start)
    name = part.name if part else _("Break")
    return Piece(
        name=name,
        icon=part.icon if part else "coffee",
        category=part.category if part else 8,
        begin=begin,
        length=max(1, _quarters(shift.start, end) - begin),
        past=end <= now,
        pause=part is None,
        title=f"{name} {words.span(Period(start, end), shift.zone)}",
    )


def _quarters(start: dt.datetime, end: dt.datetime) -> int:
    """Quarter hours from start to end, to the nearest; a day has 96."""
    return min(96, max(0, round((end - start).total_seconds() / QUARTER)))


def _ticks(shift: MyShift) -> list[tuple[int, str]]:
    """Full hours along the line, at most ``TICKS``, with both ends."""
    hours = _quarters(shift.start, shift.end) / 4
    step = max(1, round(hours / (TICKS - 1)))
    first = (shift.start + dt.timedelta(minutes=59)).astimezone(shift.zone).replace(minute=0, second=0)
    marks = [(0, words.clock(shift.start, shift.zone))]
    at = first
    while at < shift.end - dt.timedelta(minutes=45):
        if (at - shift.start).total_seconds() >= 45 * 60:
            marks.append((_quarters(shift.start, at), words.clock(at, shift.zone)))
        at += dt.timedelta(hours=step)
    return [*marks, (_quarters(shift.start, shift.end), words.clock(shift.end, shift.zone))]
