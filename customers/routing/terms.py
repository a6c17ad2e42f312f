"""What two pods may agree on: bounds of an overflow agreement, in words and numbers. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from customers.routing.sentences import duration
from cxportal.core.violations import Violation
from teams.pods.channels import Channel

SHORTEST_WAIT = 5
SHARE_OF_PROMISE = 0.8


@dataclass(frozen=True)
class Terms:
    """One version as it is written: thresholds in opening seconds by channel, caps in contacts.

    ``hours``: seven (from, until) pairs in minutes, Monday first, None for a day without help;
    None altogether: whenever the partner is open.
    """

    thresholds: Mapping[str, int]
    skill_ids: tuple[int, ...] = ()
    when_closed: bool = True
    when_nobody: bool = True
    expected_wait: int | None = None
    reserve: int = 1
    guard: int = 0
    cap_once: int = 2
    cap_hour: int = 8
    cap_day: int = 40
    hours: tuple[tuple[int, int] | None, ...] | None = None
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    why: str = ""


@dataclass(frozen=True)
class Willingness:
    """How much a pod agreed to help at most, by its own working agreement."""

    at_once: int
    in_hour: int
    in_day: int
    reserve: int


def longest_wait(promise: int) -> int:
    """The highest threshold for a promise: 80 % of it, in whole seconds."""
    return int(promise * SHARE_OF_PROMISE)


def at_or_above_promise(thresholds: Mapping[str, int], promises: Mapping[str, int]) -> list[str]:
    """Channels where whoever goes out has waited too long already (rule 7): to be warned about."""
    return [c for c, seconds in sorted(thresholds.items()) if c in promises and seconds >= promises[c]]


def violations(terms: Terms, promises: Mapping[str, int], willing: Willingness) -> list[Violation]:
    """Everything that keeps these terms from being proposed or signed.

    ``promises`` are those of the pod that asks; ``willing`` is the partner's ceiling.
    """
    found: list[Violation] = []
    if not terms.thresholds:
        found.append(Violation("no_channel", _("Choose at least one channel.")))
    for channel, seconds in sorted(terms.thresholds.items()):
        found += _threshold(channel, seconds, promises.get(channel))
    found += _caps(terms, willing)
    if terms.starts_at and terms.ends_at and terms.ends_at <= terms.starts_at:
        found.append(Violation("ends_first", _("The agreement ends before it begins.")))
    for span in terms.hours or ():
        if span is not None and not 0 <= span[0] < span[1] <= 24 * 60:
            found.append(Violation("hours", _("Hours run from an earlier to a later time of one day.")))
            break
    return found


def _threshold(channel: str, seconds: int, promise: int | None) -> list[Violation]:
    numbers = {"channel": channel, "threshold": seconds, "promise": promise, "least": SHORTEST_WAIT}
    told = {"channel": Channel(channel).label, "wait": duration(seconds), "least": duration(SHORTEST_WAIT)}
    if promise is None:
        words = _("%(channel)s: nothing is promised, so there is no wait to measure against.") % told
        return [Violation("no_promise", words, numbers, _("Set a promise first."))]
    most = longest_wait(promise)
    numbers["most"] = most
    told |= {"promise": duration(promise), "most": duration(most)}
    if seconds < SHORTEST_WAIT:
        words = _("%(channel)s: a wait of %(wait)s is below the least of %(least)s.") % told
        return [Violation("threshold_short", words, numbers, _("Take %(least)s or more.") % told)]
    if seconds >= promise:
        words = _(
            "%(channel)s: a wait of %(wait)s is not below the promise of %(promise)s:"
            " whoever goes out has waited too long."
        )
        return [Violation("threshold_late", words % told, numbers, _("Take %(most)s or less.") % told)]
    if seconds > most:
        words = _("%(channel)s: a wait of %(wait)s is above 80 %% of the promise of %(promise)s.") % told
        return [Violation("threshold_long", words, numbers, _("Take %(most)s or less.") % told)]
    return []


def _caps(terms: Terms, willing: Willingness) -> list[Violation]:
    found = []
    if not 1 <= terms.cap_once <= terms.cap_hour <= terms.cap_day:
        words = _("At once, in an hour and in a day must rise, from 1.")
        numbers = {"once": terms.cap_once, "hour": terms.cap_hour, "day": terms.cap_day}
        found.append(Violation("caps_order", words, numbers))
    limits = (
        ("cap_once", terms.cap_once, willing.at_once, _("at once")),
        ("cap_hour", terms.cap_hour, willing.in_hour, _("in an hour")),
        ("cap_day", terms.cap_day, willing.in_day, _("in a day")),
    )
    for code, value, most, when in limits:
        if value > most:
            numbers = {"value": value, "most": most}
            words = _("The helping pod agreed to at most %(most)s %(when)s, not %(value)s.")
            found.append(Violation(code, words % {**numbers, "when": when}, numbers, _("Lower it.")))
    if terms.reserve < willing.reserve:
        numbers = {"reserve": terms.reserve, "least": willing.reserve}
        words = _("The helping pod keeps at least %(least)s free, not %(reserve)s.") % numbers
        found.append(Violation("reserve", words, numbers))
    return found
