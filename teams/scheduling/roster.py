"""Which planned shifts of a pod break a bound: the whole roster at once, by the same limits as a claim. Pure.

A claim is judged against what its member has; here what everybody has is judged as it stands, so
each person's days are put together once and every limit is asked once of all of them.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from cxportal.core.periods import Period, local_date
from cxportal.core.violations import Violation
from teams.scheduling import day_limits, long_limits
from teams.scheduling.bounds import absent, skill
from teams.scheduling.duties import DutySpan
from teams.scheduling.facts import BoundValues, Candidate, Held, MemberState, WorkDay, monday_of, seconds
from teams.scheduling.long_limits import Passed
from teams.scheduling.picture import Person, PodPicture, TakenView
from teams.scheduling.waived import Waived


@dataclass(frozen=True)
class Broken:
    """What a member works of a shift, and every bound that it breaks there, worded to the member."""

    member: int
    shift: int
    period: Period
    violations: tuple[Violation, ...]


@dataclass
class _Group:
    """A working day as it grows: its work in order, in epoch seconds from first start to last end."""

    day: int
    start: int
    end: int
    held: list[Held]

    @property
    def in_numbers(self) -> WorkDay:
        return WorkDay(self.day, self.start, self.end)

    @property
    def work(self) -> list[Period]:
        return sorted(part for held in self.held for part in held.work)

    @property
    def period(self) -> Period:
        return Period(self.held[0].period.start, max(held.period.end for held in self.held))


def judge_roster(picture: PodPicture, people: Mapping[int, Person], bounds: BoundValues | None = None) -> list[Broken]:
    """Every planned shift of the picture, not over at its instant, that breaks a bound; by time, then member.

    ``bounds`` is another agreement than the one in force, so that a proposal can tell what would break.
    Without it work keeps the rest by which it was judged. Each limit is told once, on the shift that
    passes it in the order of time. The people are read around the picture's window.
    """
    found: list[Broken] = []
    for pk, person in people.items():
        seats = {(shift.pk, taken.period): taken for shift, taken in picture.by_member.get(pk, ())}
        own = [
            held
            for held in sorted(person.state.held, key=lambda held: held.period.start)
            if held.period.end > picture.at and (held.shift, held.period) in seats
        ]
        if own:
            told = _Person(picture, person.state, own, bounds or picture.bounds, keeps_rest=bounds is None)
            told.judge(seats)
            found += [Broken(pk, held.shift, held.period, tuple(left)) for held, left in _not_lifted(picture, pk, told)]
    return sorted(found, key=lambda each: (each.period, each.member))


def _not_lifted(picture: PodPicture, member: int, told: _Person) -> Iterator[tuple[Held, list[Violation]]]:
    """What is broken without what the pod, or a lead in an emergency, lifted for this member on this shift."""
    for held, broken in told.broken():
        lifted = [
            Waived(held.shift, code, grant.get("minutes"))
            for waiver in picture.waivers
            if (waiver.shift, waiver.member) == (held.shift, member)
            for code, grant in waiver.grants.items()
        ]
        if left := [violation for violation in broken if not any(each.covers(violation) for each in lifted)]:
            yield held, left


class _Person:
    """One member's roster while it is judged."""

    def __init__(
        self, picture: PodPicture, state: MemberState, own: Sequence[Held], bounds: BoundValues, *, keeps_rest: bool
    ) -> None:
        self.picture, self.state, self.bounds, self.own = picture, state, bounds, own
        self.found: dict[int, list[Violation]] = {}
        self.place = {id(held): at for at, held in enumerate(own)}
        self.days: list[int] = [0] * len(own)  # the working day of each own shift, filled by _group
        self.groups = list(self._group(keeps_rest=keeps_rest))

    def broken(self) -> Iterator[tuple[Held, list[Violation]]]:
        """Own shifts with what they break."""
        for at, violations in sorted(self.found.items()):
            yield self.own[at], violations

    def judge(self, seats: Mapping[tuple[int, Period], TakenView]) -> None:
        """Ask every limit."""
        for at, held in enumerate(self.own):
            self._seat(at, held, seats[held.shift, held.period])
        mine = [group for group in self.groups if any(id(held) in self.place for held in group.held)]
        for passed in (*self._alone(mine), *self._together(mine)):
            self.found.setdefault(self._at(passed.day), []).append(passed.violation)

    def _at(self, day: int) -> int:
        """The own shift that passes a limit on a day: the last one until then."""
        return max(0, bisect_right(self.days, day) - 1)

    def _seat(self, at: int, held: Held, taken: TakenView) -> None:
        seat = next(seat for seat in self.picture.by_shift[held.shift].seats if seat.pk == taken.seat)
        lacks = seat.skill is not None and seat.skill not in self.state.skills
        away = tuple(
            each for each in self.state.absences if each.overlaps(held.period) and not self._next_day(each, held)
        )
        if lacks or away:
            candidate, state = self._candidate(held, seat.skill), replace(self.state, absences=away)
            self.found[at] = [*skill(candidate, state), *absent(candidate, state)]

    def _next_day(self, away: Period, held: Held) -> bool:
        """Whether an absence begins with the day after: an overnight shift belongs to the day on which it begins."""
        begins = away.start.astimezone(self.state.zone)
        return held.period.start < away.start and begins.time() == dt.time()

    def _candidate(self, held: Held, needed: int | None = None) -> Candidate:
        name = self.picture.skill_names.get(needed or 0, "")
        return Candidate(held.shift, held.pod, held.period, held.work, self.picture.zone, skill=needed, skill_name=name)

    def _group(self, *, keeps_rest: bool) -> Iterator[_Group]:
        """The working days, by the rest between them; what is too close and too long for one is told."""
        now: _Group | None = None
        for held in sorted(self.state.held, key=lambda held: held.period.start):
            start, end = seconds(held.period.start), seconds(held.period.end)
            if now is not None and start - now.end < 60 * self._rest_after(now, keeps_rest=keeps_rest):
                if end - now.start <= 60 * self.bounds.span_minutes:
                    now.held.append(held)
                    now.end = max(now.end, end)
                    self._note(held, now.day)
                    continue
                self._too_close(now, held)
            if now is not None:
                yield now
            now = _Group(local_date(held.period.start, self.state.zone).toordinal(), start, end, [held])
            self._note(held, now.day)
        if now is not None:
            yield now

    def _note(self, held: Held, day: int) -> None:
        if (at := self.place.get(id(held))) is not None:
            self.days[at] = day

    def _rest_after(self, group: _Group, *, keeps_rest: bool) -> int:
        """Minutes: what was agreed when the day was judged, or what is asked about."""
        if keeps_rest:
            last = group.held[-1].period
            for duty in self.state.duties:
                if duty.period.contains(last):
                    return duty.rest_minutes
        return self.bounds.rest_minutes

    def _too_close(self, group: _Group, held: Held) -> None:
        own = [each for each in (*group.held, held) if id(each) in self.place]
        if not own:
            return
        candidate, rest = self._candidate(held), self.bounds.rest_minutes
        if local_date(held.period.start, self.state.zone).toordinal() == group.day:
            broken = day_limits.span(candidate, Period(group.period.start, held.period.end), self.bounds)
        else:
            until = group.period.end + rest * dt.timedelta(minutes=1)
            broken = day_limits.rest_before(candidate, DutySpan(group.period, until))
        self.found.setdefault(self.place[id(own[-1])], []).append(broken)

    def _alone(self, groups: Sequence[_Group]) -> Iterator[Passed]:
        """What a day breaks by itself; two working days of one date share its minutes."""
        zone, bounds = self.state.zone, self.bounds
        minutes: dict[int, int] = {}
        for group in self.groups:
            minutes[group.day] = minutes.get(group.day, 0) + sum(held.minutes for held in group.held)
        for group in groups:
            date, work = dt.date.fromordinal(group.day), group.work
            for broken in day_limits.breaks(date, work, bounds):
                yield Passed(group.day, broken)
            yield from long_limits.night_length(group.in_numbers, sum(p.minutes for p in work), zone, bounds)
        for day in sorted({group.day for group in groups}):
            for broken in day_limits.day_minutes(dt.date.fromordinal(day), minutes[day], bounds):
                yield Passed(day, broken)

    def _together(self, groups: Sequence[_Group]) -> Iterator[Passed]:
        """What the days break together, near and far."""
        state, zone, bounds = self.state, self.state.zone, self.bounds
        mine = [group.in_numbers for group in groups]
        days = sorted([*state.far.days, *(group.in_numbers for group in self.groups)])
        worked, wanted = {each.day for each in days}, [each.day for each in mine]
        mondays = _mondays(mine, zone)
        yield from long_limits.week_minutes({}, {monday: state.weeks.get(monday, 0) for monday in mondays}, bounds)
        yield from long_limits.days_in_row(worked, wanted, bounds)
        yield from long_limits.weekly_rest(days, mondays, zone, bounds)
        yield from long_limits.average(state.weeks, state.far.neutral, mondays, zone, bounds)
        yield from long_limits.weekends(worked, wanted, bounds)
        yield from long_limits.nights(days, mine, zone, bounds)


def _mondays(days: Sequence[WorkDay], zone: ZoneInfo) -> list[int]:
    """The weeks that some working days touch, and all between them."""
    last = dt.datetime.fromtimestamp(days[-1].end - 1, zone).toordinal()
    return list(range(monday_of(days[0].day), monday_of(last) + 7, 7))
