"""What ends with a piece of work that changes hands or is another than was offered: every open offer of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from cxportal.core.database import translate_errors
from teams.scheduling.models import Assignment, GiveAway
from teams.scheduling.swaps import telling
from teams.scheduling.swaps.models import Exchange, Outcome, SwapWish


def close_offers(row: Assignment, now: dt.datetime) -> None:
    """End the open offers, wishes and exchanges of an assignment that is about to go or to be cut."""
    close_all([row], now)


def close_all(rows: Iterable[Assignment], now: dt.datetime) -> None:
    """The same for several assignments.

    Only under the (member, week) locks of their members. The exchange that is being applied is no longer
    open. The others of an exchange that ends by it are told; who sat there knows.
    """
    ids = {row.pk: row.member_id for row in rows}
    if not ids:
        return
    GiveAway.objects.filter(assignment__in=ids, outcome=GiveAway.Outcome.OPEN).update(
        outcome=GiveAway.Outcome.WITHDRAWN, closed_at=now
    )
    SwapWish.objects.filter(assignment__in=ids, outcome=Outcome.OPEN).update(outcome=Outcome.CLOSED, closed_at=now)
    hit = Exchange.objects.filter(outcome=Outcome.OPEN, pk__in=Exchange.objects.filter(legs__assignment__in=ids))
    # The job that ends what is over takes no lock of the roster: it and this meet at the row.
    with translate_errors():
        found = list(hit.select_for_update(of=("self",)).select_related("pod").order_by("pk"))
    for exchange in found:
        exchange.outcome, exchange.closed_at = Outcome.CLOSED, now
        exchange.save(update_fields=["outcome", "closed_at"])
        telling.closed(exchange, set(ids.values()))
