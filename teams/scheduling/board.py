"""The pod board: four weeks of coverage, the gaps worst first, and who could cover each. Pure but for the reading."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cxportal.core.periods import DAY, MINUTE, Period, day_period, days_period, local_date, monday, week_label
from cxportal.core.violations import Violation
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.bounds import Candidate, judge_claim, week_minutes
from teams.scheduling.coverage import Step, gaps
from teams.scheduling.picture import Person, PodPicture, SeatView, ShiftView, WeekView
from teams.scheduling.quality import Quality, quality
from teams.scheduling.reading import read_people, read_pod
from teams.scheduling.strips import DayCoverage, axis_of, day_coverage

DAYS = 28
SHOWN = 8
SOON = 15 * MINUTE  # a gap that ends earlier cannot be closed any more
SHORT = {
    "absent": gettext_lazy("away"),
    "overlap": gettext_lazy("working"),
    "skill": gettext_lazy("without the skill"),
    "not_a_member": gettext_lazy("not in the pod then"),
    "rest_before": gettext_lazy("rest"),
    "rest_after": gettext_lazy("rest"),
    "span": gettext_lazy("length of the day"),
    "day_minutes": gettext_lazy("hours of the day"),
    "week_minutes": gettext_lazy("hours of the week"),
}


@dataclass(frozen=True)
class Able:
    """Somebody who could cover a gap: the shift that they would claim (0 when one must be added), and their week."""

    person: Person
    shift: int
    hours: str
    spare: int
    span: str


@dataclass(frozen=True)
class Missing:
    """People that are missing: when, how many, for what; who could come, and why the others cannot."""

    period: Period
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
        """How many could beyond the six that stand open."""
        return max(0, len(self.able) - 6)

    @property
    def key(self) -> str:
        """What the same gap is called tomorrow: its start and activity."""
        return f"{int(self.period.start.timestamp())}-{self.activity}"


@dataclass(frozen=True)
class WeekRow:
    """One week of the board: seven days, or fewer at its edges, with the sum of what is missing."""

    label: str
    number: int
    days: tuple[DayCoverage | None, ...]
    short: str
    tone: str


@dataclass(frozen=True)
class Board:
    """Four weeks of a pod from today on."""

    picture: PodPicture
    weeks: tuple[WeekRow, ...]
    gaps: tuple[Missing, ...]
    more: int
    quality: Quality
    planned: bool
    needed: bool


def read_board(pod: Pod, at: dt.datetime, *, everything: bool = False) -> Board:
    """The board of a pod at an instant. Two statements, whatever the size of the pod."""
    zone = pod.tzinfo
    today = local_date(at, zone)
    window = days_period(today, today + (DAYS - 1) * DAY, zone)
    picture = read_pod(pod, window, at)
    people = read_people({*picture.members, *picture.by_member}, window, zone) if picture.members else {}
    return board(picture, people, everything=everything)


def board(picture: PodPicture, people: Mapping[int, Person], *, everything: bool = False) -> Board:
    """The board from rows that were read before."""
    today = local_date(picture.at, picture.zone)
    days = [today + n * DAY for n in range(DAYS)]
    axis = axis_of(picture, days)
    covered = {day: day_coverage(picture, day, axis) for day in days}
    steps = [step for day in days for step in picture.steps(day_period(day, picture.zone))]
    ahead = [step for step in steps if step.period.end > picture.at]
    found = sorted(missing(picture, ahead), key=lambda gap: (-gap.minutes, gap.period))
    shown = found if everything else found[:SHOWN]
    return Board(
        picture=picture,
        weeks=tuple(_weeks(covered)),
        gaps=tuple(with_people(picture, people, gap) for gap in shown),
        more=len(found) - len(shown),
        quality=quality(picture, people, ahead),
        planned=bool(picture.shifts),
        needed=any(step.needed for step in ahead),
    )


def _weeks(covered: Mapping[dt.date, DayCoverage]) -> Iterable[WeekRow]:
    for first in dict.fromkeys(monday(day) for day in covered):
        days = [covered.get(first + n * DAY) for n in range(7)]
        short = sum(day.short_minutes for day in days if day)
        needed = any(day.tone != "none" for day in days if day)
        said = (
            _("%(hours)s short") % {"hours": words.hours(short)} if short else _("Covered") if needed else _("No need")
        )
        tone = "gap" if short else "good" if needed else "plain"
        yield WeekRow(week_label(first), first.isocalendar().week, tuple(days), said, tone)


def missing(picture: PodPicture, steps: Sequence[Step]) -> list[Missing]:
    """The gaps to come, by activity: neighbours of one depth are one gap, also over midnight."""
    found = []
    for activity in sorted({a for step in steps for a, _short in step.short_in}):
        alone = [replace(step, short=dict(step.short_in).get(activity, 0)) for step in steps]
        for whole, people in gaps(alone):
            start = max(whole.start, picture.at.replace(second=0, microsecond=0))
            if whole.end >= picture.at + SOON:
                found.append(_missing(picture, Period(start, whole.end), people, activity))
    return found


def _missing(picture: PodPicture, period: Period, people: int, activity: int) -> Missing:
    name = picture.activities[activity].name
    day = local_date(period.start, picture.zone)
    return Missing(
        period=period,
        people=people,
        activity=activity,
        name=name,
        title=words.day_span(period, picture.zone),
        hours=words.hours(people * period.minutes),
        week=week_label(day),
        day=day,
    )


def with_people(picture: PodPicture, people: Mapping[int, Person], gap: Missing) -> Missing:
    """The gap with who could cover it, and the reasons of the others counted.

    Who would gladly work then stands first, who would rather not last; of these whoever has most hours left.

    Judged on the open seats that would close some of it; without one, on a shift of just these hours.
    """
    seats = _seats(picture, gap)
    able, reasons = [], Counter[str]()
    for member in picture.members:
        person = people.get(member)
        if person is None:
            continue
        answer = _could(picture, person, gap, seats)
        if isinstance(answer, Able):
            able.append(answer)
        else:
            reasons[str(SHORT.get(answer.code, _("other bounds")))] += 1
    able.sort(key=lambda a: (a.person.wishes.for_work(gap.period, a.person.state.zone).rank, -a.spare, a.person.name))
    shifts = tuple(dict.fromkeys(shift.pk for shift, _seat, _part in seats))
    return replace(gap, able=tuple(able), others=_others(reasons), shifts=shifts)


def _seats(picture: PodPicture, gap: Missing) -> list[tuple[ShiftView, SeatView, Period]]:
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


def _could(
    picture: PodPicture, person: Person, gap: Missing, seats: Sequence[tuple[ShiftView, SeatView, Period]]
) -> Able | Violation:
    """How somebody could cover a gap, or the first reason why not."""
    first: Violation | None = None
    tried = [(s.pk, picture.candidate(s, seat, part)) for s, seat, part in seats] or [(0, _alone(picture, gap))]
    for shift, candidate in tried:
        found = judge_claim(candidate, person.state, picture.bounds, now=picture.at)
        against = [violation for violation in found if violation.code != "week_draft"]
        if not against:
            return _able(picture, person, shift, candidate)
        first = first or against[0]
    assert first is not None
    return first


def _alone(picture: PodPicture, gap: Missing) -> Candidate:
    """A shift of just the hours of a gap, as somebody would add it."""
    week = next((w for w in picture.weeks.values() if w.monday == monday(gap.day or dt.date.min)), None)
    state = week.state(picture.at) if isinstance(week, WeekView) else "open"
    return Candidate(
        shift=0, pod=picture.pod.pk, period=gap.period, work=(gap.period,), zone=picture.zone, week_state=state
    )


def _able(picture: PodPicture, person: Person, shift: int, candidate: Candidate) -> Able:
    has = next(iter(week_minutes(candidate, person.state).values()), (0, 0))[0]
    contract = person.state.contract_minutes
    said = (
        _("%(has)s of %(contract)s h planned") % {"has": words.bare_hours(has), "contract": words.bare_hours(contract)}
        if contract
        else _("%(has)s planned") % {"has": words.hours(has)}
    )
    spare = (contract or 0) - has
    return Able(person, shift, said, spare, words.span(candidate.period, picture.zone))


def _others(reasons: Counter[str]) -> str:
    """``4 others cannot: rest 2, away 1, working 1``; empty when everybody could."""
    number = sum(reasons.values())
    if not number:
        return ""
    told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    text = ngettext("%(number)s other cannot: %(told)s", "%(number)s others cannot: %(told)s", number)
    return text % {"number": number, "told": told}
