"""A whole portal in processes of its own: `manage.py serve` on free ports over a folder of the test."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg

from cxportal.serve import embedded

ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    """A port that is free, and the next one too: streams take it."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            with contextlib.suppress(OSError):
                second.bind(("127.0.0.1", port + 1))
                return port


def eventually(what: Callable[[], Any], seconds: float = 30, every: float = 0.05) -> Any:
    """The first true answer of ``what``; fails when none came in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(every)
    raise AssertionError(f"not within {seconds} s: {what}")


def environment(data: Path, port: int, **more: str) -> dict[str, str]:
    """The environment of a portal: nothing of the tests' own database leaks into it."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("CXPORTAL_")
        and key not in {"DATABASE_URL", "DATABASE_OWNER_URL", "DJANGO_SETTINGS_MODULE", "PORT", "PYTEST_XDIST_WORKER"}
    }
    return {
        **kept,
        "CXPORTAL_DATA": str(data),
        "PORT": str(port),
        "CXPORTAL_DEMO": "0",
        "CXPORTAL_WORKERS": "1",
        **more,
    }


ORDINARY = 65534  # nobody: an account without rights of its own


def as_ordinary_user() -> list[str]:
    """What stands before a command that must not run as root; nothing when we are not root.

    It may read everything, since the interpreter may lie in root's own folder, and write nowhere but in its own.
    """
    if os.geteuid():
        return []
    return [
        "setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups",
        "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search",
    ]  # fmt: skip


def give_to_ordinary_user(path: Path) -> None:
    """Let a file or folder belong to the account of ``as_ordinary_user``."""
    if not os.geteuid():
        os.chown(path, ORDINARY, ORDINARY)


def manage(
    *arguments: str, env: dict[str, str], timeout: float = 120, before: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """One management command to its end."""
    command = [*before, sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=timeout, check=False)


class Portal:
    """One `manage.py serve`; ``lines`` is what it wrote on the terminal so far."""

    def __init__(self, data: Path, before: Sequence[str] = (), **more: str) -> None:
        self.data = data
        self.before = before
        self.port = free_port()
        self.env = environment(data, self.port, **more)
        self.lines: list[str] = []
        self.process: subprocess.Popen[str] | None = None

    def start(self, seconds: float = 120) -> float:
        """Start and wait until it says that it is ready; the seconds that took."""
        began = time.monotonic()
        self.lines = []
        self.process = subprocess.Popen(
            [*self.before, sys.executable, str(ROOT / "manage.py"), "serve"],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self.process,))
        self._reader.start()

        def said() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, "".join(self.lines)
            return any("ready after" in line for line in self.lines)

        eventually(said, seconds)
        return time.monotonic() - began

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            self.lines.extend(iter(process.stdout.readline, ""))

    def stop(self, sign: signal.Signals = signal.SIGINT, seconds: float = 40) -> int:
        """Send a signal and wait for the end; its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(sign)
        code = self.process.wait(seconds)
        self._reader.join(10)
        return code

    def services(self) -> dict[str, int]:
        """Service to process number, as the supervisor wrote it down."""
        rows = json.loads((self.data / "services.json").read_text())["services"]
        return {row["name"]: row["pid"] for row in rows if row["pid"]}

    def postgres(self) -> int:
        """The number of the database's main process."""
        return int((self.data / "postgresql" / "postmaster.pid").read_text().split("\n")[0])

    def family(self) -> set[int]:
        """Every process below `serve`, itself included."""
        assert self.process is not None
        return descendants(self.process.pid)

    def get(self, path: str, *, port: int | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body of one request; status 0 when there is no connection."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=20)
        try:
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def database(self, role: str = embedded.APP) -> psycopg.Connection:
        """A connection of the test's own to the portal's database."""
        return embedded.connect(self.data, role, embedded.DATABASE)

    def shell(self, code: str) -> Any:
        """Run Python inside the portal's settings; it prints one line of JSON."""
        done = manage("shell", "--no-imports", "-v", "0", "-c", code, env=self.env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.strip().splitlines()[-1])


def descendants(pid: int) -> set[int]:
    """A process and all below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                stat = (entry / "stat").read_text()
                parent = int(re.sub(r"^.*\)", "", stat, flags=re.S).split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, waiting = set(), [pid]
    while waiting:
        one = waiting.pop()
        found.add(one)
        waiting.extend(children.get(one, []))
    return found


def alive(pids: set[int]) -> set[int]:
    """Those that still run; a zombie that only waits to be counted does not."""
    running = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            state = re.sub(r"^.*\)", "", Path(f"/proc/{pid}/stat").read_text(), flags=re.S).split()[0]
            if state not in {"Z", "X"}:
                running.add(pid)
    return running
