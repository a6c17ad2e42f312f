"""The pod board: four weeks of coverage, the gaps worst first, and who could cover each. Pure but for the reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from cxportal.core.periods import DAY, MINUTE, Period, day_period, days_period, local_date, monday, week_label
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.carried import Carried, carried
from teams.scheduling.coverage import Step, gaps
from teams.scheduling.covering import Missing, with_people
from teams.scheduling.picture import Person, PodPicture
from teams.scheduling.quality import Quality, quality
from teams.scheduling.reading import read_people, read_pod
from teams.scheduling.strips import DayCoverage, axis_of, day_coverage

DAYS = 28
SHOWN = 8
SOON = 15 * MINUTE  # a gap that ends earlier cannot be closed any more


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


def read_board(pod: Pod, at: dt.datetime, *, everything: bool = False, points: bool = False) -> Board:
    """The board of a pod at an instant. Two statements, whatever the size of the pod.

    ``points`` reads what each carried too, for who works in the pod: as many statements as that room takes.
    """
    picture, people = _read(pod, at)
    known = carried(pod, list(picture.members), at) if points and picture.members else {}
    return board(picture, people, everything=everything, known=known)


def read_gap(pod: Pod, at: dt.datetime, key: str) -> Missing | None:
    """One gap of the board with who could cover it; None when it is closed or has changed. Two statements."""
    picture, people = _read(pod, at)
    found = next((gap for gap in missing(picture, _steps(picture)) if gap.key == key), None)
    return with_people(picture, people, found) if found else None


def _read(pod: Pod, at: dt.datetime) -> tuple[PodPicture, dict[int, Person]]:
    zone = pod.tzinfo
    today = local_date(at, zone)
    window = days_period(today, today + (DAYS - 1) * DAY, zone)
    picture = read_pod(pod, window, at)
    people = read_people({*picture.members, *picture.by_member}, window, zone) if picture.members else {}
    return picture, people


def _days(picture: PodPicture) -> list[dt.date]:
    today = local_date(picture.at, picture.zone)
    return [today + n * DAY for n in range(DAYS)]


def _steps(picture: PodPicture) -> list[Step]:
    return [step for day in _days(picture) for step in picture.steps(day_period(day, picture.zone))]


def board(
    picture: PodPicture,
    people: Mapping[int, Person],
    *,
    everything: bool = False,
    known: Mapping[int, Carried] | None = None,
) -> Board:
    """The board from rows that were read before."""
    days = _days(picture)
    axis = axis_of(picture, days)
    covered = {day: day_coverage(picture, day, axis) for day in days}
    steps = _steps(picture)
    ahead = [step for step in steps if step.period.end > picture.at]
    found = sorted(missing(picture, steps), key=lambda gap: (-gap.minutes, gap.period))
    shown = found if everything else found[:SHOWN]
    return Board(
        picture=picture,
        weeks=tuple(_weeks(covered)),
        gaps=tuple(with_people(picture, people, gap, known) for gap in shown),
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
    """The gaps to come, by activity: neighbours of one depth are one gap, also over midnight.

    ``steps`` reach back to the beginning of today, so that a gap that runs keeps the name of its start.
    """
    found = []
    for activity in sorted({a for step in steps for a, _short in step.short_in}):
        alone = [replace(step, short=dict(step.short_in).get(activity, 0)) for step in steps]
        for whole, people in gaps(alone):
            if whole.end >= picture.at + SOON:
                found.append(_missing(picture, whole, people, activity))
    return found


def _missing(picture: PodPicture, whole: Period, people: int, activity: int) -> Missing:
    period = Period(max(whole.start, picture.at.replace(second=0, microsecond=0)), whole.end)
    day = local_date(period.start, picture.zone)
    return Missing(
        period=period,
        since=whole.start,
        people=people,
        activity=activity,
        name=picture.activities[activity].name,
        title=words.day_span(period, picture.zone),
        hours=words.hours(people * period.minutes),
        week=week_label(day),
        day=day,
    )
