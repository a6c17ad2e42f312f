"""Put shifts to come back at their wall times after an update of the time zones' rules."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from teams.scheduling.services import follow_zone_rules


class Command(BaseCommand):
    """What the nightly job does, at once: for whoever has just updated the zones' rules."""

    help = "keep the wall times of shifts to come where the rules of a time zone changed; who sits on them is told"

    def handle(self, *args: Any, **options: Any) -> None:
        done = follow_zone_rules()
        self.stdout.write(f"{done.shifts} shifts keep their wall times at other instants, {done.freed} seats are open.")
