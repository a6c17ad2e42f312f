"""Read model of the holiday planner: a year of days, finished to be drawn; the number of queries is constant."""

from __future__ import annotations

import datetime as dt
import functools
from calendar import isleap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils import formats
from django.utils.dates import MONTHS
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.periods import DAY, each_day
from teams.leave import holidays
from teams.leave.models import LeaveDay, PeakShare, SchoolHoliday
from teams.leave.reading import Calendar
from teams.leave.rules import part_words
from teams.people.models import User
from teams.pods.models import AgreementVersion, Pod
from teams.pods.queries import home_members_on
from teams.scheduling import words

State = LeaveDay.State
DEFAULT_PLACES = 3


@dataclass(frozen=True)
class Cell:
    """One day: ``n`` people away, drawn in four steps (3 is full); ``name`` is the day in words.

    ``note`` is the end of the name: what is special about the day, and what it is to the reader.
    """

    day: dt.date
    n: int
    level: int
    marks: str
    flag: bool
    name: str
    note: str

    @property
    def iso(self) -> str:
        """``2027-08-02``."""
        return self.day.isoformat()


@dataclass(frozen=True)
class Month:
    """A row of the year: at most 31 days, None where the month has none."""

    name: str
    long: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Year:
    """A pod's year: ``places`` may be away at the same time, agreed at ``since``; ``full`` days are left.

    ``members`` are those who are at home there today: guests ask for leave in their own pod.
    """

    pod: Pod
    number: int
    months: tuple[Month, ...]
    places: int
    since: dt.datetime | None
    members: int
    full: int
    schools: str

    @property
    def cells(self) -> list[Cell]:
        """Every day of the year, in order."""
        return [cell for month in self.months for cell in month.cells if cell]


def read_year(
    pod: Pod,
    member: User | None,
    year: int,
    calendar: Calendar,
    *,
    today: dt.date,
    asked: Mapping[dt.date, str] | None = None,
) -> Year:
    """The year of a pod for one reader; ``asked`` marks days that are being tried out (``ask`` or ``wait``).

    Six queries for any number of people. ``member`` None: only the counts.
    """
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    away = counts(pod, first, last)
    own = _own(member, first, last) if member else {}
    places, since = places_of(pod)
    region = _region(pod, calendar, min(max(today, first), last))
    schools, kept = school_days(region, first, last), _kept(pod, first, last)
    feasts, halves = holidays.of_region(region, year), half_days(calendar, year)
    language, states = get_language(), own | dict(asked or {})
    # Said once for every number of people and every state, not once a day.
    told_away = {n: _away_words(n, places) for n in {0, *away.values()}}
    mine = {state: str(words_) for state, words_ in MINE.items()}

    def cell(day: dt.date) -> Cell:
        n, state = away.get(day, 0), states.get(day, "")
        marks = _marks(day, state, school=day in schools, feast=day in feasts, peak=day in kept)
        notes = [known[day] for known in (feasts, halves, schools, kept) if day in known]
        if state in mine:
            notes.append(mine[state])
        name = f"{_long(day, language)}: {', '.join([told_away[n], *notes])}"
        return Cell(day, n, _level(n, places), marks, day in feasts and not n, name, ", ".join(notes))

    months = tuple(
        Month(words.month(dt.date(year, number, 1)), str(MONTHS[number]), tuple(_row(year, number, cell)))
        for number in range(1, 13)
    )
    full = sum(n >= places and day >= today for day, n in away.items())
    return Year(pod, year, months, places, since, home_members_on(pod, today).count(), full, region if schools else "")


@functools.lru_cache(maxsize=4096)
def _long(day: dt.date, _language: str | None) -> str:
    """``Monday 2 August 2027``: a year asks for 365 of them, each time the page is drawn."""
    return formats.date_format(day, "l j F Y")


MINE = {
    "granted": gettext_lazy("yours"),
    "waiting": gettext_lazy("you wait for a place"),
    "ask": gettext_lazy("asked now"),
    "wait": gettext_lazy("full, you would wait"),
}


def _row(year: int, month: int, cell: Callable[[dt.date], Cell]) -> Iterable[Cell | None]:
    for day in range(1, 32):
        try:
            found = dt.date(year, month, day)
        except ValueError:
            yield None
        else:
            yield cell(found)


def _marks(day: dt.date, state: str, *, school: bool, feast: bool, peak: bool) -> str:
    """The classes of a day: weekend, school, holiday, peak, and one of mine, ask, wait."""
    own = {"granted": "mine", "waiting": "wait", "ask": "ask", "wait": "wait"}.get(state, "")
    wanted = (day.weekday() > 4, "we"), (feast, "hol"), (school, "sch"), (peak, "peak"), (bool(own), own)
    return " ".join(name for holds, name in wanted if holds)


def _level(n: int, places: int) -> int:
    """0 nobody, 3 full, between them 1 and, from half of the places on, 2."""
    return 0 if not n else 3 if n >= places else 2 if 2 * n >= places and n > 1 else 1


def _away_words(n: int, places: int) -> str:
    if not n:
        return _("nobody away")
    told = ngettext("%(n)s person away", "%(n)s people away", n) % {"n": n}
    return _("%(words)s, full") % {"words": told} if n >= places else told


def counts(pod: Pod, first: dt.date, last: dt.date) -> dict[dt.date, int]:
    """How many people of a pod have a place of leave, by day; days without are left out. One query."""
    rows = LeaveDay.objects.filter(pod=pod, day__range=(first, last), state=State.GRANTED, takes_place=True)
    return dict(rows.order_by().values_list("day").annotate(n=Count("pk")))


def places_of(pod: Pod) -> tuple[int, dt.datetime | None]:
    """How many may be away at the same time, and since when that is agreed. One query."""
    row = (
        AgreementVersion.objects.filter(pod=pod, effective_from__lte=periods.now()).order_by("-effective_from").first()
    )
    if row is None:
        return DEFAULT_PLACES, None
    return int(row.values.get("leave_concurrency", DEFAULT_PLACES)), row.effective_from


def _own(member: User, first: dt.date, last: dt.date) -> dict[dt.date, str]:
    """The member's own days that cost something. One query."""
    rows = LeaveDay.objects.filter(member=member, day__range=(first, last), state__in=LeaveDay.LIVE)
    return dict(rows.filter(Q(cost__gt=0)).values_list("day", "state"))


def _region(pod: Pod, calendar: Calendar, today: dt.date) -> str:
    contract = calendar.contract(today) or (calendar.contracts[-1] if calendar.contracts else None)
    return (contract.region if contract else "") or pod.country


def school_days(region: str, first: dt.date, last: dt.date) -> dict[dt.date, str]:
    """School holidays of a region by day. One query."""
    rows = SchoolHoliday.objects.filter(region=region, first__lte=last, last__gte=first)
    return {day: row.name for row in rows for day in each_day(max(row.first, first), min(row.last, last))}


def half_days(calendar: Calendar, year: int) -> dict[dt.date, str]:
    """Half holidays of a reader in a year, by name: a full day of leave costs half a day on them. No query."""
    days = {(month, day) for _region, month, day in calendar.halves}
    found = {dt.date(year, *each): "" for each in days if each != (2, 29) or isleap(year)}
    return {day: _("%(name)s, half a holiday") % {"name": name} for day in found if (name := calendar.half(day))}


def _kept(pod: Pod, first: dt.date, last: dt.date) -> dict[dt.date, str]:
    """Days of peaks that are not open to all yet, by name. One query."""
    shares = PeakShare.objects.filter(
        peak__pod=pod, peak__free_at__gt=periods.now(), first__lte=last, last__gte=first
    ).select_related("peak")
    return {day: share.peak.name for share in shares for day in each_day(share.first, share.last)}


def free_weeks(
    year: Year, calendar: Calendar, after: dt.date, until: dt.date, *, most: int = 2
) -> list[tuple[dt.date, dt.date]]:
    """The first calendar weeks in which every working day of the member has a place: (first, last) working day."""
    weeks: dict[tuple[int, int], list[Cell]] = {}
    for cell in year.cells:
        if after < cell.day <= until and calendar.due(cell.day):
            weeks.setdefault(cell.day.isocalendar()[:2], []).append(cell)
    own = {"mine", "wait", "peak"}
    free = [
        (cells[0].day, cells[-1].day)
        for cells in weeks.values()
        if len(cells) > 2 and all(cell.level < 3 and not own & set(cell.marks.split()) for cell in cells)
    ]
    return free[:most]


@dataclass(frozen=True)
class Away:
    """Somebody who is away on a day, as the pod may know it: who, and whether they wait; never of which kind."""

    person: User
    part: str
    waits: bool


def who_is_away(pod: Pod, day: dt.date) -> list[Away]:
    """Who of a pod is away on a day, and then who waits in their order; for people of the pod only. One query."""
    rows = LeaveDay.objects.filter(pod=pod, day=day, state__in=LeaveDay.LIVE, takes_place=True)
    found = [
        Away(row.member, "" if row.whole else part_words(row.begins, row.ends), row.state == State.WAITING)
        for row in rows.select_related("member").order_by("asked_at", "pk")
    ]
    return sorted(found, key=lambda each: (each.waits, "" if each.waits else each.person.name))


@dataclass(frozen=True)
class Run:
    """Own days of one request that follow one another: minutes cost, state, and what withdraws them."""

    request: int
    kind: str
    state: str
    label: str
    first: dt.date
    last: dt.date
    days: int
    minutes: int
    part: str
    over: bool


def own_leave(member: User, year: int, today: dt.date) -> list[Run]:
    """A year of a member's leave, request by request in runs of days; for them and administrators. One query."""
    rows = LeaveDay.objects.filter(member=member, day__year=year, state__in=LeaveDay.LIVE)
    ordered = list(rows.select_related("request__kind").order_by("day"))
    runs: list[list[LeaveDay]] = []
    for row in ordered:
        last = runs[-1][-1] if runs else None
        if last and (last.request_id, last.state) == (row.request_id, row.state) and row.day - last.day <= 3 * DAY:
            runs[-1].append(row)
        else:
            runs.append([row])
    return [_run(run, today) for run in runs if any(row.cost for row in run)]


def _run(rows: Sequence[LeaveDay], today: dt.date) -> Run:
    paid = [row for row in rows if row.cost]
    first = paid[0]
    return Run(
        request=first.request_id,
        kind=str(first.request.kind),
        state=first.state,
        label=str(first.get_state_display()),
        first=first.day,
        last=paid[-1].day,
        days=len(paid),
        minutes=sum(row.cost - row.given_back for row in paid),
        part="" if first.whole else part_words(first.begins, first.ends),
        over=paid[-1].day < today,
    )


def waiting_place(pod: Pod, member: User) -> dict[dt.date, int]:
    """The member's places on the wait lists of the pod, from 1. One query."""
    mine = LeaveDay.objects.filter(pod=pod, member=member, state=State.WAITING).values("day")
    found: dict[dt.date, int] = {}
    seen: dict[dt.date, int] = {}
    rows = LeaveDay.objects.filter(pod=pod, day__in=mine, state=State.WAITING).order_by("asked_at", "pk")
    for day, who in rows.values_list("day", "member"):
        seen[day] = seen.get(day, 0) + 1
        if who == member.pk:
            found[day] = seen[day]
    return found


def away_by_day(pod: Pod, days: Iterable[dt.date]) -> dict[dt.date, list[Away]]:
    """Who has a place on some days. One query, none without days."""
    wanted = set(days)
    found: dict[dt.date, list[Away]] = {}
    if wanted:
        rows = LeaveDay.objects.filter(pod=pod, day__in=wanted, state=State.GRANTED, takes_place=True)
        for row in rows.select_related("member").order_by("member__name"):
            found.setdefault(row.day, []).append(Away(row.member, "", False))
    return found


@dataclass(frozen=True)
class Day:
    """One day of a pod: who is away, who waits in which order, how many may be away."""

    away: list[Away]
    waiting: list[Away]
    places: int
    note: str

    @property
    def free(self) -> int:
        return max(0, self.places - len(self.away))


def read_day(pod: Pod, day: dt.date) -> Day:
    """Three queries."""
    people = who_is_away(pod, day)
    kept = _kept(pod, day, day).get(day, "")
    notes = [holidays.holiday(pod.country, day), kept]
    places, _since = places_of(pod)
    return Day(
        [each for each in people if not each.waits],
        [each for each in people if each.waits],
        places,
        ", ".join(note for note in notes if note),
    )
