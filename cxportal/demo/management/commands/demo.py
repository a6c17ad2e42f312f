"""``manage.py demo``: load the demo company, bring it to today, or remove it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cxportal.core.models import ImportRun
from cxportal.demo import build, loading, removing


class Command(BaseCommand):
    help = "Load the demo company, or bring it to today; with --remove take it away."
    requires_system_checks = []  # `serve` and the pages check; here they would cost a second

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="draws another company (default 1)")
        parser.add_argument("--scale", choices=["small", "company", "large"], default="company")
        parser.add_argument("--remove", action="store_true", help="remove everything that the demo brought")
        parser.add_argument("--in-production", action="store_true", help="load it although CXPORTAL_ORIGIN is set")

    def handle(self, *args: Any, **options: Any) -> None:
        self.began = time.monotonic()
        run = loading.state()
        if options["remove"]:
            self._remove(run)
            return
        if loading.is_foreign():
            self.stdout.write("This installation holds a company of its own; the demo stays away.")
            return
        if settings.PRODUCTION and not options["in_production"]:
            raise CommandError("Demo accounts share a known password: load them in production with --in-production.")
        if run is not None and run.state == ImportRun.State.DONE:
            loading.refresh(run, say=self._say)
        else:
            if run is not None:
                self._say("the last run was stopped half-way; it begins again")
                self._as_owner()
            loading.load(options["scale"], seed=options["seed"], say=self._say)
        self._logins()

    def _say(self, line: str) -> None:
        self.stdout.write(f"demo {time.monotonic() - self.began:5.1f} s  {line}")
        self.stdout.flush()

    def _logins(self) -> None:
        self.stdout.write(f"\nDemo accounts, all with the password {build.PASSWORD}")
        for role, email in build.logins():
            self.stdout.write(f"  {email:34} {role}")

    def _remove(self, run: ImportRun | None) -> None:
        # Asked first, also as the owner: every table is emptied, and a company of its own must never be.
        if run is None:
            self.stdout.write("There is no demo to remove.")
            return
        if settings.AS_OWNER:
            self.stdout.write(f"{removing.remove()} tables emptied")
            return
        self._as_owner()
        self.stdout.write("The demo is removed. Begin with: manage.py create_admin EMAIL")

    def _as_owner(self) -> None:
        """Tables can be emptied by their owner only, so a command of the owner's does it."""
        environment = {**os.environ, "CXPORTAL_AS_OWNER": "1", "CXPORTAL_SUPERVISED": "1"}
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "demo", "--remove"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CommandError(f"The demo could not be removed: {done.stderr.strip().splitlines()[-1:]}")
