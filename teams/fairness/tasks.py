"""The job of this room: what was worked comes into the ledger."""

from __future__ import annotations

from procrastinate.contrib.django import app

from teams.fairness import services
from teams.pods.models import Pod


@app.periodic(cron="7 * * * *")
@app.task(name="fairness.settle")
def settle(timestamp: int) -> None:
    """Every hour, each pod in a transaction of its own; a page that is opened meanwhile does the same by itself."""
    for pod in Pod.objects.filter(closed_at__isnull=True):
        services.settle(pod=pod)
