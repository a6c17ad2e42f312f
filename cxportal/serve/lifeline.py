"""A supervised process ends when its parent does, also when the parent is killed."""

from __future__ import annotations

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1


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
