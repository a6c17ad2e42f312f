"""The time account: hours worked by the roster against the contract, month by month, with corrections.

Leave, sickness and holidays are neutral: what the contract asks of such a day is not asked. The account
begins with the first shift of the year that the portal knows.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.dates import MONTHS

from cxportal.core.batch import Prepared, fetch
from cxportal.core.periods import DAY, Period, day_period, days_period, each_day, local_date
from teams.leave.models import LeaveDay, TimeEntry
from teams.leave.reading import Calendar, calendar_of
from teams.people.models import User
from teams.scheduling import words
from teams.scheduling.models import Absence, Assignment, Segment, as_range
from teams.scheduling.services.absences import cut_span
from teams.scheduling.services.doors import UTC

WORKED = Prepared(
    "leave_worked",
    """
SELECT (lower(a.period) AT TIME ZONE %(zone)s)::date,
 sum(extract(epoch FROM upper(a.period * g.period) - lower(a.period * g.period)))
FROM teams_assignment a JOIN teams_segment g ON g.shift_id = a.shift_id AND g.period && a.period
WHERE int8range(a.member_id, a.member_id, '[]') && int8range(%(member)s, %(member)s, '[]')
 AND a.period && tstzrange(%(start)s, %(end)s)
GROUP BY 1
""",
    member="bigint",
    zone="text",
    start="timestamptz",
    end="timestamptz",
)


@dataclass(frozen=True)
class Month:
    """A month in words: worked, asked by contract, corrected, and the account at its end."""

    name: str
    worked: str
    due: str
    corrected: str
    balance: str


@dataclass(frozen=True)
class TimeAccount:
    """A member's time account of a year up to yesterday; ``minutes`` is where it stands."""

    months: tuple[Month, ...]
    entries: tuple[tuple[TimeEntry, str], ...]
    minutes: int

    @property
    def stands(self) -> str:
        return signed(self.minutes)


def signed(minutes: int) -> str:
    """``+3.5 h``, ``−8 h``, ``0 h``."""
    return f"+{words.hours(minutes)}" if minutes > 0 else words.hours(minutes)


def time_account(member: User, today: dt.date) -> TimeAccount:
    """Up to the day before ``today``, by the contract's zone. Six queries."""
    calendar = calendar_of(member)
    zone = calendar.zone(today) or UTC
    first, last = dt.date(today.year, 1, 1), today - DAY
    rows = list(
        TimeEntry.objects.filter(member=member, on__year=today.year).select_related("by").order_by("-on", "-pk")
    )
    entries = tuple((row, signed(row.minutes)) for row in rows)
    if last < first:
        return TimeAccount((), entries, sum(row.minutes for row in rows))
    span = days_period(first, last, zone)
    raw = fetch(WORKED(member=member.pk, zone=zone.key, start=span.start, end=span.end))[0]
    worked = {day: round(seconds / 60) for day, seconds in raw if first <= day <= last}
    begins = min(worked, default=today)
    due = asked(member, calendar, begins, last)
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for n, figures in enumerate((worked, due)):
        for day, minutes in figures.items():
            sums[day.month][n] += minutes
    for row in rows:
        sums[row.on.month][2] += row.minutes
    months, balance = [], 0
    for number in sorted(sums):
        done, wanted, corrected = sums[number]
        balance += done - wanted + corrected
        told = (words.hours(done), words.hours(wanted), signed(corrected) if corrected else "", signed(balance))
        months.append(Month(str(MONTHS[number]), *told))
    return TimeAccount(tuple(months), entries, balance)


def asked(member: User, calendar: Calendar, first: dt.date, last: dt.date) -> Mapping[dt.date, int]:
    """What the contract asks of each day, less what leave and sickness take off it.

    Two queries, four where somebody was ill for a part of a day.
    """
    if last < first:
        return {}
    minutes = {day: calendar.due(day) or 0 for day in each_day(first, last)}
    leave = LeaveDay.objects.filter(member=member, day__range=(first, last), state=LeaveDay.State.GRANTED)
    for day, cost, back in leave.values_list("day", "cost", "given_back"):
        minutes[day] = max(0, minutes[day] - (cost - back))
    zone = calendar.zone(last) or UTC
    whole = days_period(first, last, zone)
    ill = list(Absence.objects.filter(member=member, kind=Absence.Kind.SICK, period__overlap=as_range(whole)))
    parts: dict[dt.date, int] = defaultdict(int)
    for absence in ill:
        for day in each_day(first, last):
            part = day_period(day, zone).intersection(absence.span)
            if part == day_period(day, zone):
                minutes[day] = 0
            elif part is not None:
                parts[day] += part.minutes
    for day, lost in _lost(member, ill, parts, zone).items():
        minutes[day] = max(0, minutes[day] - lost)
    return minutes


def _lost(member: User, ill: list[Absence], parts: Mapping[dt.date, int], zone: ZoneInfo) -> Mapping[dt.date, int]:
    """What sickness for a part of some days takes off them: the paid work that it cut, if there was any to cut.

    On a day without work it is the time of the sickness. Two queries, none without such days.
    """
    if not parts:
        return parts
    cuts = [
        (local_date(was.start, zone), piece["shift"], cut)
        for absence in ill
        for piece in absence.given_up
        if (cut := (was := cut_span(piece)).intersection(absence.span))
    ]
    window = as_range(days_period(min(parts), max(parts), zone))
    rows = Assignment.objects.filter(member=member, period__overlap=window).only("period")
    worked = {local_date(row.span.start, zone) for row in rows} | {day for day, _shift, _cut in cuts}
    lost = {day: 0 if day in worked else minutes for day, minutes in parts.items()}
    paid: dict[int, list[Period]] = defaultdict(list)
    for segment in Segment.objects.filter(shift__in={shift for _day, shift, _cut in cuts}).only("shift_id", "period"):
        paid[segment.shift_id].append(segment.span)
    for day, shift, cut in cuts:
        if day in lost:
            lost[day] += sum(part.minutes for each in paid[shift] if (part := each.intersection(cut)))
    return lost
