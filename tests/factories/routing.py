"""People on shift and there, and agreements in force, for tests of routing."""

from __future__ import annotations

import datetime as dt

from customers.routing.models import OverflowAgreement, OverflowTerms, Signature
from teams.people.models import User
from teams.pods.models import Pod
from teams.presence.models import Presence
from tests.factories import scheduling

# A Tuesday, 10:00 in Berlin (or 09:00 under winter time), inside the cast's opening hours.
NOW = dt.datetime.combine(scheduling.MONDAY + dt.timedelta(days=1), dt.time(9), dt.UTC)


def later(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def there(member: User, *, at: dt.datetime = NOW, state: str = "available", idle: float = 60) -> Presence:
    """The person has an open page and says so."""
    return Presence.objects.update_or_create(
        pk=member.pk,
        defaults={
            "state": state,
            "since": at - dt.timedelta(hours=1),
            "heartbeat_at": at,
            "idle_since": at - dt.timedelta(seconds=idle),
        },
    )[0]


def on_shift(member: User, pod: Pod, slug: str = "phone", *, idle: float = 60, start: str = "07:00") -> Presence:
    """The person works in the pod until 20:00 on the day of ``NOW`` and is there."""
    scheduling.seated(member, scheduling.shift(pod, 1, start, "16:30", slug=slug))
    return there(member, idle=idle)


def agreement(home: Pod, partner: Pod, *, state: str = "active", **terms: object) -> OverflowAgreement:
    """An agreement that both pods signed long ago: phone after 10 s, nobody kept free."""
    made = OverflowAgreement.objects.create(home=home, partner=partner, state=state)
    facts: dict[str, object] = {
        "thresholds": {"phone": 10},
        "reserve": 0,
        "starts_at": NOW - dt.timedelta(days=30),
        "in_force_at": NOW - dt.timedelta(days=30),
    }
    version = OverflowTerms.objects.create(
        agreement=made, number=1, state="in_force", proposed_for=home, **(facts | terms)
    )
    for pod in (home, partner):
        Signature.objects.create(terms=version, pod=pod)
    return made
