"""The card of a pod's queue: what waits on each channel, the longest wait against what was promised."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from customers.routing.queries.numbers import PodNow, pod_now
from customers.routing.sentences import duration
from cxportal.core.violations import Text
from teams.people.models import User
from teams.pods.channels import Channel
from teams.pods.models import Pod
from teams.scheduling import words


@dataclass(frozen=True)
class Lane:
    """One channel: how many wait, and the longest wait as a share of the promise (``share`` 0 to 100)."""

    label: Text
    icon: str
    count: int
    longest: str
    promise: str
    share: int
    tone: str


@dataclass(frozen=True)
class QueueCard:
    """What waits in a pod, and what the person has in hand."""

    pod: Pod
    lanes: list[Lane]
    now: PodNow


def queue_card(pod: Pod, member: User | None, now: dt.datetime) -> QueueCard:
    """The queue of a pod by channel, in the order of the channels; empty channels without a promise are left out."""
    found = pod_now(pod, member, now)
    lanes = [
        _lane(channel, found)
        for channel in Channel
        if channel.human and (channel in found.waiting_by_channel or channel in found.promises)
    ]
    return QueueCard(pod, lanes, found)


def _lane(channel: Channel, found: PodNow) -> Lane:
    longest, promise = found.longest.get(channel), found.promises.get(channel)
    share = min(100, round(100 * longest / promise)) if longest is not None and promise else 0
    return Lane(
        label=channel.label,
        icon=channel.icon,
        count=found.waiting_by_channel.get(channel, 0),
        longest=duration(longest) if longest is not None else "",
        promise=_promised(promise) if promise else "",
        share=share,
        tone=_tone(longest, promise),
    )


def _promised(seconds: int) -> str:
    """A promise as people say it: 0:20, 3:00, 8 h."""
    return words.hours(seconds // 60) if seconds % 1800 == 0 else duration(seconds)


def _tone(longest: int | None, promise: int | None) -> str:
    if longest is None or promise is None:
        return "good"
    if longest > promise:
        return "gap"
    return "watch" if longest > promise * 3 // 4 else "good"
