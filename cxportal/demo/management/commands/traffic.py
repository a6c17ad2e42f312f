"""``manage.py traffic``: play arrivals and colleagues of the demo until stopped."""

from __future__ import annotations

import signal
import threading
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandParser

from cxportal.core.models import ImportRun
from cxportal.demo import loading
from cxportal.demo.build import find
from cxportal.demo.company import plan
from cxportal.demo.traffic import TICK, Traffic, stop_file
from cxportal.serve import lifeline


class Command(BaseCommand):
    help = "Play gentle arrivals and colleagues of the demo company. --stop and --start switch a running portal's."
    requires_system_checks = []  # `serve` and the pages check; here they would cost a second

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--stop", action="store_true", help="stop the traffic until --start, over restarts too")
        parser.add_argument("--start", action="store_true", help="let it go on")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["stop"] or options["start"]:
            self._switch(stop=options["stop"])
            return
        lifeline.follow_parent()
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        player: Traffic | None = None
        while not ended.wait(TICK):
            run = loading.state()
            if run is None or run.state != ImportRun.State.DONE or stop_file().exists():
                player = None
                ended.wait(5 * TICK)
                continue
            player = player or Traffic(find(plan(run.detail["scale"])), np.random.default_rng())
            player.tick()

    def _switch(self, *, stop: bool) -> None:
        path = stop_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        if stop:
            path.touch()
        else:
            path.unlink(missing_ok=True)
        self.stdout.write("The demo's traffic is stopped." if stop else "The demo's traffic runs.")
