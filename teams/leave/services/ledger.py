"""The accounts: what a year brings, what moves into the next, what lapses and who was told, corrections."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from django.db.models import Sum
from django.http import Http404
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.violations import Invalid, Refused, Violation
from teams.audit.tracking import recorded
from teams.leave.models import Entitlement, ExpiryNotice, LeaveDay, LeaveKind, LedgerEntry, TimeEntry
from teams.leave.reading import lots_of
from teams.leave.rules import TOLD_MONTHS_BEFORE, Lot, add_months, entitlement, last_of, to_tell
from teams.leave.rules import lapsed as lapsed_of
from teams.leave.services.doors import lock_members
from teams.notifications.services import notify
from teams.people.models import Contract, User
from teams.scheduling import words

Entry = LedgerEntry.Entry
MOST_MINUTES = 366 * 24 * 60


def book(
    member: User,
    kind: LeaveKind,
    year: int,
    entry: str,
    minutes: int,
    source: str,
    *,
    until: dt.date | None = None,
    day: LeaveDay | None = None,
    reason: str = "",
    by: User | None = None,
    at: dt.datetime | None = None,
) -> LedgerEntry | None:
    """One line, unless its source booked before or nothing moves. Under the lock of the member's leave."""
    if not minutes or LedgerEntry.objects.filter(source=source).exists():
        return None
    return LedgerEntry.objects.create(
        member=member,
        kind=kind,
        year=year,
        entry=entry,
        minutes=minutes,
        source=source,
        valid_until=until,
        day=day,
        reason=reason,
        by=by,
        at=at or periods.now(),
    )


def own_until(kind: LeaveKind, year: int) -> dt.date | None:
    """The last day of what a year brings: none for a kind that carries over, which moves it at the year's end."""
    return None if kind.carry_months else last_of(year)


def due_of(member: User, kind: LeaveKind, year: int) -> int:
    """Minutes that a member is due of a kind in a year, by contracts and entitlement. Two queries."""
    own = Entitlement.objects.filter(member=member, kind=kind, year__lte=year).order_by("-year").first()
    first, after = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    spans = []
    for contract in Contract.objects.filter(member=member, period__startswith__lt=after):
        start = max(contract.period.lower or first, first)
        end = min(contract.period.upper or after, after)
        if start < end:
            spans.append((sum(contract.weekday_minutes) or contract.weekly_minutes, (end - start).days))
    days = own.days if own else kind.days_a_year
    return entitlement(Fraction(days), spans, (after - first).days)


@recorded
def grant_year(*, by: User | None, member: User, kind: LeaveKind, year: int, at: dt.datetime | None = None) -> int:
    """Bring the grant of a year to what the member is due now; returns the minutes that moved.

    Again moves nothing. A contract or an entitlement that changed moves the difference, but never more
    than is left: who has taken more keeps it. A year that began with an opening balance is left to it.
    Locks the member's leave.
    """
    lock_members(member.pk)
    opening = LedgerEntry.objects.filter(source__startswith=f"opening:{member.pk}:{kind.pk}:{year}:")
    if opening.aggregate(n=Sum("minutes"))["n"]:
        return 0
    rows = LedgerEntry.objects.filter(member=member, kind=kind, year=year, entry=Entry.GRANT)
    known = rows.aggregate(n=Sum("minutes"))["n"] or 0
    until, moves = own_until(kind, year), due_of(member, kind, year) - known
    if moves < 0:
        left = sum(lot.minutes for lot in lots_of(member, kind) if (lot.year, lot.valid_until) == (year, until))
        moves = max(moves, -max(left, 0))
    reason = "" if not known else _("the contract or what is due changed")
    source = f"grant:{member.pk}:{kind.pk}:{year}:{rows.count()}"
    book(member, kind, year, Entry.GRANT, moves, source, until=until, reason=reason, by=by, at=at)
    return moves


@recorded
def carry_over(*, by: User | None, member: User, kind: LeaveKind, year: int, at: dt.datetime | None = None) -> int:
    """Move what is left of a year into the next, until the kind's day; returns the minutes. Again moves nothing.

    Days of the next year that were paid from its own grant and lie inside are paid from what was carried
    over instead, which lapses first. Locks the member's leave.
    """
    if not kind.carry_months:
        return 0
    lock_members(member.pk)
    left = next((lot.minutes for lot in lots_of(member, kind) if (lot.year, lot.valid_until) == (year, None)), 0)
    until = kind.carried_until(year)
    stamp = f"carry:{member.pk}:{kind.pk}:{year}:{LedgerEntry.objects.filter(member=member, kind=kind).count()}"
    if left > 0:
        book(member, kind, year, Entry.CARRY_OVER, -left, f"{stamp}:out", by=by, at=at)
        book(member, kind, year, Entry.CARRY_OVER, left, f"{stamp}:in", until=until, by=by, at=at)
        _pay_again(member, kind, year + 1, Lot(year, until, left), by, at)
    return left


def _pay_again(member: User, kind: LeaveKind, year: int, carried: Lot, by: User | None, at: dt.datetime | None) -> None:
    """Pay days of a year from what was carried over, as far as it reaches."""
    left = carried.minutes
    lines = LedgerEntry.objects.filter(
        member=member, kind=kind, year=year, valid_until=None, day__state=LeaveDay.State.GRANTED
    )
    paid = lines.filter(day__day__lte=carried.valid_until).order_by("day__day").values_list("day", "day__day")
    for day, _on, minutes in paid.annotate(n=Sum("minutes")):
        part = min(left, -minutes)
        if part > 0:
            row, stamp = LeaveDay.objects.get(pk=day), f"again:{day}:{carried.year}"
            book(member, kind, year, Entry.CARRY_OVER, part, f"{stamp}:back", day=row, by=by, at=at)
            from_carried = {"until": carried.valid_until, "day": row, "by": by, "at": at}
            book(member, kind, carried.year, Entry.CARRY_OVER, -part, f"{stamp}:paid", **from_carried)  # type: ignore[arg-type]
            left -= part


@recorded
def tell_of_expiry(
    *, by: User | None, member: User, kind: LeaveKind, today: dt.date, at: dt.datetime | None = None
) -> list[ExpiryNotice]:
    """Tell a member what will lapse and when, and keep that they were told. Locks the member's leave.

    Once a lot; again when it holds more than was told, and then it lapses three months after that at the earliest.
    """
    lock_members(member.pk)
    lots = lots_of(member, kind)
    carried = {lot.year: kind.carried_until(lot.year) for lot in lots} if kind.carry_months else {}
    told = []
    for lot, end in to_tell(lots, today, carried):
        made, new = ExpiryNotice.objects.update_or_create(
            member=member,
            kind=kind,
            year=lot.year,
            lapses_on=end,
            defaults={"minutes": lot.minutes, "told_on": today},
        )
        told.append(made)
        on = end if new else max(end, add_months(today, TOLD_MONTHS_BEFORE))
        data = {"minutes": lot.minutes, "year": lot.year, "on": on.isoformat(), "kind": kind.name}
        source = f"expiry:{kind.pk}:{lot.year}:{end.isoformat()}" + ("" if new else f":{lot.minutes}:{today}")
        notify(to=[member], kind="leave_lapses", data=data, url="/leave/", source=source)
    return told


@recorded
def expire(*, by: User | None, member: User, kind: LeaveKind, today: dt.date, at: dt.datetime | None = None) -> int:
    """Let lapse what is over and of which the member was told in time. Locks the member's leave.

    Returns the minutes. What a lot holds beyond the amount that was told stays.
    """
    lock_members(member.pk)
    gone = 0
    for lot in lapsed_of(lots_of(member, kind), today):
        n = LedgerEntry.objects.filter(member=member, kind=kind, year=lot.year, entry=Entry.EXPIRY).count()
        source = f"lapse:{member.pk}:{kind.pk}:{lot.year}:{lot.valid_until}:{n}"
        book(member, kind, lot.year, Entry.EXPIRY, -lot.lapsing, source, until=lot.valid_until, by=by, at=at)
        # What was told has happened: what is left, or returns, is told anew before it lapses.
        notices = ExpiryNotice.objects.filter(member=member, kind=kind, year=lot.year)
        told = notices.filter(lapses_on=lot.valid_until) if lot.valid_until else notices.none()
        told.update(minutes=0)
        gone += lot.lapsing
    return gone


@recorded
def correct(
    *,
    by: User,
    member: User,
    kind: LeaveKind,
    year: int,
    minutes: int,
    reason: str,
    until: dt.date | None = None,
    source: str = "",
    at: dt.datetime | None = None,
) -> LedgerEntry | None:
    """Book a correction, with a reason; the same ``source`` books once.

    Raises ``Invalid`` without a reason or minutes, ``Refused`` (``leave_balance``) when the lot would fall
    below zero. Locks the member's leave.
    """
    lock_members(member.pk)
    if not reason.strip():
        raise Invalid({"reason": _("Say why, so that the member can read it.")})
    if not minutes or abs(minutes) > MOST_MINUTES:
        raise Invalid({"minutes": _("Write how much is added or taken.")})
    until = until or own_until(kind, year)
    left = sum(lot.minutes for lot in lots_of(member, kind) if (lot.year, lot.valid_until) == (year, until))
    if minutes < 0 and left + minutes < 0:
        told = _("Only %(left)s are left of it, so %(minutes)s cannot be taken.")
        numbers = {"left": left, "minutes": -minutes}
        said = told % {name: words.hours(n) for name, n in numbers.items()}
        raise Refused(Violation("leave_balance", said, numbers))
    n = LedgerEntry.objects.filter(member=member, kind=kind, entry=Entry.CORRECTION).count()
    source = source or f"correction:{member.pk}:{kind.pk}:{year}:{n}"
    return book(member, kind, year, Entry.CORRECTION, minutes, source, until=until, reason=reason.strip(), by=by, at=at)


@recorded
def correct_time(
    *, by: User, member: User, on: dt.date, minutes: int, reason: str, at: dt.datetime | None = None
) -> TimeEntry:
    """Book a correction of the time account, with a reason. Raises ``Invalid``. Locks the member's leave."""
    lock_members(member.pk)
    if not reason.strip():
        raise Invalid({"reason": _("Say why, so that the member can read it.")})
    if not minutes or abs(minutes) > MOST_MINUTES:
        raise Invalid({"minutes": _("Write how much is added or taken.")})
    source = f"time:{member.pk}:{TimeEntry.objects.filter(member=member).count()}"
    return TimeEntry.objects.create(
        member=member, on=on, minutes=minutes, reason=reason.strip(), source=source, by=by, at=at or periods.now()
    )


@recorded
def book_opening(
    *, by: User, member: User, kind: LeaveKind, year: int, minutes: int, until: dt.date | None, reason: str
) -> LedgerEntry | None:
    """Bring in what a member had left before the portal; once for each kind, year and last day.

    It is what is left: a year that is brought in is not granted by contract on top.
    """
    lock_members(member.pk)
    rows = LedgerEntry.objects.filter(
        member=member, kind=kind, source__startswith=opening_source(member, kind, year, until)
    )
    if (rows.aggregate(n=Sum("minutes"))["n"] or 0) != 0:
        raise Refused(Violation("opening_known", _("The opening balance stands already; book a correction instead.")))
    source = f"{opening_source(member, kind, year, until)}{rows.count()}"
    entry = Entry.GRANT if until is None or until == own_until(kind, year) else Entry.CARRY_OVER
    return book(member, kind, year, entry, minutes, source, until=until, reason=reason, by=by)


def opening_source(member: User, kind: LeaveKind, year: int, until: dt.date | None) -> str:
    """What the sources of an opening balance and of its undoing begin with."""
    return f"opening:{member.pk}:{kind.pk}:{year}:{until or ''}:"


@recorded
def unbook_opening(*, by: User, entry: int) -> None:
    """Take an opening balance back by one more line. Raises ``Refused`` when it was used; ``Http404``."""
    found = LedgerEntry.objects.select_related("member", "kind").filter(pk=entry, source__startswith="opening:").first()
    if found is None:
        raise Http404
    lock_members(found.member_id)
    lots = [
        lot
        for lot in lots_of(found.member, found.kind)
        if (lot.year, lot.valid_until) == (found.year, found.valid_until)
    ]
    if sum(lot.minutes for lot in lots) < found.minutes:
        raise Refused(Violation("leave_balance", _("Some of it was taken already.")))
    stem, n = found.source.rsplit(":", 1)
    source, reason = f"{stem}:{int(n) + 1}", _("import taken back")
    until, kind = found.valid_until, found.kind
    book(found.member, kind, found.year, found.entry, -found.minutes, source, until=until, reason=reason, by=by)
