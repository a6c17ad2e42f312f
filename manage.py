#!/usr/bin/env python
"""The project's commands: `manage.py serve` starts everything, `manage.py help` lists the rest."""

import os
import sys


def main() -> int:
    """Run one management command, with the embedded database beneath it when it needs one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxportal.settings")
    from cxportal.serve.commands import run

    return run(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
