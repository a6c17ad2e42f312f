"""What ends with a piece of work that changes hands: every other open offer of it."""

from __future__ import annotations

import datetime as dt

from teams.scheduling.models import Assignment, GiveAway
from teams.scheduling.swaps import telling
from teams.scheduling.swaps.models import Exchange, Outcome, SwapWish


def close_offers(row: Assignment, now: dt.datetime) -> None:
    """End the open offers, wishes and exchanges of an assignment that is about to go or to be cut.

    Only under the (member, week) lock of its member. The exchange that is being applied is no longer
    open. The others of an exchange that ends by it are told; who sat there knows.
    """
    GiveAway.objects.filter(assignment=row, outcome=GiveAway.Outcome.OPEN).update(
        outcome=GiveAway.Outcome.WITHDRAWN, closed_at=now
    )
    SwapWish.objects.filter(assignment=row, outcome=Outcome.OPEN).update(outcome=Outcome.CLOSED, closed_at=now)
    for exchange in Exchange.objects.filter(legs__assignment=row, outcome=Outcome.OPEN).select_related("pod"):
        exchange.outcome, exchange.closed_at = Outcome.CLOSED, now
        exchange.save(update_fields=["outcome", "closed_at"])
        telling.closed(exchange, row.member_id)
