"""Numbers are rounded, never cut; signs are true; nothing is said that the numbers don't hold."""

from __future__ import annotations

import pytest

from cxportal.core.statistics import Difference, Interval
from rituals.scorecards import words


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.8256, "82.6"), (0.94477, "94.5"), (1.0, "100.0"), (0.0, "0.0"), (0.99999, "100.0")],
)
def test_shares_are_rounded_to_one_decimal(value: float, text: str) -> None:
    assert words.percent(value) == text


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(2.94, 1, "+2.9"), (-2.65, 1, "−2.6"), (0.04, 1, "0.0"), (-0.04, 1, "0.0"), (31.4, 0, "+31"), (-0.4, 0, "0")],
)
def test_a_sign_stands_only_before_something(value: float, places: int, text: str) -> None:
    assert words.signed(value, places) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (850, "850"), (1000, "1,000"), (1250, "1,250"), (12_000, "12k"), (12_500, "12.5k"), (1_500_000, "1.5M")],
)
def test_axis_labels_are_short_and_exact(value: float, text: str) -> None:
    assert words.thousands(value) == text


def test_a_difference_that_holds_zero_is_within_chance() -> None:
    assert words.against_before(Difference(0.02, Interval(-0.01, 0.05))) == "within chance of its period before"
    assert words.against_before(Difference(0.03, Interval(0.01, 0.05))) == "above its period before"
    assert words.against_before(Difference(-0.03, Interval(-0.05, -0.01))) == "below its period before"
    assert "too few" in words.against_before(None)
    assert words.difference(Difference(-0.026, Interval(-0.05, 0.001))) == "−2.6 points (−5.0 to +0.1)"


def test_two_pods_are_told_apart_only_by_the_same_measure_as_every_verdict() -> None:
    found = Difference(0.10, Interval(0.02, 0.18))
    assert words.apart(found, 1.0).startswith("A difference beyond chance")
    assert "φ = 2.4" in words.apart(found, 2.4)
    assert words.apart(found, 2.4).endswith("can’t be told apart.")
    assert words.apart(Difference(0.01, Interval(-0.02, 0.04)), 1.0) == "The two can’t be told apart."
