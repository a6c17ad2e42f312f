"""The week page's read model: rows of people, heads of days, open shifts with their effect. Two reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cxportal.core.periods import DAY, Period, day_period, each_day, local_date, week_label, week_period
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.bounds import minutes_of
from teams.scheduling.day_notes import day_notes
from teams.scheduling.open_shifts import OfferCard, OpenCard, offer_cards, open_cards
from teams.scheduling.picture import Person, PodPicture, ShiftView, TakenView, WeekView, main_activity
from teams.scheduling.reading import read_people, read_pod
from teams.scheduling.strips import Axis, DayCoverage, axis_of, day_coverage


@dataclass(frozen=True)
class Bar:
    """An activity in the small timeline of a shift, in quarter hours of its day, as words of classes."""

    category: str
    start: str
    length: str


@dataclass(frozen=True)
class Chip:
    """A shift in a cell."""

    shift: int
    assignment: int
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


@dataclass(frozen=True)
class Cell:
    """One member's day: shifts, or away over ``width`` days, or nothing.

    ``said`` names a cell without a link in it; ``open`` is the day when something can be claimed.
    """

    day: dt.date
    key: str
    name: str
    free: bool
    chips: tuple[Chip, ...] = ()
    away: str = ""
    width: int = 1
    open: str = ""

    @property
    def colspan(self) -> str:
        return str(self.width) if self.width > 1 else ""

    @property
    def said(self) -> str:
        """The name of a cell that holds no link; those that do are named by it."""
        if self.chips or self.open:
            return ""
        return f"{self.name}: {self.away or _('no shift')}"


@dataclass(frozen=True)
class Row:
    """One member's week."""

    person: Person
    mine: bool
    hours: str
    cells: tuple[Cell, ...]

    @property
    def key(self) -> str:
        return str(self.person.pk)


@dataclass(frozen=True)
class Head:
    """The head of a day: its name, why it is special, its coverage."""

    day: dt.date
    label: str
    month: str
    note: str
    free: bool
    today: bool
    coverage: DayCoverage

    @property
    def key(self) -> str:
        return self.day.isoformat()


@dataclass(frozen=True)
class WeekPage:
    """Everything that the week shows to one person."""

    pod: Pod
    monday: dt.date
    picture: PodPicture
    week: WeekView | None
    state: str
    axis: Axis
    days: tuple[dt.date, ...]
    heads: tuple[Head, ...] = ()
    rows: tuple[Row, ...] = ()
    cards: tuple[OpenCard, ...] = ()
    more: int = 0
    offers: tuple[OfferCard, ...] = ()
    works_here: bool = False
    viewer: Person | None = None
    legend: tuple[tuple[str, int], ...] = ()
    faces: dict[object, SafeString] = field(default_factory=dict, compare=False)

    @property
    def label(self) -> str:
        return week_label(self.monday)

    @property
    def before(self) -> str:
        return week_label(self.monday - 7 * DAY)

    @property
    def after(self) -> str:
        return week_label(self.monday + 7 * DAY)

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    @property
    def sunday(self) -> dt.date:
        return self.monday + 6 * DAY

    @property
    def empty(self) -> bool:
        return not any(s.day in self.days for s in self.picture.shifts)

    @property
    def opened_early(self) -> bool:
        """Open by hand before the agreed instant, and still to be taken back."""
        week = self.week
        return bool(
            week
            and week.opens_at <= self.picture.at < week.planned_opens_at
            and not any(s.taken for s in self.picture.shifts if s.week == week.pk)
        )


def read_week(
    pod: Pod,
    viewer: User,
    monday: dt.date,
    *,
    at: dt.datetime,
    only: Iterable[int] | None = None,
    day: dt.date | None = None,
    everything: bool = False,
) -> WeekPage:
    """The week of a pod as one person sees it. Two statements, for 15 people as for 150.

    ``only`` restricts the rows to some members (a row that is fetched again), ``day`` is the
    day whose open shift comes first, ``everything`` judges more open shifts than fit.
    """
    window = week_period(monday, pod.tzinfo)
    picture = read_pod(pod, Period(window.start - 2 * DAY, window.end + 2 * DAY), at)
    days = tuple(each_day(monday, monday + 6 * DAY))
    axis = axis_of(picture, days)
    seated = {t.member for s in picture.shifts if s.day in days for t in s.taken}
    shown = {m for m, kind in picture.members.items() if kind == "home" or m in seated or m == viewer.pk} | seated
    people = read_people((shown if only is None else shown & set(only)) | {viewer.pk}, window, pod.tzinfo)
    me = people.get(viewer.pk)
    works_here = viewer.pk in picture.members
    week = next((w for w in picture.weeks.values() if w.monday == monday), None)
    cards, more = open_cards(picture, me if works_here else None, days, first=day, everything=everything)
    special = day_notes(pod, picture, days)
    heads = tuple(_head(picture, d, axis, special) for d in days)
    claimable = {c.day for c in cards if c.claimable}
    rows = [
        _row(picture, person, days, axis, special, mine=person.pk == viewer.pk, claimable=claimable)
        for person in people.values()
        if person.pk in shown and (only is None or person.pk in set(only))
    ]
    rows.sort(key=lambda r: (not r.mine, picture.members.get(r.person.pk) == "guest"))
    return WeekPage(
        pod=pod,
        monday=monday,
        picture=picture,
        week=week,
        state=week.state(at) if week else "none",
        axis=axis,
        days=days,
        heads=heads,
        rows=tuple(rows),
        cards=tuple(cards),
        more=more,
        offers=tuple(offer_cards(picture, me if works_here else None, days, _owners(picture, people))),
        works_here=works_here,
        viewer=me,
        legend=_legend(picture, days),
    )


def _owners(picture: PodPicture, people: dict[int, Person]) -> dict[int, str]:
    """Names of those who offer a shift; asked only when one is outside the rows that were read."""
    offering = {t.member for s in picture.shifts for t in s.taken if t.give_away}
    known = {pk: person.name for pk, person in people.items() if pk in offering}
    if missing := offering - known.keys():
        known |= dict(User.objects.filter(pk__in=missing).values_list("pk", "name"))
    return known


def _legend(picture: PodPicture, days: Sequence[dt.date]) -> tuple[tuple[str, int], ...]:
    used = {activity for s in picture.shifts if s.day in days for activity, _p in s.segments}
    return tuple((a.name, a.category) for a in picture.activities.values() if a.pk in used)


def _head(picture: PodPicture, day: dt.date, axis: Axis, special: dict[dt.date, tuple[str, bool]]) -> Head:
    note, free = special[day]
    return Head(
        day=day,
        label=words.day(day),
        month=words.month(day),
        note=note,
        free=free,
        today=day == local_date(picture.at, picture.zone),
        coverage=day_coverage(picture, day, axis),
    )


def _row(
    picture: PodPicture,
    person: Person,
    days: Sequence[dt.date],
    axis: Axis,
    special: dict[dt.date, tuple[str, bool]],
    *,
    mine: bool,
    claimable: set[dt.date],
) -> Row:
    zone = person.state.zone
    worked = minutes_of((p for h in person.state.held for p in h.work), zone).get(days[0], 0)
    contract = person.state.contract_minutes
    hours = words.bare_hours(worked)
    text = (
        _("%(hours)s of %(contract)s") % {"hours": hours, "contract": words.hours(contract)}
        if contract
        else words.hours(worked)
    )
    chips: dict[dt.date, list[Chip]] = {}
    for shift, taken in _taken(picture, person.pk):
        if shift.day in days:
            chips.setdefault(shift.day, []).append(chip(picture, shift, taken, person))
    cells: list[Cell] = []
    for day in days:
        away = not chips.get(day) and is_away(person, day, picture)
        if away and cells and cells[-1].away:
            last = cells[-1]
            cells[-1] = Cell(last.day, last.key, last.name, last.free, away=last.away, width=last.width + 1)
            continue
        name = f"{person.name}, {words.long_day(day)}"
        cells.append(
            Cell(
                day=day,
                key=f"{person.pk}--{day.isoformat()}",
                name=name,
                free=special[day][1],
                chips=tuple(chips.get(day, ())),
                away=_("Away") if away else "",
                open=day.isoformat() if mine and day in claimable and not away else "",
            )
        )
    return Row(person, mine, text, tuple(cells))


def _taken(picture: PodPicture, member: int) -> list[tuple[ShiftView, TakenView]]:
    return _by_member(picture).get(member, [])


def _by_member(picture: PodPicture) -> dict[int, list[tuple[ShiftView, TakenView]]]:
    kept: dict[int, list[tuple[ShiftView, TakenView]]] | None = picture.__dict__.get("_by_member")
    if kept is None:
        kept = {}
        for shift in picture.shifts:
            for taken in shift.taken:
                kept.setdefault(taken.member, []).append((shift, taken))
        picture.__dict__["_by_member"] = kept
    return kept


def is_away(person: Person, day: dt.date, picture: PodPicture) -> bool:
    """Whether absences cover at least half of the pod's local day."""
    whole = day_period(day, picture.zone)
    away = sum(part.minutes for a in person.state.absences if (part := a.intersection(whole)))
    return away * 2 >= whole.minutes


def chip(picture: PodPicture, shift: ShiftView, taken: TakenView, person: Person) -> Chip:
    """A shift of a member as its cell draws it, with a name that says all of it."""
    kept: dict[object, Chip] = picture.__dict__.setdefault("_chips", {})
    key = (shift.pk, taken.period, taken.give_away is not None)
    if key not in kept:
        kept[key] = _chip(picture, shift, taken)
    face = kept[key]
    return replace(face, assignment=taken.pk, name=f"{person.name}, {face.name}")


def _chip(picture: PodPicture, shift: ShiftView, taken: TakenView) -> Chip:
    """The same for everybody who works these hours of this shift; the name lacks the person's."""
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
        assignment=taken.pk,
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
