"""Live pages: services publish what changed, streams tell the browsers, browsers fetch the fragment again.

A change travels as PostgreSQL's NOTIFY inside the service's transaction, so nothing is told
before it is committed and nothing that was rolled back is told at all. What travels is a topic,
the name of an event, and ids: never a text, since each browser fetches through the normal view
with the normal permission. ``core/streaming.py`` serves the streams.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path

from cxportal.core.batch import Statement, fetch
from cxportal.core.http import Mark, guarded

CHANNEL = "cxportal"
ACCESS = "access"  # the event after which a person's streams ask their guard again
LONGEST_PAYLOAD = 7900  # PostgreSQL refuses 8,000 bytes and more
_EVENT = re.compile(r"[a-z][a-z0-9-]*")

type Ids = Mapping[str, int | str | list[int]]


def payload(topics: str | Iterable[str], event: str, ids: Ids) -> str:
    """What one NOTIFY carries; raises ValueError for an event's name that a browser could not listen to."""
    if not _EVENT.fullmatch(event):
        raise ValueError(f"an event's name is lower-case letters, digits and dashes: {event!r}")
    names = [topics] if isinstance(topics, str) else sorted(set(topics))
    return json.dumps({"t": names, "e": event, "i": dict(ids)}, separators=(",", ":"))


def publish(topics: str | Iterable[str], event: str, **ids: int | str | list[int]) -> None:
    """Tell that ``event`` happened to ``topics``: one statement, heard on commit.

    ``event`` names the smallest thing that changed (``coverage``, ``row--12``). Ids that are
    too long to travel are left out: the browser fetches anyway.
    """
    fetch(telling((topics, event, ids)))


def telling(*changes: tuple[str | Iterable[str], str, Ids]) -> Statement:
    """Several changes (topics, event, ids) as one statement, for a service that sends it along with its own."""
    params = []
    for topics, event, ids in changes:
        text = payload(topics, event, ids)
        params += [CHANNEL, text if len(text.encode()) <= LONGEST_PAYLOAD else payload(topics, event, {})]
    return Statement(f"SELECT {', '.join(['pg_notify(%s, %s)'] * len(changes))}", params)


def bare_host(host: str) -> str:
    """The host of a ``Host`` header without its port: streams of their own have another one on the same name."""
    return host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host


def person_topic(user_id: int) -> str:
    """The topic of what concerns one person; each of their streams listens to it."""
    return f"person:{user_id}"


def session_topic(session_key: str) -> str:
    """The topic of one session, by digest: who can listen must not learn the key.

    The trigger of migration ``core.0003`` computes the same digest when a session is deleted.
    """
    return f"session:{hashlib.sha256(session_key.encode()).hexdigest()}"


def access_changed(*user_ids: int) -> None:
    """Make the open streams of these people ask their guard again, at once on commit.

    Call it where a person is deactivated or a role or membership changes. Streams of a session
    that ended notice by themselves.
    """
    if user_ids:
        publish((person_topic(user_id) for user_id in user_ids), ACCESS)


class Stream:
    """One kind of live page: its address, its guard (the page's own predicate) and its topics.

    ``fetch(user, **its_url_kwargs)`` is what ``core.http.guarded`` takes; ``topics(obj,
    **remaining_kwargs)`` names what the page listens to. The instance is also the view under
    ``/streams/`` on the pages' service, where it asks the guard and answers 204: a browser
    then stops connecting and polls.
    """

    def __init__(
        self,
        name: str,
        route: str,
        *,
        fetch: Callable[..., Any],
        topics: Callable[..., Iterable[str]],
    ) -> None:
        self.name = name
        self.route = route
        self.fetch = fetch
        self.topics = topics
        self.mark = Mark("guarded", fetch)
        self.__name__ = self.__qualname__ = f"stream-{name}"
        self._wanted = list(inspect.signature(fetch).parameters)[1:]
        self._misplaced = guarded(fetch)(_no_stream_here)

    def subscribe(self, user: Any, kwargs: Mapping[str, Any]) -> list[str]:
        """Ask the guard and return the topics; raises what the guard raises."""
        rest = dict(kwargs)
        found = self.fetch(user, **{name: rest.pop(name) for name in self._wanted if name in rest})
        return sorted(set(self.topics(found, **rest)))

    def pattern(self) -> URLPattern:
        """The stream's URL pattern, named ``stream-<name>``."""
        return path(self.route, self, name=f"stream-{self.name}")

    def __call__(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        """The pages' service asks the guard only; the stream itself is elsewhere."""
        return self._misplaced(request, **kwargs)


def _no_stream_here(request: HttpRequest, found: object, **kwargs: Any) -> HttpResponse:
    return HttpResponse(status=204)
