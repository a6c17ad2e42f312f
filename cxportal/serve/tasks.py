"""The job that looks after the other jobs."""

from __future__ import annotations

from procrastinate.contrib.django import app

from cxportal.serve import jobs


@app.periodic(cron="* * * * *")
@app.task(name="serve.take_up_left_jobs", queueing_lock="serve.take_up_left_jobs")
def take_up_left_jobs(timestamp: int) -> None:
    """Every minute: jobs whose worker was killed begin again."""
    jobs.take_up()
