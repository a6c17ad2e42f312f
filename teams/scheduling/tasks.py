"""Jobs of this room: what time does to quiet offers, exchanges and the rules of time zones."""

from __future__ import annotations

from contextlib import suppress

from procrastinate.contrib.django import app

from cxportal.core import periods
from cxportal.core.violations import Refused
from teams.scheduling.opening.models import QuietOffer
from teams.scheduling.services import carry_out, follow_zone_rules
from teams.scheduling.swaps import deadlines


@app.periodic(cron="* * * * *")
@app.task(name="scheduling.end_exchanges", queueing_lock="scheduling.end_exchanges")
def end_exchanges(timestamp: int) -> None:
    """Every minute: end what is over and warn who still waits; each person reads each thing once."""
    deadlines.expire_due()
    deadlines.warn_owners()


@app.task(name="scheduling.carry_out_quiet_offer")
def carry_out_quiet_offer(*, offer: int) -> None:
    """At its instant: take what was quietly offered. When the roster is busy, the look of the next minute does it."""
    with suppress(Refused):
        carry_out(offer=offer)


@app.periodic(cron="* * * * *")
@app.task(name="scheduling.carry_out_due", queueing_lock="scheduling.carry_out_due")
def carry_out_due(timestamp: int) -> None:
    """Every minute: quiet offers whose instant has come and whose own job did not carry them out."""
    due = QuietOffer.objects.filter(outcome=QuietOffer.Outcome.OPEN, falls_at__lte=periods.now())
    for pk in due.order_by("made_at", "pk").values_list("pk", flat=True):
        carry_out_quiet_offer(offer=pk)


@app.periodic(cron="41 2 * * *")
@app.task(name="scheduling.follow_zone_rules")
def follow(timestamp: int) -> None:
    """Every night: an update of the zones' rules is followed, and people are told."""
    follow_zone_rules()
