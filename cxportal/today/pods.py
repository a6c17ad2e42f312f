"""Pods side by side on the first page: the week of those one coaches, the day of those one oversees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Count
from django.db.models.functions import Coalesce

from customers.contacts.models import Contact
from cxportal.core.periods import DAY, Period, day_period, local_date
from cxportal.shell import address
from cxportal.today.scores import Score, scores
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import Role, Standing, visible_pods
from teams.scheduling import words
from teams.scheduling.queries import week_of
from teams.scheduling.reading import read_pod
from teams.scheduling.strips import DayCoverage, day_coverage

DAYS = 7


@dataclass(frozen=True)
class DayMark:
    """A day of a pod in one mark: the tone with its words, for ears and eyes; ``short`` are the hours missing."""

    label: str
    tone: str
    words: str
    short: str = ""


@dataclass(frozen=True)
class PodDays:
    """A pod over the coming days, with the sum of what is missing."""

    pod: Pod
    days: list[DayMark]
    short_minutes: int
    short_words: str
    url: str
    score: Score | None = None
    waiting: int | None = None

    @property
    def tone(self) -> str:
        return "good" if not self.short_minutes else "gap"


def coming_days(pods: Iterable[Pod], now: dt.datetime) -> list[PodDays]:
    """The next seven days of some pods, those with most missing first. One statement for each pod."""
    found = [_pod_days(pod, now) for pod in pods]
    return sorted(found, key=lambda row: (-row.short_minutes, row.pod.name))


def coached(pods: list[Pod], now: dt.datetime) -> list[PodDays]:
    """The coming days with the two numbers of four weeks, as the scorecards show them. Two more statements."""
    found = scores(pods, now.date())
    return [replace(row, score=found[row.pod.pk]) for row in coming_days(pods, now)]


def compared(pods: list[Pod], now: dt.datetime) -> list[PodDays]:
    """The coming days with the two numbers of four weeks and what waits now: counts alone. Three more statements."""
    found = scores(pods, now.date())
    waiting = waiting_by_pod(pod.pk for pod in pods)
    return [
        replace(
            row,
            score=found[row.pod.pk],
            waiting=waiting.get(row.pod.pk, 0),
            url=address("queue", slug=row.pod.slug),
        )
        for row in coming_days(pods, now)
    ]


def waiting_by_pod(pods: Iterable[int]) -> dict[int, int]:
    """How many contacts wait in the queues of some pods, at home or handed over to them. One statement."""
    serving = Coalesce("serving_pod_id", "home_pod_id")
    rows = (
        Contact.objects.filter(state__in=[Contact.State.WAITING, Contact.State.OFFERED], automated=False)
        .filter(direction=Contact.Direction.IN)
        .annotate(queue=serving)
        .filter(queue__in=list(pods))
        .values_list("queue")
        .annotate(n=Count("pk"))
    )
    return dict(rows)


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
    short = words.hours(day.short_minutes) if day.short_minutes else ""
    return DayMark(words.day(day.day), "plain" if day.tone == "none" else day.tone, day.words, short)


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
