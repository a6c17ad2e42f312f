"""From counts to a judgement that noise can't mislead. Pure.

Each pod's satisfaction is held against the share of all pods together (of the same segment and
period). One verdict: Benjamini-Hochberg at 5 % over two-sided mid-p values of the pods with
enough answers decides the word; the funnel only draws where a point lies. Pods are never ranked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cxportal.core import statistics
from cxportal.core.statistics import Difference, Interval, Share

#: Below this many judged pods overdispersion can't be estimated well: it is told, and changes no word.
PODS_FOR_PHI = 10


class Word(StrEnum):
    """What may be said about a pod against all pods together."""

    ABOVE = "above"
    BELOW = "below"
    CHANCE = "chance"
    FEW = "few"
    NONE = "none"
    ALONE = "alone"

    @property
    def is_signal(self) -> bool:
        return self in (Word.ABOVE, Word.BELOW)


@dataclass(frozen=True)
class Judgement:
    """A pod's share with everything that is said about it; ``expected`` is the shrunken share."""

    share: Share
    interval: Interval | None
    word: Word
    p: float
    expected: float | None
    clear: bool

    @property
    def value(self) -> float | None:
        return self.share.value


@dataclass(frozen=True)
class Judged:
    """All pods judged together. ``phi`` is the overdispersion used, ``phi_seen`` the one estimated."""

    target: Share
    phi: float
    phi_seen: float
    pods: Mapping[int, Judgement]
    judged: int

    @property
    def phi_is_told_only(self) -> bool:
        """Overdispersed, but too few pods to widen by it: both limits are drawn."""
        return self.phi_seen > 1 and self.judged < PODS_FOR_PHI


def judge(shares: Mapping[int, Share]) -> Judged:
    """Judge every pod's share against the pooled one.

    With at least ``PODS_FOR_PHI`` judged pods, phi above 1 widens what counts as chance. A single
    pod has nothing to be compared with.
    """
    target = sum(shares.values(), Share(0, 0))
    enough = {pod: share for pod, share in shares.items() if share.enough}
    centre = target.value
    if centre is None or len(enough) < 2:
        pods = {pod: _unjudged(share) for pod, share in shares.items()}
        return Judged(target, 1.0, 1.0, pods, len(enough))
    scores = [z for share in enough.values() if (z := statistics.z_score(share, centre)) is not None]
    seen = statistics.overdispersion(scores)
    phi = max(1.0, seen) if len(enough) >= PODS_FOR_PHI else 1.0
    ps = {pod: statistics.mid_p(share, centre, phi) for pod, share in enough.items()}
    signals = dict(zip(ps, statistics.benjamini_hochberg(list(ps.values())), strict=True))
    shrunken = statistics.shrink(list(shares.values()))
    expected = dict(zip(shares, shrunken.values if shrunken else (), strict=True))
    pods = {
        pod: _judgement(share, centre, ps.get(pod, 1.0), signals.get(pod, False), expected[pod])
        for pod, share in shares.items()
    }
    return Judged(target, phi, seen, pods, len(enough))


def difference(first: Share, second: Share) -> Difference | None:
    """first - second by Newcombe, in shares; None unless both have enough answers."""
    return statistics.newcombe(first, second) if first.enough and second.enough else None


def _judgement(share: Share, centre: float, p: float, signal: bool, expected: float | None) -> Judgement:
    interval = statistics.wilson(share)
    word = _silence(share)
    if word is None:
        assert share.value is not None
        word = (Word.ABOVE if share.value > centre else Word.BELOW) if signal else Word.CHANCE
    clear = word.is_signal and interval is not None and not interval.contains(centre)
    return Judgement(share, interval, word, p, expected, clear)


def _unjudged(share: Share) -> Judgement:
    return Judgement(share, statistics.wilson(share), _silence(share) or Word.ALONE, 1.0, None, clear=False)


def _silence(share: Share) -> Word | None:
    """Why nothing may be said, if so."""
    if share.n == 0:
        return Word.NONE
    return None if share.enough else Word.FEW
