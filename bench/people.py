"""A pod with people, a week and seats, made through the services: what several parts need."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from teams.people.models import User
    from teams.pods.models import Pod


@dataclass(frozen=True)
class Team:
    """A pod and its members."""

    pod: Pod
    members: list[User]


def plan(sizes: list[int], customers: int = 200):  # type: ignore[no-untyped-def]  # the plan's type needs Django first
    """A company of pods of these sizes, without history."""
    from cxportal.demo.company import Plan, PodPlan
    from cxportal.demo.names import PLACES, RIVERS

    pods = tuple(
        PodPlan(
            RIVERS[n], "South", f"{PLACES[n % 12][0]} {n}", PLACES[n % 12][1], "80", size, customers, None, 0.8, 0.8
        )
        for n, size in enumerate(sizes)
    )
    return Plan("bench", "Bench", pods, contacts=0, by_service=0)


def company(sizes: list[int]) -> list[Team]:
    """Build it; the pods are open."""
    from cxportal.demo.build import build

    built = build(plan(sizes), today=dt.date.today(), seed=1)  # noqa: DTZ011
    return [Team(pod, members) for pod, members in zip(built.pods, built.people, strict=True)]


def weeks(team: Team, count: int, seats: int) -> list[list[int]]:
    """Open weeks from the next Monday on, a shift a weekday of six hours with so many seats: shift ids by day."""
    from cxportal.core.periods import monday
    from teams.scheduling.models import PatternSegment, Shift, ShiftPattern, Week
    from teams.scheduling.services import make_week
    from teams.staffing.models import Activity

    pattern = ShiftPattern.objects.create(
        pod=team.pod, name="Bench", starts=dt.time(9), ends=dt.time(15), weekdays=[1, 2, 3, 4, 5], zone=team.pod.zone,
        seats=seats,
    )  # fmt: skip
    activity = Activity.objects.get(slug="phone")
    PatternSegment.objects.create(pattern=pattern, activity=activity, start=0, end=360)
    first = monday(dt.date.today()) + dt.timedelta(weeks=1)  # noqa: DTZ011
    for number in range(count):
        make_week(by=team.members[0], pod=team.pod, monday=first + dt.timedelta(weeks=number))
    Week.objects.filter(pod=team.pod).update(opens_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    days: dict[dt.date, list[int]] = {}
    for shift in Shift.objects.filter(pod=team.pod).order_by("day"):
        days.setdefault(shift.day, []).append(shift.pk)
    return list(days.values())
