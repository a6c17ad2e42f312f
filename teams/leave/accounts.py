"""Read model of a member's accounts: lots, lines and what is left; for the member and administrators only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils import formats
from django.utils.translation import gettext as _

from teams.leave.models import ExpiryNotice, LeaveKind, LedgerEntry
from teams.leave.rules import Lot, by_urgency
from teams.people.models import User
from teams.scheduling import words

Entry = LedgerEntry.Entry


@dataclass(frozen=True)
class Line:
    """One line of the ledger in words; ``days`` is the amount in days of the usual length, signed."""

    title: str
    note: str
    minutes: int
    days: str
    hours: str


@dataclass(frozen=True)
class Lapse:
    """What lapses, and when."""

    days: str
    on: dt.date


@dataclass(frozen=True)
class Account:
    """A member's leave of one kind in one year: its lines, and what is left."""

    kind: LeaveKind
    year: int
    usual: int
    lines: tuple[Line, ...]
    left: int
    lapses: tuple[Lapse, ...]

    @property
    def left_days(self) -> str:
        return in_days(self.left, self.usual)

    @property
    def usual_hours(self) -> str:
        return words.hours(self.usual)

    @property
    def left_hours(self) -> str:
        return words.hours(self.left)


def in_days(minutes: int, usual: int, *, sign: bool = False) -> str:
    """Minutes in days of the usual length, with one decimal where it needs one: ``+8``, ``−0.5``, ``28``."""
    days = round(minutes / usual, 1)
    text = formats.number_format(abs(days), decimal_pos=0 if days == int(days) else 1)
    before = "−" if minutes < 0 else "+" if sign and minutes > 0 else ""
    return before + text


def account(member: User, kind: LeaveKind, year: int, usual: int) -> Account:
    """The lines that concern a year: what it brought, what was carried into it, what was taken in it. Two queries."""
    rows = list(LedgerEntry.objects.filter(member=member, kind=kind).select_related("day").order_by("at", "pk"))
    notices = ExpiryNotice.objects.filter(member=member, kind=kind)
    told: dict[tuple[int, dt.date | None], tuple[dt.date, int]] = {
        (row.year, row.lapses_on): (row.told_on, row.minutes) for row in notices
    }
    lots: dict[tuple[int, dt.date | None], int] = {}
    for row in rows:
        lots[row.year, row.valid_until] = lots.get((row.year, row.valid_until), 0) + row.minutes
    every = [Lot(of, until, minutes, *told.get((of, until), ())) for (of, until), minutes in lots.items()]
    mine = [lot for lot in every if _concerns(kind, lot, year)]
    keys = {(lot.year, lot.valid_until) for lot in mine}
    lines = _lines([row for row in rows if (row.year, row.valid_until) in keys], year, usual)
    lapses = tuple(
        Lapse(in_days(lot.lapsing, usual), lot.lapses_on)
        for lot in by_urgency(mine)
        if lot.minutes > 0 and lot.lapses_on is not None
    )
    return Account(kind, year, usual, tuple(lines), sum(lot.minutes for lot in mine), lapses)


def _concerns(kind: LeaveKind, lot: Lot, year: int) -> bool:
    """A year's own lot, what was carried into it or given back for it, and what never lapsed."""
    if lot.valid_until is None or lot.year > year:
        return lot.year == year
    carried = bool(kind.carry_months) and lot.valid_until == kind.carried_until(lot.year)
    if carried and lot.year == year:
        return False
    lives_on = lot.minutes > 0 and (lot.lapses_on is None or lot.lapses_on.year >= year)
    return year <= lot.valid_until.year or lives_on


def _lines(rows: Sequence[LedgerEntry], year: int, usual: int) -> list[Line]:
    booked = [row for row in rows if row.day_id is None]
    found = [_line(row, year, usual) for row in booked]
    days = sorted(
        (row for row in rows if row.day_id is not None), key=lambda row: (row.day.day, row.pk) if row.day else ()
    )
    sums = []
    for _key, group in groupby(days, key=lambda row: (row.day_id, row.valid_until, row.year)):
        same = list(group)
        sums.append((same[0], sum(row.minutes for row in same)))
    for run in _runs([each for each in sums if each[1]]):
        minutes = sum(n for _row, n in run)
        first, last = run[0][0], run[-1][0]
        assert first.day is not None
        assert last.day is not None
        note = _("from the carry-over") if first.year < year else ""
        title = span_words(first.day.day, last.day.day)
        found.append(Line(title, note, minutes, in_days(minutes, usual, sign=True), words.hours(minutes)))
    return found


def _runs(sums: list[tuple[LedgerEntry, int]]) -> list[list[tuple[LedgerEntry, int]]]:
    runs: list[list[tuple[LedgerEntry, int]]] = []
    for row, minutes in sums:
        last = runs[-1][-1] if runs else None
        if last and row.day and last[0].day and (row.day.day - last[0].day.day).days <= 3 and last[0].year == row.year:
            runs[-1].append((row, minutes))
        else:
            runs.append([(row, minutes)])
    return runs


def _line(row: LedgerEntry, year: int, usual: int) -> Line:
    until = _("until %(day)s") % {"day": formats.date_format(row.valid_until, "j M Y")} if row.valid_until else ""
    titles = {
        Entry.GRANT: _("Year %(year)s"),
        Entry.CARRY_OVER: _("Carried over from %(year)s"),
        Entry.RETURN: _("Given back from %(year)s"),
        Entry.EXPIRY: _("Lapsed of %(year)s"),
    }
    if row.entry == Entry.CARRY_OVER and row.valid_until is None:
        title = _("Carried over into %(year)s") % {"year": row.year + 1}
    else:
        title = titles.get(Entry(row.entry), _("Corrected for %(year)s")) % {"year": row.year}
    booked = _("booked %(day)s") % {"day": formats.date_format(row.at, "j M Y")}
    note = ", ".join(part for part in (row.reason, until or booked) if part)
    return Line(title, note, row.minutes, in_days(row.minutes, usual, sign=True), words.hours(row.minutes))


def span_words(first: dt.date, last: dt.date) -> str:
    """``18–22 Oct``, ``Fri 7 May``, ``28 Dec – 3 Jan``."""
    if first == last:
        return words.long_day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{formats.date_format(last, 'j M')}"
    return f"{formats.date_format(first, 'j M')} – {formats.date_format(last, 'j M')}"
