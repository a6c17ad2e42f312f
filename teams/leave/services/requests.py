"""Asking for leave, taking it back, the wait list, and what a sick report gives back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Sum
from django.http import Http404
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.instants import YEARS
from cxportal.core.periods import DAY, Period, local_date
from cxportal.core.violations import Denied, Refused, Violation
from teams.audit.tracking import recorded
from teams.leave.agreed import terms
from teams.leave.models import LeaveDay, LeaveKind, LeaveRequest, LedgerEntry, Peak
from teams.leave.reading import Desk, Places, calendar_of, desk, half_holidays, home_of, judged, places, span_of
from teams.leave.rules import FITS, FREE, FULL, HELD, Asked, Lot, Verdict, given_back, sick_until
from teams.leave.services.doors import Work, lock_leave, lock_members, planner_url, tell
from teams.notifications.services import notify
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import standing
from teams.scheduling import words
from teams.scheduling.models import Absence, Assignment, as_range
from teams.scheduling.picture import minus
from teams.scheduling.services.away import Away, freed_work, put_back, remove_leave, work_on, write_leave
from teams.scheduling.services.doors import UTC

State = LeaveDay.State
Entry = LedgerEntry.Entry
MOST_DAYS = 366


@dataclass(frozen=True)
class Answered:
    """What became of a request: every day judged, and the rows that were made. ``repeat``: it was done before."""

    request: LeaveRequest | None
    verdicts: tuple[Verdict, ...]
    granted: tuple[LeaveDay, ...] = ()
    waiting: tuple[LeaveDay, ...] = ()
    repeat: bool = False


@recorded
def request_leave(
    *,
    by: User,
    member: User,
    kind: LeaveKind,
    asked: Sequence[Asked],
    wait: bool = False,
    whole: bool = False,
    peak: int | None = None,
    at: dt.datetime | None = None,
) -> Answered:
    """Ask for days of leave: each is judged, those that fit are granted at once, full ones wait when ``wait``.
    ``whole``: all of them or none.

    By the member, or by an administrator, whom places, notice and horizon do not bind. The same days again
    answer the same. Locks: leave of the days, of the members concerned, their weeks, (pod, day). Raises
    ``Refused`` with the reasons of each day when none can be granted or wait; ``Denied``.
    """
    now = at or periods.now()
    pod, days = _allowed(by, member, kind, asked)
    forced = by.pk != member.pk
    if peak is not None and not Peak.objects.filter(pk=peak, pod=pod).exists():
        raise Refused(Violation("leave_home", _("Another pod is your home on these days; leave is asked for there.")))
    work = lock_leave(pod, [member.pk], days, peak=peak)
    halves = half_holidays()
    found = places(pod, days)
    if not forced:
        promote(pod, found, work, now)
    at_desk = desk(member, pod, kind, now, halves)
    own = work.get(member.pk, [])
    verdicts = judged(at_desk, asked, found, own, now, bound=not forced and peak is None, forced=forced)
    if all(v.outcome in {HELD, FREE} for v in verdicts) and any(v.outcome == HELD for v in verdicts):
        return Answered(_last_request(member, days), tuple(verdicts), repeat=True)
    wanted = any(v.outcome == FITS or (wait and v.outcome == FULL) for v in verdicts)
    if not wanted or (whole and any(v.violations for v in verdicts)):
        raise Refused(reasons(verdicts))
    made = LeaveRequest.objects.create(member=member, pod=pod, kind=kind, made_by=by, asked_at=now)
    granted = _grant([(_row(made, v), v) for v in verdicts if _given(v)], at_desk, own, by, now)
    waiting = LeaveDay.objects.bulk_create(_row(made, v) for v in verdicts if wait and v.outcome == FULL)
    tell(pod, days)
    return Answered(made, tuple(verdicts), tuple(granted), tuple(waiting))


def try_out(member: User, kind: LeaveKind, asked: Sequence[Asked], now: dt.datetime) -> tuple[Desk, list[Verdict]]:
    """What ``request_leave`` would answer, by the same rules, without locks and without a change."""
    pod, days = _allowed(member, member, kind, asked)
    at_desk = desk(member, pod, kind, now, half_holidays())
    work = work_on([member.pk], days).get(member.pk, [])
    return at_desk, judged(at_desk, asked, places(pod, days), work, now)


def reasons(verdicts: Iterable[Verdict]) -> list[Violation]:
    """Every reason with its day in front."""
    return [
        Violation(
            why.code,
            _("%(day)s: %(why)s") % {"day": words.long_day(verdict.asked.day), "why": why.message},
            {"day": verdict.asked.day.isoformat(), **why.numbers},
            why.way_out,
        )
        for verdict in verdicts
        for why in verdict.violations
    ] or [Violation("leave_free", _("None of these days is a working day of yours, so there is nothing to ask for."))]


def _given(verdict: Verdict) -> bool:
    return verdict.outcome in {FITS, FREE}


def _allowed(by: User, member: User, kind: LeaveKind, asked: Sequence[Asked]) -> tuple[Pod, list[dt.date]]:
    """Who may ask for what: the pod and the days, in order. Raises ``Denied`` or ``Refused``."""
    administrator = standing(by).is_administrator
    if by.pk != member.pk and not administrator:
        raise Denied(_("Only %(name)s or an administrator can ask for this leave.") % {"name": member.name})
    if not kind.by_members and not administrator:
        raise Refused(Violation("leave_kind", _("Leave of this kind is written by an administrator.")))
    days = [each.day for each in asked]
    in_order = bool(days) and days == sorted(set(days)) and len(days) <= MOST_DAYS
    if not in_order or not {days[0].year, days[-1].year} <= set(YEARS):
        raise Refused(Violation("leave_days", _("Ask for different days in their order, at most a year at once.")))
    pod = home_of(member, days[0])
    if pod is None:
        raise Refused(Violation("leave_home", _("Leave is asked for in a home pod, and there is none on this day.")))
    return pod, days


def _last_request(member: User, days: Sequence[dt.date]) -> LeaveRequest | None:
    row = LeaveDay.objects.filter(member=member, day__in=days, state__in=LeaveDay.LIVE).select_related("request")
    held = row.order_by("-request_id").first()
    return held.request if held else None


def _row(request: LeaveRequest, verdict: Verdict) -> LeaveDay:
    """A day of a request that waits; not written yet."""
    return LeaveDay(
        request=request,
        member=request.member,
        pod=request.pod,
        day=verdict.asked.day,
        begins=verdict.asked.begins,
        ends=verdict.asked.ends,
        cost=verdict.cost,
        takes_place=request.kind.takes_place and verdict.cost > 0,
        state=State.WAITING,
        asked_at=request.asked_at,
    )


def _grant(
    days: Sequence[tuple[LeaveDay, Verdict]],
    at_desk: Desk,
    work: Sequence[Assignment],
    by: User | None,
    now: dt.datetime,
) -> list[LeaveDay]:
    """Days of one member become granted: they are paid from the lots, and the member is away.

    Rows that are not written yet are written here; as many statements for a fortnight as for a day.
    """
    if not days:
        return []
    away = {verdict.asked.day: found for _row, verdict in days if (found := _away(verdict.asked, at_desk, work))}
    made = write_leave(by=by, member=at_desk.member, stretches=list(away.values()), now=now)
    absences = dict(zip(away, made, strict=True))
    for row, verdict in days:
        row.state, row.settled_at, row.cost = State.GRANTED, now, verdict.cost
        row.absence = absences.get(row.day)
    rows = [row for row, _verdict in days]
    LeaveDay.objects.bulk_update([row for row in rows if row.pk], ["state", "settled_at", "absence", "cost"])
    LeaveDay.objects.bulk_create(row for row in rows if not row.pk)
    _book([(row, lot) for row, verdict in days for lot in verdict.lots], Entry.TAKING, -1, by, now)
    return rows


def _away(asked: Asked, at_desk: Desk, work: Sequence[Assignment]) -> Away | None:
    """The stretch that a day of leave takes, with the work in it; None for somebody without a contract then."""
    zone = at_desk.calendar.zone(asked.day)
    if zone is None:
        return None
    span, whole = span_of(asked, zone), asked.whole
    mine = [each for each in work if each.shift.day == asked.day and (whole or each.span.overlaps(span))]
    return Away(span, mine, whole)


def _book(parts: Iterable[tuple[LeaveDay, Lot]], entry: str, sign: int, by: User | None, now: dt.datetime) -> None:
    """Lines of the ledger for days, one a day and lot."""
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            member=row.member,
            kind=row.request.kind,
            year=lot.year,
            valid_until=lot.valid_until,
            entry=entry,
            minutes=sign * lot.minutes,
            day=row,
            source=f"day:{row.pk}:{entry}:{row.given_back}:{lot.year}:{lot.valid_until or ''}",
            by=by,
            at=now,
        )
        for row, lot in parts
    )


def paid_from(row: LeaveDay) -> list[Lot]:
    """What a day still costs, by lot; what lapses last comes first. One query.

    Minutes that sickness gave back went into lots of their own: they are taken off from the front, as
    they were given.
    """
    rows = LedgerEntry.objects.filter(day=row).order_by().values_list("year", "valid_until").annotate(n=Sum("minutes"))
    back = sum(minutes for _year, _until, minutes in rows if minutes > 0)
    paid = [Lot(year, until, -minutes) for year, until, minutes in rows if minutes < 0]
    found = []
    for lot in sorted(paid, key=lambda lot: (lot.valid_until or dt.date.max, lot.year), reverse=True):
        cut = min(back, lot.minutes)
        back -= cut
        if lot.minutes > cut:
            found.append(replace(lot, minutes=lot.minutes - cut))
    return found


def promote(pod: Pod, found: Places, work: Work, now: dt.datetime) -> list[LeaveDay]:
    """Give free places to those who wait, in their order: the first that fits gets it and is told. Under the locks."""
    today = local_date(now, pod.tzinfo)
    order = sorted((at, pk) for day, rows in found.waiting.items() if day >= today for at, pk, _member in rows)
    if not order:
        return []
    rows = LeaveDay.objects.select_related("request__kind", "request__pod", "member").in_bulk([pk for _at, pk in order])
    halves, given = half_holidays(), []
    agreed_terms, _values = terms(pod, now)
    for _at, pk in order:
        row = rows[pk]
        if row.takes_place and found.away[row.day] >= agreed_terms.places:
            continue  # nobody need be asked while the day is full
        at_desk = desk(row.member, pod, row.request.kind, now, halves)
        own = work.get(row.member_id, [])
        asked = [Asked(row.day, row.begins, row.ends)]
        (verdict,) = judged(at_desk, asked, found, own, now, bound=False, row=pk)
        if _given(verdict):
            given += _grant([(row, verdict)], at_desk, own, None, now)
            found.waiting[row.day] = [each for each in found.waiting[row.day] if each[1] != pk]
            found.away[row.day] += row.takes_place
            _tell_promoted(row)
    return given


def _tell_promoted(row: LeaveDay) -> None:
    notify(
        to=[row.member],
        kind="leave_granted",
        data={"day": row.day.isoformat()},
        url=planner_url(row.pod, row.day),
        source=f"leave:{row.pk}",
    )


@recorded
def settle_waiting(*, pod: Pod, days: Sequence[dt.date], by: User | None = None, at: dt.datetime | None = None) -> int:
    """Ask again about everybody who waits on some days: the agreement or a balance may have changed.

    Days that are over are refused. Returns how many were granted. Locks as ``request_leave``.
    """
    now = at or periods.now()
    work = lock_leave(pod, [], days)
    given = promote(pod, places(pod, days), work, now)
    over = LeaveDay.objects.filter(
        pod=pod, day__in=days, day__lt=local_date(now, pod.tzinfo), state=State.WAITING
    ).update(state=State.REFUSED, settled_at=now)
    if given or over:
        tell(pod, days)
    return len(given)


@dataclass(frozen=True)
class TakenBack:
    """The days that were taken back; shifts in words that are the member's again, and those that are not, with why."""

    days: tuple[LeaveDay, ...]
    restored: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@recorded
def withdraw(
    *, by: User, request: int, days: Iterable[dt.date] | None = None, at: dt.datetime | None = None
) -> TakenBack:
    """Take a request back, or some of its days: minutes return, places free, who waits first gets them.

    Shifts that the leave freed are the member's again where nobody took them and they still fit. Days that are
    over stay. Again changes nothing. By the member or an administrator. Locks as ``request_leave``, and the days
    of those shifts. Raises ``Refused`` (``leave_past``) when all of them are over; ``Http404``.
    """
    now = at or periods.now()
    made = LeaveRequest.objects.select_related("pod__area", "kind", "member").filter(pk=request).first()
    if made is None or (made.member_id != by.pk and not standing(by).is_administrator):
        raise Http404
    wanted = LeaveDay.objects.filter(request=made, state__in=LeaveDay.LIVE)
    if days is not None:
        wanted = wanted.filter(day__in=set(days))
    on = sorted(set(wanted.values_list("day", flat=True)))
    work = lock_leave(made.pod, [made.member_id], on, back=True)
    rows = list(wanted.filter(day__in=on).select_related("request__kind", "member", "absence__member"))
    today = local_date(now, made.pod.tzinfo)
    if rows and not any(row.day >= today for row in rows):
        raise Refused(Violation("leave_past", _("These days are over, so they stay as they were.")))
    gone = [row for row in rows if row.day >= today]
    cut = [row.absence for row in gone if row.absence]
    pieces, freed = [piece for absence in cut for piece in absence.given_up], freed_work(cut)
    for row in gone:
        end_day(row, State.WITHDRAWN, by, now)
    restored, lost = put_back(made.member, [shift for shift in freed if shift.day in on], pieces, now)
    promote(made.pod, places(made.pod, on), work, now)
    tell(made.pod, on)
    return TakenBack(tuple(gone), restored, lost)


def end_day(row: LeaveDay, state: str, by: User | None, now: dt.datetime) -> None:
    """A live row ends: what it still costs returns to where it came from, and the member is there again."""
    if row.state == State.GRANTED:
        _book([(row, lot) for lot in paid_from(row)], Entry.RETURN, 1, by, now)
    absence = row.absence
    row.state, row.settled_at, row.absence = state, now, None
    row.save(update_fields=["state", "settled_at", "absence"])
    if absence is not None:
        remove_leave(absence)


def give_back(member: User, period: Period, now: dt.datetime) -> None:
    """A sick report over granted leave: its minutes return, and live 15 months after their year.

    Called by scheduling before its own locks, in its transaction. A place that frees is given on by the
    next act or job on these days. Locks: leave of the member.
    """
    calendar = calendar_of(member, {})
    near = (local_date(period.start, UTC) - DAY, local_date(period.end, UTC) + DAY)
    rows = LeaveDay.objects.filter(member=member, day__range=near, state=State.GRANTED, cost__gt=0)
    if not rows.exists():
        return
    lock_members(member.pk)
    around = as_range(Period(period.start - DAY, period.end + DAY))
    known = Absence.objects.filter(member=member, kind=Absence.Kind.SICK, period__overlap=around)
    before = [each.span for each in known]
    for row in rows.select_related("request__kind", "member", "pod", "absence__member"):
        zone = calendar.zone(row.day)
        span = span_of(Asked(row.day, row.begins, row.ends), zone) if zone else None
        ill = span.intersection(period) if span else None
        # What an earlier report said of the same hours has been given back then.
        new = minus(ill, before) if ill is not None else []
        if new and span is not None:
            _give_back(row, sum(part.minutes for part in new), whole=not minus(span, [period, *before]), now=now)


def _give_back(row: LeaveDay, ill_minutes: int, *, whole: bool, now: dt.datetime) -> None:
    minutes = given_back(row.cost, row.given_back, ill_minutes, whole=whole)
    open_minutes, lots = minutes, []
    for lot in paid_from(row):
        part = min(open_minutes, lot.minutes)
        open_minutes -= part
        if part:
            lots.append((lot, part))
    for lot, part in lots:
        LedgerEntry.objects.create(
            member=row.member,
            kind=row.request.kind,
            year=lot.year,
            valid_until=max(sick_until(lot.year), lot.valid_until or sick_until(lot.year)),
            entry=Entry.RETURN,
            minutes=part,
            day=row,
            reason=_("sick on %(day)s") % {"day": row.day.isoformat()},
            source=f"sick:{row.pk}:{row.given_back}:{lot.year}:{lot.valid_until or ''}",
            at=now,
        )
    row.given_back += minutes
    if row.given_back == row.cost:
        row.state, row.settled_at = State.RETURNED, now
    absence = row.absence if row.state == State.RETURNED else None
    row.absence = None if absence else row.absence
    row.save(update_fields=["given_back", "state", "settled_at", "absence"])
    if absence is not None:
        remove_leave(absence)
    tell(row.pod, [row.day])
