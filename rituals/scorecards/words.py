"""How numbers of the scorecards are written and what is said about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core.statistics import ENOUGH, Difference, Interval, NetPromoter
from rituals.scorecards.metrics import Word

if TYPE_CHECKING:
    import datetime as dt

    from rituals.scorecards.queries import PodScore, Scorecard

WORDS: dict[Word, Promise] = {
    Word.ABOVE: gettext_lazy("above the company"),
    Word.BELOW: gettext_lazy("below the company"),
    Word.CHANCE: gettext_lazy("within chance"),
    Word.ALONE: gettext_lazy("nothing to compare with"),
    Word.NONE: gettext_lazy("no answers"),
}
TONES = {Word.ABOVE: "good", Word.BELOW: "gap"}

QUADRANTS: dict[tuple[bool, bool], Promise] = {
    (True, True): gettext_lazy("Above the company, more customers"),
    (True, False): gettext_lazy("Above the company, fewer customers"),
    (False, True): gettext_lazy("Below the company, more customers"),
    (False, False): gettext_lazy("Below the company, fewer customers"),
}


def decimals(value: float, places: int) -> str:
    """A number in the reader's language, rounded; Django's own would cut the digits off."""
    return number_format(f"{value:.{places}f}", use_l10n=True, force_grouping=True)


def whole(value: float) -> str:
    """61,240 in the reader's language."""
    return decimals(value, 0)


def thousands(value: float) -> str:
    """An axis label: 850, 1,050, 12k, 1.5M. One axis of thousands never mixes 1k with 1,050."""
    for least, size, sign in ((1_000_000, 1_000_000, "M"), (10_000, 1000, "k")):
        if abs(value) >= least:
            return f"{decimals(value / size, 0 if value % size == 0 else 1)}{sign}"
    return whole(value)


def points(value: float) -> str:
    """One decimal: 84.9."""
    return decimals(value, 1)


def percent(share: float) -> str:
    """A share of 0 to 1 as 84.9 (per cent)."""
    return points(share * 100)


def signed(value: float, places: int = 1) -> str:
    """+2.9 and −2.6, with a true minus; a rounded nothing has no sign."""
    text = decimals(abs(value), places)
    if not any(c in "123456789" for c in text):
        return text
    return f"{'+' if value > 0 else '−'}{text}"


def limits(interval: Interval | None) -> str:
    """83.4 to 86.3, of an interval in shares."""
    if interval is None:
        return ""
    return _("%(low)s to %(high)s") % {"low": percent(interval.low), "high": percent(interval.high)}


def verdict(score: PodScore) -> str:
    """The one verdict on a pod, in words."""
    word = score.judgement.word
    if word is Word.FEW:
        return _("too few answers (%(n)s; needs %(enough)s)") % {"n": score.share.n, "enough": ENOUGH}
    return str(WORDS[word])


def nps(found: NetPromoter | None) -> str:
    """+31 (29 to 33), or nothing."""
    if found is None:
        return ""
    low, high = signed(found.interval.low, 0), signed(found.interval.high, 0)
    return _("%(score)s (%(low)s to %(high)s)") % {"score": signed(found.score, 0), "low": low, "high": high}


def difference(found: Difference | None) -> str:
    """+2.9 points (0.4 to 5.4), of a difference in shares; empty when it can't be told."""
    if found is None:
        return ""
    return _("%(value)s points (%(low)s to %(high)s)") % {
        "value": signed(found.value * 100),
        "low": signed(found.interval.low * 100),
        "high": signed(found.interval.high * 100),
    }


def apart(found: Difference, phi: float) -> str:
    """What may be said of two pods; ``phi`` is the overdispersion by which every verdict on this page is widened."""
    if not found.clear:
        return _("The two can’t be told apart.")
    if not found.widened(phi).clear:
        return _(
            "Clear of zero for these answers alone. Pods differ more than chance explains (φ = %(phi)s); with the "
            "interval widened for that the two can’t be told apart."
        ) % {"phi": points(phi)}
    return _("A difference beyond chance: its 95% interval lies clear of zero.")


def against_before(found: Difference | None) -> str:
    """What may be said of one pod against its own period before: never "real", that needs a comparison."""
    if found is None:
        return _("too few answers to compare with the period before")
    if not found.clear:
        return _("within chance of its period before")
    return _("above its period before") if found.value > 0 else _("below its period before")


def quadrant(score: PodScore, card: Scorecard) -> str:
    """The neutral name of the pod's quadrant, only when its interval is clear of the line."""
    if not score.judgement.clear or card.median_served is None:
        return ""
    return str(QUADRANTS[score.judgement.word is Word.ABOVE, score.served >= card.median_served])


def days(first: dt.date, last: dt.date) -> str:
    """24 Aug to 22 Nov 2026."""
    form = "j M" if first.year == last.year else "j M Y"
    return _("%(first)s to %(last)s") % {"first": date_format(first, form), "last": date_format(last, "j M Y")}
