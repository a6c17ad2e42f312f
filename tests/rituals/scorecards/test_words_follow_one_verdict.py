"""What may be said about a pod: one verdict, silence below thirty answers, no pod marked by chance."""

from __future__ import annotations

import random

import pytest

from cxportal.core.statistics import Share, funnel_limits
from rituals.scorecards.metrics import PODS_FOR_PHI, Word, difference, judge

SAME = {n: Share(800, 1000) for n in range(1, 6)}


def test_a_pod_far_above_and_one_far_below_are_marked() -> None:
    judged = judge(SAME | {8: Share(900, 1000), 9: Share(650, 1000)})
    assert judged.pods[8].word is Word.ABOVE
    assert judged.pods[9].word is Word.BELOW
    assert judged.pods[8].clear
    assert judged.pods[9].clear


def test_pods_that_do_not_differ_are_within_chance() -> None:
    assert {j.word for j in judge(SAME).pods.values()} == {Word.CHANCE}


def test_twenty_nine_answers_are_too_few_for_any_word_and_thirty_are_not() -> None:
    judged = judge(SAME | {8: Share(0, 29), 9: Share(0, 30)})
    assert judged.pods[8].word is Word.FEW
    assert judged.pods[9].word is Word.BELOW
    assert judged.judged == 6


def test_no_answers_is_no_value() -> None:
    none = judge(SAME | {8: Share(0, 0)}).pods[8]
    assert none.word is Word.NONE
    assert none.value is None
    assert none.interval is None
    assert none.expected is None


def test_a_single_pod_has_nothing_to_be_compared_with() -> None:
    judged = judge({1: Share(700, 1000), 2: Share(3, 10)})
    assert judged.pods[1].word is Word.ALONE
    assert judged.pods[2].word is Word.FEW
    assert judge({}).target == Share(0, 0)
    assert judge({1: Share(0, 0)}).pods[1].word is Word.NONE


def test_everybody_satisfied_is_within_chance() -> None:
    assert {j.word for j in judge({1: Share(50, 50), 2: Share(80, 80)}).pods.values()} == {Word.CHANCE}


def test_many_identical_pods_are_almost_never_marked() -> None:
    rng = random.Random(3)
    marked = 0
    for _ in range(200):
        pods = {i: Share(sum(rng.random() < 0.82 for _ in range(150)), 150) for i in range(12)}
        marked += any(j.word.is_signal for j in judge(pods).pods.values())
    assert marked <= 200 * 0.08


def test_overdispersion_widens_what_is_chance_from_ten_pods_on() -> None:
    spread = {i: Share(800 + 25 * (i % 5 - 2), 1000) for i in range(PODS_FOR_PHI)}
    few = {i: spread[i] for i in range(PODS_FOR_PHI - 1)}
    assert judge(spread).phi > 1
    assert not judge(spread).phi_is_told_only
    assert judge(few).phi == 1
    assert judge(few).phi_seen > 1
    assert judge(few).phi_is_told_only
    assert sum(j.word.is_signal for j in judge(spread).pods.values()) < sum(
        j.word.is_signal for j in judge(few).pods.values()
    )


def test_word_and_funnel_agree_where_a_pod_is_far_out() -> None:
    judged = judge(SAME | {9: Share(650, 1000)})
    centre = judged.target.value
    assert centre is not None
    assert not funnel_limits(centre, 1000, 0.998, judged.phi).contains(0.65)
    assert judged.pods[9].word is Word.BELOW


def test_small_pods_are_expected_closer_to_all() -> None:
    judged = judge(SAME | {8: Share(45, 50), 9: Share(900, 1000), 10: Share(700, 1000)})
    small, large = judged.pods[8].expected, judged.pods[9].expected
    assert small is not None
    assert large is not None
    assert (judged.target.value or 0) < small < large < 0.9


@pytest.mark.parametrize("few", [Share(5, 29), Share(0, 0)])
def test_a_difference_needs_enough_answers_on_both_sides(few: Share) -> None:
    assert difference(Share(80, 100), few) is None
    assert difference(few, Share(80, 100)) is None
    found = difference(Share(90, 100), Share(60, 100))
    assert found is not None
    assert found.clear
