"""The stream of pages without one of their own: it hears what concerns the person, above all notices."""

from __future__ import annotations

from cxportal.core.realtime import Stream
from teams import permissions
from teams.people.models import User


def _topics(_person: User) -> list[str]:
    # The person's own topic is part of every stream.
    return []


stream = Stream("me", "streams/me/", fetch=permissions.oneself, topics=_topics)
