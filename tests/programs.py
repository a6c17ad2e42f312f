"""`python -m tests.programs`: the programs that the tests drive, installed when missing and allowed.

Run by `make test` before all else. Debian's packages by apt for root. Where one is still missing it ends with a
sentence that names the ways: no test is left out in silence.
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


def no_calendars() -> list[str]:
    """Which programs of the calendar client are missing."""
    return [name for name in CALENDARS if not shutil.which(name)]


def may_install() -> bool:
    """Whether this is a Debian whose packages one may install."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def _install() -> None:
    wanted = [*([] if browser() else ["chromium"]), *no_calendars()]
    print(f"cxportal: installing {', '.join(wanted)} for the tests", flush=True)
    quiet: dict[str, Any] = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "check": False}
    subprocess.run(["apt-get", "update", "-qq"], **quiet)
    for name in wanted:  # each by itself: one that can't be had takes none of the others with it
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", name], **quiet)


def main() -> int:
    """0 when all are there, after an installation if need be."""
    if (no_calendars() or not browser()) and may_install():
        _install()
    if not browser():
        _say(
            "the browser tests need Chromium. Have it installed (Debian, as root: apt install chromium), name one in "
            "CXPORTAL_CHROMIUM, or run all other tests: make check && .venv/bin/python -m pytest -m 'not browser'"
        )
    if missing := no_calendars():
        _say(
            f"the tests of the calendar feeds need {' and '.join(missing)}. Have them installed (Debian, as root: apt "
            "install khal vdirsyncer), or run all other tests: make check && .venv/bin/python -m pytest --ignore "
            "tests/teams/feeds/test_calendar_client.py"
        )
    return 0 if browser() and not missing else 1


def _say(what: str) -> None:
    print(f"cxportal: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
