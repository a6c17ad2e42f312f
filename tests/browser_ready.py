"""`python -m tests.browser_ready`: the browser that the tests drive, installed when missing and allowed.

Run by `make test` before all else. Debian's Chromium by apt for root; elsewhere one sentence that names the ways.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import Any


def found() -> str | None:
    """The Chromium that the tests will drive."""
    named = os.environ.get("CXPORTAL_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def main() -> int:
    """0 when a browser is there, after an installation if need be."""
    if found():
        return 0
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("cxportal: installing Chromium for the browser tests", flush=True)
        quiet: dict[str, Any] = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "check": False}
        subprocess.run(["apt-get", "update", "-qq"], **quiet)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], **quiet)
        if found():
            return 0
    print(
        "cxportal: the browser tests need Chromium. Have it installed (Debian, as root: apt install chromium), name "
        "one in CXPORTAL_CHROMIUM, or run all other tests: make check && .venv/bin/python -m pytest -m 'not browser'",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
