"""Jobs of this room: what time does to offers and exchanges."""

from __future__ import annotations

from procrastinate.contrib.django import app

from teams.scheduling.swaps import deadlines


@app.periodic(cron="* * * * *")
@app.task(name="scheduling.end_exchanges", queueing_lock="scheduling.end_exchanges")
def end_exchanges(timestamp: int) -> None:
    """Every minute: end what is over and warn who still waits; each person reads each thing once."""
    deadlines.expire_due()
    deadlines.warn_owners()
