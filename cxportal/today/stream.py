"""Streams of the frame: the person's own, and that of the first page, which also hears their pods."""

from __future__ import annotations

from cxportal.core.realtime import Stream
from teams import permissions
from teams.consent.news import topic
from teams.people.models import User
from teams.pods.queries import standing


def _own(_person: User) -> list[str]:
    # The person's own topic is part of every stream: notices come by it.
    return []


def _of_pods(person: User) -> list[str]:
    stand = standing(person)
    return [
        *(f"coverage:{pod}" for pod in stand.pods),
        *(f"queue:{pod}" for pod in stand.member_of),
        *([topic(stand.home)] if stand.home else []),
    ]


me = Stream("me", "me/", fetch=permissions.oneself, topics=_own)
today = Stream("today", "today/", fetch=permissions.oneself, topics=_of_pods)
