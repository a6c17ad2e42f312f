"""The worked cases of the metric rules, and every method against a library that has it."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats import meta_analysis, multitest, proportion

from cxportal.core import statistics as s
from cxportal.core.statistics import Interval, Share

TIGHT = 1e-4


@st.composite
def shares(draw: st.DrawFn, least: int = 1, most: int = 3000) -> Share:
    n = draw(st.integers(least, most))
    return Share(draw(st.integers(0, n)), n)


targets = st.floats(0.01, 0.99)


def near(interval: Interval | None, low: float, high: float, tolerance: float = TIGHT) -> bool:
    assert interval is not None
    return interval.low == pytest.approx(low, abs=tolerance) and interval.high == pytest.approx(high, abs=tolerance)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(43, 50, 0.738138, 0.930492), (0, 10, 0, 0.277533), (138, 900, 0.131271, 0.178343)],
)
def test_wilson_gives_the_worked_cases(hits: int, n: int, low: float, high: float) -> None:
    assert near(s.wilson(Share(hits, n)), low, high, 1e-6)


@given(shares())
def test_wilson_agrees_with_two_libraries(share: Share) -> None:
    low, high = proportion.proportion_confint(share.hits, share.n, method="wilson")
    assert near(s.wilson(share), low, high, 1e-9)
    scipy_says = stats.binomtest(share.hits, share.n).proportion_ci(method="wilson")
    assert near(s.wilson(share), scipy_says.low, scipy_says.high, 1e-9)


def test_wilson_covers_the_true_share_about_as_often_as_it_says() -> None:
    p, n = 0.8, 60
    covered = sum(
        stats.binom.pmf(k, n, p) for k in range(n + 1) if (i := s.wilson(Share(k, n))) is not None and i.contains(p)
    )
    assert 0.93 < covered < 0.97


def test_nothing_counted_is_no_value() -> None:
    none = Share(0, 0)
    assert none.value is None
    assert s.wilson(none) is None
    assert s.newcombe(none, Share(1, 2)) is None
    assert s.newcombe(Share(1, 2), none) is None
    assert s.net_promoter(0, 0, 0) is None
    assert s.z_score(none, 0.5) is None
    assert s.shrink([none, none]) is None
    assert s.mid_p(none, 0.5) == 1.0
    assert not s.outside(none, 0.5)


@pytest.mark.parametrize(("hits", "n"), [(3, 2), (-1, 2)])
def test_more_hits_than_answers_is_refused(hits: int, n: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        Share(hits, n)


def test_thirty_answers_are_enough_and_twenty_nine_are_not() -> None:
    assert Share(10, 30).enough
    assert not Share(10, 29).enough


@given(shares(), shares())
def test_newcombe_agrees_with_statsmodels(first: Share, second: Share) -> None:
    mine = s.newcombe(first, second)
    assert mine is not None
    low, high = proportion.confint_proportions_2indep(
        first.hits, first.n, second.hits, second.n, method="newcomb", compare="diff"
    )
    assert near(mine.interval, low, high, 1e-9)


def test_newcombe_gives_the_published_example() -> None:
    # Newcombe 1998, table II, contrast (a): 56/70 and 48/80, method 10.
    mine = s.newcombe(Share(56, 70), Share(48, 80))
    assert mine is not None
    assert mine.value == pytest.approx(0.2)
    assert near(mine.interval, 0.0524, 0.3339)
    assert mine.clear


def test_newcombe_turned_round_is_the_negative() -> None:
    one, other = s.newcombe(Share(9, 10), Share(3, 10)), s.newcombe(Share(3, 10), Share(9, 10))
    assert one is not None
    assert other is not None
    assert near(one.interval, -other.interval.high, -other.interval.low, 1e-12)


def test_complaints_of_sixty_one_thousand_customers() -> None:
    assert pytest.approx(0.5082, abs=TIGHT) == 31 / 61
    assert near(s.poisson_exact(31, 61), 0.3453, 0.7213)


@given(st.integers(0, 5000))
def test_poisson_agrees_with_the_chi_squared_form(count: int) -> None:
    low = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    assert near(s.poisson_exact(count), low, stats.chi2.ppf(0.975, 2 * count + 2) / 2, 1e-6)


@pytest.mark.parametrize(("count", "exposure"), [(-1, 1.0), (1, 0.0)])
def test_a_rate_needs_a_count_and_an_exposure(count: int, exposure: float) -> None:
    with pytest.raises(ValueError, match="exposure"):
        s.poisson_exact(count, exposure)


def test_net_promoter_gives_the_worked_cases() -> None:
    nps = s.net_promoter(90, 70, 40)
    assert nps is not None
    assert nps.score == pytest.approx(25.0)
    assert nps.standard_error == pytest.approx(5.4199, abs=TIGHT)
    assert near(nps.wald, 14.3772, 35.6228)
    assert near(nps.interval, 14.0900, 35.1711)
    all_happy = s.net_promoter(5, 0, 0)
    assert all_happy is not None
    assert all_happy.score == 100
    assert near(all_happy.interval, 17.4915, 100)


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_net_promoter_is_the_mean_of_plus_one_zero_and_minus_one(plus: int, zero: int, minus: int) -> None:
    nps = s.net_promoter(plus, zero, minus)
    if nps is None:
        assert plus + zero + minus == 0
        return
    answers = np.repeat([1.0, 0.0, -1.0], [plus, zero, minus])
    assert nps.score == pytest.approx(100 * answers.mean(), abs=1e-9)
    assert nps.standard_error == pytest.approx(100 * answers.std() / math.sqrt(len(answers)), abs=1e-9)
    assert -100 <= nps.interval.low <= nps.interval.high <= 100


CENTRE = 0.808375


def test_funnel_gives_the_worked_cases() -> None:
    z = s.z_score(Share(132, 150), CENTRE)
    assert z == pytest.approx(2.2288, abs=TIGHT)
    assert near(s.funnel_limits(CENTRE, 150), 0.740234, 0.866020, 1e-6)
    assert near(s.funnel_limits(CENTRE, 150, s.OUTER), 0.700414, 0.898194, 1e-6)
    z = s.z_score(Share(560, 750), CENTRE)
    assert z == pytest.approx(-4.2938, abs=TIGHT)
    assert near(s.funnel_limits(CENTRE, 750), 0.779140, 0.835499, 1e-6)


@given(st.integers(1, 400), targets, st.sampled_from([s.INNER, s.OUTER]))
def test_funnel_limits_are_the_interpolated_quantiles_of_scipy(n: int, target: float, coverage: float) -> None:
    def limit(p: float) -> float:
        r = stats.binom.ppf(p, n, target)
        upto, below = stats.binom.cdf([r, r - 1], n, target)
        return float(np.clip((r - (upto - p) / (upto - below)) / n, 0, 1))

    tail = (1 - coverage) / 2
    assert near(s.funnel_limits(target, n, coverage), limit(tail), limit(1 - tail), 1e-6)


def test_limits_close_in_with_more_answers_and_open_with_overdispersion() -> None:
    small, large = s.funnel_limits(0.8, 50), s.funnel_limits(0.8, 5000)
    assert small.low < large.low < 0.8 < large.high < small.high
    wide = s.funnel_limits(0.8, 5000, phi=4)
    assert near(wide, 0.8 + 2 * (large.low - 0.8), 0.8 + 2 * (large.high - 0.8), 1e-12)
    assert s.funnel_limits(0.8, 5000, phi=0.3) == large


def test_limits_of_a_target_at_the_edge_are_the_edge() -> None:
    assert s.funnel_limits(1.0, 40) == Interval(1.0, 1.0)
    assert s.funnel_limits(0.0, 40) == Interval(0.0, 0.0)


@pytest.mark.parametrize(("target", "n"), [(0.5, 0), (1.5, 10)])
def test_limits_need_answers_and_a_share(target: float, n: int) -> None:
    with pytest.raises(ValueError, match="limits need"):
        s.funnel_limits(target, n)


@given(shares(), targets)
def test_exact_tail_agrees_with_scipy(share: Share, target: float) -> None:
    lower = stats.binom.cdf(share.hits, share.n, target)
    upper = stats.binom.sf(share.hits - 1, share.n, target)
    assert s.exact_tail(share, target) == pytest.approx(min(1, 2 * min(lower, upper)), rel=1e-6, abs=1e-12)


def test_identical_pods_are_flagged_no_more_often_than_the_limits_say() -> None:
    for n in (5, 12, 40, 300):
        odds = [stats.binom.pmf(k, n, 0.85) for k in range(n + 1)]
        flagged = sum(p for k, p in enumerate(odds) if s.outside(Share(k, n), 0.85))
        assert flagged <= 0.05
        by_limits = sum(
            p for k, p in enumerate(odds) if not s.funnel_limits(0.85, n).contains(k / n)
        )  # what the drawn lines alone would flag
        assert by_limits >= flagged


@given(shares(), targets)
def test_mid_p_agrees_with_scipy(share: Share, target: float) -> None:
    k, n = share.hits, share.n
    half = stats.binom.pmf(k, n, target) / 2
    expected = 2 * min(stats.binom.cdf(k - 1, n, target) + half, stats.binom.sf(k, n, target) + half)
    assert s.mid_p(share, target) == pytest.approx(min(1.0, expected), rel=1e-5, abs=1e-12)


def test_mid_p_of_a_centre_count_is_one_and_overdispersion_raises_it() -> None:
    assert s.mid_p(Share(50, 100), 0.5) == pytest.approx(1.0)
    plain, wide = s.mid_p(Share(132, 150), CENTRE), s.mid_p(Share(132, 150), CENTRE, phi=2.0)
    assert plain < 0.05 < wide
    assert s.mid_p(Share(0, 100_000), 0.5, phi=3.0) < 1e-12


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_benjamini_hochberg_agrees_with_two_libraries(p_values: list[float]) -> None:
    mine = s.benjamini_hochberg(p_values)
    assert mine == tuple(multitest.multipletests(p_values, alpha=0.05, method="fdr_bh")[0])
    assert mine == tuple(stats.false_discovery_control(p_values) <= 0.05)


def test_benjamini_hochberg_of_nothing_is_nothing() -> None:
    assert s.benjamini_hochberg([]) == ()


def test_benjamini_hochberg_carries_a_larger_p_along_when_a_later_one_passes() -> None:
    assert s.benjamini_hochberg([0.01, 0.03, 0.031, 0.5]) == (True, True, True, False)


def test_overdispersion_sets_the_extremes_to_the_type_seven_quantiles() -> None:
    # 1..11: the 10 % and 90 % quantiles are 2 and 10; winsorised, not trimmed.
    scores = [float(v) for v in range(1, 12)]
    expected = (2 * 2**2 + 2 * 10**2 + sum(v * v for v in range(3, 10))) / 11
    assert s.overdispersion(scores) == pytest.approx(expected)
    assert s.overdispersion([]) == 1.0


def test_pods_that_differ_by_chance_alone_are_not_overdispersed() -> None:
    rng = random.Random(7)
    phis = []
    for _ in range(200):
        pods = [Share(sum(rng.random() < 0.8 for _ in range(200)), 200) for _ in range(24)]
        phis.append(s.overdispersion([z for pod in pods if (z := s.z_score(pod, 0.8)) is not None]))
    assert sum(phis) / len(phis) == pytest.approx(0.7, abs=0.05)  # winsorising at a tenth takes 0.3 off


@settings(max_examples=50)
@given(st.lists(shares(least=5), min_size=3, max_size=30))
def test_tau_squared_agrees_with_statsmodels(pods: list[Share]) -> None:
    theta = sum(p.hits for p in pods) / sum(p.n for p in pods)
    shrunken = s.shrink(pods)
    assert shrunken is not None
    if theta in (0.0, 1.0):
        assert shrunken.tau_squared == 0
        return
    effects = np.array([p.hits / p.n for p in pods])
    variances = np.array([theta * (1 - theta) / p.n for p in pods])
    with np.errstate(all="ignore"):  # the library also computes what a negative tau squared has no root for
        library = meta_analysis.combine_effects(effects, variances, method_re="dl")
    assert shrunken.tau_squared == pytest.approx(max(0.0, library.tau2), abs=1e-9)
    assert shrunken.centre == pytest.approx(library.mean_effect_fe, abs=1e-9)


def test_small_pods_are_pulled_further_and_none_past_the_centre() -> None:
    pods = [Share(9, 10), Share(900, 1000), Share(700, 1000), Share(800, 1000), Share(0, 0)]
    shrunken = s.shrink(pods)
    assert shrunken is not None
    small, large, *_, none = shrunken.values
    assert none is None
    assert small is not None
    assert large is not None
    assert shrunken.centre < small < large < 0.9


def test_pods_that_do_not_differ_are_all_the_pooled_share() -> None:
    shrunken = s.shrink([Share(80, 100), Share(800, 1000)])
    assert shrunken is not None
    assert shrunken.values == (0.8, 0.8)
    assert s.shrink([Share(3, 3), Share(0, 0)]) == s.Shrunken(1.0, 0.0, (1.0, None))


def test_intervals_know_what_they_overlap() -> None:
    assert Interval(1, 2).overlaps(Interval(2, 3))
    assert not Interval(1, 2).overlaps(Interval(2.1, 3))
    assert Interval(0.1, 0.2).scaled(100).high == pytest.approx(20)


def test_a_confidence_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match="confidence"):
        s.normal_quantile(1.0)
