"""Scenes with an event loop of their own, also in a process in which another loop runs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor


def play[T](scene: Coroutine[object, object, T]) -> T:
    """Run a scene to its end and answer what it does.

    In a thread of its own: the driver of the browsers keeps a loop running in the thread of the tests.
    """
    with ThreadPoolExecutor(1, "scene") as thread:
        return thread.submit(asyncio.run, scene).result()
