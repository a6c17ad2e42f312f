"""Somebody leaves a pod, or the company: what every room is told of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from teams.people.models import User
from teams.pods.models import Pod


@dataclass(frozen=True)
class Leaving:
    """Who leaves which pods, looked at from an instant.

    ``since`` is the first day (of each pod's own calendar) on which they no longer belong. ``company``: they
    leave all pods and lose every way in. ``at_once``: in the middle of a day, so what runs ends now. ``home``
    is where they are at home from that day on, when somewhere.
    """

    person: User
    pods: tuple[Pod, ...]
    since: dt.date
    at: dt.datetime
    company: bool = False
    at_once: bool = False
    home: Pod | None = None
