"""Jobs of this room: folding the appended differences of the rollup, marking imports that were stopped."""

from __future__ import annotations

from procrastinate.contrib.django import app

from customers.contacts import rollups
from cxportal.core import staging


@app.periodic(cron="*/10 * * * * *")
@app.task(name="contacts.fold_rollups", queueing_lock="contacts.fold_rollups")
def fold_rollups(timestamp: int) -> None:
    """Every ten seconds; counts are exact without it, it only keeps the reading of them short."""
    rollups.fold()


@app.periodic(cron="* * * * *")
@app.task(name="contacts.mark_stopped_imports", queueing_lock="contacts.mark_stopped_imports")
def mark_stopped_imports(timestamp: int) -> None:
    """Once a minute: show imports as failed whose process is gone. They left nothing behind."""
    staging.settle_stopped()
