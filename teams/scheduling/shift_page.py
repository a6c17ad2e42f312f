"""One shift as one person sees it: who sits there, what one can do with it, and why not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from cxportal.core.periods import DAY, Period, week_label
from cxportal.core.violations import Violation
from teams.people.models import User
from teams.scheduling import words
from teams.scheduling.effects import Effect, claim_effect, judge_take, release_effect
from teams.scheduling.lifted import grants_words
from teams.scheduling.models import Shift
from teams.scheduling.open_shifts import Line, claim_lines, remark_lines, short_words, week_line
from teams.scheduling.opening.words import OF_THE_HOUR, quiet_line, usual_instant
from teams.scheduling.picture import Person, PodPicture, SeatView, ShiftView, TakenView, main_activity, reach
from teams.scheduling.reading import read_people, read_pod
from teams.scheduling.waived import liftable
from teams.scheduling.ways import RestDrawing, Way, rest_drawing, ways_out


@dataclass(frozen=True)
class Sitting:
    """Somebody on the shift; ``part`` is filled when it is not the whole."""

    name: str
    category: int
    letters: str
    mine: bool
    part: str


@dataclass(frozen=True)
class ShiftPage:
    """A shift with its people and the acts that are open to the viewer."""

    shift: ShiftView
    label: str
    span: str
    start: str
    end: str
    icon: str
    activities: tuple[Line, ...]
    people: tuple[Sitting, ...]
    free: int
    week: str
    state: str
    works_here: bool
    claim: Effect | None = None
    claim_lines: tuple[Line, ...] = ()
    violations: tuple[Violation, ...] = ()
    drawing: RestDrawing | None = None
    ways: tuple[Way, ...] = ()
    own: TakenView | None = None
    release: Effect | None = None
    release_week: str = ""
    take: TakenView | None = None
    take_from: str = ""
    version: int = 0
    askable: bool = False
    allowed: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    own_quiet: bool = False
    quiet_from: dt.datetime | None = None
    short: str = ""

    @property
    def next_week(self) -> str:
        return week_label(self.shift.day + 7 * DAY)

    @property
    def key(self) -> int:
        return self.shift.pk

    @property
    def changeable(self) -> bool:
        """Moving and cancelling are offered until the shift is over."""
        return self.works_here and self.state != "past"


def read_shift(row: Shift, viewer: User, *, at: dt.datetime, period: Period | None = None) -> ShiftPage | None:
    """The page of a shift; ``period`` is a part that the person wanted. Three statements. None when it is gone."""
    zone = row.pod.tzinfo
    picture = read_pod(row.pod, reach(row.span, zone), at)
    view = picture.by_shift.get(row.pk)
    if view is None:
        return None
    people = read_people([viewer.pk, *(t.member for t in view.taken)], row.span, zone, judged=[viewer.pk])
    me = people.get(viewer.pk)
    works_here = viewer.pk in picture.members
    own = next((t for t in view.taken if t.member == viewer.pk), None)
    others = (t for t in view.taken if t.give_away and t.member != viewer.pk and t.period.start > at)
    offered = next(others, None)
    main = main_activity(view.segments)
    base = ShiftPage(
        shift=view,
        label=f"{words.long_day(view.day)}, {words.span(view.period, zone)}",
        span=words.span(view.period, zone),
        start=words.clock(view.period.start, zone),
        end=words.clock(view.period.end, zone),
        icon=picture.activities[main].icon if main else "circle",
        activities=tuple(
            Line(str(picture.activities[a].category), f"{picture.activities[a].name} {words.span(p, zone)}")
            for a, p in view.segments
        ),
        people=tuple(
            Sitting(
                people[t.member].name,
                people[t.member].category,
                people[t.member].letters,
                t.member == viewer.pk,
                "" if t.period == view.period else words.span(t.period, zone),
            )
            for t in view.taken
        ),
        free=len([1 for _s, part in view.open_seats() if part.end > at]),
        week=row.week.label,
        state=picture.weeks[view.week].state(at) if view.period.end > at else "past",
        works_here=works_here,
        own=own,
        take=offered if works_here and own is None else None,
        take_from=people[offered.member].name if offered else "",
        version=picture.bounds.version,
        quiet=tuple(quiet_line(quiet, zone, viewer.pk) for quiet in view.quiet),
        own_quiet=any(quiet.member == viewer.pk for quiet in view.quiet),
        short=short_words(picture, view.period) if view.open_seats() and view.period.end > at else "",
    )
    if me is None or not works_here:
        return base
    base = replace(base, allowed=_lifted(picture, me, view))
    if own is not None:
        effect = release_effect(picture, me.state, view, own, own.period)
        told = effect.violations
        return replace(base, release=effect, release_week=week_line(effect), violations=told, askable=liftable(told))
    found = _with_claim(base, picture, me, view, period)
    if found.take is None or found.claim is not None:
        return found
    against = tuple(judge_take(picture, me.state, view, found.take))
    return replace(found, violations=against, drawing=rest_drawing(against, picture))


def _with_claim(base: ShiftPage, picture: PodPicture, me: Person, view: ShiftView, period: Period | None) -> ShiftPage:
    pair = _seat_for(picture, me.state.skills, view, period)
    if pair is None:
        return base
    seat, part = pair
    effect = claim_effect(picture, me.state, view, seat, part)
    return replace(
        base,
        claim=effect,
        claim_lines=(*claim_lines(effect), *remark_lines(picture, me, part)) if effect.allowed else (),
        violations=effect.violations,
        drawing=rest_drawing(effect.violations, picture),
        ways=tuple(ways_out(picture, me, view, seat, effect)) if effect.violations else (),
        askable=liftable(effect.violations),
        quiet_from=usual_instant(picture, view) if {v.code for v in effect.violations} <= OF_THE_HOUR else None,
    )


def _lifted(picture: PodPicture, me: Person, view: ShiftView) -> tuple[str, ...]:
    """What an exception of this person lifts on the shift and nobody has used, in words."""
    return tuple(
        line
        for lifted in picture.waivers
        if (lifted.shift, lifted.member, lifted.used) == (view.pk, me.pk, False)
        for line in grants_words(lifted.grants)
    )


def _seat_for(
    picture: PodPicture, skills: frozenset[int], view: ShiftView, period: Period | None
) -> tuple[SeatView, Period] | None:
    """The free seat (or part of one) that a claim would take, as the service chooses it."""
    now = picture.at.replace(second=0, microsecond=0)
    found = []
    for seat, free in view.open_seats():
        if free.end <= picture.at or (period and not free.contains(period)):
            continue
        found.append((seat, period or Period(max(free.start, now), free.end)))
    found.sort(key=lambda pair: (pair[0].skill is not None and pair[0].skill not in skills, -pair[1].minutes))
    return found[0] if found else None
