"""A supervised process ends when its parent does, also when the parent is killed."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable

PR_SET_PDEATHSIG = 1


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
    """Ask the kernel for SIGTERM when the parent dies; only when `manage.py serve` supervises.

    Called in the modules that granian's workers import: a kill of granian's own process would
    otherwise leave its workers holding the port.
    """
    if "CXPORTAL_SUPERVISED" not in os.environ:
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:
        os.kill(os.getpid(), signal.SIGTERM)
