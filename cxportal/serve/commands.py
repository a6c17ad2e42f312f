"""How `manage.py` runs one command: as the right role, with the embedded database beneath it."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from cxportal.serve import embedded, lifeline
from cxportal.serve.environment import Unusable

# These change tables and therefore run as their owner.
AS_OWNER = {"serve", "prepare", "backup", "restore", "migrate", "createcachetable", "flush", "sqlmigrate", "pgtrigger"}
# These start without a database (`serve` brings its own).
WITHOUT_DATABASE = {
    "serve", "service", "check", "makemigrations", "makemessages", "compilemessages", "collectstatic", "findstatic",
    "help", "version", "--help", "--version", "-h", "startapp", "spectacular", "test", "diffsettings",
}  # fmt: skip

# What the system refuses and a person can mend.
RIGHTS = {errno.EACCES, errno.EPERM, errno.EROFS}
ROOM = {errno.ENOSPC, errno.EDQUOT}


def run(argv: list[str]) -> int:
    """Run one management command; a reason why it can't is one sentence and exit code 1."""
    command = argv[1] if len(argv) > 1 else "help"
    if command in AS_OWNER:
        os.environ["CXPORTAL_AS_OWNER"] = "1"
    try:
        _execute(command, argv)
    except Unusable as problem:
        sys.stderr.write(f"cxportal: {problem}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        way = _way_out(error)
        if not way:
            raise
        sys.stderr.write(f"cxportal: {way}\n")
        return 1
    except Exception as error:
        if not _is_away(error):
            raise
        reason = str(error).strip().splitlines()[0]
        sys.stderr.write(f"cxportal: The database can't be reached ({reason}): start it, or correct DATABASE_URL.\n")
        return 1
    return 0


def _way_out(error: OSError) -> str:
    """One sentence for a missing right or a full disk; empty for what is a fault of ours."""
    if error.errno in RIGHTS and error.filename:
        return f"{error.filename} can't be used ({error.strerror}): give this account the right to it."
    if error.errno in ROOM:
        return f"{error.filename or 'The disk'} can't be written ({error.strerror}): make room and start again."
    return ""


def _is_away(error: Exception) -> bool:
    from django.db import OperationalError

    from cxportal.core.requests import is_away

    return isinstance(error, OperationalError) and is_away(error)


def _execute(command: str, argv: list[str]) -> None:
    from django.core.management import execute_from_command_line

    supervised = "CXPORTAL_SUPERVISED" in os.environ
    lifeline.follow_parent()
    if command in WITHOUT_DATABASE or supervised or os.environ.get("DATABASE_URL"):
        execute_from_command_line(argv)
        return
    data = Path(os.environ.get("CXPORTAL_DATA") or Path(__file__).resolve().parents[2] / ".data").resolve()
    with embedded.running(data):
        execute_from_command_line(argv)
