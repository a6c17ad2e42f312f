"""The week page's read model: rows of people, heads of days, open shifts with their effect. Two reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from cxportal.core.periods import DAY, Period, each_day, local_date, week_label, week_period
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.day_notes import day_notes
from teams.scheduling.open_shifts import OfferCard, OpenCard, offer_cards, open_cards
from teams.scheduling.picture import Person, PodPicture, WeekView
from teams.scheduling.reading import read_people, read_pod
from teams.scheduling.rounds import own_words, round_words
from teams.scheduling.strips import Axis, DayCoverage, axis_of, day_coverage
from teams.scheduling.week_rows import Row, row_of


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
    def members(self) -> int:
        """How many people of the rows are at home in the pod, as everywhere; the others are its guests."""
        return sum(self.picture.members.get(row.person.pk) == "home" for row in self.rows)

    @property
    def guests(self) -> int:
        return len(self.rows) - self.members

    @property
    def sunday(self) -> dt.date:
        return self.monday + 6 * DAY

    @property
    def empty(self) -> bool:
        return not any(s.day in self.days for s in self.picture.shifts)

    @property
    def rounds(self) -> tuple[str, ...]:
        """The round of sign-up that runs in this week, and what of it the viewer has; empty when claims are free."""
        turn = self.week.turn(self.picture.bounds, self.picture.at) if self.week else None
        if self.week is None or turn is None:
            return ()
        told = round_words(turn, self.pod.tzinfo)
        mine = own_words(turn, self.viewer.state, self.week.pk) if self.works_here and self.viewer else ""
        return (told, mine) if mine else (told,)

    @property
    def opened_early(self) -> bool:
        """Open by hand before the agreed instant, and still to be taken back."""
        week = self.week
        return bool(
            week
            and week.opens_at <= self.picture.at < week.planned_opens_at
            and not any(s.taken for s in self.picture.shifts if s.week == week.pk)
        )


@dataclass(frozen=True)
class Parts:
    """What of a week is wanted: some members' rows and some days' heads (None: all of them), the open shifts or none.

    A fragment that is fetched again, and the answer to an act, show a part of the week; nothing else is judged.
    """

    rows: frozenset[int] | None = None
    heads: frozenset[dt.date] | None = None
    cards: bool = True


WHOLE = Parts()


def read_week(
    pod: Pod,
    viewer: User,
    monday: dt.date,
    *,
    at: dt.datetime,
    parts: Parts = WHOLE,
    day: dt.date | None = None,
    everything: bool = False,
) -> WeekPage:
    """The week of a pod as one person sees it. Two statements, for 15 people as for 150.

    ``parts`` says what of it is drawn, ``day`` is the day whose open shift comes first,
    ``everything`` judges more open shifts than fit.
    """
    window = week_period(monday, pod.tzinfo)
    picture = read_pod(pod, Period(window.start - 2 * DAY, window.end + 2 * DAY), at)
    days = tuple(each_day(monday, monday + 6 * DAY))
    axis = axis_of(picture, days)
    seated = {t.member for s in picture.shifts if s.day in days for t in s.taken}
    shown = {m for m, kind in picture.members.items() if kind == "home" or m in seated or m == viewer.pk} | seated
    rows_of = shown if parts.rows is None else shown & parts.rows
    people = read_people(rows_of | {viewer.pk}, window, pod.tzinfo, judged=[viewer.pk])
    me = people.get(viewer.pk)
    works_here = viewer.pk in picture.members
    week = next((w for w in picture.weeks.values() if w.monday == monday), None)
    worker = me if works_here else None
    cards, more = open_cards(picture, worker, days, first=day, everything=everything) if parts.cards else ([], 0)
    special = day_notes(pod, picture, days)
    heads = tuple(_head(picture, d, axis, special) for d in days if parts.heads is None or d in parts.heads)
    claimable = {c.day for c in cards if c.claimable}
    rows = [
        row_of(picture, person, days, special, mine=person.pk == viewer.pk, claimable=claimable)
        for person in people.values()
        if person.pk in rows_of
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
        offers=tuple(offer_cards(picture, worker, days, _owners(picture, people))) if parts.cards else (),
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
