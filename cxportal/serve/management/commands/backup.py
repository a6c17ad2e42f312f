"""`manage.py backup FOLDER`: the database, the kept files and their checksums, while the portal runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from cxportal.serve import backups


class Command(BaseCommand):
    """Write one backup."""

    help = "Write a backup of the database and the kept files into a new folder."

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder to write."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it and say how much it holds."""
        folder = options["folder"].resolve()
        manifest = backups.back_up(settings.OWNER_ADDRESS, settings.DATA, folder)
        rows = sum(table["rows"] for table in manifest["tables"])
        self.stdout.write(f"backed up {len(manifest['tables'])} tables, {rows} rows into {folder}")
