"""`python -m tests.programs`: the programs that the tests drive, installed when missing and allowed.

Run by `make test` before all else. Debian's packages by apt for root. Without a browser it ends with one sentence
that names the ways; without a calendar client the test of the feeds is skipped and says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import Any

CALENDARS = ("khal", "vdirsyncer")


def browser() -> str | None:
    """The Chromium that the tests will drive."""
    named = os.environ.get("CXPORTAL_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def no_calendars() -> str:
    """Which programs of the calendar client are missing, and how to have them; empty when both are there."""
    missing = [name for name in CALENDARS if not shutil.which(name)]
    return f"{' and '.join(missing)} missing (Debian, as root: apt install khal vdirsyncer)" if missing else ""


def may_install() -> bool:
    """Whether this is a Debian whose packages one may install."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def _install() -> None:
    wanted = [*([] if browser() else ["chromium"]), *([] if not no_calendars() else CALENDARS)]
    print(f"cxportal: installing {', '.join(wanted)} for the tests", flush=True)
    quiet: dict[str, Any] = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "check": False}
    subprocess.run(["apt-get", "update", "-qq"], **quiet)
    for name in wanted:  # each by itself: one that can't be had takes none of the others with it
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", name], **quiet)


def main() -> int:
    """0 when a browser is there, after an installation if need be."""
    if (no_calendars() or not browser()) and may_install():
        _install()
    if missing := no_calendars():
        print(f"cxportal: the test of the calendar feeds with a calendar client is skipped: {missing}", flush=True)
    if browser():
        return 0
    print(
        "cxportal: the browser tests need Chromium. Have it installed (Debian, as root: apt install chromium), name "
        "one in CXPORTAL_CHROMIUM, or run all other tests: make check && .venv/bin/python -m pytest -m 'not browser'",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
