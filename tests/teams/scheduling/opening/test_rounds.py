"""Sign-up in fair rounds: how many shifts of a week may be claimed until when, and what counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cxportal.core import periods
from cxportal.core.periods import DAY, HOUR, MINUTE, week_label
from cxportal.core.violations import Refused
from teams.people.models import User
from teams.scheduling import services
from teams.scheduling.facts import BoundValues
from teams.scheduling.models import Assignment, Shift, Week
from teams.scheduling.rounds import turn_at
from teams.scheduling.swaps import services as swaps
from teams.scheduling.swaps.services import Planned
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY
from tests.teams.scheduling.opening.scene import agree, judged, weeks_of

type Browser = Callable[..., Client]
OPENED = dt.datetime(2026, 11, 2, 8, tzinfo=dt.UTC)


def in_rounds(cast: Cast, *, rounds: int = 3, most: int = 2, open_for: dt.timedelta = HOUR) -> list[Shift]:
    """Isar signs up in rounds of a day; its week of five days with three seats each opened a moment ago."""
    agree(cast.isar, opening_rounds=rounds, opening_round_shifts=most)
    shifts = [scheduling.shift(cast.isar, day, seats=3) for day in range(5)]
    Week.objects.update(opens_at=periods.now() - open_for)
    return shifts


def claim(by: User, shift: Shift, at: dt.datetime | None = None) -> services.Claimed:
    return services.claim(by=by, shift=shift.pk, at=at)


def test_above_the_cap_a_claim_is_refused_with_numbers_and_the_instant_of_the_next_round(cast: Cast) -> None:
    shifts = in_rounds(cast)
    for shift in shifts[:2]:
        claim(cast.member, shift)
    with pytest.raises(Refused) as refused:
        claim(cast.member, shifts[2])
    (violation,) = refused.value.violations
    assert violation.code == "round_full"
    assert "2 of 2 shifts of this week in round 1 of 3" in str(violation.message)
    numbers = violation.numbers
    assert (numbers["claimed"], numbers["agreed"], numbers["round"], numbers["rounds"]) == (2, 2, 1, 3)
    assert numbers["until"] == (Week.objects.get().opens_at + DAY).isoformat()
    claim(cast.second_member, shifts[2])


def test_the_next_round_allows_as_many_again_and_behind_the_last_claims_are_free(cast: Cast) -> None:
    shifts = in_rounds(cast, rounds=2, most=1)
    now = periods.now()
    claim(cast.member, shifts[0])
    Week.objects.update(opens_at=now - 25 * HOUR)
    Assignment.objects.update(made_at=now - 20 * HOUR)
    claim(cast.member, shifts[1])
    with pytest.raises(Refused) as refused:
        claim(cast.member, shifts[2])
    assert "in the last round; free from" in str(refused.value.violations[0].message)
    Week.objects.update(opens_at=now - 49 * HOUR)
    for shift in shifts[2:]:
        claim(cast.member, shift)


def test_without_rounds_everybody_claims_freely(cast: Cast) -> None:
    for shift in in_rounds(cast, rounds=0, most=1):
        claim(cast.member, shift)


def test_giving_back_within_a_round_makes_room(cast: Cast) -> None:
    shifts = in_rounds(cast, most=1)
    held = claim(cast.member, shifts[0]).assignment
    done = services.release(by=cast.member, assignment=held.pk)
    claim(cast.member, shifts[1])
    assert done.act
    with pytest.raises(Refused) as refused:
        services.undo(by=cast.member, act=done.act.pk)
    assert refused.value.codes == {"round_full"}


def test_what_was_held_before_the_round_comes_back_by_undo(cast: Cast) -> None:
    shifts = in_rounds(cast, most=1, open_for=25 * HOUR)
    old = scheduling.seated(cast.member, shifts[0])
    Assignment.objects.filter(pk=old.pk).update(made_at=periods.now() - 20 * HOUR)
    done = services.release(by=cast.member, assignment=old.pk)
    claim(cast.member, shifts[1])
    assert done.act
    services.undo(by=cast.member, act=done.act.pk)
    assert Assignment.objects.filter(member=cast.member).count() == 2


def test_two_parts_of_one_shift_are_one_shift(cast: Cast) -> None:
    shifts = in_rounds(cast, most=1)
    head, tail = scheduling.span(cast.isar, 0, "07:00", "10:00"), scheduling.span(cast.isar, 0, "11:00", "15:00")
    for part in (head, tail):
        services.claim(by=cast.member, shift=shifts[0].pk, period=part)
    with pytest.raises(Refused):
        claim(cast.member, shifts[1])


def test_shifts_of_another_week_and_pod_do_not_count(cast: Cast) -> None:
    shifts = in_rounds(cast, most=1)
    services.claim(by=cast.guest, shift=scheduling.shift(cast.elbe, 3).pk)
    services.claim(by=cast.guest, shift=scheduling.shift(cast.isar, 8).pk)
    claim(cast.guest, shifts[0])


def test_taking_over_a_shift_counts_and_an_exchange_that_all_agree_to_is_free(cast: Cast) -> None:
    shifts = in_rounds(cast, most=1)
    mine, theirs = claim(cast.member, shifts[0]).assignment, claim(cast.second_member, shifts[1]).assignment
    offer = services.offer(by=cast.second_member, assignment=theirs.pk)
    with pytest.raises(Refused) as refused:
        services.take(by=cast.member, give_away=offer.pk)
    assert refused.value.codes == {"round_full"}
    services.withdraw(by=cast.second_member, give_away=offer.pk)
    legs = [Planned(mine.pk, cast.second_member.pk, None), Planned(theirs.pk, cast.member.pk, None)]
    asked = swaps.ask(by=cast.member, pod=cast.isar, planned=legs, message="")
    swaps.answer(by=cast.second_member, exchange=asked.pk, consent=True)
    assert Assignment.objects.get(member=cast.member).shift == shifts[1]


def test_a_pattern_is_claimed_up_to_the_cap(cast: Cast) -> None:
    agree(cast.isar, opening_rounds=1, opening_round_shifts=2)
    early = scheduling.pattern(cast.isar)
    weeks_of(early, 2)
    Week.objects.update(opens_at=periods.now() - HOUR)
    found = judged(cast.isar, cast.member, early, weeks=2)
    assert [line.fits for line in found.lines] == [True, True, False, False, False] * 2
    assert {v.code for line in found.lines if not line.fits for v in line.violations} == {"round_full"}
    done = services.claim_series(by=cast.member, pod=cast.isar, lines=[line.line for line in found.lines])
    assert len(done.claimed) == 4


def test_the_week_and_today_say_which_round_runs_and_what_one_has_of_it(cast: Cast, browser: Browser) -> None:
    shifts = in_rounds(cast)
    claim(cast.member, shifts[0])
    client = browser(cast.member)
    week = client.get(reverse("week", kwargs={"slug": cast.isar.slug, "week": week_label(MONDAY)})).content.decode()
    assert "Round 1 of 3 until" in week
    assert "everybody may claim 2 shifts of this week" in week
    assert "You have 1 of 2." in week
    assert "Round 1 of 3 until" in client.get(reverse("today")).content.decode()
    theirs = browser(cast.coach).get(reverse("week", kwargs={"slug": cast.isar.slug, "week": week_label(MONDAY)}))
    assert "Round 1 of 3 until" in theirs.content.decode()
    assert "You have" not in theirs.content.decode()


def test_the_refusal_is_read_on_the_card_before_anybody_presses(cast: Cast, browser: Browser) -> None:
    shifts = in_rounds(cast, most=1)
    claim(cast.member, shifts[0])
    week = browser(cast.member).get(reverse("week", kwargs={"slug": cast.isar.slug, "week": week_label(MONDAY)}))
    assert "You have 1 of 1 shifts of this week in round 1 of 3" in week.content.decode()


def test_a_round_ends_where_the_week_is_fixed() -> None:
    bounds = BoundValues(opening_rounds=3)
    turn = turn_at(bounds, OPENED, OPENED + 36 * HOUR, OPENED + 30 * HOUR)
    assert turn
    assert (turn.number, turn.of, turn.until) == (2, 2, OPENED + 36 * HOUR)
    assert turn_at(bounds, OPENED, OPENED + 36 * HOUR, OPENED + 36 * HOUR) is None
    assert turn_at(bounds, OPENED, OPENED + 36 * HOUR, OPENED - MINUTE) is None


@given(
    rounds=st.integers(0, 6),
    length=st.integers(60, 10080),
    fixed=st.integers(0, 60 * 24 * 40),
    at=st.integers(-1000, 60 * 24 * 50),
)
def test_rounds_follow_one_another_from_the_opening_until_claims_are_free(
    rounds: int, length: int, fixed: int, at: int
) -> None:
    bounds = BoundValues(opening_rounds=rounds, opening_round_minutes=length)
    fixes, now = OPENED + fixed * MINUTE, OPENED + at * MINUTE
    turn = turn_at(bounds, OPENED, fixes, now)
    assert (turn is not None) == (0 <= at < min(rounds * length, fixed))
    if turn:
        assert turn.began <= now < turn.until <= fixes
        assert turn.began == OPENED + (turn.number - 1) * length * MINUTE
        assert turn.number <= turn.of <= rounds
        after = turn_at(bounds, OPENED, fixes, turn.until)
        assert after is None or (after.number, after.began) == (turn.number + 1, turn.until)
        assert (after is None) == (turn.number == turn.of)
