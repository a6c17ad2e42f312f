"""Acts on presence: say that one is here, on a break, away; a sign of life; the hands.

A change of state is one row and one event in one transaction, told to the router and the boards.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxportal.core import periods, realtime
from cxportal.core.database import translate_errors
from cxportal.core.violations import Denied, Refused, Violation
from teams.people.models import User
from teams.pods.queries import standing
from teams.presence.models import Presence, PresenceEvent, State
from teams.presence.rules import LIVE_LIMIT

SERVING = (State.AVAILABLE, State.AFTER_WORK)
CHOSEN = (State.AVAILABLE, State.BREAK, State.AWAY, State.OFFLINE)


def presence_row(member_id: int) -> Presence:
    """The person's presence row, locked until the transaction ends; made when missing. Raises Refused (`busy`)."""
    with translate_errors():
        row = Presence.objects.select_for_update().filter(pk=member_id).first()
        if row is None:
            Presence.objects.bulk_create([Presence(member_id=member_id)], ignore_conflicts=True)
            row = Presence.objects.select_for_update().get(pk=member_id)
    return row


@transaction.atomic
def set_state(*, by: User, state: str, member: User | None = None, at: dt.datetime | None = None) -> Presence:
    """Say what a person is doing. Only the person themselves, or an integration for them.

    Locks the presence row. Raises Refused (``presence_unknown``) for a state that cannot be
    chosen and Denied for somebody else's. Choosing the same state again changes nothing.
    """
    member = member or by
    if state not in CHOSEN:
        raise Refused(Violation("presence_unknown", _("Choose available, on a break, away or offline.")))
    if member.pk != by.pk and not standing(by).is_administrator:
        raise Denied(_("Everybody says for themselves whether they are available."))
    at = at or periods.now()
    row = presence_row(member.pk)
    return _changed(row, state, at, sign_of_life=True)


@transaction.atomic
def leave(member: User) -> None:
    """A deactivated person is offline at once: nothing is offered to them again. Locks the presence row."""
    if Presence.objects.filter(pk=member.pk).exists():
        _changed(presence_row(member.pk), State.OFFLINE, periods.now())


def _changed(row: Presence, state: str, at: dt.datetime, *, sign_of_life: bool = False) -> Presence:
    if sign_of_life and (row.heartbeat_at is None or row.heartbeat_at < at):
        row.heartbeat_at, row.silent_since = at, None
    changed = row.state != state and (row.since <= at or row.state == State.OFFLINE)
    if changed:
        row.state, row.since = state, at
        if state == State.AVAILABLE and row.idle_since is None:
            row.idle_since = at
        PresenceEvent.objects.create(member_id=row.member_id, state=state, at=at)
    row.save()
    if changed:
        _tell(row.member)
    return row


@transaction.atomic
def working(*, member_id: int, state: str, at: dt.datetime, idle_since: dt.datetime | None) -> None:
    """The hands of a person changed: writing up, or free again. Called by routing with the row locked.

    A break or absence that was chosen meanwhile stays.
    """
    row = presence_row(member_id)
    row.idle_since = idle_since
    if row.state in SERVING:
        _changed(row, state, at)
    else:
        row.save(update_fields=["idle_since"])


@transaction.atomic
def heartbeat(*, member: User, at: dt.datetime | None = None) -> bool:
    """A page of this person is open and awake. No event while nothing changes.

    Locks the presence row. True when the person had fallen silent and is heard again: that is
    recorded, and the router is told, so that work that waits finds them.
    """
    at = at or periods.now()
    row = Presence.objects.select_for_update().filter(pk=member.pk).first()
    if row is None or (row.heartbeat_at is not None and row.heartbeat_at >= at):
        return False
    silent = row.silent_since is not None or row.heartbeat_at is None or at - row.heartbeat_at > LIVE_LIMIT
    Presence.objects.filter(pk=member.pk).update(heartbeat_at=at, silent_since=None)
    if row.silent_since is not None:
        PresenceEvent.objects.create(member_id=member.pk, state=row.state, at=at)
    if silent and row.state in SERVING:
        _tell(member)
    return silent


@transaction.atomic
def note_silence(*, at: dt.datetime | None = None) -> int:
    """Record everybody who stopped giving signs of life; the router calls it. Returns how many.

    A row that is locked at this moment is somebody's act, so it is left for the next look.
    """
    at = at or periods.now()
    rows = list(
        Presence.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state__in=SERVING, silent_since__isnull=True)
        .filter(Q(heartbeat_at__lt=at - LIVE_LIMIT) | Q(heartbeat_at__isnull=True))
        .select_related("member")
    )
    for row in rows:
        row.silent_since = (row.heartbeat_at or at - LIVE_LIMIT) + LIVE_LIMIT
        PresenceEvent.objects.create(
            member_id=row.member_id, state=row.state, silent=True, at=row.silent_since, recorded_at=at
        )
        _tell(row.member)
    Presence.objects.bulk_update(rows, ["silent_since"])
    return len(rows)


def _tell(member: User) -> None:
    realtime.publish("presence", "changed", member=member.pk)
    for pod_id in standing(member).member_of:
        realtime.publish(f"queue:{pod_id}", "team", member=member.pk)


def is_listening(*, member: User) -> bool:
    """Does a sign of life of this person mean anything: did they say that they are here? One query."""
    return Presence.objects.filter(pk=member.pk, state__in=SERVING).exists()
