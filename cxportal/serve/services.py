"""What runs beside the database: one line of command for each service."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from cxportal.serve import environment

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Service:
    """One supervised process: how it is started and how one sees that it is ready."""

    name: str
    command: list[str]
    tells: str
    ready: str = ""  # an address that answers when it is ready; empty for those without one
    environment: dict[str, str] = field(default_factory=dict)


def _granian(interface: str, target: str, host: str, port: int, *more: str) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", interface, target, "--host", host, "--port", str(port),
        "--http", "1", "--no-ws", "--respawn-failed-workers", "--respawn-interval", "0.5",
        "--workers-kill-timeout", "8", "--log-level", "warning", *more,
    ]  # fmt: skip


def web_workers() -> int:
    """Processes that serve pages: as many as the machine has processors, four at most."""
    usual = min(4, max(1, len(os.sched_getaffinity(0))))
    return environment.whole_number(os.environ.get("CXPORTAL_WORKERS") or str(usual), "CXPORTAL_WORKERS", 1)


def pages(host: str, port: int, threads: int) -> Service:
    """Pages and API on WSGI threads."""
    command = _granian(
        "wsgi", "cxportal.wsgi:application", host, port,
        "--workers", str(web_workers()), "--blocking-threads", str(threads), "--backlog", "1024",
    )  # fmt: skip
    return Service(
        "pages", command, f"http://{_shown(host)}:{port}/", ready=f"http://{_near(host)}:{port}/health/ready"
    )


def streams(host: str, port: int) -> Service:
    """Live streams in a process of their own."""
    command = _granian("asgi", "cxportal.asgi:application", host, port, "--workers", "1", "--loop", "asyncio")
    return Service("streams", command, f"port {port}", ready=f"http://{_near(host)}:{port}/health/live")


def command(name: str, *arguments: str, tells: str, service: str = "") -> Service:
    """A management command that runs until it is stopped."""
    return Service(service or name, [sys.executable, str(ROOT / "manage.py"), name, *arguments], tells)


def _near(host: str) -> str:
    """Where this machine asks a service that listens on ``host``, as it stands in an address."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (asked for by CXPORTAL_HOST)
    return f"[{host}]" if ":" in host else host


def _shown(host: str) -> str:
    return "localhost" if host in {"127.0.0.1", "0.0.0.0", "::1", "::"} else host  # noqa: S104


def installed(known: Iterable[str], *, traffic: bool) -> list[Service]:
    """Everything that runs beside the database in this installation, in the order in which it starts.

    ``known`` are the management commands there are; ``traffic`` adds the demo's colleagues.
    """
    commands = set(known)
    listed = [
        pages(settings.HOST, settings.PORT, settings.THREADS),
        streams(settings.HOST, settings.STREAMS_PORT),
    ]
    if "run_router" in commands:
        listed.append(command("run_router", service="router", tells="hands contacts to people"))
    listed.append(command("procrastinate", "worker", service="jobs", tells="works on what can wait"))
    if traffic and "traffic" in commands:
        listed.append(command("traffic", tells="plays gentle arrivals and colleagues (demo)"))
    return listed
