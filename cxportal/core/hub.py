"""Who listens to what: one LISTEN connection feeds every open stream of the process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import time
from collections import Counter, defaultdict
from typing import Any

import psycopg
from django.db import connections

from cxportal.core import realtime

logger = logging.getLogger("cxportal.streams")

MOST_PENDING = 200  # events waiting for one slow reader; beyond it fetches everything again
MARGIN = 2.0  # seconds by which clocks and transactions may differ from a page's instant
FORGET = 900.0  # seconds after which a topic's last change is forgotten


class Subscriber:
    """One open stream: what it still has to be told."""

    def __init__(self, user_id: int) -> None:
        self.user_id = user_id
        self.topics: set[str] = set()
        self.wake = asyncio.Event()
        self.gone = False
        self.recheck = False
        self._pending: dict[str, str] = {}

    def notice(self, topic: str, event: str, ids: object) -> None:
        """Remember an event; an equal event that still waits is replaced by this one."""
        if topic.startswith("session:") or (event == realtime.ACCESS and topic == realtime.person_topic(self.user_id)):
            self.recheck = True
        elif len(self._pending) < MOST_PENDING or event in self._pending:
            self._pending[event] = json.dumps(ids, separators=(",", ":"))
        else:
            self._pending = {"refetch": "{}"}
        self.wake.set()

    def recheck_soon(self) -> None:
        """Ask the guard again in a second."""
        asyncio.get_running_loop().call_later(1.0, self._ask_again)

    def _ask_again(self) -> None:
        self.recheck = True
        self.wake.set()

    def take(self) -> str:
        """What waits, as text of the event stream; nothing waits afterwards."""
        self.wake.clear()
        waiting, self._pending = self._pending, {}
        return "".join(f"event: {event}\ndata: {ids}\n\n" for event, ids in waiting.items())

    def end(self) -> None:
        """The browser left, or the service stops."""
        self.gone = True
        self.wake.set()


class Hub:
    """The subscribers of this process and the connection that listens for them."""

    def __init__(self) -> None:
        self.everybody: set[Subscriber] = set()
        self.hears = False
        self._ending = False
        self._by_topic: defaultdict[str, set[Subscriber]] = defaultdict(set)
        self._people: Counter[int] = Counter()
        self._changed: dict[str, float] = {}
        self._hearing_since = float("inf")
        self._task: asyncio.Task[None] | None = None

    # Life ----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to listen; end all streams when the service is told to stop.

        The server waits for open responses before it says "shutdown", so the signal itself must
        end the streams. The server's own handling of the signal goes on beside this.
        """
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(self._listen())
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(ValueError):  # not the main thread, as in tests
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(self.end_all))

    async def stop(self) -> None:
        """Stop listening and end what is still open."""
        self.end_all()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def end_all(self) -> None:
        """End every stream, also those whose guard is still being asked; browsers come back to the next process."""
        self._ending = True
        for subscriber in list(self.everybody):
            subscriber.end()

    # Subscribers ---------------------------------------------------------------------------------

    def add(self, subscriber: Subscriber, topics: list[str]) -> None:
        """Let a stream hear ``topics`` from now on."""
        self.everybody.add(subscriber)
        self._people[subscriber.user_id] += 1
        self.move(subscriber, topics)
        if self._ending:
            subscriber.end()

    def move(self, subscriber: Subscriber, topics: list[str]) -> None:
        """Replace the topics of a stream."""
        wanted = set(topics)
        for topic in subscriber.topics - wanted:
            self._leave(subscriber, topic)
        for topic in wanted - subscriber.topics:
            self._by_topic[topic].add(subscriber)
        subscriber.topics = wanted

    def remove(self, subscriber: Subscriber) -> None:
        """Forget a stream that ended."""
        self.everybody.discard(subscriber)
        self._people[subscriber.user_id] -= 1
        if self._people[subscriber.user_id] <= 0:
            del self._people[subscriber.user_id]
        for topic in subscriber.topics:
            self._leave(subscriber, topic)
        subscriber.topics = set()

    def _leave(self, subscriber: Subscriber, topic: str) -> None:
        self._by_topic[topic].discard(subscriber)
        if not self._by_topic[topic]:
            del self._by_topic[topic]

    def count(self, user_id: int) -> int:
        """How many streams one person has open here."""
        return self._people[user_id]

    # Events --------------------------------------------------------------------------------------

    def may_have_missed(self, topics: list[str], since: float) -> bool:
        """True unless we heard everything since ``since`` and none of the topics changed."""
        if since <= 0 or since - MARGIN < self._hearing_since or since < time.time() - FORGET:
            return True
        return any(self._changed.get(topic, 0.0) > since - MARGIN for topic in topics)

    def tell(self, text: str) -> None:
        """Hand one notification to the streams of its topics; what can't be read is logged and left."""
        try:
            message: dict[str, Any] = json.loads(text)
            topics, event, ids = message["t"], message["e"], message["i"]
        except (ValueError, KeyError, TypeError):
            logger.warning("a notification could not be read", extra={"payload": text[:200]})
            return
        now = time.time()
        for topic in topics:
            self._changed[topic] = now
            for subscriber in list(self._by_topic.get(topic, ())):
                subscriber.notice(topic, event, ids)
        if len(self._changed) > 20_000:
            self._changed = {topic: at for topic, at in self._changed.items() if at > now - FORGET}

    def refetch_all(self) -> None:
        """After a gap in what we heard: everybody fetches again, and every guard is asked."""
        for subscriber in list(self.everybody):
            subscriber.notice(realtime.person_topic(subscriber.user_id), realtime.ACCESS, {})
            subscriber.notice("", "refetch", {})

    async def _listen(self) -> None:
        wait = 0.1
        while True:
            try:
                listening = await psycopg.AsyncConnection.connect(**parameters(), autocommit=True)
                async with listening:
                    await listening.execute(f'LISTEN "{realtime.CHANNEL}"')
                    self._hearing_since = time.time()
                    self.hears = True
                    self.refetch_all()
                    wait = 0.1
                    async for notice in listening.notifies():
                        self.tell(notice.payload)
            except (psycopg.Error, OSError) as error:
                logger.warning("not listening to the database", extra={"reason": str(error)[:200], "again_in": wait})
            self.hears = False
            self._hearing_since = float("inf")
            await asyncio.sleep(wait)
            wait = min(wait * 2, 5.0)


def parameters() -> dict[str, Any]:
    """How to reach Django's database, as psycopg's keywords, for a connection of our own."""
    found = connections["default"].settings_dict
    names = {"host": "HOST", "port": "PORT", "dbname": "NAME", "user": "USER", "password": "PASSWORD"}
    extra = {
        key: value for key, value in found["OPTIONS"].items() if key not in {"pool", "options", "application_name"}
    }
    reached = {key: found[name] for key, name in names.items() if found[name]}
    # Keepalives: a listener only waits and would not notice a server that vanished.
    return reached | extra | {"application_name": "cxportal-listen", "keepalives_idle": 10, "connect_timeout": 5}
