"""The router's process: leads or waits to lead, and gives out what waits."""

from __future__ import annotations

import datetime as dt
import os
import signal
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
        pods: set[int] | None = None
        while not stopping.is_set():
            engine.round(pods=pods)
            pods = self._woken(listener, engine.next_due(periods.now()), stopping)

    def _woken(self, listener: BaseDatabaseWrapper, due: dt.datetime, stopping: Event) -> set[int] | None:
        """Sleep until a NOTIFY or the due instant; the pods that were named, None for all (due)."""
        named: set[int] = set()
        while not stopping.is_set():
            left = (due - periods.now()).total_seconds()
            if left <= 0:
                return None
            notes = list(listener.connection.notifies(timeout=min(left, LONGEST_NAP), stop_after=1))
            # What else is on its way travels with the same round: one look for a burst of changes.
            notes += list(listener.connection.notifies(timeout=MERGE)) if notes else []
            about = [engine.pods_in(note.payload) for note in notes]
            if None in about:
                return None
            named |= {pod for pods in about if pods for pod in pods}
            if named:
                return named
        return named
