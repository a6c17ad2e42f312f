"""The two numbers that a pod answers for, side by side: how satisfied its customers are and how many it served."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from customers.contacts.rollup_models import Scope
from customers.contacts.rollups import served_in
from customers.feedback.queries import Answers, answered
from cxportal.core.periods import DAY
from cxportal.core.statistics import Interval, Share, wilson
from teams.pods.models import Pod

DAYS = 28


@dataclass(frozen=True)
class Score:
    """One pod over the last four weeks; shares are in percent, the interval holds 95 of 100 times (Wilson)."""

    pod: Pod
    share: Share
    interval: Interval | None
    served: int

    @property
    def percent(self) -> float | None:
        return None if self.share.value is None else 100 * self.share.value

    @property
    def low(self) -> float:
        return 100 * self.interval.low if self.interval else 0.0

    @property
    def high(self) -> float:
        return 100 * self.interval.high if self.interval else 0.0

    @property
    def width(self) -> float:
        return self.high - self.low

    @property
    def enough(self) -> bool:
        return self.share.enough


def scores(pods: Iterable[Pod], today: dt.date) -> dict[int, Score]:
    """Satisfaction and customers served of some pods over the 28 days before a day, by pod id. Two statements."""
    start, end = today - DAYS * DAY, today
    found = answered(start, end)
    served = served_in([Scope.POD], start, end)[Scope.POD]
    return {pod.pk: _score(pod, found.pods.get(pod.pk, Answers()), served.get(pod.pk, 0)) for pod in pods}


def _score(pod: Pod, answers: Answers, served: int) -> Score:
    return Score(pod, answers.csat, wilson(answers.csat), served)
