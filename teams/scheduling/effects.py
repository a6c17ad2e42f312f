"""What an act would do, told before it is done: the page, the preview and the commit ask here. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cxportal.core.periods import MINUTE, Period
from cxportal.core.violations import Violation
from teams.scheduling.bounds import (
    BoundValues,
    Held,
    MemberState,
    floor_violation,
    judge_claim,
    judge_release,
    week_minutes,
)
from teams.scheduling.coverage import Staffed, below_floor, short_minutes, worst
from teams.scheduling.picture import PodPicture, SeatView, ShiftView, TakenView, minus

QUARTER = 15 * MINUTE
LEAST = 60 * MINUTE
# What a shorter part of a shift can meet; a day more in a row or a weekend more it can't.
TIME_WORDS = frozenset(
    {"rest_before", "rest_after", "overlap", "absent", "day_minutes", "week_minutes", "span", "weekly_rest"}
    | {"break", "long_break", "break_late", "average_minutes", "night_minutes", "nights_in_row", "nights_in_four_weeks"}
)


@dataclass(frozen=True)
class Effect:
    """A claim or give-back before it happens. Minutes are paid minutes; short ones are person-minutes.

    ``violations`` is empty when the act would be done. Rest is None when nothing lies within
    the look-around on that side. ``week`` is (Monday, before, after).
    """

    shift: int
    seat: int
    period: Period
    minutes: int
    violations: tuple[Violation, ...]
    short_before: int
    short_after: int
    worst_before: int
    worst_after: int
    rest_before: int | None
    rest_after: int | None
    week: tuple[dt.date, int, int]
    contract_minutes: int | None
    version: int

    @property
    def allowed(self) -> bool:
        return not self.violations

    @property
    def closes(self) -> int:
        """Person-minutes of the gap that the claim closes."""
        return self.short_before - self.short_after


def claim_effect(picture: PodPicture, member: MemberState, shift: ShiftView, seat: SeatView, period: Period) -> Effect:
    """What claiming a part of a seat would do, judged at the picture's instant."""
    candidate = picture.candidate(shift, seat, period)
    violations = judge_claim(candidate, member, picture.bounds, now=picture.at)
    after = [*picture.staffed, *picture.seated(shift, member.member, period, member.skills)]
    weeks = week_minutes(candidate, member)
    monday, (has, would) = next(iter(weeks.items()), (shift.day, (0, 0)))
    return _effect(
        picture,
        member,
        shift,
        seat,
        period,
        violations,
        after,
        (monday, has, would),
        sum(p.minutes for p in candidate.work),
    )


def judge_take(picture: PodPicture, member: MemberState, shift: ShiftView, taken: TakenView) -> list[Violation]:
    """Every reason why this member may not take over somebody's work: the bounds of a claim, and the floor.

    The number of people stays, so only a floor that asks for a skill can break: when it goes with the owner.
    """
    seat = next(s for s in shift.seats if s.pk == taken.seat)
    candidate = picture.candidate(shift, seat, taken.period)
    found = judge_claim(candidate, member, picture.bounds, now=picture.at)
    if any(need.skill for need in picture.floor):
        left = without(picture.staffed, picture.seated(shift, taken.member, taken.period))
        after = [*left, *picture.seated(shift, member.member, taken.period, member.skills)]
        names = {a.pk: a.name for a in picture.activities.values()}
        breaks = below_floor(picture.floor, picture.staffed, after)
        found += [replace(floor_violation(hit, picture.zone, names), way_out="") for hit in breaks]
    return found


def release_effect(
    picture: PodPicture, member: MemberState, shift: ShiftView, taken: TakenView, period: Period
) -> Effect:
    """What giving back a part of an assignment would do, judged at the picture's instant.

    What was lifted for this member on this shift is no reason against it.
    """
    gone = picture.seated(shift, taken.member, period)
    after = without(picture.staffed, gone)
    breaks = below_floor(picture.floor, picture.staffed, after)
    held = Held(shift.pk, picture.pod.pk, period, shift.work(period))
    broken = judge_release(
        held,
        breaks,
        picture.bounds,
        now=picture.at,
        week_state=picture.weeks[shift.week].state(picture.at),
        zone=picture.zone,
        names={a.pk: a.name for a in picture.activities.values()},
    )
    lifted = [waived for waived in member.waived if waived.shift == shift.pk]
    violations = [reason for reason in broken if not any(waived.covers(reason) for waived in lifted)]
    seat = next(s for s in shift.seats if s.pk == taken.seat)
    candidate = picture.candidate(shift, seat, period)
    monday, (total, more) = next(iter(week_minutes(candidate, member).items()), (shift.day, (0, 0)))
    return _effect(
        picture, member, shift, seat, period, violations, after, (monday, total, 2 * total - more), -held.minutes
    )


def without(staffed: Sequence[Staffed], gone: Sequence[Staffed]) -> list[Staffed]:
    """Everybody but one person's work over some periods."""
    left: list[Staffed] = []
    for item in staffed:
        cuts = [g.period for g in gone if g.member == item.member and g.activity == item.activity]
        if any(cut.overlaps(item.period) for cut in cuts):
            left += [
                Staffed(item.activity, part, item.member, item.skills)
                for part in minus(item.period, _inside(cuts, item.period))
            ]
        else:
            left.append(item)
    return left


def _inside(cuts: Sequence[Period], whole: Period) -> list[Period]:
    return [part for cut in cuts if (part := cut.intersection(whole))]


def _effect(
    picture: PodPicture,
    member: MemberState,
    shift: ShiftView,
    seat: SeatView,
    period: Period,
    violations: Sequence[Violation],
    after: Sequence[Staffed],
    week: tuple[dt.date, int, int],
    minutes: int,
) -> Effect:
    window = picture.days_of(shift.period)
    then, now = picture.steps(window), picture.steps(window, after)
    worst_then, worst_now = worst(then), worst(now)
    before, behind = neighbours(member, period)
    return Effect(
        shift=shift.pk,
        seat=seat.pk,
        period=period,
        minutes=minutes,
        violations=tuple(violations),
        short_before=short_minutes(then),
        short_after=short_minutes(now),
        worst_before=worst_then.short if worst_then else 0,
        worst_after=worst_now.short if worst_now else 0,
        rest_before=before,
        rest_after=behind,
        week=week,
        contract_minutes=member.contract_minutes,
        version=picture.bounds.version,
    )


def neighbours(member: MemberState, period: Period) -> tuple[int | None, int | None]:
    """Elapsed minutes since the last work before a period and until the first after it."""
    before = [h.period.end for h in member.held if h.period.end <= period.start]
    after = [h.period.start for h in member.held if h.period.start >= period.end]
    return (
        int((period.start - max(before)) // MINUTE) if before else None,
        int((min(after) - period.end) // MINUTE) if after else None,
    )


def what_fits(
    picture: PodPicture, member: MemberState, *, instead_of: int | None = None, bounds: BoundValues | None = None
) -> list[Effect]:
    """Open seats that this member could claim now, those that close most first; one a shift."""
    agreed = bounds or picture.bounds
    found = []
    for shift in picture.shifts:
        if shift.pk == instead_of or shift.period.end <= picture.at:
            continue
        for seat, part in shift.open_seats():
            candidate = picture.candidate(shift, seat, part)
            if not judge_claim(candidate, member, agreed, now=picture.at):
                found.append(claim_effect(picture, member, shift, seat, part))
                break
    return sorted(found, key=lambda e: (-e.closes, e.period))


def parts_that_fit(
    picture: PodPicture, member: MemberState, shift: ShiftView, seat: SeatView, period: Period
) -> list[Effect]:
    """The longest beginning and the longest end of a seat's part that every bound allows, from an hour up.

    Only limits of time can be met by a part; a missing skill or a draft week cannot.
    """
    found = []
    for part in (
        _longest(picture, member, shift, seat, period, head=True),
        _longest(picture, member, shift, seat, period, head=False),
    ):
        if part and part != period:
            found.append(claim_effect(picture, member, shift, seat, part))
    return sorted({(e.period.start, e.period.end): e for e in found}.values(), key=lambda e: -e.minutes)


def _longest(
    picture: PodPicture, member: MemberState, shift: ShiftView, seat: SeatView, period: Period, *, head: bool
) -> Period | None:
    """Cut a quarter of an hour after the other from one side until it fits."""
    start, end = period.start, period.end
    while end - start >= LEAST:
        part = Period(start, end)
        if not judge_claim(picture.candidate(shift, seat, part), member, picture.bounds, now=picture.at):
            return part
        if head:
            end = _full_quarter(end - QUARTER)
        else:
            start = _full_quarter(start + QUARTER)
    return None


def _full_quarter(instant: dt.datetime) -> dt.datetime:
    return instant.replace(minute=instant.minute // 15 * 15)
