"""Who could cover a gap of the board, and why the others cannot: judged as claims, ordered fairly. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cxportal.core.periods import HOUR, Period, monday
from teams.scheduling import words
from teams.scheduling.bounds import Candidate, judge_claim, week_minutes
from teams.scheduling.carried import NOTHING, Carried
from teams.scheduling.coverage import Staffed, short_minutes, steps
from teams.scheduling.picture import Person, PodPicture, SeatView, ShiftView, WeekView
from teams.scheduling.remarks import remarks

LONGEST = 8 * HOUR  # what one person is asked for where no shift is open yet
SHOWN = 6
# A break is planned when the shift is added, and a draft can be opened.
NO_MATTER = frozenset({"week_draft"})
NOT_ALONE = NO_MATTER | {"break", "long_break", "break_late"}
SHORT = {
    "absent": gettext_lazy("away"),
    "overlap": gettext_lazy("already at work"),
    "skill": gettext_lazy("without the skill"),
    "not_a_member": gettext_lazy("not in the pod then"),
    "rest_before": gettext_lazy("too little rest"),
    "rest_after": gettext_lazy("too little rest"),
    "weekly_rest": gettext_lazy("too little rest in the week"),
    "span": gettext_lazy("too long a day"),
    "day_minutes": gettext_lazy("too many hours that day"),
    "week_minutes": gettext_lazy("too many hours that week"),
    "average_minutes": gettext_lazy("too many hours on average"),
    "days_in_row": gettext_lazy("too many days in a row"),
    "weekends": gettext_lazy("too many weekends"),
    "nights_in_row": gettext_lazy("too many nights"),
    "nights_in_four_weeks": gettext_lazy("too many nights"),
    "night_minutes": gettext_lazy("too many nights"),
    "break": gettext_lazy("too few breaks"),
    "long_break": gettext_lazy("too few breaks"),
    "break_late": gettext_lazy("too few breaks"),
}

type Places = Sequence[tuple[ShiftView, SeatView, Period]]


@dataclass(frozen=True)
class Able:
    """Somebody who could cover a gap: the shift that they would claim (0 when one must be added), and their week.

    ``carried`` is what a room above counts of them, empty where nobody may read it; ``counts`` says that this work
    would count too.
    """

    person: Person
    shift: int
    hours: str
    spare: int
    span: str
    carried: Carried = NOTHING
    counts: bool = False

    @property
    def turn(self) -> tuple[int | float | str, ...]:
        """Who had less of what counts goes first, where this counts; else whoever has most hours left."""
        return (self.carried.above if self.counts else 0, -self.spare, self.person.name)


@dataclass(frozen=True)
class Missing:
    """People that are missing: when, how many, for what; who could come, and why the others cannot.

    ``since`` is where the gap begins, also when that is past and ``period`` begins now.
    """

    period: Period
    since: dt.datetime
    people: int
    activity: int
    name: str
    title: str
    hours: str
    able: tuple[Able, ...] = ()
    others: str = ""
    shifts: tuple[int, ...] = ()
    week: str = ""
    day: dt.date | None = None

    @property
    def minutes(self) -> int:
        """Person-minutes missing."""
        return self.people * self.period.minutes

    @property
    def further(self) -> int:
        """How many could beyond those that stand open."""
        return max(0, len(self.able) - SHOWN)

    @property
    def key(self) -> str:
        """What the same gap is called in an hour and tomorrow: its start and activity."""
        return f"{int(self.since.timestamp())}-{self.activity}"


def with_people(
    picture: PodPicture, people: Mapping[int, Person], gap: Missing, carried: Mapping[int, Carried] | None = None
) -> Missing:
    """The gap with who could cover it, and the reasons of the others counted.

    Who would gladly work then stands first, who would rather not last; of these it is in ``Able.turn``.
    Judged on the open seats that would close some of it; without one, on a shift of these hours.
    """
    seats, needed = _seats(picture, gap), _skills(picture, gap)
    able, reasons = [], Counter[str]()
    for member in picture.members:
        person = people.get(member)
        if person is None:
            continue
        answer = _could(picture, person, gap, seats, needed)
        if isinstance(answer, Able):
            able.append(replace(answer, carried=(carried or {}).get(member, NOTHING)))
        else:
            reasons[str(SHORT.get(answer, _("outside of another bound")))] += 1
    able.sort(key=lambda a: (a.person.wishes.for_work(gap.period, a.person.state.zone).rank, *a.turn))
    shifts = tuple(dict.fromkeys(shift.pk for shift, _seat, _part in seats))
    return replace(gap, able=tuple(able), others=_others(reasons), shifts=shifts)


def _seats(picture: PodPicture, gap: Missing) -> Places:
    """Open seats whose activity lies in the gap, those that close most of it first."""
    found = []
    for shift in picture.shifts:
        if not shift.period.overlaps(gap.period):
            continue
        for seat, free in shift.open_seats():
            part = Period(max(free.start, gap.period.start), free.end) if free.start < picture.at < free.end else free
            closes = sum(
                hit.minutes
                for activity, work in shift.parts(part)
                if activity == gap.activity and (hit := work.intersection(gap.period))
            )
            if closes:
                found.append((closes, shift, seat, part))
    found.sort(key=lambda each: (-each[0], each[1].period, each[2].number))
    return [each[1:] for each in found]


def _skills(picture: PodPicture, gap: Missing) -> frozenset[int] | None:
    """Skills of which one is needed to close some of the gap; None when anybody does: only the skill covers."""
    needs = [n for n in (*picture.floor, *picture.requirements) if n.activity == gap.activity]
    needs = [n for n in needs if n.period.overlaps(gap.period)]
    wanted = {n.skill for n in needs if n.skill is not None}
    if not wanted:
        return None
    there = [s for s in picture.staffed if s.activity == gap.activity and s.period.overlaps(gap.period)]

    def short(skills: frozenset[int] | None) -> int:
        more = [] if skills is None else [Staffed(gap.activity, gap.period, 0, skills)]
        return short_minutes(steps(gap.period, needs, [*there, *more], counted=frozenset()))

    now = short(None)
    if short(frozenset()) < now:
        return None
    return frozenset(skill for skill in wanted if short(frozenset({skill})) < now)


def _could(
    picture: PodPicture, person: Person, gap: Missing, seats: Places, needed: frozenset[int] | None
) -> Able | str:
    """How somebody could cover a gap, or the code of the first reason why not."""
    if needed is not None and not needed & person.state.skills:
        return "skill"
    first = ""
    for shift, candidate in _tried(picture, gap, seats):
        found = judge_claim(candidate, person.state, picture.bounds, now=picture.at)
        against = [v.code for v in found if v.code not in (NO_MATTER if shift else NOT_ALONE)]
        if not against:
            return _able(picture, person, shift, candidate)
        first = first or against[0]
    return first


def _tried(picture: PodPicture, gap: Missing, seats: Places) -> Iterator[tuple[int, Candidate]]:
    for shift, seat, part in seats:
        yield shift.pk, picture.candidate(shift, seat, part)
    if not seats:
        yield 0, _alone(picture, gap)


def _alone(picture: PodPicture, gap: Missing) -> Candidate:
    """A shift of the hours of a gap, as somebody would add it: of a long one the first."""
    week = next((w for w in picture.weeks.values() if w.monday == monday(gap.day or dt.date.min)), None)
    state = week.state(picture.at) if isinstance(week, WeekView) else "open"
    period = Period(gap.period.start, min(gap.period.end, gap.period.start + LONGEST))
    return Candidate(shift=0, pod=picture.pod.pk, period=period, work=(period,), zone=picture.zone, week_state=state)


def _able(picture: PodPicture, person: Person, shift: int, candidate: Candidate) -> Able:
    has = next(iter(week_minutes(candidate, person.state).values()), (0, 0))[0]
    contract = person.state.contract_minutes
    said = (
        _("%(has)s of %(contract)s h planned") % {"has": words.bare_hours(has), "contract": words.bare_hours(contract)}
        if contract
        else _("%(has)s planned") % {"has": words.hours(has)}
    )
    counts = bool(remarks(picture, person.state, candidate.period))
    return Able(person, shift, said, (contract or 0) - has, words.span(candidate.period, picture.zone), counts=counts)


def _others(reasons: Counter[str]) -> str:
    """``4 others cannot: already at work (3), away (1)``, one reason without its number; empty when all could."""
    number = sum(reasons.values())
    if not number:
        return ""
    counted = [f"{reason} ({count})" for reason, count in reasons.most_common()]
    told = ", ".join(counted if len(reasons) > 1 else reasons)
    text = ngettext("%(number)s other cannot: %(told)s", "%(number)s others cannot: %(told)s", number)
    return text % {"number": number, "told": told}
