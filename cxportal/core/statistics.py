"""Statistics of counts and shares: pure functions, no Django, no database.

Distribution functions come from SciPy's ``special`` module, which loads in a tenth of the time of ``scipy.stats``
and of statsmodels; the tests hold every function against those two. Where a method is a closed formula over such
functions (Wilson, Newcombe, DerSimonian-Laird) the formula stands here and its source in the docstring.

Shares are between 0 and 1 unless a name says points. With nothing counted there is no value: functions that would
have to invent one return None, never 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

#: Limits of a funnel plot: about two and about three standard deviations (Spiegelhalter 2005).
INNER, OUTER = 0.95, 0.998

#: Below this many answers a share gets no colour, no arrow, and nothing is sorted by it.
ENOUGH = 30


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``low`` to ``high``, both included, in the unit of the value it belongs to."""

    low: float
    high: float

    def overlaps(self, other: Interval) -> bool:
        """True when some value lies in both."""
        return self.low <= other.high and other.low <= self.high

    def contains(self, value: float) -> bool:
        """True when the value lies inside or on an edge."""
        return self.low <= value <= self.high

    def scaled(self, factor: float) -> Interval:
        """The same interval in another unit, say percent (100)."""
        return Interval(self.low * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``n``; the counts are kept, so that nothing is ever averaged twice."""

    hits: int
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.n:
            raise ValueError(f"{self.hits} of {self.n} is no share")

    @property
    def value(self) -> float | None:
        """hits / n, or None when nothing was counted."""
        return self.hits / self.n if self.n else None

    @property
    def enough(self) -> bool:
        """Whether the number may be coloured, sorted by and judged (n of at least 30)."""
        return self.n >= ENOUGH

    def __add__(self, other: Share) -> Share:
        return Share(self.hits + other.hits, self.n + other.n)


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two values with its interval."""

    value: float
    interval: Interval

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return not self.interval.contains(0.0)

    def widened(self, phi: float) -> Difference:
        """With both arms of the interval longer by √phi: overdispersion of the groups that are compared."""
        factor = math.sqrt(max(1.0, phi))
        low, high = self.value - self.interval.low, self.interval.high - self.value
        return Difference(self.value, Interval(self.value - factor * low, self.value + factor * high))


@dataclass(frozen=True, slots=True)
class NetPromoter:
    """Net promoter score, in points from -100 to 100, with the interval that is shown (adjusted Wald)."""

    score: float
    standard_error: float
    wald: Interval
    interval: Interval
    n: int


@dataclass(frozen=True, slots=True)
class Shrunken:
    """Shares pulled towards the pooled one: ``values[i]`` stands for the i-th share."""

    centre: float
    tau_squared: float
    values: tuple[float | None, ...]


def normal_quantile(confidence: float) -> float:
    """z of a two-sided normal interval: 1.959964 for 0.95."""
    if not 0 < confidence < 1:
        raise ValueError("confidence lies between 0 and 1")
    return float(special.ndtri(0.5 + confidence / 2))


def wilson(share: Share, confidence: float = INNER) -> Interval | None:
    """Score interval of a share (Wilson 1927, without continuity correction); None when n is 0."""
    if share.n == 0:
        return None
    z, n, p = normal_quantile(confidence), share.n, share.hits / share.n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # At the ends the formula is exact, its floating-point value is not.
    low = 0.0 if share.hits == 0 else max(0.0, middle - half)
    high = 1.0 if share.hits == share.n else min(1.0, middle + half)
    return Interval(low, high)


def newcombe(first: Share, second: Share, confidence: float = INNER) -> Difference | None:
    """first - second as a difference of two independent shares (Newcombe 1998, method 10: hybrid Wilson, no
    continuity correction). None when either has nothing counted."""
    one, two = wilson(first, confidence), wilson(second, confidence)
    if one is None or two is None:
        return None
    p1, p2 = first.hits / first.n, second.hits / second.n
    low = (p1 - p2) - math.hypot(p1 - one.low, two.high - p2)
    high = (p1 - p2) + math.hypot(one.high - p1, p2 - two.low)
    return Difference(p1 - p2, Interval(max(-1.0, low), min(1.0, high)))


def poisson_exact(count: int, exposure: float = 1.0, confidence: float = INNER) -> Interval:
    """Exact interval of a rate, ``count`` events over ``exposure`` (Garwood 1936, by gamma quantiles)."""
    if count < 0 or exposure <= 0:
        raise ValueError("a count is not negative and an exposure is positive")
    tail = (1 - confidence) / 2
    low = float(special.gammaincinv(count, tail)) if count else 0.0
    return Interval(low / exposure, float(special.gammaincinv(count + 1, 1 - tail)) / exposure)


def net_promoter(promoters: int, passives: int, detractors: int, confidence: float = INNER) -> NetPromoter | None:
    """Net promoter score of answers 9-10, 7-8 and 0-6; None without answers.

    Variance per answer v = p + d - (p - d)^2, standard error 100 sqrt(v/n). The interval to show is the adjusted Wald
    (Rocks 2016: n + 3, promoters + 3/4, detractors + 3/4), clipped to -100..100.
    """
    n = promoters + passives + detractors
    if n == 0:
        return None
    z = normal_quantile(confidence)

    def estimate(plus: float, minus: float, count: float) -> tuple[float, float]:
        p, d = plus / count, minus / count
        return 100 * (p - d), 100 * math.sqrt((p + d - (p - d) ** 2) / count)

    score, error = estimate(promoters, detractors, n)
    centre, adjusted = estimate(promoters + 0.75, detractors + 0.75, n + 3)
    return NetPromoter(
        score=score,
        standard_error=error,
        wald=Interval(score - z * error, score + z * error),
        interval=Interval(max(-100.0, centre - z * adjusted), min(100.0, centre + z * adjusted)),
        n=n,
    )


def z_score(share: Share, target: float) -> float | None:
    """How many standard errors of the target the share lies away; None when n is 0 or the target leaves no spread."""
    if share.n == 0 or not 0 < target < 1:
        return None
    return (share.hits / share.n - target) / math.sqrt(target * (1 - target) / share.n)


def funnel_limits(target: float, n: int, coverage: float = INNER, phi: float = 1.0) -> Interval:
    """Control limits that are *drawn* around a target share for n answers.

    Exact binomial with interpolation (Spiegelhalter 2005, appendix A.1): r = ppf(p), alpha = (F(r) - p) /
    (F(r) - F(r - 1)), limit = (r - alpha) / n, for p = (1 -/+ coverage) / 2, clipped to 0..1. ``phi`` above 1 widens
    them by sqrt(phi) around the target (his section 3). Whether a point *is* outside is asked of ``exact_tail``:
    interpolated limits would flag identical pods too often when n is small.
    """
    if n <= 0 or not 0 <= target <= 1:
        raise ValueError("limits need n of at least 1 and a target between 0 and 1")
    if target in (0.0, 1.0):
        return Interval(target, target)
    stretch = math.sqrt(max(1.0, phi))

    def limit(probability: float) -> float:
        r = _binomial_quantile(probability, n, target)
        upto, below = _at_most(r, n, target), _at_most(r - 1, n, target)
        at = (r - (upto - probability) / (upto - below)) / n
        return min(1.0, max(0.0, target + stretch * (at - target)))

    tail = (1 - coverage) / 2
    return Interval(limit(tail), limit(1 - tail))


def exact_tail(share: Share, target: float) -> float:
    """Twice the smaller exact binomial tail, at most 1: a point is outside a limit when this is <= 1 - coverage."""
    lower, upper = _at_most(share.hits, share.n, target), _at_least(share.hits, share.n, target)
    return min(1.0, 2 * min(lower, upper))


def outside(share: Share, target: float, coverage: float = INNER) -> bool:
    """Whether a share is flagged against a target at this coverage (exact tails, see ``funnel_limits``)."""
    return share.n > 0 and exact_tail(share, target) <= 1 - coverage + 1e-12


def mid_p(share: Share, target: float, phi: float = 1.0) -> float:
    """Two-sided mid-p of a share against a target (Lancaster 1961): twice the smaller of P(beyond) + P(at)/2.

    With ``phi`` above 1 the normal score of that p is divided by sqrt(phi), as the funnel's limits are widened by it,
    so that word and drawing tell the same. 1 when nothing was counted.
    """
    if share.n == 0:
        return 1.0
    at = _exactly(share.hits, share.n, target)
    lower = _at_most(share.hits - 1, share.n, target) + at / 2
    upper = _at_least(share.hits + 1, share.n, target) + at / 2
    p = min(1.0, 2 * min(lower, upper))
    if phi <= 1.0:
        return p
    score = float(special.ndtri(max(p, 1e-300) / 2)) / math.sqrt(phi)
    return min(1.0, 2 * float(special.ndtr(score)))


def benjamini_hochberg(p_values: Sequence[float], rate: float = 0.05) -> tuple[bool, ...]:
    """Which of many tests stand out at this false discovery rate (Benjamini and Hochberg 1995): the step-up rule
    p(k) <= k/m * rate, for all up to the largest such k."""
    m = len(p_values)
    order = sorted(range(m), key=lambda i: p_values[i])
    last = max((k for k, i in enumerate(order, 1) if p_values[i] <= k / m * rate), default=0)
    chosen = set(order[:last])
    return tuple(i in chosen for i in range(m))


def overdispersion(scores: Sequence[float]) -> float:
    """phi: the mean of squared z-scores, the lowest and highest tenth winsorised to the type 7 quantile
    (Spiegelhalter 2005, section 3.1, who sets them to the quantile rather than dropping them). 1 for no scores."""
    if not scores:
        return 1.0
    values = np.asarray(scores, dtype=float)
    low, high = np.quantile(values, [0.1, 0.9], method="linear")
    return float(np.mean(np.clip(values, low, high) ** 2))


def shrink(shares: Sequence[Share]) -> Shrunken | None:
    """Shares pulled towards the pooled one, small ones more: what to expect of a pod once chance is taken out.

    Between-pod variance tau^2 by DerSimonian and Laird (1986), tau^2 = max(0, (Q - (k - 1)) / C) with w = 1/s^2 and
    s^2 = theta(1 - theta)/n from the pooled theta; weight of a pod's own share tau^2 / (tau^2 + s^2). None when
    nothing was counted; a share without answers stays None.
    """
    counted = [share for share in shares if share.n]
    total = sum(share.n for share in counted)
    if not total:
        return None
    theta = sum(share.hits for share in counted) / total
    spread = theta * (1 - theta)
    if spread == 0 or len(counted) < 2:
        return Shrunken(theta, 0.0, tuple(theta if share.n else None for share in shares))
    weights = [share.n / spread for share in counted]
    q = sum(w * (share.hits / share.n - theta) ** 2 for w, share in zip(weights, counted, strict=True))
    c = sum(weights) - sum(w * w for w in weights) / sum(weights)
    tau_squared = max(0.0, (q - (len(counted) - 1)) / c)

    def pulled(share: Share) -> float | None:
        if share.n == 0:
            return None
        own = tau_squared / (tau_squared + spread / share.n)
        return theta + own * (share.hits / share.n - theta)

    return Shrunken(theta, tau_squared, tuple(pulled(share) for share in shares))


def _at_most(k: int, n: int, p: float) -> float:
    """P(X <= k) of a binomial."""
    if k < 0:
        return 0.0
    return 1.0 if k >= n else float(special.bdtr(k, n, p))


def _at_least(k: int, n: int, p: float) -> float:
    """P(X >= k) of a binomial, without losing small tails to a subtraction."""
    if k <= 0:
        return 1.0
    return 0.0 if k > n else float(special.bdtrc(k - 1, n, p))


def _exactly(k: int, n: int, p: float) -> float:
    """P(X = k) of a binomial, by logarithms so that n may be large."""
    log_ways = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return float(np.exp(log_ways + special.xlogy(k, p) + special.xlog1py(n - k, -p)))


def _binomial_quantile(probability: float, n: int, p: float) -> int:
    """The smallest k with P(X <= k) >= probability."""
    guess = special.bdtrik(probability, n, p)
    k = 0 if math.isnan(guess) else min(n, max(0, math.ceil(guess)))
    # The continuous inverse may be off by one on either side of a step.
    while k > 0 and _at_most(k - 1, n, p) >= probability:
        k -= 1
    while k < n and _at_most(k, n, p) < probability:
        k += 1
    return k
