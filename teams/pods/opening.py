"""Opening hours, exceptions and promises of a pod, and the questions asked of them."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from cxportal.core import periods
from cxportal.core.database import LockClass, lock, lock_key
from cxportal.core.periods import Period
from cxportal.core.violations import Invalid
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.pods.channels import Channel
from teams.pods.models import OpeningException, OpeningHours, Pod, Promise

type Span = tuple[int, int]
MIDNIGHT = 24 * 60
FARTHEST_DAYS = 3 * 366


@recorded
def set_hours(*, by: User | None, pod: Pod, channel: str, week: Mapping[int, Iterable[Span]]) -> None:
    """Replace a channel's hours: weekday (0 is Monday) to spans in minutes after local midnight.

    Days that are not named are closed. Unchanged rows are left alone, so that the history shows
    only what changed. Raises ``Invalid`` for overlapping or impossible spans. Locks the pod's
    settings.
    """
    wanted = {(day, opens, closes) for day, spans in week.items() for opens, closes in checked_spans(spans)}
    if any(not 0 <= day <= 6 for day, *_rest in wanted):
        raise Invalid({"": _("A week has seven days.")})
    lock(LockClass.SETTINGS, [lock_key("hours", pod.pk)])
    for row in OpeningHours.objects.filter(pod=pod, channel=channel):
        key = (row.weekday, row.opens, row.closes)
        if key in wanted:
            wanted.remove(key)
        else:
            row.delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(pod=pod, channel=channel, weekday=day, opens=opens, closes=closes)
        for day, opens, closes in sorted(wanted)
    )


def checked_spans(spans: Iterable[Span]) -> list[Span]:
    """Sorted spans of one day; raises ``Invalid`` when one is empty, outside the day or overlaps."""
    ordered = sorted(spans)
    for opens, closes in ordered:
        if not 0 <= opens < closes <= MIDNIGHT:
            raise Invalid({"": _("A span begins before it ends, between 00:00 and 24:00.")})
    for (_start, end), (start, _end) in itertools.pairwise(ordered):
        if start < end:
            raise Invalid({"": _("Two spans of a day overlap.")})
    return ordered


@recorded
def add_exception(
    *, by: User | None, pod: Pod, day: dt.date, channel: str = "", span: Span | None = None, label: str = ""
) -> OpeningException:
    """Another opening on one day (closed without a span; all channels without one). Replaces one that stands there.

    Raises ``Invalid`` for an impossible span and for a day more than three years away.
    """
    if abs((day - periods.now().date()).days) > FARTHEST_DAYS:
        raise Invalid({"day": _("That is more than three years away.")})
    if span is not None:
        checked_spans([span])
    opens, closes = span or (None, None)
    found, _created = OpeningException.objects.update_or_create(
        pod=pod, day=day, channel=channel, defaults={"opens": opens, "closes": closes, "label": label}
    )
    return found


@recorded
def remove_exception(*, by: User, exception: OpeningException) -> None:
    """Back to the usual hours on that day."""
    exception.delete()


@recorded
def set_promise(
    *, by: User | None, pod: Pod, channel: str, seconds: int | None, in_opening_time: bool = True
) -> Promise | None:
    """Promise an answer within so many seconds on a channel; None takes the promise back."""
    if seconds is None:
        Promise.objects.filter(pod=pod, channel=channel).delete()
        return None
    if not 5 <= seconds <= 90 * 24 * 3600:
        raise Invalid({"seconds": _("A promise lies between 5 seconds and 90 days.")})
    found, _created = Promise.objects.update_or_create(
        pod=pod, channel=channel, defaults={"seconds": seconds, "in_opening_time": in_opening_time}
    )
    return found


def joined_periods(
    zone: ZoneInfo,
    channel: str,
    first: dt.date,
    last: dt.date,
    hours: Iterable[OpeningHours],
    exceptions: Iterable[OpeningException],
) -> list[Period]:
    """The instants at which a channel is open from first to last day, joined at midnight, from one pod's rows. Pure."""
    found: list[Period] = []
    for day in periods.each_day(first, last):
        for opens, closes in _spans(day, channel, hours, exceptions):
            start = _instant(zone, day, opens, is_end=False)
            end = _instant(zone, day, closes, is_end=True)
            if found and found[-1].end == start:
                start = found.pop().start
            found.append(Period(start, end))
    return found


def _spans(
    day: dt.date, channel: str, hours: Iterable[OpeningHours], exceptions: Iterable[OpeningException]
) -> list[Span]:
    """An exception for the channel goes before one for all channels, and both before the usual hours."""
    special = [e for e in exceptions if e.day == day and e.channel in {"", channel}]
    if special:
        exception = max(special, key=lambda e: e.channel)
        if exception.opens is None or exception.closes is None:
            return []
        # A channel that a pod doesn't serve stays closed when all others open longer.
        return [(exception.opens, exception.closes)] if exception.channel or _served(hours, channel) else []
    return sorted((h.opens, h.closes) for h in hours if h.weekday == day.weekday() and h.channel == channel)


def _served(hours: Iterable[OpeningHours], channel: str) -> bool:
    return any(h.channel == channel for h in hours)


def _instant(zone: ZoneInfo, day: dt.date, minute: int, *, is_end: bool) -> dt.datetime:
    if minute == MIDNIGHT:
        return periods.to_instant(day + periods.DAY, dt.time(), zone)
    return periods.to_instant(day, dt.time(minute // 60, minute % 60), zone, is_end=is_end)


def served_channels(pod: Pod) -> list[Channel]:
    """Channels on which the pod has opening hours, in the order of the enumeration. One query."""
    present = set(OpeningHours.objects.filter(pod=pod).values_list("channel", flat=True))
    return [channel for channel in Channel if channel in present]
