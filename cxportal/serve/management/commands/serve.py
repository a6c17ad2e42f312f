"""`manage.py serve`: starts and supervises everything; Ctrl-C stops all of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import get_commands
from django.core.management.base import BaseCommand

from cxportal.serve import embedded, environment, lifeline, preflight, preparation, services
from cxportal.serve.environment import Unusable, data_folder
from cxportal.serve.supervisor import Supervisor

HINTS = {"demo": ", or start without the demo company: CXPORTAL_DEMO=0."}


class Command(BaseCommand):
    """Start the database, prepare it, start and watch the services."""

    help = "Start and supervise pages, streams, router, jobs and the embedded PostgreSQL. Ctrl-C stops all."
    requires_system_checks: list[str] = []  # the services check themselves; here they would cost a second

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal; raises Unusable with one sentence when it can't start."""
        self.began = time.monotonic()
        data_folder(settings.DATA)
        preflight.check_port(settings.HOST, settings.PORT, "PORT")
        preflight.check_port(settings.HOST, settings.STREAMS_PORT, "CXPORTAL_STREAMS_PORT")
        server = embedded.Server(settings.DATA) if settings.EMBEDDED else None
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self.start_database(server)
            self.prepare()
            listed = services.installed(get_commands(), traffic=settings.DEMO)
            supervisor = Supervisor(listed, settings.DATA, self.say, server)
            code = supervisor.run(ready=self.ready)
        except KeyboardInterrupt:
            code = 130
        finally:
            if server is not None:
                server.stop()
        self.say("cxportal", "stopped")
        if code:
            sys.exit(code)

    def start_database(self, server: embedded.Server | None) -> None:
        """The embedded server, or a look at the one that the environment names."""
        if server is None:
            version = preflight.check_database(settings.APP_ADDRESS, "DATABASE_URL")
            if settings.OWNER_ADDRESS != settings.APP_ADDRESS:
                preflight.check_database(settings.OWNER_ADDRESS, "DATABASE_OWNER_URL")
            self.say("database", f"PostgreSQL {version} of DATABASE_URL")
            return
        server.start()
        embedded.prepare(settings.DATA)
        self.say("database", f"PostgreSQL {embedded.MAJOR}, data in {settings.DATA}")

    def prepare(self) -> None:
        """Tables, rights, static files and, on the first start, the demo company."""
        for line in preparation.prepare(lambda: self.child("migrate", "--verbosity", "0", owner=True)):
            self.say("prepare", line)
        if settings.DEMO and "demo" in get_commands():
            self.child("demo")

    def child(self, name: str, *arguments: str, owner: bool = False) -> None:
        """Run one command to its end, its lines on the terminal; raises Unusable when it fails."""
        inherited = {
            **os.environ,
            "CXPORTAL_SUPERVISED": str(os.getpid()),
            "CXPORTAL_AS_OWNER": "1" if owner else "",
        }
        process = subprocess.Popen(
            services.command(name, *arguments, tells="").command,
            env=inherited,
            start_new_session=True,
            preexec_fn=lifeline.die_with_parent(signal.SIGTERM),
        )
        try:
            code = process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
        if code:
            raise Unusable(f"manage.py {name} failed: see the lines above{HINTS.get(name, '.')}")

    def ready(self) -> None:
        """The last line: where to go and how to stop."""
        address = settings.ORIGIN or f"http://localhost:{settings.PORT}"
        seconds = time.monotonic() - self.began
        if settings.DEMO and not environment.is_near(settings.HOST):
            self.say("note", "demo accounts share a known password, and others reach this address: CXPORTAL_DEMO=0")
        self.say("cxportal", f"ready after {seconds:.1f} s: open {address}/ (Ctrl-C stops everything)")

    def say(self, name: str, text: str) -> None:
        """One line on the terminal. Where that has gone (closed, or a `| tee` ended before us) all goes on without."""
        try:
            self.stdout.write(f"{name:<10}{text}")
            self.stdout.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
