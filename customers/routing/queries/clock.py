"""When a wait runs and when it stands: promises count opening time, so a clock stands while the pod is closed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from customers.contacts.models import Contact
from customers.routing.queries import numbers
from customers.routing.sentences import duration
from customers.routing.snapshot import Window, next_start, open_at
from cxportal.core import periods
from teams.pods.channels import Channel
from teams.pods.models import Pod, Promise

HOUR = 3600  # a clock ticks on the page for its first hour
AHEAD = dt.timedelta(days=8)  # how far the next opening is looked for, as the routing does


@dataclass(frozen=True)
class Wait:
    """A contact's clock: seconds, whether they run on, and until when they stand."""

    seconds: int
    ticks: bool
    stands: str = ""

    @property
    def words(self) -> str:
        return duration(self.seconds)


def wait_of(contact: Contact, now: dt.datetime) -> Wait:
    """How long a contact waits by its home pod's promise, or how long it is in its present state. Three queries."""
    if contact.state not in (Contact.State.WAITING, Contact.State.OFFERED):
        seconds = max(0, int((now - (contact.state_since or contact.arrived_at)).total_seconds()))
        return Wait(seconds, contact.is_open and seconds < HOUR)
    pod = contact.home_pod
    promise = Promise.objects.filter(pod=pod, channel=contact.channel).first()
    windows = numbers.openings(pod, {contact.channel}, contact.arrived_at, now + AHEAD)[contact.channel]
    return wait(windows, promise, contact.arrived_at, pod, now)


def wait(windows: list[Window], promise: Promise | None, arrived: dt.datetime, pod: Pod, now: dt.datetime) -> Wait:
    """The clock of something that waits since ``arrived`` in a pod with these openings."""
    seconds = numbers.waited(windows, arrived, now, promise)
    runs = ticks(windows, promise, now)
    return Wait(seconds, runs and seconds < HOUR, "" if runs else stands(windows, pod, now))


def ticks(windows: Iterable[Window], promise: Promise | None, now: dt.datetime) -> bool:
    """Does a wait on this channel grow now? Outside opening time only when the promise counts every second."""
    return open_at(windows, now) or (promise is not None and not promise.in_opening_time)


def stands(windows: Iterable[Window], pod: Pod, now: dt.datetime) -> str:
    """Until when the clock of a closed channel stands, in the pod's zone."""
    opens = next_start(windows, now)
    return _("stands until %(at)s") % {"at": moment(opens, pod, now)} if opens else _("stands while closed")


def standing(
    windows: Mapping[str, Iterable[Window]], promises: Mapping[str, Promise], pod: Pod, now: dt.datetime
) -> list[str]:
    """For the head of the board: which channels are closed until when. Channels without hours are left out."""
    closed: dict[dt.datetime | None, list[str]] = defaultdict(list)
    for channel in Channel:
        spans = list(windows.get(channel, ()))
        if spans and not ticks(spans, promises.get(channel), now):
            closed[next_start(spans, now)].append(str(channel.label))
    found = []
    for opens, channels in sorted(closed.items(), key=lambda pair: (pair[0] is None, pair[0] or now)):
        told = {"channels": ", ".join(channels), "at": moment(opens, pod, now) if opens else ""}
        words = _("%(channels)s: closed until %(at)s.") if opens else _("%(channels)s: closed, no opening is planned.")
        found.append(words % told)
    return found


def turn(windows: Mapping[str, Iterable[Window]], now: dt.datetime) -> int | None:
    """Seconds until the next channel opens or closes; None when none does."""
    edges = [at for spans in windows.values() for w in spans for at in (w.start, w.end) if at > now]
    return int((min(edges) - now).total_seconds()) + 1 if edges else None


def moment(at: dt.datetime, pod: Pod, now: dt.datetime) -> str:
    """An instant in the pod's zone: the time, with the day when it is another one."""
    local = at.astimezone(pod.tzinfo)
    same = periods.local_date(at, pod.tzinfo) == periods.local_date(now, pod.tzinfo)
    return date_format(local, "H:i" if same else "D j M, H:i")
