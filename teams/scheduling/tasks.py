"""Jobs of this room: what time does to offers, exchanges and the rules of time zones."""

from __future__ import annotations

from procrastinate.contrib.django import app

from teams.scheduling.services import follow_zone_rules
from teams.scheduling.swaps import deadlines


@app.periodic(cron="* * * * *")
@app.task(name="scheduling.end_exchanges", queueing_lock="scheduling.end_exchanges")
def end_exchanges(timestamp: int) -> None:
    """Every minute: end what is over and warn who still waits; each person reads each thing once."""
    deadlines.expire_due()
    deadlines.warn_owners()


@app.periodic(cron="41 2 * * *")
@app.task(name="scheduling.follow_zone_rules")
def follow(timestamp: int) -> None:
    """Every night: an update of the zones' rules is followed, and people are told."""
    follow_zone_rules()
