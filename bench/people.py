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


def plan(sizes: list[int], customers: int = 200):  # the plan's type needs Django first
    """A company of pods of these sizes, without history."""
    from cxportal.demo.company import Plan, PodPlan
    from cxportal.demo.names import PLACES, RIVERS

    pods = tuple(
        PodPlan(
            RIVERS[n],
            "South",
            f"{PLACES[n % 12][0]} {n}",
            PLACES[n % 12][1],
            "80",
            size,
            customers,
            None,
            0.8,
            0.8,
            1.0,
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


def on_shift_now(team: Team, activity: str = "phone", hours: int = 6) -> None:
    """Everybody of the team works from an hour ago on and is there; the pod is open all day, every day."""
    from cxportal.core.periods import HOUR, Period, local_date, monday, now
    from teams.pods.channels import Channel
    from teams.pods.models import OpeningHours
    from teams.presence.models import Presence
    from teams.scheduling.models import Assignment, Week
    from teams.scheduling.reading import read_pod
    from teams.scheduling.services.claims import seat_member
    from teams.scheduling.services.weeks import NewShift, add_shifts
    from teams.staffing.models import Activity

    OpeningHours.objects.filter(pod=team.pod).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(pod=team.pod, channel=channel, weekday=day, opens=0, closes=1440)
        for channel in (Channel.PHONE, Channel.CHAT, Channel.EMAIL)
        for day in range(7)
    )
    instant = now().replace(minute=0, second=0, microsecond=0)
    period = Period(instant - HOUR, instant + hours * HOUR)
    day = local_date(period.start, team.pod.tzinfo)
    week, _made = Week.objects.get_or_create(
        pod=team.pod, monday=monday(day),
        defaults={"opens_at": instant - 30 * 24 * HOUR, "fixes_at": instant, "planned_opens_at": instant},
    )  # fmt: skip
    what = Activity.objects.get(slug=activity)
    (shift,) = add_shifts(
        week, [NewShift(day, period, team.pod.zone, ((what.pk, period),), (None,) * len(team.members))]
    )
    bounds = read_pod(team.pod, period, instant).bounds
    for member, seat in zip(team.members, shift.seats.order_by("number"), strict=True):
        seat_member(member.pk, shift, seat.pk, period, bounds, Assignment.Source.IMPORT, instant)
        Presence.objects.update_or_create(
            pk=member.pk,
            defaults={"state": "available", "since": instant, "heartbeat_at": now(), "idle_since": instant},
        )


def customers(team: Team, count: int) -> list[int]:
    """So many customers, owned by the pod since ever; their ids."""
    from django.db import transaction
    from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

    from customers.directory.models import Customer, Ownership

    with transaction.atomic():
        made = Customer.objects.bulk_create(
            [Customer(source="bench", external_id=f"{team.pod.pk}-{n}", name=f"Customer {n}") for n in range(count)],
            batch_size=2000,
        )
        Ownership.objects.bulk_create(
            [Ownership(customer=one, pod=team.pod, period=DateTimeTZRange(None, None)) for one in made], batch_size=2000
        )
    return [one.pk for one in made]


def signed_in(user: User) -> str:
    """A session of the person, as the Cookie header that carries it."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
