"""Quiet offers of the demo: in every pod somebody would take an open seat if nobody else does."""

from __future__ import annotations

import datetime as dt

from cxportal.core.periods import DAY, local_date, monday
from cxportal.core.violations import Answer as No
from cxportal.demo.build import Built
from cxportal.demo.world import ZONE
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling.models import Shift
from teams.scheduling.opening.models import QuietOffer
from teams.scheduling.services import offer_quietly

TRIES = 8


def offer_some(built: Built, *, now: dt.datetime) -> int:
    """One open offer in each pod that has none; returns how many were made."""
    made = 0
    for pod, team in zip(built.pods, built.people, strict=True):
        if not QuietOffer.objects.filter(shift__pod=pod, outcome=QuietOffer.Outcome.OPEN).exists():
            made += _offer(pod, team, now)
    return made


def _offer(pod: Pod, team: list[User], now: dt.datetime) -> bool:
    """On the first shift of the week after next that fits a colleague; nobody signs in as them."""
    first = monday(local_date(now, ZONE)) + 14 * DAY
    shifts = Shift.objects.filter(
        pod=pod, day__range=(first, first + 6 * DAY), cancelled_at=None, seats__assignments__isnull=True
    )
    for shift in shifts.distinct().order_by("period", "pk")[:TRIES]:
        for member in [user for user in team if not user.has_usable_password()][:TRIES]:
            try:
                offer_quietly(by=member, shift=shift.pk, falls_at=shift.span.start - 2 * DAY, at=now)
            except No:
                continue
            return True
    return False
