"""`manage.py service NAME`: becomes one service, for units that supervise by themselves."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management import get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cxportal.serve import preparation, services
from cxportal.serve.environment import Unusable


class Command(BaseCommand):
    """Replace this process by one service."""

    help = "Run one service (pages, streams, router, jobs) in the foreground, without a supervisor of our own."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The service to become."""
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Does not return: the process becomes the service, with the same command line as under `serve`.

        Raises Unusable while migrations wait, so that new code never works on old tables.
        """
        known = {service.name: service for service in services.installed(get_commands(), traffic=settings.DEMO)}
        chosen = known.get(options["name"])
        if chosen is None:
            raise CommandError(f"There is no service {options['name']}: choose one of {', '.join(known)}.")
        if preparation.waits():
            raise Unusable("The database's tables are older than this version: run manage.py prepare first.")
        os.chdir(services.ROOT)
        os.execve(chosen.command[0], chosen.command, {**os.environ, "CXPORTAL_SERVICE": chosen.name})  # noqa: S606
