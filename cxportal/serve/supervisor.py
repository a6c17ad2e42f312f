"""Keeps the services alive: starts them, restarts what ends, and takes all of them down together."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxportal.serve import lifeline
from cxportal.serve.embedded import Server
from cxportal.serve.environment import Unusable
from cxportal.serve.services import ROOT, Service

BACK_OFF = (0.2, 0.5, 1, 2, 5, 10, 30)  # seconds before a restart, by how often it ended lately
STABLE = 60.0  # seconds after which earlier ends are forgotten
DRAIN = 10.0  # seconds that requests and streams get to finish
LONGEST_LOG = 20 * 1024 * 1024
TICK = 0.1

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy to ourselves

type Say = Callable[[str, str], None]


@dataclass
class Child:
    """One service as it runs now."""

    service: Service
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    ends: int = 0
    restarts: int = 0
    start_at: float = 0.0


class Supervisor:
    """The parent of all services. ``run`` must be called from the main thread."""

    def __init__(self, services: list[Service], data: Path, say: Say, database: Server | None) -> None:
        self.children = [Child(service) for service in services]
        self.data = data
        self.logs = data / "logs"
        self.say = say
        self.database = database
        self._database_ends = 0
        self._database_at = 0.0
        self._stopping = False
        self._looked_at_logs = 0.0

    # Start ---------------------------------------------------------------------------------------

    def run(self, *, ready: Callable[[], None]) -> int:
        """Start everything, call ``ready`` when it answers, watch until a signal, stop everything."""
        self.logs.mkdir(mode=0o700, exist_ok=True)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        try:
            for child in self.children:
                self._start(child)
            for child in self.children:
                self._await_ready(child)
            if not self._stopping:
                ready()
            while not self._stopping:
                self._watch()
                time.sleep(TICK)
        finally:
            self.stop()
        return 0

    def _asked_to_stop(self, number: int, frame: object) -> None:
        self._stopping = True

    def _start(self, child: Child) -> None:
        log = self.logs / f"{child.service.name}.log"
        environment = {
            **os.environ,
            "CXPORTAL_SUPERVISED": str(os.getpid()),
            "CXPORTAL_SERVICE": child.service.name,
            **child.service.environment,
        }
        environment.pop("CXPORTAL_AS_OWNER", None)
        with log.open("ab") as output:
            child.process = subprocess.Popen(
                child.service.command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=lifeline.die_with_parent(signal.SIGTERM),
            )
        child.started = time.monotonic()
        self._record()

    def _await_ready(self, child: Child, seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while child.service.ready and not self._stopping and time.monotonic() < until:
            if answers(child.service.ready):
                break
            self._watch()
            time.sleep(0.05)
        else:
            if child.service.ready and not self._stopping:
                raise Unusable(
                    f"{child.service.name} did not answer within {seconds:.0f} s: see {self._log_name(child)}."
                )
        if not self._stopping:
            self.say(child.service.name, child.service.tells)

    # Watch ---------------------------------------------------------------------------------------

    def _watch(self) -> None:
        self._watch_database()
        now = time.monotonic()
        for child in self.children:
            if child.process is None:
                if now >= child.start_at:
                    child.restarts += 1
                    self._start(child)
                continue
            if child.process.poll() is not None:
                self._ended(child, now)
            elif child.ends and now - child.started > STABLE:
                child.ends = 0
        if now - self._looked_at_logs > 60:
            self._looked_at_logs = now
            self._shorten_logs()

    def _ended(self, child: Child, now: float) -> None:
        assert child.process is not None
        code = child.process.returncode
        _end_group(child.process.pid, signal.SIGTERM)
        child.process = None
        wait = BACK_OFF[min(child.ends, len(BACK_OFF) - 1)]
        child.ends += 1
        child.start_at = now + wait
        self.say(child.service.name, f"ended ({_how(code)}), starts again in {wait:g} s; see {self._log_name(child)}")
        self._record()

    def _log_name(self, child: Child) -> str:
        return str(self.logs / f"{child.service.name}.log")

    def _watch_database(self) -> None:
        if self.database is None or self._stopping:
            return
        process = self.database.process
        now = time.monotonic()
        if process is not None and process.poll() is None:
            if self._database_ends and now - self._database_at > STABLE:
                self._database_ends = 0
            return
        if process is not None:
            wait = BACK_OFF[min(self._database_ends, len(BACK_OFF) - 1)]
            self.say("database", f"ended ({_how(process.returncode)}), starts again in {wait:g} s")
            self._database_ends += 1
            self._database_at = now + wait
            self.database.process = None
        elif now >= self._database_at:
            self._database_at = now
            self.database.relaunch()

    def _shorten_logs(self) -> None:
        for log in [*self.logs.glob("*.log"), *self.data.glob("postgresql.log")]:
            if log.stat().st_size > LONGEST_LOG:
                log.with_suffix(".log.1").write_bytes(log.read_bytes())
                os.truncate(log, 0)  # the service appends, so it goes on at the new end

    def _record(self) -> None:
        """Leave for the status page what runs since when."""
        rows: list[dict[str, Any]] = [
            {
                "name": child.service.name,
                "pid": child.process.pid if child.process else None,
                "started": time.time() - (time.monotonic() - child.started) if child.process else None,
                "restarts": child.restarts,
            }
            for child in self.children
        ]
        path = self.data / "services.json"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps({"parent": os.getpid(), "services": rows}))
        fresh.replace(path)

    # Stop ----------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Ask all services at once, wait for open requests, then the database; nothing is left behind."""
        self._stopping = True
        running = [child for child in self.children if child.process and child.process.poll() is None]
        for child in running:
            assert child.process is not None
            with contextlib.suppress(ProcessLookupError):
                child.process.terminate()
        until = time.monotonic() + DRAIN
        for child in running:
            assert child.process is not None
            try:
                child.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(child.service.name, f"did not stop within {DRAIN:.0f} s and is ended")
            _end_group(child.process.pid, signal.SIGKILL)
            child.process.wait()
            child.process = None
        (self.data / "services.json").unlink(missing_ok=True)
        if self.database is not None:
            self.database.stop()


def _end_group(pid: int, sign: signal.Signals) -> None:
    """Signal what a service may have left: its session has the service's number."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, sign)


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit {code}"


def answers(address: str) -> bool:
    """True when the address answers with 2xx."""
    try:
        with _DIRECT.open(address, timeout=2) as response:
            return bool(200 <= response.status < 300)
    except (urllib.error.URLError, OSError, ValueError):
        return False
