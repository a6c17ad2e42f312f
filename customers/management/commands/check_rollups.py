"""``manage.py check_rollups``: compare the counts of customers served with the contacts they come from."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from customers.contacts import rollups
from customers.contacts.rollup_check import Comparison, compare


class Command(BaseCommand):
    help = (
        "Compare the counts of customers served with the contacts they come from. "
        "Changes nothing; the exit code is 1 when something differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="when something differs, count everything anew")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = self.report(compare())
        if wrong and options["repair"]:
            rollups.rebuild_all()
            self.stdout.write("counted anew")
            wrong = self.report(compare())
        if wrong:
            self.stderr.write(f"{wrong} values differ from the contacts; run check_rollups --repair to count anew")
            raise SystemExit(1)
        self.stdout.write("the rollup equals the contacts")

    def report(self, comparisons: list[Comparison]) -> int:
        """Print a line for each comparison; returns how many values are wrong."""
        for c in comparisons:
            self.stdout.write(f"{c.what:<60} {c.values:>12,} compared {c.wrong:>10,} wrong")
        return sum(c.wrong for c in comparisons)
