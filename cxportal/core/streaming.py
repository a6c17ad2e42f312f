"""Serves the streams: one raw ASGI callable, one LISTEN connection, no page worker held.

Django's ASGI handler is not used: a streaming response of it keeps a database connection and a
thread for as long as it is open. Here the guard is asked in a thread that gives its connection
back at once, and what stays open costs a few kilobytes.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import DisallowedHost, PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.db import Error, connections
from django.http import Http404
from django.urls import resolve

from cxportal.core import realtime
from cxportal.core.hub import Hub, Subscriber
from cxportal.core.logs import request_id
from cxportal.core.violations import Answer

logger = logging.getLogger("cxportal.streams")

HEARTBEAT = 15.0  # seconds without an event after which a beat keeps proxies from closing, and tells the page of life
RECHECK = 60.0  # seconds after which the guard is asked again in any case
MERGE = 0.05  # seconds in which further events join one write
PER_PERSON = 24
IN_ALL = 5000

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Ticket:
    """What the guard allowed: whose stream it is and what it listens to."""

    user_id: int
    topics: list[str]
    since: float


class NotAllowed(Exception):
    """The guard's no, as an HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def authorise(scope: Scope) -> Ticket:
    """Ask the page's own guard; raises NotAllowed. Runs in a thread and gives its connection back."""
    try:
        request = ASGIRequest(scope, BytesIO())
        request.get_host()
        match = resolve(request.path_info)
        if not isinstance(match.func, realtime.Stream):
            raise NotAllowed(404)
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        request.session = SessionStore(session_key=key)
        user = get_user(request)
        if not user.is_authenticated or user.pk is None:
            raise NotAllowed(403)
        topics = match.func.subscribe(user, match.kwargs)
        own = [realtime.person_topic(user.pk), realtime.session_topic(key or "")]
        return Ticket(user.pk, [*topics, *own], _since(request.GET.get("since", "")))
    except (Http404, Answer, PermissionDenied) as refusal:
        raise NotAllowed(getattr(refusal, "status", 404 if isinstance(refusal, Http404) else 403)) from refusal
    except DisallowedHost:
        raise NotAllowed(400) from None
    except Error as error:
        raise NotAllowed(503) from error
    finally:
        connections.close_all()


def _since(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def cross_origin(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The headers that let the pages' origin, and no other, read a stream of another port.

    Raises NotAllowed for a foreign origin.
    """
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1")
    if settings.STREAMS_SAME_ORIGIN or not origin:
        return []
    bare = realtime.bare_host(headers.get(b"host", b"").decode("latin-1"))
    pages = f"http://{bare}:{settings.PORT}" if settings.PORT != 80 else f"http://{bare}"
    if origin != pages:
        raise NotAllowed(403)
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"origin"),
    ]


class Streams:
    """The ASGI application of the streams' service."""

    def __init__(self, hub: Hub | None = None) -> None:
        self.hub = hub or Hub()
        self.threads = ThreadPoolExecutor(4, thread_name_prefix="guard")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.hub.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.hub.stop()
                self.threads.shutdown(wait=False)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/health/live":
            await _plain(send, 200, b"ok" if self.hub.hears else b"deaf")
            return
        token = request_id.set(secrets.token_hex(8))
        headers: list[tuple[bytes, bytes]] = []
        try:
            if scope["method"] != "GET":
                raise NotAllowed(405)
            headers = cross_origin(scope)
            ticket = await self._ask(scope)
            if len(self.hub.everybody) >= IN_ALL or self.hub.count(ticket.user_id) >= PER_PERSON:
                raise NotAllowed(429)
            await self._stream(scope, receive, send, ticket, headers)
        except NotAllowed as no:
            logger.info("stream refused", extra={"path": scope["path"], "status": no.status})
            await _plain(send, no.status, b"", [*headers, (b"retry-after", b"10")])
        finally:
            request_id.reset(token)

    async def _ask(self, scope: Scope) -> Ticket:
        return await asyncio.get_running_loop().run_in_executor(self.threads, authorise, scope)

    async def _stream(
        self, scope: Scope, receive: Receive, send: Send, ticket: Ticket, headers: list[tuple[bytes, bytes]]
    ) -> None:
        subscriber = Subscriber(ticket.user_id)
        self.hub.add(subscriber, ticket.topics)
        watcher = asyncio.create_task(_watch(receive, subscriber))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": [*_STREAM_HEADERS, *headers]})
            # A page that missed something between its rendering and now fetches everything again. The waits
            # before a reconnection differ, or all browsers would come back in the same second.
            missed = self.hub.may_have_missed(ticket.topics, ticket.since)
            hello = f"retry: {random.randint(1000, 5000)}\n: welcome\n\n" + (
                "event: refetch\ndata: {}\n\n" if missed else ""
            )
            await _write(send, hello)
            await self._forward(scope, send, subscriber)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            watcher.cancel()
            self.hub.remove(subscriber)

    async def _forward(self, scope: Scope, send: Send, subscriber: Subscriber) -> None:
        asked = time.monotonic()
        while True:
            try:
                await asyncio.wait_for(subscriber.wake.wait(), HEARTBEAT)
            except TimeoutError:
                await _write(send, "event: beat\ndata: {}\n\n")
            if subscriber.gone:
                return
            if subscriber.recheck or time.monotonic() - asked > RECHECK:
                subscriber.recheck = False
                asked = time.monotonic()
                if not await self._still_allowed(scope, subscriber):
                    return
            if text := subscriber.take():
                await _write(send, text)
                await asyncio.sleep(MERGE)

    async def _still_allowed(self, scope: Scope, subscriber: Subscriber) -> bool:
        try:
            ticket = await self._ask(scope)
        except NotAllowed as no:
            # With the database away nobody can be asked; the stream stays and is asked again soon.
            if no.status == 503:
                subscriber.recheck_soon()
                return True
            logger.info("stream ended: access withdrawn", extra={"path": scope["path"], "status": no.status})
            return False
        self.hub.move(subscriber, ticket.topics)
        return True


_STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


async def _watch(receive: Receive, subscriber: Subscriber) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscriber.end()


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _plain(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", b"text/plain"), (b"cache-control", b"no-store"), *(headers or [])],
        }
    )
    await send({"type": "http.response.body", "body": body})
