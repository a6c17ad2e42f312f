"""Jobs of this room: sending mail, and forgetting old notices and kept texts."""

from __future__ import annotations

import datetime as dt

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from cxportal.core import periods
from teams.notifications import services
from teams.notifications.models import Mail, Notice

NOTICES_KEPT_FOR = dt.timedelta(days=90)
MAIL_KEPT_FOR = dt.timedelta(days=30)


@app.task(name="notifications.deliver", retry=RetryStrategy(max_attempts=services.MOST_ATTEMPTS, exponential_wait=5))
def deliver(*, mail_id: int) -> None:
    """Send one message; retried after 5, 25, 125 and 625 seconds."""
    services.deliver(mail_id=mail_id)


@app.periodic(cron="17 3 * * *")
@app.task(name="notifications.forget")
def forget(timestamp: int) -> None:
    """Every night: notices older than 90 days, and mail older than 30 days with the links in it."""
    now = periods.now()
    Notice.objects.filter(created_at__lt=now - NOTICES_KEPT_FOR).delete()
    Mail.objects.filter(created_at__lt=now - MAIL_KEPT_FOR).delete()
