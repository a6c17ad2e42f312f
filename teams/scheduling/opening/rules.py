"""Many shifts claimed in one act: each day judged by the one judge, among all that was taken before it. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cxportal.core.periods import Period, day_period
from cxportal.core.violations import Violation
from teams.scheduling import words
from teams.scheduling.bounds import BoundValues, MemberState, judge_claim
from teams.scheduling.effects import TIME_WORDS, Effect, claim_effect, parts_that_fit
from teams.scheduling.picture import PodPicture, SeatView, ShiftView, minus
from teams.scheduling.swaps.rules import with_work

_TOKEN = re.compile(r"(\d{1,18})\.(\d{1,9})\.(\d{1,10})\.(\d{1,10})", re.ASCII)


@dataclass(frozen=True)
class Line:
    """A shift as somebody read it before they pressed: in which version, and which part would be theirs."""

    shift: int
    version: int
    period: Period

    @property
    def token(self) -> str:
        """``12.3.1795000000.1795030600``, as a form carries it."""
        edges = (int(edge.timestamp()) for edge in (self.period.start, self.period.end))
        return ".".join(map(str, (self.shift, self.version, *edges)))

    @classmethod
    def read(cls, token: str) -> Line | None:
        """What ``token`` wrote; None for anything else."""
        found = _TOKEN.fullmatch(token)
        if found is None:
            return None
        shift, version, start, end = map(int, found.groups())
        if start >= end:
            return None
        first, last = (dt.datetime.fromtimestamp(edge, dt.UTC) for edge in (start, end))
        return cls(shift, version, Period(first, last))


@dataclass(frozen=True)
class Judged:
    """A line with what claiming it would do; ``wanted`` is not left out, ``mine`` is already the member's.

    ``effect`` is None when there is no seat to judge. ``member`` is who was judged, with what was taken before.
    """

    line: Line
    member: MemberState
    wanted: bool
    seat: int | None = None
    effect: Effect | None = None
    violations: tuple[Violation, ...] = ()
    mine: bool = False

    @property
    def fits(self) -> bool:
        return self.effect is not None and not self.violations

    @property
    def taken(self) -> bool:
        """Whether it is among what the act claims."""
        return self.wanted and self.fits


@dataclass(frozen=True)
class WeekSum:
    """Paid minutes of an ISO week (the member's zone) before and after, beside the contract and the agreed most."""

    monday: dt.date
    before: int
    after: int
    contract: int | None
    most: int


@dataclass(frozen=True)
class Series:
    """The lines in the order of time, the member before them and after all that are taken."""

    lines: tuple[Judged, ...]
    before: MemberState
    after: MemberState

    @property
    def taken(self) -> tuple[Judged, ...]:
        return tuple(line for line in self.lines if line.taken)

    @property
    def closes(self) -> int:
        """Person-minutes of gaps that all that is taken would close, each judged by itself."""
        return sum(line.effect.closes for line in self.taken if line.effect)

    def weeks(self, bounds: BoundValues) -> list[WeekSum]:
        """What becomes of every week that the lines touch."""
        change = self.after.weeks
        touched = sorted(monday for monday in change if change[monday] != self.before.weeks.get(monday, 0))
        contract, most = self.before.contract_minutes, bounds.week_minutes
        return [
            WeekSum(dt.date.fromordinal(m), self.before.weeks.get(m, 0), change[m], contract, most) for m in touched
        ]


def open_line(picture: PodPicture, member: MemberState, view: ShiftView) -> Line | None:
    """The open seat of a shift that a claim would take, whole before parts; None without one or when it has begun."""
    if view.period.start <= picture.at or any(t.member == member.member for t in view.taken):
        return None
    seats = sorted(view.open_seats(), key=lambda pair: (not _able(pair[0], member), -pair[1].minutes))
    return Line(view.pk, view.version, seats[0][1]) if seats else None


def judge_series(
    picture: PodPicture, member: MemberState, lines: Iterable[Line], *, left_out: Collection[int] = ()
) -> Series:
    """Judge lines by time, each among those before it that fit and are not left out.

    So the fifth day knows of the first four. What is left out is judged as it would be at its place.
    """
    state, found = member, []
    for line in sorted(lines, key=lambda line: (line.period, line.shift)):
        judged = _judge(picture, state, line, wanted=line.shift not in left_out)
        found.append(judged)
        if judged.taken:
            view = picture.by_shift[line.shift]
            seat = next(seat for seat in view.seats if seat.pk == judged.seat)
            state = with_work(state, picture.candidate(view, seat, line.period).held, picture.bounds)
    return Series(tuple(found), member, state)


def _judge(picture: PodPicture, state: MemberState, line: Line, *, wanted: bool) -> Judged:
    view = picture.by_shift.get(line.shift)
    if view is None or view.version != line.version:
        return Judged(line, state, wanted, violations=(_changed(line, picture),))
    if any(t.member == state.member for t in view.taken):
        return Judged(line, state, wanted, mine=True)
    if view.period.start <= picture.at:
        said = _("%(span)s has begun; claim it by itself.") % {"span": words.day_span(line.period, picture.zone)}
        return Judged(line, state, wanted, violations=(Violation("started", said),))
    free = _free(view)
    seats = [s for s in view.seats if any(part.contains(line.period) for part in free[s.pk])]
    if not seats:
        return Judged(line, state, wanted, violations=(_gone(line, view, picture),))
    seat = min(seats, key=lambda s: not _able(s, state))
    effect = claim_effect(picture, state, view, seat, line.period)
    return Judged(line, state, wanted, seat.pk, effect, effect.violations)


def _able(seat: SeatView, member: MemberState) -> bool:
    return seat.skill is None or seat.skill in member.skills


def _free(view: ShiftView) -> Mapping[int, Sequence[Period]]:
    return {s.pk: minus(view.period, [t.period for t in view.taken if t.seat == s.pk]) for s in view.seats}


def _changed(line: Line, picture: PodPicture) -> Violation:
    said = _("Somebody changed %(span)s a moment ago. Look at it again.")
    return Violation("changed", said % {"span": words.day_span(line.period, picture.zone)}, {"shift": line.shift})


def _gone(line: Line, view: ShiftView, picture: PodPicture) -> Violation:
    """No seat is free for the whole part any more; ``taken_by`` is who came last."""
    last = max((t for t in view.taken if t.period.overlaps(line.period)), key=lambda t: t.made_at, default=None)
    said = _("%(span)s is no longer open.") % {"span": words.day_span(line.period, picture.zone)}
    return Violation("seat_taken", said, {"shift": line.shift, "taken_by": last.member if last else None})


def instead(picture: PodPicture, judged: Judged) -> list[Effect]:
    """What fits instead of a line that does not: parts of the shift, then other open shifts of its day.

    On a day on which the member works already, only what closes a gap is worth a second working time.
    """
    view, member = picture.by_shift.get(judged.line.shift), judged.member
    if view is None or judged.effect is None or judged.fits:
        return []
    found: list[Effect] = []
    if {v.code for v in judged.violations} <= TIME_WORDS:
        seat = next(seat for seat in view.seats if seat.pk == judged.seat)
        found += parts_that_fit(picture, member, view, seat, judged.line.period)
    for other in picture.shifts:
        if other.day == view.day and other.pk != view.pk and (line := open_line(picture, member, other)):
            free = _free(other)
            for seat in other.seats:
                inside = any(part.contains(line.period) for part in free[seat.pk])
                candidate = picture.candidate(other, seat, line.period)
                if inside and not judge_claim(candidate, member, picture.bounds, now=picture.at):
                    found.append(claim_effect(picture, member, other, seat, line.period))
                    break
    works = any(held.period.overlaps(_whole_day(view, picture)) for held in member.held)
    return [effect for effect in found if not works or effect.closes][:2]


def _whole_day(view: ShiftView, picture: PodPicture) -> Period:
    return day_period(view.day, picture.zone)
