"""A supervised process ends when its parent does, also when the parent is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1
GRACE = 8.0  # seconds that an orphan gets to end by itself


def die_with_parent(sign: signal.Signals) -> Callable[[], None]:
    """What a child runs before it becomes its program: it gets ``sign`` when its parent dies.

    The parent is the thread that starts it, so that must be the main thread. The library is
    loaded here, before the fork.
    """
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(sign))

    return ask


def follow_parent() -> None:
    """End with the parent: by SIGTERM at once, by force a little later; only when supervised.

    CXPORTAL_SUPERVISED holds the number of `manage.py serve`. Called in the modules that granian's
    workers import (a kill of granian's own process would otherwise leave its workers holding the
    port) and by supervised commands. The force is for those that hang while they stop, because the
    database went away in the same instant.
    """
    if "CXPORTAL_SUPERVISED" not in os.environ:
        return
    parent = os.getppid()
    die_with_parent(signal.SIGTERM)()
    if not Path(f"/proc/{os.environ['CXPORTAL_SUPERVISED']}").exists():  # it died before we could ask
        os.kill(os.getpid(), signal.SIGTERM)
    threading.Thread(target=_watch, args=(parent,), name="lifeline", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    time.sleep(GRACE)
    os._exit(1)
