"""Read models of presence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from cxportal.core import periods
from teams.presence.models import Presence, State
from teams.presence.rules import heard
from teams.scheduling.queries import OnDuty, on_duty


def presence_of(member_ids: Iterable[int]) -> dict[int, Presence]:
    """Presence rows by member id; people who never opened a page are missing. One query."""
    return {p.member_id: p for p in Presence.objects.filter(member_id__in=list(member_ids))}


def is_present(presence: Presence | None, at: dt.datetime | None = None, *, live: bool = True) -> bool:
    """Is there a fresh sign of life and a state that serves customers?

    For live channels a sign of life lasts 75 s, so a sleeping phone never counts; for written
    ones 15 min.
    """
    at = at or periods.now()
    if presence is None or presence.state not in (State.AVAILABLE, State.AFTER_WORK):
        return False
    return heard(presence.heartbeat_at, at, live=live)


def present_now(pod_ids: Iterable[int], at: dt.datetime | None = None) -> list[tuple[OnDuty, Presence]]:
    """People on duty in these pods who are really there, with their presence. Three queries."""
    at = at or periods.now()
    duty = on_duty(pod_ids, at)
    known = presence_of(d.member_id for d in duty)
    return [(d, known[d.member_id]) for d in duty if is_present(known.get(d.member_id), at, live=False)]
