"""A bare event stream: one LISTEN connection, every note to every open stream."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg

listeners: set[asyncio.Queue[str]] = set()
_tasks: set[asyncio.Task[None]] = set()


async def _listen() -> None:
    connection = await psycopg.AsyncConnection.connect(os.environ["BENCH_DSN"], autocommit=True)
    await connection.execute("LISTEN bench")
    async for note in connection.notifies():
        for queue in listeners:
            queue.put_nowait(note.payload)


async def application(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """The ASGI application."""
    if scope["type"] == "lifespan":
        await receive()
        task = asyncio.create_task(_listen())
        _tasks.add(task)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    queue: asyncio.Queue[str] = asyncio.Queue()
    listeners.add(queue)
    headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b": open\n\n", "more_body": True})
    with contextlib.suppress(asyncio.CancelledError):
        try:
            while True:
                payload = await queue.get()
                await send({"type": "http.response.body", "body": f"data: {payload}\n\n".encode(), "more_body": True})
        finally:
            listeners.discard(queue)
