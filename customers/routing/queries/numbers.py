"""The few numbers of a pod's queue that other pages show too."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from customers.contacts.models import Contact
from customers.routing.models import ContactAssignment, OverflowAgreement
from customers.routing.snapshot import Window, open_seconds
from cxportal.core import periods
from teams.people.models import User
from teams.pods.channels import LIVE, Channel
from teams.pods.models import OpeningException, OpeningHours, Pod, Promise
from teams.pods.opening import joined_periods

State = Contact.State


@dataclass(frozen=True)
class Share:
    """A share with the number it rests on; ``percent`` is None when n is 0."""

    part: int
    n: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.part / self.n) if self.n else None


@dataclass(frozen=True)
class PodNow:
    """A pod's queue in numbers at one instant; waits in opening seconds, promises in seconds."""

    waiting: int
    waiting_by_channel: dict[str, int]
    longest: dict[str, int]
    promises: dict[str, int]
    past_promise: int
    in_work: int
    mine: int
    answered_in_time: Share


def waiting_at(pod_id: int) -> QuerySet[Contact]:
    """Contacts that wait, or are being offered, in a pod's queue."""
    here = Q(home_pod_id=pod_id, serving_pod__isnull=True) | Q(serving_pod_id=pod_id)
    return Contact.objects.filter(here, state__in=[State.WAITING, State.OFFERED], automated=False, direction="in")


def waiting_count(pod: Pod) -> int:
    """How many contacts wait in a pod's queue: the badge. One query."""
    return waiting_at(pod.pk).count()


def openings(pod: Pod, channels: set[str], first: dt.datetime, last: dt.datetime) -> dict[str, list[Window]]:
    """When each channel is open between two instants. Two queries."""
    hours = list(OpeningHours.objects.filter(pod=pod))
    special = list(OpeningException.objects.filter(pod=pod, day__gte=first.date() - periods.DAY))
    days = (periods.local_date(first, pod.tzinfo) - periods.DAY, periods.local_date(last, pod.tzinfo) + periods.DAY)
    return {
        channel: [Window(p.start, p.end) for p in joined_periods(pod.tzinfo, channel, *days, hours, special)]
        for channel in channels
    }


def pod_now(pod: Pod, member: User | None = None, at: dt.datetime | None = None) -> PodNow:
    """The queue of a pod in numbers. Seven queries, whatever waits."""
    now = at or periods.now()
    rows = list(waiting_at(pod.pk).values_list("channel", "arrived_at"))
    first = min((arrived for _channel, arrived in rows), default=now)
    windows = openings(pod, {channel for channel, _at in rows}, first, now)
    promises = {p.channel: p for p in Promise.objects.filter(pod=pod)}
    waits = [(channel, waited(windows[channel], arrived, now, promises.get(channel))) for channel, arrived in rows]
    longest: dict[str, int] = {}
    for channel, seconds in waits:
        longest[channel] = max(seconds, longest.get(channel, 0))
    work = Contact.objects.filter(state__in=[State.IN_WORK, State.AFTER_WORK]).aggregate(
        pod=Count("pk", filter=Q(home_pod=pod) | Q(serving_pod=pod)),
        mine=Count("pk", filter=Q(person=member) if member else Q(pk__isnull=True)),
    )
    return PodNow(
        waiting=len(rows),
        waiting_by_channel=dict(Counter(channel for channel, _at in rows)),
        longest=longest,
        promises={channel: p.seconds for channel, p in promises.items()},
        past_promise=sum(seconds > promises[c].seconds for c, seconds in waits if c in promises),
        in_work=work["pod"],
        mine=work["mine"],
        answered_in_time=answered_in_time(pod, promises, now),
    )


def waited(windows: list[Window], arrived: dt.datetime, now: dt.datetime, promise: Promise | None) -> int:
    """Seconds that count towards the promise: open ones, or all when the promise says so."""
    if promise is not None and not promise.in_opening_time:
        return max(0, int((now - arrived).total_seconds()))
    return open_seconds(windows, arrived, now)


def answered_in_time(pod: Pod, promises: dict[str, Promise], now: dt.datetime) -> Share:
    """Calls and chats of today that were answered within the promise, of those answered or still owed.

    Abandoned ones count as not answered in time once they had waited longer than the promise,
    and are left out before.
    """
    today = periods.day_period(periods.local_date(now, pod.tzinfo), pod.tzinfo)
    part = n = 0
    for channel in sorted(c for c in LIVE if c in promises):
        limit = dt.timedelta(seconds=promises[Channel(channel)].seconds)
        rows = Contact.objects.filter(
            home_pod=pod, channel=channel, direction="in", arrived_at__gte=today.start, arrived_at__lt=now
        )
        counted = rows.aggregate(
            met=Count("pk", filter=Q(first_response_at__lte=F("arrived_at") + limit)),
            late=Count("pk", filter=Q(first_response_at__gt=F("arrived_at") + limit)),
            owed=Count(
                "pk", filter=Q(first_response_at__isnull=True, closed_at__isnull=True, arrived_at__lt=now - limit)
            ),
            left=Count("pk", filter=Q(first_response_at__isnull=True, closed_at__gt=F("arrived_at") + limit)),
        )
        part += counted["met"]
        n += counted["met"] + counted["late"] + counted["owed"] + counted["left"]
    return Share(part, n)


def used_today(agreements: list[OverflowAgreement], now: dt.datetime) -> dict[int, int]:
    """Contacts that each agreement carried since its home pod's midnight. One query."""
    if not agreements:
        return {}
    since = Q(pk__isnull=True)
    for agreement in agreements:
        day = periods.day_period(periods.local_date(now, agreement.home.tzinfo), agreement.home.tzinfo)
        since |= Q(agreement=agreement, started_at__gte=day.start)
    rows = ContactAssignment.objects.filter(since).values_list("agreement_id").annotate(n=Count("pk"))
    return {agreement: n for agreement, n in rows if agreement is not None}
