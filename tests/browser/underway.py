"""Which requests the served pages still answer: a closed tab does not end its request.

A test's tables are emptied behind it; a request that still reads them then is a deadlock.
"""

from __future__ import annotations

import threading
from typing import Any

from django.core.signals import request_finished, request_started

_changed = threading.Condition()
_count = 0


def _add(step: int) -> None:
    global _count
    with _changed:
        _count += step
        _changed.notify_all()


def _started(**_about: Any) -> None:
    _add(1)


def _finished(**_about: Any) -> None:
    _add(-1)


request_started.connect(_started, dispatch_uid="requests under way")
request_finished.connect(_finished, dispatch_uid="requests under way")


def wait_for_none(seconds: float = 20) -> bool:
    """Wait until no request is under way in this process; False when some still are after that time."""
    with _changed:
        return _changed.wait_for(lambda: _count <= 0, seconds)


def how_many() -> int:
    """Requests under way now."""
    return _count
