"""The streams' own service beside the pages of a browser test."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

from django.db import connection
from playwright.sync_api import Page

from cxportal.serve.supervisor import answers
from tests.cxportal.serve.portals import ROOT, eventually

PATIENCE = 30_000  # other tests run beside this one; on an idle machine a claim is seen in 0.2 s


class Streams:
    """The streams' service over the test's database; it may be stopped and started."""

    def __init__(self, pages: int, port: int) -> None:
        self.pages, self.port = pages, port
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        name = connection.settings_dict["NAME"]
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "cxportal.settings",
            "DATABASE_URL": re.sub(r"/[^/]*$", f"/{name}", os.environ["DATABASE_URL"]),
            "PORT": str(self.pages),
            "CXPORTAL_STREAMS_PORT": str(self.port),
        }
        command = ["granian", "--interface", "asgi", "cxportal.asgi:application", "--port", str(self.port)]
        more = ["--no-ws", "--loop", "asyncio", "--log-level", "warning", "--workers-kill-timeout", "2"]
        self.process = subprocess.Popen([sys.executable, "-m", *command, *more], env=environment, cwd=ROOT)
        eventually(lambda: answers(f"http://localhost:{self.port}/health/live"), 60)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None


def live_tag(page: Page, state: str) -> Any:
    """The tag of the page bar for ``live``, ``reconnecting`` or ``polling`` (the time of the data)."""
    return page.locator(f'[data-live-when="{state}"]').first
