"""What a day of leave costs, who gets it, what is left and when it lapses; how a peak is shared out. Pure.

A *lot* is what is left of one year's leave with one last day: lines of the ledger of the same year and
``valid_until``. Leave is taken from the lot that lapses first. A lot lapses on its last day, but never
before the member has known of it for three months; who was not told keeps it.
"""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core.violations import Violation
from teams.scheduling import words

DAY_MINUTES = 24 * 60
FULL_WEEK = 5  # what is due is said in days of a week of five
TOLD_MONTHS_BEFORE = 3
TOLD_FROM_MONTHS = 6  # the reminder goes out between six and three months before
SICK_MONTHS = 15  # after the end of the year that the leave is due for
FITS, FREE, FULL, NO, HELD = "fits", "free", "full", "no", "held"


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later (or earlier), at most the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_of(year: int) -> dt.date:
    """31 December."""
    return dt.date(year, 12, 31)


def sick_until(year: int) -> dt.date:
    """The last day of what sickness left untaken of a year: 15 months after its end."""
    return add_months(last_of(year), SICK_MONTHS)


@dataclass(frozen=True)
class Asked:
    """A day that somebody asks for, whole or from minute ``begins`` to minute ``ends`` after midnight."""

    day: dt.date
    begins: int = 0
    ends: int = DAY_MINUTES

    @property
    def whole(self) -> bool:
        return self.begins == 0 and self.ends == DAY_MINUTES

    def contains(self, other: Asked) -> bool:
        return self.day == other.day and self.begins <= other.begins and other.ends <= self.ends


def part_words(begins: int, ends: int) -> str:
    """``12:00–16:00``."""
    return "–".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in (begins, ends))


def due_minutes(contract: int, *, holiday: bool = False, half: bool = False) -> int:
    """What the contract asks of a day: nothing on a public holiday, half on half a one, rounded down."""
    if holiday:
        return 0
    return contract // 2 if half else contract


def cost(asked: Asked, due: int) -> int:
    """Minutes that a day of leave costs: what is due on it, or the part that is asked, whichever is less."""
    return due if asked.whole else min(asked.ends - asked.begins, due)


def given_back(cost_minutes: int, back_already: int, sick_minutes: int, *, whole: bool) -> int:
    """What a sick report of so many minutes of the day gives back; the whole day gives all of it back."""
    left = cost_minutes - back_already
    return left if whole else min(left, sick_minutes)


def entitlement(days: Fraction, spans: Iterable[tuple[int, int]], year_days: int) -> int:
    """Minutes due in a year: ``days`` of a five-day week, by the contracts of the year.

    ``spans`` are (minutes a week, days of the year on that contract). A part-timer of three days of
    8 h gets 30 days as six weeks of 24 h. Rounded to the minute, halves up.
    """
    total = sum((days / FULL_WEEK * weekly * held / year_days for weekly, held in spans), Fraction(0))
    return int(total + Fraction(1, 2))


@dataclass(frozen=True)
class Lot:
    """Minutes left of a year's leave with one last day (None: within its year).

    ``told_on`` that ``told_minutes`` of it lapse (None: all of them).
    """

    year: int
    valid_until: dt.date | None
    minutes: int
    told_on: dt.date | None = None
    told_minutes: int | None = None

    @property
    def lapsing(self) -> int:
        """What lapses on its last day: never more than the member was told."""
        return self.minutes if self.told_minutes is None else min(self.minutes, self.told_minutes)

    @property
    def lapses_on(self) -> dt.date | None:
        """The last day on which it can be taken; None while it cannot lapse."""
        if self.valid_until is None or self.told_on is None or self.told_minutes == 0:
            return None
        return max(self.valid_until, add_months(self.told_on, TOLD_MONTHS_BEFORE))

    def serves(self, day: dt.date) -> bool:
        """Whether a day can be taken from it: never before its year, and a lot without last day only in it."""
        if self.valid_until is None:
            return day.year == self.year
        return self.year <= day.year and (self.lapses_on is None or day <= self.lapses_on)


def by_urgency(lots: Iterable[Lot]) -> list[Lot]:
    """The order in which lots are used up: what lapses first, then the older year."""
    return sorted(lots, key=lambda lot: (lot.valid_until or last_of(lot.year), lot.year))


def take(lots: Sequence[Lot], day: dt.date, minutes: int) -> tuple[list[Lot], list[Lot]] | None:
    """Minutes for a day out of the lots: what is taken of each, and the lots as they are then.

    None when they do not reach: a balance never falls below zero.
    """
    taken, left, open_minutes = [], [], minutes
    for lot in by_urgency(lots):
        part = min(open_minutes, max(lot.minutes, 0)) if lot.serves(day) else 0
        open_minutes -= part
        if part:
            taken.append(replace(lot, minutes=part))
        left.append(replace(lot, minutes=lot.minutes - part))
    return None if open_minutes else (taken, left)


def available(lots: Iterable[Lot], day: dt.date) -> int:
    """Minutes that a day could be taken from."""
    return sum(max(lot.minutes, 0) for lot in lots if lot.serves(day))


def lapsed(lots: Iterable[Lot], today: dt.date) -> list[Lot]:
    """Lots whose last day is over, told in time."""
    return [lot for lot in lots if lot.lapsing > 0 and lot.lapses_on is not None and lot.lapses_on < today]


def to_tell(lots: Iterable[Lot], today: dt.date, carried_until: Mapping[int, dt.date]) -> list[tuple[Lot, dt.date]]:
    """Lots of which the member should hear now, with the day on which each lapses; again where one has grown since.

    ``carried_until`` is the last day of what is carried over, by year, for kinds that carry over.
    """
    found = []
    for lot in lots:
        end = lot.valid_until or carried_until.get(lot.year)
        told = lot.told_on is not None and lot.lapsing == lot.minutes
        if lot.minutes > 0 and not told and end and add_months(end, -TOLD_FROM_MONTHS) <= today:
            found.append((lot, end))
    return found


@dataclass(frozen=True)
class Terms:
    """What the pod agreed on leave: people away at the same time, days of notice, days ahead."""

    places: int
    notice_days: int
    ahead_days: int


@dataclass(frozen=True)
class DayFacts:
    """What is known of a day before it is judged.

    ``due`` are the minutes that the contract asks of it, None without a contract; ``away`` the other
    people who have a place; ``waiting`` those who wait before this one; ``held`` the part of the day that
    the member asked for before. ``elsewhere``: another pod is home on the day. ``peak`` names a peak that
    is still shared out, ``turn`` the share of it that the member may choose now, ``shift`` says
    which own shift cannot be given back.
    """

    due: int | None
    away: int = 0
    waiting: int = 0
    held: Asked | None = None
    elsewhere: bool = False
    peak: str = ""
    turn: str = ""
    shift: tuple[Violation, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """One day judged: ``fits`` it is granted, ``free`` it costs nothing, ``full`` it can wait, ``held``, or ``no``."""

    asked: Asked
    cost: int
    outcome: str
    violations: tuple[Violation, ...] = ()
    away: int = 0
    waiting: int = 0
    lots: tuple[Lot, ...] = ()


def judge(
    asked: Sequence[Asked],
    facts: Mapping[dt.date, DayFacts],
    terms: Terms,
    lots: Sequence[Lot] | None,
    today: dt.date,
    *,
    takes_place: bool = True,
    bound: bool = True,
) -> list[Verdict]:
    """Each day in turn; what a day takes of the balance is gone for the next.

    ``lots`` is None for a kind that is not paid from a balance. ``bound`` is False for what
    administrators write: then notice and horizon do not count.
    """
    found, left = [], lots
    for each in asked:
        fact = facts[each.day]
        minutes = cost(each, fact.due or 0)
        if fact.held is not None:
            more = () if fact.held.contains(each) else (_held(fact.held),)
            found.append(Verdict(each, minutes, NO if more else HELD, more, fact.away))
            continue
        broken = _dates(each.day, today, terms) if bound else []
        broken += _day(each.day, fact)
        taken = take(left, each.day, minutes) if left is not None and minutes else None
        if left is not None and minutes and taken is None:
            broken.append(_balance(each.day, minutes, available(left, each.day)))
        full = takes_place and minutes > 0 and fact.away >= terms.places
        if broken:
            found.append(Verdict(each, minutes, NO, tuple(broken), fact.away, fact.waiting))
        elif full:
            found.append(Verdict(each, minutes, FULL, (_full(each.day, fact, terms),), fact.away, fact.waiting))
        else:
            # What waits takes nothing of the balance: it is asked again when a place frees.
            parts, left = taken or ([], left)
            found.append(Verdict(each, minutes, FITS if minutes else FREE, (), fact.away, fact.waiting, tuple(parts)))
    return found


def _dates(day: dt.date, today: dt.date, terms: Terms) -> list[Violation]:
    if day < today:
        return [Violation("leave_past", _("This day is over."))]
    if (day - today).days < terms.notice_days:
        told = ngettext(
            "Leave is asked for %(n)s day before; the pod agreed that.",
            "Leave is asked for %(n)s days before; the pod agreed that.",
            terms.notice_days,
        )
        numbers = {"notice_days": terms.notice_days, "days": (day - today).days}
        return [Violation("leave_notice", told % {"n": terms.notice_days}, numbers)]
    if (day - today).days > terms.ahead_days:
        opens = day - dt.timedelta(days=terms.ahead_days)
        told = _("This day can be asked for from %(day)s on.") % {"day": f"{words.long_day(opens)} {opens.year}"}
        return [Violation("leave_ahead", told, {"ahead_days": terms.ahead_days, "opens": opens.isoformat()})]
    return []


def _day(day: dt.date, fact: DayFacts) -> list[Violation]:
    found = list(fact.shift)
    if fact.elsewhere:
        told = _("Another pod is your home on this day; leave is asked for there, in a request of its own.")
        found.append(Violation("leave_home", told))
    if fact.due is None:
        found.append(Violation("leave_contract", _("There is no contract on this day.")))
    if fact.turn:
        told = _("It is your turn: choose %(share)s above.") % {"share": fact.turn}
        found.append(Violation("leave_peak", told, {"peak": fact.peak}))
    elif fact.peak:
        told = _("%(peak)s is still being shared out; what is left opens to all afterwards.")
        found.append(Violation("leave_peak", told % {"peak": fact.peak}))
    return found


def _held(held: Asked) -> Violation:
    told = _("You asked for %(part)s of this day before; take that back to ask for another part.")
    return Violation("leave_held", told % {"part": part_words(held.begins, held.ends)})


def _balance(day: dt.date, minutes: int, left: int) -> Violation:
    told = _("The day costs %(cost)s; %(left)s are left for it.")
    numbers = {"cost": minutes, "left": left}
    return Violation("leave_balance", told % {key: words.hours(n) for key, n in numbers.items()}, numbers)


def _full(day: dt.date, fact: DayFacts, terms: Terms) -> Violation:
    told = ngettext(
        "%(n)s person is away already; the pod agreed on %(places)s.",
        "%(n)s people are away already; the pod agreed on %(places)s.",
        fact.away,
    )
    numbers = {"away": fact.away, "places": terms.places, "waiting": fact.waiting}
    return Violation("leave_full", told % {"n": fact.away, "places": terms.places}, numbers, _("You can wait."))


def digest(*parts: object) -> str:
    """SHA-256 of the parts as text, joined by line feeds, in hexadecimal: anybody can compute it again."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def seed_of(number: int, entries: Mapping[int, Sequence[int]]) -> str:
    """The seed of a lot: the published number, and every entry as ``member:wish,wish``, by member."""
    return digest(number, *(f"{member}:{','.join(map(str, entries[member]))}" for member in sorted(entries)))


def lot_order(seed: str, members: Iterable[int]) -> list[int]:
    """Members in the order of the lot: by the digest of seed and member."""
    return sorted(members, key=lambda member: (digest(seed, member), member))


def rounds_order(days_last_time: Mapping[int, int], seed: str) -> list[int]:
    """Who chooses when: fewest days of the peak last time first, equals by lot."""
    place = {member: n for n, member in enumerate(lot_order(seed, days_last_time))}
    return sorted(days_last_time, key=lambda member: (days_last_time[member], place[member]))


def draw(order: Iterable[int], wishes: Mapping[int, Sequence[int]], places: Mapping[int, int]) -> dict[int, int]:
    """A lottery: in the order of the lot everybody gets the first of their wishes that has a place left."""
    left, found = dict(places), {}
    for member in order:
        wish = next((each for each in wishes.get(member, ()) if left.get(each, 0) > 0), None)
        if wish is not None:
            left[wish] -= 1
            found[member] = wish
    return found
