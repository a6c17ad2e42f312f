"""What is known of a member and of days before leave is judged: services ask it under locks, pages without."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Sum

from cxportal.core.periods import MINUTE, Period, local_date, to_instant
from cxportal.core.violations import Violation
from teams.leave import agreed, holidays
from teams.leave.models import ExpiryNotice, HalfHoliday, LeaveDay, LeaveKind, LedgerEntry, PeakShare, PeakTurn
from teams.leave.rules import DAY_MINUTES, Asked, DayFacts, Lot, Terms, Verdict, due_minutes, judge
from teams.people.models import Contract, User
from teams.pods.models import Membership, Pod
from teams.scheduling.models import Assignment
from teams.scheduling.services.away import in_the_way


@dataclass(frozen=True)
class Calendar:
    """The contracts of one member, with half holidays of the company: what each day asks of them."""

    contracts: tuple[Contract, ...]
    halves: Mapping[tuple[str, int, int], str]

    def contract(self, day: dt.date) -> Contract | None:
        """The contract that holds on a day."""
        return next((c for c in self.contracts if day in span_in_days(c)), None)

    def holiday(self, day: dt.date) -> str:
        """The public holiday of the contract's region, by name, or nothing."""
        contract = self.contract(day)
        return holidays.holiday(contract.region, day) if contract else ""

    def half(self, day: dt.date) -> str:
        """Half a holiday by name, or nothing: of the region, of its country, or everywhere."""
        contract = self.contract(day)
        region = contract.region if contract else ""
        names = (self.halves.get((place, day.month, day.day)) for place in (region, region.partition("-")[0], ""))
        return next((name for name in names if name), "")

    def due(self, day: dt.date) -> int | None:
        """Minutes that the contract asks of a day; None without a contract."""
        contract = self.contract(day)
        if contract is None:
            return None
        minutes = contract.weekday_minutes[day.weekday()]
        return due_minutes(minutes, holiday=bool(self.holiday(day)), half=bool(self.half(day))) if minutes else 0

    def zone(self, day: dt.date) -> ZoneInfo | None:
        contract = self.contract(day)
        return contract.tzinfo if contract else None

    def usual_day(self, day: dt.date) -> int:
        """The usual length of a working day, in which a balance is told; 480 without a contract."""
        contract = self.contract(day) or (self.contracts[-1] if self.contracts else None)
        worked = [minutes for minutes in contract.weekday_minutes if minutes] if contract else []
        return round(sum(worked) / len(worked)) if worked else 480


def span_in_days(row: Contract | Membership) -> Span:
    """The days for which something holds."""
    return Span(row.period.lower, row.period.upper)


@dataclass(frozen=True)
class Span:
    """Days from ``lower`` to before ``upper``; None is open on that side."""

    lower: dt.date | None
    upper: dt.date | None

    def __contains__(self, day: dt.date) -> bool:
        return (self.lower is None or self.lower <= day) and (self.upper is None or day < self.upper)


def half_holidays() -> dict[tuple[str, int, int], str]:
    """The company's half holidays. One query."""
    return {(row.region, row.month, row.day): row.name for row in HalfHoliday.objects.all()}


def calendar_of(member: User | int, halves: Mapping[tuple[str, int, int], str] | None = None) -> Calendar:
    """A member's contracts. One query, two with the half holidays."""
    rows = Contract.objects.filter(member=member).order_by("period")
    return Calendar(tuple(rows), half_holidays() if halves is None else halves)


def calendars_of(members: Iterable[int]) -> dict[int, Calendar]:
    """The same for many members. Two queries."""
    halves, rows = half_holidays(), defaultdict(list)
    for contract in Contract.objects.filter(member__in=set(members)).order_by("period"):
        rows[contract.member_id].append(contract)
    return {member: Calendar(tuple(rows[member]), halves) for member in set(members)}


def lots_of(member: User | int, kind: LeaveKind) -> list[Lot]:
    """What is left of each lot of a kind. Two queries."""
    notices = ExpiryNotice.objects.filter(member=member, kind=kind)
    told = {(row.year, row.lapses_on): (row.told_on, row.minutes) for row in notices}
    rows = (
        LedgerEntry.objects.filter(member=member, kind=kind)
        .order_by()
        .values_list("year", "valid_until")
        .annotate(left=Sum("minutes"))
    )
    return [
        Lot(year, until, left, *told.get((year, until or kind.carried_until(year)), ()))
        for year, until, left in sorted(rows, key=lambda row: (row[0], row[1] or dt.date.min))
    ]


def home_of(member: User | int, day: dt.date) -> Pod | None:
    """The member's home pod on a day. One query."""
    row = Membership.objects.filter(member=member, kind=Membership.Kind.HOME, period__contains=day)
    found = row.select_related("pod__area").first()
    return found.pod if found else None


def span_of(asked: Asked, zone: ZoneInfo) -> Period:
    """The instants of a day asked for, in the member's zone."""
    start = to_instant(asked.day, dt.time(*divmod(asked.begins, 60)), zone)
    if asked.ends == DAY_MINUTES:
        return Period(start, to_instant(asked.day + dt.timedelta(days=1), dt.time(), zone))
    end = to_instant(asked.day, dt.time(*divmod(asked.ends, 60)), zone, is_end=True)
    # A part that begins in the hour which a clock change leaves out begins later than it says, perhaps behind its end.
    return Period(start, end if end > start else start + (asked.ends - asked.begins) * MINUTE)


@dataclass
class Places:
    """Who is away and who waits on days of a pod; counted up while a service grants."""

    away: dict[dt.date, int] = field(default_factory=lambda: defaultdict(int))
    waiting: dict[dt.date, list[tuple[dt.datetime, int, int]]] = field(default_factory=lambda: defaultdict(list))
    own: dict[tuple[int, dt.date], Asked] = field(default_factory=dict)

    def before(self, day: dt.date, row: int | None) -> int:
        """How many wait on a day before a row; all of them for somebody who does not wait yet."""
        order = [pk for _at, pk, _member in sorted(self.waiting[day])]
        return order.index(row) if row in order else len(order)


def places(pod: Pod, days: Iterable[dt.date]) -> Places:
    """One query."""
    found = Places()
    rows = LeaveDay.objects.filter(pod=pod, day__in=set(days), state__in=LeaveDay.LIVE)
    for pk, member, day, state, takes, asked_at, begins, ends in rows.values_list(
        "pk", "member", "day", "state", "takes_place", "asked_at", "begins", "ends"
    ):
        found.own[member, day] = Asked(day, begins, ends)
        if state == LeaveDay.State.WAITING:
            found.waiting[day].append((asked_at, pk, member))
        elif takes:
            found.away[day] += 1
    return found


def kept_for_peaks(pod: Pod, member: User, days: Sequence[dt.date], now: dt.datetime) -> dict[dt.date, tuple[str, str]]:
    """Days that are still being shared out: the peak's name, and the share's while the member chooses. One query."""
    if not days:
        return {}
    chooses = PeakTurn.objects.filter(peak=OuterRef("peak"), member=member, state=PeakTurn.State.NOW)
    shares = PeakShare.objects.filter(
        peak__pod=pod, peak__free_at__gt=now, first__lte=max(days), last__gte=min(days)
    ).select_related("peak")
    return {
        day: (share.peak.name, share.name if turn else "")
        for share, turn in ((each, each.turn_now) for each in shares.annotate(turn_now=Exists(chooses)))
        for day in days
        if share.first <= day <= share.last
    }


@dataclass(frozen=True)
class Desk:
    """Everything that a judgement of one member's days needs."""

    member: User
    pod: Pod
    kind: LeaveKind
    calendar: Calendar
    terms: Terms
    lots: list[Lot] | None
    today: dt.date
    home: tuple[Span, ...]


def desk(member: User, pod: Pod, kind: LeaveKind, now: dt.datetime, halves: Mapping[tuple[str, int, int], str]) -> Desk:
    """Five queries, two of them for a kind that is paid from a balance. Today is the member's own."""
    calendar = calendar_of(member, halves)
    agreed_terms, _values = agreed.terms(pod, now)
    lots = lots_of(member, kind) if kind.from_balance else None
    today = local_date(now, calendar.zone(local_date(now, pod.tzinfo)) or pod.tzinfo)
    rows = Membership.objects.filter(member=member, pod=pod, kind=Membership.Kind.HOME)
    home = tuple(span_in_days(row) for row in rows)
    return Desk(member, pod, kind, calendar, agreed_terms, lots, today, home)


def judged(
    at_desk: Desk,
    asked: Sequence[Asked],
    found: Places,
    work: Sequence[Assignment],
    now: dt.datetime,
    *,
    bound: bool = True,
    forced: bool = False,
    row: int | None = None,
) -> list[Verdict]:
    """The days of one member judged; ``row`` is the waiting day that is asked about again.

    ``bound`` is False where notice, horizon and peaks that are kept do not count: a share of a peak, the
    wait list, what an administrator writes. That is ``forced`` too: it is written though all places are taken.
    """
    days = [each.day for each in asked]
    kept = kept_for_peaks(at_desk.pod, at_desk.member, days, now) if bound and at_desk.kind.takes_place else {}
    parts = {
        each.day: None if each.whole or zone is None else span_of(each, zone)
        for each in asked
        for zone in [at_desk.calendar.zone(each.day)]
    }
    shifts = in_the_way(at_desk.member.pk, work, parts, now) if work else {}
    facts = {day: _facts(at_desk, day, found, kept.get(day, ("", "")), shifts.get(day, ()), row) for day in days}
    counts = at_desk.kind.takes_place and not forced
    return judge(asked, facts, at_desk.terms, at_desk.lots, at_desk.today, takes_place=counts, bound=bound)


def _facts(
    at_desk: Desk, day: dt.date, found: Places, peak: tuple[str, str], shift: tuple[Violation, ...], row: int | None
) -> DayFacts:
    return DayFacts(
        due=at_desk.calendar.due(day),
        away=found.away[day],
        waiting=found.before(day, row),
        held=found.own.get((at_desk.member.pk, day)) if row is None else None,
        elsewhere=not any(day in span for span in at_desk.home),
        peak=peak[0],
        turn=peak[1],
        shift=shift,
    )
