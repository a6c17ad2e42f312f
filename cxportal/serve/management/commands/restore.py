"""`manage.py restore FOLDER`: a backup into an empty database, proven by its checksums."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from cxportal.serve import backups, grants


class Command(BaseCommand):
    """Restore one backup."""

    help = "Restore a backup into an empty database and compare every table with the backup's checksums."

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder to read."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--check", action="store_true", help="look at the backup only, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore it, give the application its rights, say what was compared."""
        folder = options["folder"].resolve()
        if options["check"]:
            backups.check(folder)
            self.stdout.write(f"{folder} is whole")
            return
        tables = backups.restore(settings.OWNER_ADDRESS, settings.DATA, folder)
        grants.after_migrate()
        rows = sum(table.rows for table in tables)
        self.stdout.write(f"restored {len(tables)} tables, {rows} rows; every checksum is equal")
