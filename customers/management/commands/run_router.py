"""The router's process: leads or waits to lead, and gives out what waits."""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Collection
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from customers.routing import engine
from cxportal.core import periods
from cxportal.core.realtime import CHANNEL

WAIT_TO_LEAD = 1.0
MERGE = 0.05
LONGEST_NAP = 1.0  # so that a signal is answered within a second


class Command(BaseCommand):
    help = "Give waiting contacts to people, until stopped. A second router waits until the first is gone."

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stopping.set())
        listener = connections.create_connection("default")
        with listener.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', %s, false)", [f"router {os.getpid()}"])
        try:
            while not stopping.is_set() and not engine.try_to_lead(listener):
                stopping.wait(WAIT_TO_LEAD)
            if not stopping.is_set():
                self._lead(listener, stopping)
        finally:
            listener.close()

    def _lead(self, listener: BaseDatabaseWrapper, stopping: Event) -> None:
        with listener.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        self.stdout.write("router: leading")
        pods: Collection[int] | None = None
        while not stopping.is_set():
            engine.round(pods=pods)
            pods = self._woken(listener, engine.next_due(periods.now()), stopping)

    def _woken(self, listener: BaseDatabaseWrapper, due: dt.datetime, stopping: Event) -> Collection[int] | None:
        """Sleep until a NOTIFY or the due instant; the pods that were named, None for all (due)."""
        named: set[int] = set()
        until = due
        while not stopping.is_set():
            left = (until - periods.now()).total_seconds()
            if left <= 0:
                return named if until < due else None
            notes = list(listener.connection.notifies(timeout=min(left, LONGEST_NAP), stop_after=1))
            # What else is on its way travels with the same round: one look for a burst of changes.
            notes += list(listener.connection.notifies(timeout=MERGE)) if notes else []
            about = [engine.news(note.payload) for note in notes]
            if any(news.pods is None for news in about):
                return None
            named |= {pod for news in about for pod in news.pods or ()}
            if any(news.pods and news.at_once for news in about):
                return named
            if named:
                until = min(until, periods.now() + engine.SOON)
        return named
