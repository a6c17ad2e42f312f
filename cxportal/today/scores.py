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
from cxportal.core.violations import Text
from rituals.scorecards.metrics import Judgement, Word, judge
from rituals.scorecards.words import TONES, WORDS
from teams.pods.models import Pod

DAYS = 28


@dataclass(frozen=True)
class Score:
    """One pod over the last four weeks; shares are in percent, the interval holds 95 of 100 times (Wilson)."""

    pod: Pod
    share: Share
    interval: Interval | None
    served: int
    word: Word = Word.NONE

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
    def words(self) -> Text:
        """What may be said against all pods: above or below beyond chance; empty for everything else."""
        return WORDS[self.word] if self.word.is_signal else ""

    @property
    def tone(self) -> str:
        return TONES.get(self.word, "")

    @property
    def enough(self) -> bool:
        return self.share.enough


def scores(pods: Iterable[Pod], today: dt.date) -> dict[int, Score]:
    """Satisfaction and customers served of some pods over 28 days, the day itself included, by pod id. Two statements.

    Every pod is judged against all pods of the company, as on the scorecards."""
    start, end = today - (DAYS - 1) * DAY, today + DAY
    found = answered(start, end)
    judged = judge({pod: answers.csat for pod, answers in found.pods.items()})
    served = served_in([Scope.POD], start, end)[Scope.POD]
    return {
        pod.pk: _score(pod, found.pods.get(pod.pk, Answers()), served.get(pod.pk, 0), judged.pods.get(pod.pk))
        for pod in pods
    }


def _score(pod: Pod, answers: Answers, served: int, judgement: Judgement | None) -> Score:
    word = judgement.word if judgement else Word.NONE
    return Score(pod, answers.csat, wilson(answers.csat), served, word)
