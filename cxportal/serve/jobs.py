"""Jobs that were left in the middle: a worker that is killed leaves them as being done, and nobody takes them up.

Every job of this house may run again: it asks a service that answers a repeat with nothing, under its locks, so
whatever was left is put back into the queue, whichever job it is.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException

from cxportal.core import periods

SILENT_FOR = dt.timedelta(seconds=30)  # a worker tells every ten seconds that it lives
MOST_STARTS = 5  # a job that takes its worker down with it each time is left as failed, for the status page


def left() -> list[ProcrastinateJob]:
    """Jobs that are being done by a worker that is gone or silent. One query."""
    gone = Q(worker=None) | Q(worker__last_heartbeat__lt=Now() - SILENT_FOR)
    return list(ProcrastinateJob.objects.filter(gone, status="doing").order_by("pk"))


def take_up() -> int:
    """Queue again what was left; returns how many jobs.

    A job whose like waits already is dropped: the other does its work. One that was started too often ends as
    failed. A job that moves on meanwhile stays as it is.
    """
    return sum(_take_up(job) for job in left())


def _take_up(job: ProcrastinateJob) -> bool:
    try:
        with transaction.atomic():
            if job.attempts + 1 >= MOST_STARTS:
                _end(job, forget=False)
                return False
            waiting = ProcrastinateJob.objects.filter(status="todo", queueing_lock=job.queueing_lock)
            if job.queueing_lock is not None and waiting.exists():
                _end(job, forget=True)
                return False
            app.job_manager.retry_job_by_id(job.pk, retry_at=periods.now())
    except ConnectorException:
        return False  # it ended, or its like was queued in this instant: the next look tells
    return True


def _end(job: ProcrastinateJob, *, forget: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', %s)", [job.pk, forget])
