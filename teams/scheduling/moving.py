"""A shift at another time: its activities, its people, and what their days are without it. Pure."""

from __future__ import annotations

from dataclasses import replace

from cxportal.core.periods import Period
from cxportal.core.violations import Violation
from teams.scheduling.bounds import MemberState, judge_claim
from teams.scheduling.duties import DutySpan, shrink
from teams.scheduling.picture import Person, PodPicture, ShiftView


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
        candidate = replace(picture.candidate(there, seat, taken.period), began=there.period.start)
        for broken in judge_claim(candidate, free_of(person.state, view.pk), picture.bounds, now=picture.at):
            if broken.code != "week_draft":
                found.append(replace(broken, message=f"{person.name}: {broken.message}"))
    return found


def with_shift(picture: PodPicture, view: ShiftView | None, instead_of: int) -> PodPicture:
    """The picture with one shift changed, or without it."""
    shifts = [view if s.pk == instead_of else s for s in picture.shifts]
    return replace(picture, shifts=tuple(s for s in shifts if s is not None))
