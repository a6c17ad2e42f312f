"""One person's own week and year over all their pods, ready to be drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.instants import YEARS
from cxportal.core.periods import DAY, Period, each_day, local_date, monday, week_label
from teams.feeds.queries import FeedLine, feeds_of
from teams.leave.accounts import span_words
from teams.leave.hours import asked, signed, time_account
from teams.leave.reading import calendar_of
from teams.mine.sums import WeekSum, Work, mondays_of, week_sums
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import reader_zone, standing
from teams.scheduling import words
from teams.scheduling.models import Absence, Assignment, GiveAway, as_range
from teams.scheduling.open_shifts import OpenForMe
from teams.scheduling.opening.models import QuietOffer
from teams.scheduling.opening.quiet_queries import own_offers
from teams.scheduling.queries import MyShift, next_shifts, open_to

IDEAS = 3  # shifts that could be taken, on the week's page


@dataclass(frozen=True)
class Day:
    """One day of the week: what the person does there, in words."""

    day: dt.date
    name: str
    today: bool
    away: bool
    shifts: tuple[tuple[str, str, str], ...]  # hours, activities, address of the week


@dataclass(frozen=True)
class Offer:
    """A shift on offer: an own one that waits, or a colleague's."""

    words: str
    mine: bool
    owner: str
    pod: Pod
    week: str


@dataclass(frozen=True)
class MyWeek:
    """Everything on the page of one's own week. ``account`` is the time account up to yesterday in minutes.

    ``quiet`` is how many shifts the person takes if nobody else does.
    """

    label: str
    before: str
    after: str
    present: bool
    number: int
    zone: str
    next: MyShift | None
    headline: str
    then: str
    place: str
    parts: tuple[tuple[str, str], ...]
    days: tuple[Day, ...]
    sum: WeekSum
    planned: str
    worked: str
    owed: str
    share: int
    account: int
    account_words: str
    open: OpenForMe | None
    offers: tuple[Offer, ...]
    feeds: list[FeedLine]
    quiet: int


@dataclass(frozen=True)
class YearRow:
    """A week of the year in words."""

    label: str
    number: int
    span: str
    sum: WeekSum
    planned: str
    worked: str
    owed: str
    difference: str
    now: bool


@dataclass(frozen=True)
class Folded:
    """Weeks of the year that are over, as one row in words; ``known`` is False where the records begin later."""

    weeks: str
    span: str
    known: bool
    planned: str
    worked: str
    owed: str
    difference: str
    away: int
    nights: int
    weekends: int


@dataclass(frozen=True)
class MyYear:
    """The year by weeks with its totals; ``weekends`` and ``nights`` are counts.

    ``past`` are the weeks before this one while the year runs, ``folded`` what they add up to; ``coming`` the others.
    """

    year: int
    zone: str
    rows: list[YearRow]
    past: list[YearRow]
    coming: list[YearRow]
    folded: Folded | None
    planned: str
    worked: str
    owed: str
    difference: str
    nights: int
    weekends: int

    @property
    def before(self) -> int:
        """The year before; the first that can be meant stays."""
        return max(YEARS.start, self.year - 1)

    @property
    def after(self) -> int:
        return min(YEARS.stop - 1, self.year + 1)


def my_week(user: User, at: dt.datetime | None = None, *, monday_shown: dt.date | None = None) -> MyWeek:
    """A week of the person in their own zone, the present one unless a Monday names another.

    As many statements whatever they hold; the next shift, the ideas and the offers are those of now.
    """
    now = at or periods.now()
    zone = ZoneInfo(reader_zone(user))
    first = monday_shown or monday(local_date(now, zone))
    mondays = [m for m in mondays_of(first.isocalendar().year) if m <= first]
    rows = _assignments(user, mondays, zone)
    absences = _absences(user, mondays, zone)
    sums = _sums(user, rows, absences, mondays, zone, now)
    this = sums[-1]
    account = time_account(user, local_date(now, zone)).minutes
    upcoming = next_shifts(user, now, limit=1)
    shift = upcoming[0] if upcoming else None
    headline, then = countdown(shift, now, zone) if shift else ("", "")
    return MyWeek(
        label=week_label(first),
        before=week_label(first - 7 * DAY),
        after=week_label(first + 7 * DAY),
        present=first == monday(local_date(now, zone)),
        number=first.isocalendar().week,
        zone=zone.key,
        next=shift,
        headline=headline,
        then=then,
        place=_place(shift.pod_name, Period(shift.start, shift.end), zone, shift.zone) if shift else "",
        parts=_in_words(shift, zone) if shift else (),
        days=tuple(_day(day, rows, absences, zone, now) for day in each_day(first, first + 6 * DAY)),
        sum=this,
        planned=words.hours(this.planned),
        worked=words.hours(this.worked),
        owed=words.hours(this.owed),
        share=min(100, round(100 * this.planned / this.owed)) if this.owed else 0,
        account=account,
        account_words=signed(account),
        open=_ideas(user, now),
        offers=_offers(user, now),
        feeds=feeds_of(user, now),
        quiet=own_offers(user).filter(outcome=QuietOffer.Outcome.OPEN).count(),
    )


def my_year(user: User, year: int, at: dt.datetime | None = None) -> MyYear:
    """The person's ISO year week by week: as many statements whatever it holds."""
    now = at or periods.now()
    zone = ZoneInfo(reader_zone(user))
    mondays = mondays_of(year)
    rows = _assignments(user, mondays, zone)
    sums = _sums(user, rows, _absences(user, mondays, zone), mondays, zone, now)
    this = monday(local_date(now, zone))
    planned, worked, owed = (sum(getattr(one, name) for one in sums) for name in ("planned", "worked", "owed"))
    rows_ = [_year_row(one, this) for one in sums]
    over = sum(one.monday < this for one in sums) if this in mondays else 0
    return MyYear(
        year=year,
        zone=zone.key,
        rows=rows_,
        past=rows_[:over],
        coming=rows_[over:],
        folded=_folded(sums[:over]) if over else None,
        planned=words.hours(planned),
        worked=words.hours(worked),
        owed=words.hours(owed),
        difference=signed(planned - owed),
        nights=sum(one.nights for one in sums),
        weekends=sum(one.weekend for one in sums),
    )


def year_lines(page: MyYear) -> list[Sequence[object]]:
    """The year as rows for a file, minutes as hours with a decimal point."""

    def hours(minutes: int) -> str:
        return f"{minutes / 60:.2f}"

    head = ("week", "monday", "planned_hours", "worked_hours", "contract_hours", "days_away", "nights", "weekend")
    rows: list[Sequence[object]] = [head]
    for row in page.rows:
        one = row.sum
        numbers = (hours(one.planned), hours(one.worked), hours(one.owed), one.away, one.nights, int(one.weekend))
        rows.append((row.label, one.monday.isoformat(), *numbers))
    return rows


def countdown(shift: MyShift, now: dt.datetime, zone: ZoneInfo) -> tuple[str, str]:
    """When the next shift is on the person's clock, and how long until it begins or ends."""
    when = words.day_span(Period(shift.start, shift.end), zone)
    left = (shift.end if shift.now else shift.start) - now
    minutes = max(1, int(left.total_seconds() // 60))
    if minutes >= 48 * 60:
        told = _("%(n)s days") % {"n": number_format(minutes // (24 * 60))}
    else:
        told = words.hours(minutes)
    return when, (_("ends in %(time)s") if shift.now else _("begins in %(time)s")) % {"time": told}


def _in_words(shift: MyShift, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    return tuple((words.span(Period(part.start, part.end), zone), part.name) for part in shift.activities)


def _year_row(one: WeekSum, this: dt.date) -> YearRow:
    return YearRow(
        label=week_label(one.monday),
        number=one.monday.isocalendar().week,
        span=span_words(one.monday, one.monday + 6 * DAY),
        sum=one,
        planned=words.hours(one.planned),
        worked=words.hours(one.worked),
        owed=words.hours(one.owed) if one.known else "–",
        difference=signed(one.difference) if one.known else "–",
        now=one.monday == this,
    )


def _folded(sums: Sequence[WeekSum]) -> Folded:
    planned, worked, owed = (sum(getattr(one, name) for one in sums) for name in ("planned", "worked", "owed"))
    first, last = (each.monday for each in (sums[0], sums[-1]))
    numbers = dict.fromkeys(str(each.isocalendar().week) for each in (first, last))
    return Folded(
        weeks="–".join(numbers),
        span=span_words(first, last + 6 * DAY),
        known=any(one.known for one in sums),
        planned=words.hours(planned),
        worked=words.hours(worked),
        owed=words.hours(owed),
        difference=signed(planned - owed),
        away=sum(one.away for one in sums),
        nights=sum(one.nights for one in sums),
        weekends=sum(one.weekend_begun for one in sums),
    )


def _window(mondays: Sequence[dt.date], zone: ZoneInfo) -> Period:
    return periods.days_period(mondays[0], mondays[-1] + 6 * DAY, zone)


def _assignments(user: User, mondays: Sequence[dt.date], zone: ZoneInfo) -> list[Assignment]:
    rows = Assignment.objects.filter(member=user, period__overlap=as_range(_window(mondays, zone)))
    found = rows.select_related("shift__pod", "shift__week").prefetch_related("shift__segments__activity")
    return list(found.order_by("period"))


def _absences(user: User, mondays: Sequence[dt.date], zone: ZoneInfo) -> list[Period]:
    window = as_range(_window(mondays, zone))
    return [row.span for row in Absence.objects.filter(member=user, period__overlap=window).only("period")]


def _sums(
    user: User,
    rows: list[Assignment],
    absences: list[Period],
    mondays: Sequence[dt.date],
    zone: ZoneInfo,
    now: dt.datetime,
) -> list[WeekSum]:
    work = [Work(row.span, tuple(part for part, _name in _parts(row)), row.shift.pod.tzinfo) for row in rows]
    calendar = calendar_of(user)
    due = asked(user, calendar, mondays[0], mondays[-1] + 6 * DAY)
    working = {day for day in due if calendar.due(day)}
    # As the time account: it begins with the first work of the year that the portal knows.
    begins = min([local_date(now, zone), *(local_date(row.span.start, zone) for row in rows)])
    return week_sums(mondays, work, due, absences, zone=zone, now=now, working=working, begins=begins)


def _parts(row: Assignment) -> list[tuple[Period, str]]:
    segments = row.shift.segments.all()
    return [(cut, one.activity.name) for one in segments if (cut := one.span.intersection(row.span))]


def _day(day: dt.date, rows: list[Assignment], absences: list[Period], zone: ZoneInfo, now: dt.datetime) -> Day:
    mine = []
    for row in rows:
        if local_date(row.span.start, zone) == day:
            names = ", ".join(dict.fromkeys(name for _part, name in sorted(_parts(row))))
            place = _place(row.shift.pod.name, row.span, zone, row.shift.pod.tzinfo)
            mine.append((words.span(row.span, zone), f"{names} · {place}" if names else place, _week_address(row)))
    whole = periods.day_period(day, zone)
    away = any(gone.overlaps(whole) for gone in absences)
    return Day(day, words.long_day(day), day == local_date(now, zone), away, tuple(mine))


def _place(pod: str, period: Period, zone: ZoneInfo, there: ZoneInfo) -> str:
    """The pod, with its own wall times for a person who reads another clock."""
    if words.span(period, zone) == words.span(period, there):
        return pod
    return _("%(pod)s, there %(when)s") % {"pod": pod, "when": words.day_span(period, there)}


def _week_address(row: Assignment) -> str:
    return reverse("week", kwargs={"slug": row.shift.pod.slug, "week": row.shift.week.label})


def _ideas(user: User, now: dt.datetime) -> OpenForMe | None:
    """What could be taken in the home pod, each with what a claim would do; judged as everywhere."""
    home = Pod.objects.filter(pk=standing(user, now.date()).home or 0).first()
    return open_to(user, home, now, shown=IDEAS) if home else None


def _offers(user: User, now: dt.datetime) -> tuple[Offer, ...]:
    """Shifts on offer in the person's pods that are still to come: own ones first."""
    rows = GiveAway.objects.filter(
        shift__pod__in=standing(user, now.date()).member_of,
        outcome=GiveAway.Outcome.OPEN,
        assignment__period__startswith__gt=now,
    ).select_related("assignment", "shift__pod", "shift__week", "owner")
    found = [
        Offer(
            words.day_span(row.assignment.span, row.shift.pod.tzinfo),
            row.owner_id == user.pk,
            row.owner.name,
            row.shift.pod,
            row.shift.week.label,
        )
        for row in rows.order_by("assignment__period")
        if row.assignment is not None
    ]
    return tuple(sorted(found, key=lambda offer: not offer.mine))
