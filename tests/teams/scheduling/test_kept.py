"""What is open to somebody is judged once and kept, and never shown when it is not so any more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from cxportal.core import periods
from cxportal.core.periods import HOUR
from teams.scheduling import open_shifts, queries, services
from teams.scheduling.effects import what_fits
from teams.scheduling.models import Assignment, Shift
from teams.scheduling.open_shifts import OpenForMe, open_for_me
from teams.scheduling.reading import read_people
from teams.staffing.services import Wanted, set_requirement
from tests.cast import Cast
from tests.factories import pods, scheduling
from tests.factories.scheduling import span


def look(cast: Cast, at: dt.datetime | None = None) -> OpenForMe:
    found = queries.open_to(cast.member, cast.isar, at, shown=2)
    assert found is not None
    return found


def told(found: OpenForMe) -> tuple[object, ...]:
    return (found.cards, found.fitting, found.closing, found.weeks)


def judged_anew(cast: Cast, found: OpenForMe) -> tuple[object, ...]:
    (me,) = read_people([cast.member.pk], found.picture.window, cast.isar.tzinfo).values()
    return told(open_for_me(found.picture, me, 2))


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often the open shifts of a picture were judged."""
    seen: list[int] = []

    def counted(*args: object, **kwargs: object) -> object:
        seen.append(1)
        return what_fits(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(open_shifts, "what_fits", counted)
    return seen


@pytest.fixture
def rota(cast: Cast) -> list[Shift]:
    """Three open shifts that close a gap, and one own that could be given back."""
    found = [scheduling.shift(cast.isar, day, "09:00", "17:00") for day in range(4)]
    phone = scheduling.activity().pk
    wanted = [Wanted(phone, span(cast.isar, day, "10:00", "12:00"), 2) for day in range(4)]
    set_requirement(by=cast.member, pod=cast.isar, wanted=wanted)
    scheduling.seated(cast.member, found[3])
    return found


def test_the_same_roster_is_judged_once(cast: Cast, rota: list[Shift], judged: list[int]) -> None:
    first = look(cast)
    assert (first.fitting, first.closing) == (3, 3)
    assert told(look(cast)) == told(first)
    assert len(judged) == 1


def claims(cast: Cast, rota: list[Shift]) -> None:
    services.claim(by=cast.member, shift=rota[0].pk)


def is_overtaken(cast: Cast, rota: list[Shift]) -> None:
    services.claim(by=cast.second_member, shift=rota[0].pk)


def gives_back(cast: Cast, rota: list[Shift]) -> None:
    services.release(by=cast.member, assignment=Assignment.objects.get(member=cast.member).pk)


def is_moved(cast: Cast, rota: list[Shift]) -> None:
    later = periods.Period(rota[0].span.start + HOUR, rota[0].span.end + HOUR)
    services.move_shift(by=cast.second_member, shift=rota[0].pk, period=later)


def is_cancelled(cast: Cast, rota: list[Shift]) -> None:
    services.cancel_shift(by=cast.second_member, shift=rota[0].pk)


def agrees_on_less(cast: Cast, rota: list[Shift]) -> None:
    pods.agreement(cast.isar, since=periods.now() - dt.timedelta(seconds=1), week_minutes=600)


def is_away(cast: Cast, rota: list[Shift]) -> None:
    services.record_absence(by=cast.member, member=cast.member, period=rota[0].span, kind="ill")


def needs_less(cast: Cast, rota: list[Shift]) -> None:
    phone = scheduling.activity().pk
    set_requirement(by=cast.member, pod=cast.isar, wanted=[Wanted(phone, span(cast.isar, 0, "10:00", "12:00"), 0)])


def works_elsewhere(cast: Cast, rota: list[Shift]) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.elbe, 0, "09:00", "17:00"))


@pytest.mark.parametrize(
    "act",
    [
        claims,
        is_overtaken,
        gives_back,
        is_moved,
        is_cancelled,
        agrees_on_less,
        is_away,
        needs_less,
        works_elsewhere,
    ],
)
def test_after_every_change_the_answer_is_that_of_a_fresh_judgement(
    cast: Cast, rota: list[Shift], act: Callable[[Cast, list[Shift]], None]
) -> None:
    before = told(look(cast))
    act(cast, rota)
    after = look(cast)
    assert told(after) != before
    assert told(after) == judged_anew(cast, after)


def test_an_agreement_that_leaves_no_hours_closes_every_shift(cast: Cast, rota: list[Shift]) -> None:
    assert look(cast).fitting == 3
    agrees_on_less(cast, rota)
    assert look(cast).fitting == 0


def test_an_hour_that_has_come_is_seen_without_any_change(cast: Cast, rota: list[Shift], judged: list[int]) -> None:
    """On one day of the pod, so that the rows which are read stay the same."""
    begins = rota[0].span.start
    early = told(look(cast, begins - 2 * HOUR))
    assert told(look(cast, begins - HOUR)) == early
    assert len(judged) == 1
    for hours in (1, 2):
        running = look(cast, begins + hours * HOUR)
        assert told(running) == judged_anew(cast, running)
        assert told(running) != early
    assert look(cast, rota[0].span.end).fitting == 2
    # Back on the hour before, as a clock that was set would show it.
    assert told(look(cast, begins - HOUR)) == early
