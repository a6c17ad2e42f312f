"""Pods side by side on the first page: the week of those one coaches, the day of those one oversees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import ngettext

from cxportal.core.periods import DAY, Period, day_period, local_date
from cxportal.shell import address
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import Role, Standing, visible_pods
from teams.scheduling import words
from teams.scheduling.picture import read_pod
from teams.scheduling.queries import week_of
from teams.scheduling.strips import DayCoverage, day_coverage

DAYS = 7


@dataclass(frozen=True)
class DayMark:
    """A day of a pod in one mark: the tone with its words, for ears and eyes."""

    label: str
    tone: str
    words: str


@dataclass(frozen=True)
class PodDays:
    """A pod over the coming days, with the sum of what is missing."""

    pod: Pod
    days: list[DayMark]
    short_minutes: int
    short_words: str
    url: str

    @property
    def tone(self) -> str:
        return "good" if not self.short_minutes else "gap"


def coming_days(pods: Iterable[Pod], now: dt.datetime) -> list[PodDays]:
    """The next seven days of some pods, those with most missing first. One statement for each pod."""
    found = [_pod_days(pod, now) for pod in pods]
    return sorted(found, key=lambda row: (-row.short_minutes, row.pod.name))


def _pod_days(pod: Pod, now: dt.datetime) -> PodDays:
    zone = pod.tzinfo
    first = local_date(now, zone)
    days = [first + step * DAY for step in range(DAYS)]
    window = Period(day_period(days[0], zone).start, day_period(days[-1], zone).end)
    picture = read_pod(pod, window, now)
    covered = [day_coverage(picture, day) for day in days]
    short = sum(day.short_minutes for day in covered)
    return PodDays(
        pod=pod,
        days=[_mark(day) for day in covered],
        short_minutes=short,
        short_words=words.hours(short),
        url=address("week", slug=pod.slug, week=week_of(pod, first)),
    )


def _mark(day: DayCoverage) -> DayMark:
    return DayMark(words.day(day.day), "plain" if day.tone == "none" else day.tone, day.words)


def coached_pods(user: User, stand: Standing) -> list[Pod]:
    """Open pods that the person coaches, by name."""
    return list(visible_pods(user).filter(pk__in=stand.coach).select_related("area"))


def overseen_pods(user: User, stand: Standing) -> list[Pod]:
    """Pods that the person oversees as operations lead or executive, by name."""
    pods = visible_pods(user).select_related("area")
    found = []
    for pod in pods:
        if stand.has(Role.OPERATIONS_LEAD, pod.area_id) or stand.has(Role.EXECUTIVE, pod.area_id):
            found.append(pod)
    return found


def short_of(count: int) -> str:
    """How many pods lack people, in words."""
    return ngettext("%(n)d pod is short of people", "%(n)d pods are short of people", count) % {"n": count}
