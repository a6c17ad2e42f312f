"""The worker finds the job that lets offers end."""

from __future__ import annotations

from procrastinate.contrib.django import app

from teams import tasks


def test_offers_end_by_a_job_of_every_minute() -> None:
    task = tasks.scheduling.end_exchanges
    assert app.tasks["scheduling.end_exchanges"] is task
    assert ("scheduling.end_exchanges", "") in app.periodic_registry.periodic_tasks
