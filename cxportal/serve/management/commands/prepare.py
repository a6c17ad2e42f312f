"""`manage.py prepare`: what `serve` does before it starts the services, for installations with units of their own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from cxportal.serve import preflight, preparation


class Command(BaseCommand):
    """Migrate, give rights, make the cache table, collect static files."""

    help = "Bring tables, rights and static files up to date. Run it before the services start, and on each upgrade."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run as the owner of the tables; repeatable."""
        preflight.check_database(settings.OWNER_ADDRESS, "DATABASE_OWNER_URL")
        preflight.check_database(settings.APP_ADDRESS, "DATABASE_URL")
        for line in preparation.prepare(lambda: call_command("migrate", verbosity=0, interactive=False)):
            self.stdout.write(line)
        if settings.OWNER_ADDRESS == settings.APP_ADDRESS:
            self.stdout.write(
                "the application owns its tables: set DATABASE_OWNER_URL to keep history out of its reach"
            )
        self.stdout.write("ready")
