"""A shift at another time: its activities, its people, and what their days are without it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from cxportal.core.periods import Period
from cxportal.core.violations import Violation
from teams.scheduling.bounds import MemberState, judge_claim
from teams.scheduling.duties import DutySpan, join, shrink
from teams.scheduling.picture import Person, PodPicture, ShiftView
from teams.scheduling.waived import number_of


def moved(view: ShiftView, period: Period) -> ShiftView:
    """The shift over another period: activities move with its start, the last takes up the difference.

    A whole assignment stays whole; a part moves with the start and is cut to the shift. A part
    that would fall outside is dropped.
    """
    by = period.start - view.period.start
    segments = []
    for place, (activity, part) in enumerate(view.segments):
        last = place == len(view.segments) - 1 and part.end == view.period.end
        start, end = part.start + by, period.end if last else part.end + by
        if start < end and (inside := Period(start, end).intersection(period)):
            segments.append((activity, inside))
    taken = []
    for seat in view.taken:
        whole = seat.period == view.period
        shifted = period if whole else Period(seat.period.start + by, seat.period.end + by).intersection(period)
        if shifted:
            taken.append(replace(seat, period=shifted))
    return replace(view, period=period, segments=tuple(segments), taken=tuple(taken))


def free_of(member: MemberState, shift: int) -> MemberState:
    """The member without their work on a shift, their working days settled."""
    held = tuple(h for h in member.held if h.shift != shift)
    duties: list[DutySpan] = []
    for duty in member.duties:
        inside = [h.period for h in held if duty.period.contains(h.period)]
        had = [h.period for h in member.held if duty.period.contains(h.period)]
        duties += [duty] if len(inside) == len(had) else shrink(duty, inside)
    return replace(member, held=held, duties=tuple(sorted(duties)))


def judge_move(picture: PodPicture, view: ShiftView, there: ShiftView, people: dict[int, Person]) -> list[Violation]:
    """Everybody on the moved shift, judged as if they claimed it there; each reason with a name."""
    found = []
    for taken in there.taken:
        person = people[taken.member]
        seat = next(s for s in view.seats if s.pk == taken.seat)
        # Who sits there signs up for nothing, so no round of sign-up asks.
        candidate = replace(picture.candidate(there, seat, taken.period), began=there.period.start, turn=None)
        for broken in judge_claim(candidate, free_of(person.state, view.pk), picture.bounds, now=picture.at):
            if broken.code != "week_draft":
                found.append(replace(broken, message=f"{person.name}: {broken.message}"))
    return found


def split(view: ShiftView, instant: dt.datetime) -> tuple[ShiftView, ShiftView]:
    """The two shifts that a shift becomes when it is cut at an instant inside it, with its activities and people.

    The second half has the number 0 and the seats of the first until it is written.
    """
    halves = []
    for pk, period in ((view.pk, Period(view.period.start, instant)), (0, Period(instant, view.period.end))):
        taken = (replace(t, period=part) for t in view.taken if (part := t.period.intersection(period)))
        halves.append(replace(view, pk=pk, period=period, segments=view.parts(period), taken=tuple(taken)))
    return halves[0], halves[1]


def judge_change(
    picture: PodPicture, view: ShiftView, pieces: Sequence[ShiftView], people: dict[int, Person]
) -> list[Violation]:
    """Everybody on what a shift becomes, judged piece after piece on the result; each reason with a name.

    What the shift as it was broke already and the change makes no worse is no reason against it.
    """
    found = []
    for member in dict.fromkeys(t.member for piece in pieces for t in piece.taken):
        was = _broken(picture, view, [view], people[member])
        for broken in _broken(picture, view, pieces, people[member]):
            same = [v for v in was if v.code == broken.code]
            if not any(_as_bad(v, broken) for v in same):
                found.append(replace(broken, message=f"{people[member].name}: {broken.message}"))
    return found


def _as_bad(was: Violation, now: Violation) -> bool:
    """Whether a bound was broken as far already; of rest and breaks it is less that is worse."""
    before, number, agreed = number_of(was), number_of(now), now.numbers.get("agreed")
    if before is None or number is None or agreed is None:
        return True
    return before <= number if number < agreed else number <= before


def _broken(picture: PodPicture, view: ShiftView, pieces: Sequence[ShiftView], person: Person) -> list[Violation]:
    state, found = free_of(person.state, view.pk), []
    bounds = picture.bounds
    for piece, taken in sorted(
        ((p, t) for p in pieces for t in p.taken if t.member == person.pk), key=lambda pair: pair[1].period
    ):
        seat = next(s for s in piece.seats if s.pk == taken.seat)
        candidate = replace(picture.candidate(piece, seat, taken.period), began=piece.period.start, turn=None)
        found += judge_claim(candidate, state, bounds, now=picture.at)
        joined = join(state.duties, taken.period, rest_minutes=bounds.rest_minutes, version=bounds.version)
        duties = sorted([*(d for d in state.duties if d not in joined.absorbed), joined.duty])
        state = replace(state, held=(*state.held, candidate.held), duties=tuple(duties))
    return [v for v in found if v.code not in {"week_draft", "started_too_late"}]


def with_shift(picture: PodPicture, view: ShiftView | None, instead_of: int) -> PodPicture:
    """The picture with one shift changed, or without it."""
    return with_shifts(picture, [view] if view else [], instead_of)


def with_shifts(picture: PodPicture, views: Sequence[ShiftView], instead_of: int) -> PodPicture:
    """The picture with others in place of one shift."""
    others = [s for s in picture.shifts if s.pk != instead_of]
    return replace(picture, shifts=tuple(sorted([*others, *views], key=lambda s: (s.period, s.pk))))
