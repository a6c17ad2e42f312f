"""Rings among open wishes: who could take whose shift, so that everybody gives one and gets one. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cxportal.core.periods import local_date
from teams.scheduling.bounds import MemberState, judge_claim
from teams.scheduling.picture import Person, PodPicture, SeatView, ShiftView
from teams.scheduling.swaps.rules import ALLOW, FORBID, Leg, SwapSettings, after_giving, sitting

LONGEST = 4


@dataclass(frozen=True)
class Wish:
    """Somebody wants to be rid of a piece of work, and says what they would take for it.

    ``first`` and ``last`` are days in the pod's zone; without them any day would do.
    """

    pk: int
    member: int
    assignment: int
    shift: int
    version: int
    gives: Leg
    first: dt.date | None = None
    last: dt.date | None = None
    rings: bool = True

    def wants(self, day: dt.date) -> bool:
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


class Market:
    """Open wishes of a pod with the question who could take whose shift, each answered once.

    The judge of claims is asked with the asking person's own shift given away.
    """

    def __init__(
        self, picture: PodPicture, people: Mapping[int, Person], wishes: Sequence[Wish], settings: SwapSettings
    ) -> None:
        self.picture, self.settings = picture, settings
        self.wishes = {w.pk: w for w in wishes if sitting(picture, w.gives) and w.member in people}
        self._people = people
        self._states: dict[int, MemberState] = {}
        self._answers: dict[tuple[int, int], bool] = {}
        self._places: dict[int, tuple[ShiftView, SeatView, dt.date, int]] = {}

    def takes(self, taker: int, giver: int) -> bool:
        """Whether the member of the wish ``taker`` could work the shift of the wish ``giver``, giving their own."""
        if (taker, giver) not in self._answers:
            self._answers[taker, giver] = self._judge(self.wishes[taker], self.wishes[giver])
        return self._answers[taker, giver]

    def _judge(self, taker: Wish, giver: Wish) -> bool:
        if taker.member == giver.member:
            return False
        view, seat, day, minutes = self._place(giver)
        if not taker.wants(day):
            return False
        if self.settings.unequal == FORBID and minutes != self._place(taker)[3]:
            return False
        state = self._state(taker)
        if any(h.period.overlaps(giver.gives.period) for h in state.held):
            return False
        candidate = replace(self.picture.candidate(view, seat, giver.gives.period), began=giver.gives.period.start)
        broken = judge_claim(candidate, state, self.picture.bounds, now=self.picture.at)
        return all(v.code == "skill" and self.settings.outside_skills == ALLOW for v in broken)

    def _place(self, wish: Wish) -> tuple[ShiftView, SeatView, dt.date, int]:
        if wish.pk not in self._places:
            found = sitting(self.picture, wish.gives)
            assert found is not None
            view, taken = found
            seat = next(s for s in view.seats if s.pk == taken.seat)
            minutes = sum(p.minutes for p in view.work(wish.gives.period))
            self._places[wish.pk] = view, seat, local_date(wish.gives.period.start, self.picture.zone), minutes
        return self._places[wish.pk]

    def _state(self, wish: Wish) -> MemberState:
        if wish.pk not in self._states:
            person = self._people[wish.member]
            self._states[wish.pk] = after_giving(person.state, [wish.gives], self.picture.by_shift)
        return self._states[wish.pk]


def rings(market: Market, start: int, *, longest: int = LONGEST, most: int = 12) -> Iterator[tuple[Wish, ...]]:
    """Rings through a wish, the shortest first, at most ``most``: each gives to the next, the last to the first.

    No person appears twice. Wishes that refuse rings are used for two-way swaps only.
    """
    if start not in market.wishes:
        return
    first, found = market.wishes[start], 0
    # Only these can close a ring: what the first would take. Asked once, so a search of three asks |givers| x |takers|.
    closers = [w for w in market.wishes.values() if w.pk != start and market.takes(start, w.pk)]
    openers = [w for w in market.wishes.values() if w.pk != start and market.takes(w.pk, start)]
    for length in range(2, longest + 1):
        if length > 2 and not first.rings:
            return
        for path in _paths(market, openers, closers, length - 1):
            if length > 2 and not all(w.rings for w in path):
                continue
            yield (first, *path)
            found += 1
            if found >= most:
                return
        if found and length >= 3:
            return


def _paths(market: Market, openers: Sequence[Wish], closers: Sequence[Wish], length: int) -> Iterator[tuple[Wish, ...]]:
    """Chains of wishes in which each next one takes the shift of the one before; no person twice."""
    ends = {w.pk for w in closers}
    if length == 1:
        yield from ((w,) for w in openers if w.pk in ends)
        return
    middle = closers if length == 2 else list(market.wishes.values())
    for opener in openers:
        yield from _grow(market, (opener,), middle, ends, length)


def _grow(
    market: Market, path: tuple[Wish, ...], middle: Sequence[Wish], ends: set[int], length: int
) -> Iterator[tuple[Wish, ...]]:
    if len(path) == length:
        if path[-1].pk in ends:
            yield path
        return
    last = len(path) == length - 1
    for wish in middle:
        if last and wish.pk not in ends:
            continue
        if any(wish.member == w.member for w in path) or not market.takes(wish.pk, path[-1].pk):
            continue
        yield from _grow(market, (*path, wish), middle, ends, length)


def legs_of(ring: Sequence[Wish]) -> tuple[Leg, ...]:
    """A ring as legs: each gives to the next one, the last to the first."""
    return tuple(replace(wish.gives, taker=ring[(place + 1) % len(ring)].member) for place, wish in enumerate(ring))
