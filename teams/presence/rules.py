"""How long a sign of life lasts. Pure."""

from __future__ import annotations

import datetime as dt

# A page in view reports every 20 s. A desk behind other windows still reports once a minute,
# a sleeping phone does not report at all: it must not be given a caller.
HEARTBEAT_SECONDS = 20
LIVE_LIMIT = dt.timedelta(seconds=75)
WRITTEN_LIMIT = dt.timedelta(minutes=15)


def heard(heartbeat_at: dt.datetime | None, at: dt.datetime, *, live: bool) -> bool:
    """Is the last sign of life fresh enough for a live channel, or for a written one?"""
    return heartbeat_at is not None and at - heartbeat_at <= (LIVE_LIMIT if live else WRITTEN_LIMIT)
