"""Rings among open wishes: found shortest first, and only where everybody could work what they would get."""

from __future__ import annotations

import datetime as dt
import random
from itertools import permutations

from cxportal.core.periods import Period, local_date
from teams.people.models import User
from teams.scheduling.models import Shift
from teams.scheduling.swaps import wishes
from teams.scheduling.swaps.reading import Scene, hull, open_wishes, pod_scene, wish_of
from teams.scheduling.swaps.rings import Market, Wish, legs_of, rings
from teams.scheduling.swaps.rules import judge_exchange
from tests.cast import Cast
from tests.factories import people, scheduling


def market(cast: Cast) -> tuple[Market, Scene]:
    now = dt.datetime.now(dt.UTC)
    rows = open_wishes(cast.isar, now)
    read = pod_scene(cast.isar, hull(row.span for row in rows), now)
    return Market(read.picture, read.people, [wish_of(row) for row in rows], read.settings), read


def wish(member: User, shift: Shift, *, on: int | None = None, rings: bool = True) -> int:
    """The member would give the shift, for one on the n-th day of the week (any day without it)."""
    day = None if on is None else scheduling.MONDAY + dt.timedelta(days=on)
    held = scheduling.seated(member, shift)
    return wishes.open_wish(by=member, assignment=held.pk, first=day, last=day, rings=rings).pk


def test_two_who_want_each_others_days_are_a_ring_of_two(cast: Cast) -> None:
    mine = wish(cast.member, scheduling.shift(cast.isar, 1), on=3)
    theirs = wish(cast.second_member, scheduling.shift(cast.isar, 3), on=1)
    found, _read = market(cast)
    assert [[w.pk for w in ring] for ring in rings(found, mine)] == [[mine, theirs]]


def test_three_who_fit_only_together_are_a_ring_and_nobody_who_refuses_rings_is_in_one(cast: Cast) -> None:
    other = people.member(cast.isar, "Third")
    mine = wish(cast.member, scheduling.shift(cast.isar, 1), on=2)
    theirs = wish(cast.second_member, scheduling.shift(cast.isar, 2), on=3)
    third = wish(other, scheduling.shift(cast.isar, 3), on=1)
    found, read = market(cast)
    (ring,) = rings(found, mine)
    assert {w.pk for w in ring} == {mine, theirs, third}
    legs = legs_of(ring)
    assert judge_exchange(read.picture, read.people, legs, read.settings).fits
    takes = {leg.taker: local_date(leg.period.start, cast.isar.tzinfo).isoweekday() for leg in legs}
    assert takes == {cast.member.pk: 3, cast.second_member.pk: 4, other.pk: 2}
    wishes.withdraw_wish(by=other, wish=third)
    wish_again = wishes.open_wish(
        by=other,
        assignment=other.assignments.get().pk,
        first=scheduling.MONDAY + dt.timedelta(days=1),
        last=scheduling.MONDAY + dt.timedelta(days=1),
        rings=False,
    )
    found, _read = market(cast)
    assert wish_again.pk in found.wishes
    assert list(rings(found, mine)) == []


def test_somebody_whose_rest_would_break_is_in_no_ring(cast: Cast) -> None:
    mine = wish(cast.member, scheduling.shift(cast.isar, 1, "06:00", "14:00"))
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 0, "14:00", "22:00"))
    wish(cast.second_member, scheduling.shift(cast.isar, 3))
    found, _read = market(cast)
    assert list(rings(found, mine)) == []


def test_the_search_finds_a_ring_exactly_when_trying_everything_does(cast: Cast) -> None:
    draw = random.Random(7)
    crew = [cast.member, cast.second_member, *(people.member(cast.isar, f"Crew {n}") for n in range(4))]
    for person in crew:
        day = draw.randrange(5)
        start = draw.choice(["06:00", "09:00", "13:00"])
        end = f"{int(start[:2]) + 8:02}:00"
        wish(person, scheduling.shift(cast.isar, day, start, end), on=draw.choice([None, draw.randrange(5)]))
        scheduling.seated(person, scheduling.shift(cast.isar, 6, "08:00", "16:00"))
    found, read = market(cast)
    for start_at in found.wishes:
        searched = [w.pk for ring in rings(found, start_at, longest=3, most=1) for w in ring]
        assert bool(searched) == _by_trying(found, read, start_at)


def _by_trying(found: Market, read: Scene, start: int) -> bool:
    first = found.wishes[start]
    others = [w for w in found.wishes.values() if w.pk != start]
    for length in (1, 2):
        for chosen in permutations(others, length):
            ring = (first, *chosen)
            if _wanted(ring, read) and judge_exchange(read.picture, read.people, legs_of(ring), read.settings).fits:
                return True
    return False


def _wanted(ring: tuple[Wish, ...], read: Scene) -> bool:
    spans: list[Period] = [w.gives.period for w in ring]
    return all(w.wants(local_date(spans[place - 1].start, read.picture.zone)) for place, w in enumerate(ring))
