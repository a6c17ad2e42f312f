"""When a pod has agreed: consents against the share, objections, the closing time."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teams.consent import rules
from teams.consent.rules import ADOPTED, ASIDE, CONSENT, LAPSED, OBJECT, OBJECTED, OPEN, Tally

CLOSES = dt.datetime(2026, 12, 1, 18, tzinfo=dt.UTC)
BEFORE, AFTER = CLOSES - dt.timedelta(seconds=1), CLOSES

# Colleagues may load the machine while this runs.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
answers = st.lists(st.sampled_from([CONSENT, ASIDE, OBJECT, ""]), min_size=1, max_size=40)
shares = st.integers(50, 100).map(lambda percent: percent / 100)


def outcome(given: list[str], share: float, now: dt.datetime) -> str:
    found = rules.tally(len(given), [choice for choice in given if choice])
    return rules.outcome(found, share, now=now, closes_at=CLOSES)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (0.5, Fraction(1, 2)),
        (0.67, Fraction(2, 3)),
        (0.6667, Fraction(2, 3)),
        (0.75, Fraction(3, 4)),
        (0.51, Fraction(51, 100)),
        (1, Fraction(1)),
        (0.3, Fraction(1, 2)),
    ],
)
def test_a_share_is_taken_as_people_mean_it_and_never_below_half(typed: float, meant: Fraction) -> None:
    assert rules.exact(typed) == meant


def test_eight_of_twelve_are_two_thirds_and_seven_are_not() -> None:
    assert rules.needed(12, 0.67) == 8
    assert outcome([CONSENT] * 8 + [""] * 4, 0.67, AFTER) == ADOPTED
    assert outcome([CONSENT] * 7 + [""] * 5, 0.67, AFTER) == LAPSED


def test_a_vote_waits_for_its_closing_time_until_all_have_answered() -> None:
    assert outcome([CONSENT] * 11 + [""], 0.5, BEFORE) == OPEN
    assert outcome([CONSENT] * 11 + [ASIDE], 0.5, BEFORE) == ADOPTED
    assert outcome([CONSENT] * 5 + [ASIDE] * 7, 0.5, BEFORE) == LAPSED


def test_a_vote_that_nobody_answered_lapses() -> None:
    assert outcome([""] * 3, 0.5, AFTER) == LAPSED


@unhurried
@given(answers, shares, st.booleans())
def test_one_objection_ends_every_vote(given: list[str], share: float, after: bool) -> None:
    assert outcome([*given, OBJECT], share, AFTER if after else BEFORE) == OBJECTED


@unhurried
@given(answers, shares)
def test_the_outcome_is_what_a_plain_count_says(given: list[str], share: float) -> None:
    """The slow and simple model: consents among all who were asked, in whole hundredths with a half to spare."""
    found = outcome(given, share, AFTER)
    consents = sum(choice == CONSENT for choice in given)
    if OBJECT in given:
        assert found == OBJECTED
    elif consents / len(given) >= share + 0.005:
        assert found == ADOPTED
    elif consents / len(given) < max(0.5, share - 0.005):
        assert found == LAPSED
    else:
        assert found in {ADOPTED, LAPSED}


@unhurried
@given(answers, shares)
def test_another_consent_never_turns_an_adopted_vote(given: list[str], share: float) -> None:
    if "" in given and outcome(given, share, AFTER) == ADOPTED:
        more = given.copy()
        more[more.index("")] = CONSENT
        assert outcome(more, share, AFTER) == ADOPTED


@unhurried
@given(st.integers(1, 300), shares)
def test_at_least_half_of_the_electorate_consents_to_everything_that_is_adopted(electorate: int, share: float) -> None:
    needed = rules.needed(electorate, share)
    assert electorate / 2 <= needed <= electorate
    assert rules.outcome(Tally(electorate, needed), share, now=AFTER, closes_at=CLOSES) == ADOPTED
    assert rules.outcome(Tally(electorate, needed - 1), share, now=AFTER, closes_at=CLOSES) == LAPSED


@unhurried
@given(answers, shares)
def test_before_its_time_only_an_objection_or_the_last_answer_ends_a_vote(given: list[str], share: float) -> None:
    found = outcome(given, share, BEFORE)
    assert (found == OPEN) == ("" in given and OBJECT not in given)


def test_who_has_not_answered_is_reminded_a_day_before_or_late_in_a_short_vote() -> None:
    assert rules.remind_at(CLOSES - dt.timedelta(days=7), CLOSES) == CLOSES - dt.timedelta(days=1)
    assert rules.remind_at(CLOSES - dt.timedelta(hours=8), CLOSES) == CLOSES - dt.timedelta(hours=2)
