"""What somebody gives up on the roster who leaves: work to come, offers, wishes and exchanges.

Every function here runs in the act's transaction; what changes something runs under the locks of ``keys``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from cxportal.core.database import LockClass, lock_key, translate_errors
from cxportal.core.periods import MINUTE, Period, to_instant
from teams.pods.agreement import values_of
from teams.pods.leaving import Leaving
from teams.scheduling.models import Assignment, GiveAway, Shift
from teams.scheduling.opening.models import QuietOffer
from teams.scheduling.opening.reasons import LEFT_POD
from teams.scheduling.services.absences import give_up
from teams.scheduling.services.doors import day_keys, weeks_around
from teams.scheduling.swaps import telling
from teams.scheduling.swaps.models import Exchange, Outcome, SwapWish

type Keys = dict[LockClass, set[int]]


@dataclass(frozen=True)
class Work:
    """Work that is given up: the shift, the part of it that opens, and whether that is inside the notice limit."""

    shift: Shift
    part: Period
    urgent: bool


def work_after(leaving: Leaving) -> list[Work]:
    """Work that opens, by time. An overnight shift belongs to the day on which it begins, and stays with it."""
    rows = Assignment.objects.filter(
        member=leaving.person, shift__pod__in=leaving.pods, shift__cancelled_at=None, period__endswith__gt=leaving.at
    )
    if not leaving.at_once:
        rows = rows.filter(shift__day__gte=leaving.since)
    agreed = values_of([pod.pk for pod in leaving.pods], leaving.at)
    cut = leaving.at.replace(second=0, microsecond=0)
    found = []
    for row in rows.select_related("shift__pod", "shift__week").order_by("period", "pk"):
        part = Period(max(row.span.start, cut), row.span.end)
        midnight = to_instant(leaving.since, dt.time(), row.shift.pod.tzinfo)
        known = leaving.at if leaving.at_once else max(leaving.at, midnight)
        notice = int(agreed[row.shift.pod_id]["notice_minutes"]) * MINUTE
        found.append(Work(row.shift, part, urgent=part.start - known < notice))
    return found


def keys(leaving: Leaving) -> Keys:
    """The (member, week) and (pod, day) locks of the act; one key holds all that brings this person work."""
    work = work_after(leaving)
    weeks = weeks_around(leaving.person.pk, [each.shift.span for each in work])
    return {
        LockClass.MEMBER_WEEK: weeks | {lock_key("weeks", leaving.person.pk)},
        LockClass.POD_DAY: day_keys((each.shift.pod, each.shift.span) for each in work),
    }


def exchanges_of(leaving: Leaving) -> QuerySet[Exchange]:
    """Open exchanges in these pods that concern the person, as giver or as taker."""
    return Exchange.objects.filter(
        pk__in=Exchange.objects.filter(
            pod__in=leaving.pods, outcome=Outcome.OPEN, consents__member=leaving.person
        ).values("pk")
    )


def offers_of(leaving: Leaving) -> QuerySet[GiveAway]:
    """The person's own shifts on offer."""
    return GiveAway.objects.filter(owner=leaving.person, shift__pod__in=leaving.pods, outcome=GiveAway.Outcome.OPEN)


def wishes_of(leaving: Leaving) -> QuerySet[SwapWish]:
    """The person's open wishes to swap."""
    return SwapWish.objects.filter(owner=leaving.person, pod__in=leaving.pods, outcome=Outcome.OPEN)


def end_offers(leaving: Leaving) -> None:
    """Offers and wishes end; so does every exchange with this person, and the others in it are told."""
    # The job that ends what is over takes no lock of the roster: it and this meet at the row.
    with translate_errors():
        rows = exchanges_of(leaving).select_for_update(of=("self",)).select_related("pod").order_by("pk")
        found = list(rows)
    for row in found:
        row.outcome, row.closed_at = Outcome.CLOSED, leaving.at
        row.save(update_fields=["outcome", "closed_at"])
        telling.left(row, leaving.person)
    wishes_of(leaving).update(outcome=Outcome.CLOSED, closed_at=leaving.at)
    offers_of(leaving).update(outcome=GiveAway.Outcome.WITHDRAWN, closed_at=leaving.at)
    quiet = QuietOffer.objects.filter(member=leaving.person, outcome=QuietOffer.Outcome.OPEN)
    for pod in leaving.pods:
        quiet.filter(shift__pod=pod).update(
            outcome=QuietOffer.Outcome.WITHDRAWN,
            closed_at=leaving.at,
            why={"code": LEFT_POD, "pod": pod.name},
        )


def open_seats(leaving: Leaving) -> list[Work]:
    """Give up the work to come; the pod is called for what opens inside the notice limit. Returns what opened."""
    work = work_after(leaving)
    for each in work:
        give_up(leaving.person, each.shift, each.part, leaving.at, urgent=each.urgent)
    return work
