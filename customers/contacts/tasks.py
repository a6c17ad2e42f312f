"""Jobs of this room: folding the appended differences of the rollup."""

from __future__ import annotations

from procrastinate.contrib.django import app

from customers.contacts import rollups


@app.periodic(cron="*/10 * * * * *")
@app.task(name="contacts.fold_rollups", queueing_lock="contacts.fold_rollups")
def fold_rollups(timestamp: int) -> None:
    """Every ten seconds; counts are exact without it, it only keeps the reading of them short."""
    rollups.fold()
