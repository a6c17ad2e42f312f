"""Starts a portal of its own in a scratch folder, measures, compares, tells."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cxportal.serve.lifeline import die_with_parent

ROOT = Path(__file__).resolve().parent.parent
PAGE_THREADS = 4  # what the product's pages run with


@dataclass(frozen=True)
class Figure:
    """One line of the report. ``ratio`` compares with the bare baseline of the same run."""

    name: str
    value: float
    unit: str
    bare: float | None = None
    ratio: float | None = None
    aim: str = ""
    met: bool | None = None


@dataclass
class Bench:
    """A scratch portal: its database, its pages and streams, and a bare server beside them."""

    data: Path
    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("CXPORTAL_", "DATABASE_"))}
        return kept | {"CXPORTAL_DATA": str(self.data), "PORT": str(self.port), "CXPORTAL_DEMO": "0"}

    def serve(self, **environment: str) -> subprocess.Popen[bytes]:
        """``manage.py serve`` on the scratch data; returns when the pages answer."""
        log = (self.data.parent / "serve.log").open("ab")
        with log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=self.environment | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self.processes.append(process)
        self.await_page(self.port, "/health/ready", process)
        return process

    def await_page(self, port: int, path: str, process: subprocess.Popen[bytes], seconds: float = 240) -> None:
        """Wait until an address answers 200; raises with the log's end when the process ends first."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", path)
                if connection.getresponse().status == 200:
                    return
            if process.poll() is not None:
                break
            time.sleep(0.05)
        raise SystemExit(f"nothing answers on port {port}:\n{(self.data.parent / 'serve.log').read_text()[-2000:]}")

    def django(self) -> None:
        """Make this process a Django process on the scratch database."""
        os.environ.update(self.environment | {"DJANGO_SETTINGS_MODULE": "cxportal.settings", "CXPORTAL_THREADS": "16"})
        import django

        django.setup()
        with self.owner() as owner:
            from bench.bare.tables import TABLES

            owner.execute(TABLES)
            owner.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC")
            owner.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO PUBLIC")

    @contextlib.contextmanager
    def owner(self) -> Iterator[Any]:
        """A connection of the tables' owner."""
        import psycopg
        from django.conf import settings

        with psycopg.connect(**settings.OWNER_ADDRESS.keywords(), autocommit=True) as connection:
            yield connection

    def bare(self, application: str = "bench.bare.wsgi:application", interface: str = "wsgi") -> int:
        """The bare server under granian with the product's own number of threads; returns its port."""
        from django.conf import settings

        from cxportal.serve.services import web_workers

        port = free_port()
        address = settings.APP_ADDRESS
        command = [sys.executable, "-m", "granian", "--interface", interface, "--host", "127.0.0.1"]
        command += ["--port", str(port), "--no-ws", "--http", "1", "--log-level", "warning"]
        if interface == "wsgi":
            command += ["--workers", str(web_workers()), "--blocking-threads", str(PAGE_THREADS), "--backlog", "1024"]
        else:
            command += ["--workers", "1", "--loop", "asyncio"]
        environment = self.environment | {
            "BENCH_DSN": f"host='{address.host}' port={address.port} dbname={address.name} user={address.user}",
            "CXPORTAL_SUPERVISED": "1",
        }
        log = (self.data.parent / "bare.log").open("ab")
        with log:
            process = subprocess.Popen(
                [*command, application],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self.processes.append(process)
        for _try in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return port
            time.sleep(0.05)
        raise SystemExit((self.data.parent / "bare.log").read_text()[-2000:])

    def stop(self, process: subprocess.Popen[bytes]) -> float:
        """End a process by SIGTERM; returns the seconds that it took."""
        began = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        if process.poll() is None:
            process.kill()
        return time.monotonic() - began


@contextlib.contextmanager
def portal() -> Iterator[Bench]:
    """A scratch folder and whatever was started in it, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="cxportal-bench-"))
    folder.chmod(0o755)
    bench = Bench(folder / "data", free_ports())
    try:
        yield bench
    finally:
        for process in reversed(bench.processes):
            if process.poll() is None:
                bench.stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_ports() -> int:
    """A port whose successor is free too."""
    while True:
        port = free_port()
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port + 1))
            return port


def rate(work: Callable[[int], object], *, count: int, threads: int = 4) -> float:
    """Calls a second of ``work(n)`` for n in 0..count, shared by threads that take the next number."""
    numbers = iter(range(count))
    lock = threading.Lock()
    errors: list[BaseException] = []

    def loop() -> None:
        try:
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None or errors:
                    return
                work(number)
        except BaseException as error:
            errors.append(error)
        finally:
            from django.db import connection

            connection.close()

    crew = [threading.Thread(target=loop) for _ in range(threads)]
    began = time.monotonic()
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    if errors:
        raise errors[0]
    return count / (time.monotonic() - began)


class Caller:
    """One keep-alive HTTP connection per thread."""

    def __init__(self, port: int, headers: dict[str, str] | None = None) -> None:
        self.port = port
        self.headers = headers or {}
        self.local = threading.local()

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = self.local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = self.headers | headers
        raw = None
        if body is not None:
            raw, sent = json.dumps(body).encode(), sent | {"Content-Type": "application/json"}
        connection.request(method, path, body=raw, headers=sent)
        answer = connection.getresponse()
        return answer.status, answer.read()


def pick(values: Sequence[float], share: float) -> float:
    """The nearest-rank quantile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def compare(
    name: str, value: float, bare: float, unit: str, *, least: float | None = None, most: float | None = None
) -> Figure:
    """A figure against its baseline, with the aim for their ratio."""
    ratio = value / bare if bare else float("inf")
    aim, met = "", None
    if least is not None:
        aim, met = f"≥ {least:g} × bare", ratio >= least
    if most is not None:
        aim, met = f"≤ {most:g} × bare", ratio <= most
    return Figure(name, value, unit, bare, ratio, aim, met)


def table(part: str, figures: Sequence[Figure]) -> str:
    """The report of a part, readable."""
    lines = [f"\n{part}", f"{'':44} {'product':>12} {'bare':>12} {'ratio':>8}  aim"]
    for item in figures:
        bare = "" if item.bare is None else f"{item.bare:,.2f}"
        ratio = "" if item.ratio is None else f"{item.ratio:.2f}"
        verdict = {True: " met", False: " MISSED", None: ""}[item.met]
        lines.append(
            f"{item.name[:44]:44} {item.value:>12,.2f} {bare:>12} {ratio:>8}  {item.unit}, {item.aim}{verdict}"
        )
    return "\n".join(lines)


def as_json(part: str, seconds: float, figures: Sequence[Figure]) -> dict[str, Any]:
    """The same for machines."""
    return {"part": part, "seconds": round(seconds, 1), "figures": [asdict(item) for item in figures]}


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
