"""Jobs of this room: sending mail, and forgetting old notices and kept texts."""

from __future__ import annotations

import contextlib
import datetime as dt

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from cxportal.core import periods
from cxportal.core.realtime import person_topic, publish
from teams.notifications import mailing, services
from teams.notifications.models import Mail, Notice

NOTICES_KEPT_FOR = dt.timedelta(days=90)
MAIL_KEPT_FOR = dt.timedelta(days=30)


@app.task(name="notifications.deliver", retry=RetryStrategy(max_attempts=services.MOST_ATTEMPTS, exponential_wait=5))
def deliver(*, mail_id: int) -> None:
    """Send one message; retried after 5, 25, 125 and 625 seconds."""
    services.deliver(mail_id=mail_id)


@app.task(name="notifications.mail_notices", retry=RetryStrategy(max_attempts=3, wait=30))
def mail_notices(*, people: list[int]) -> None:
    """Mail what these people want at once; in quiet hours it waits for ``mail_waiting``."""
    for person in people:
        mailing.mail_at_once(person=person)


@app.periodic(cron="*/5 * * * *")
@app.task(name="notifications.mail_waiting")
def mail_waiting(timestamp: int) -> None:
    """Every five minutes: what was kept over quiet hours, the daily summaries that are due, and what was left behind.

    A message whose job was killed with its worker would wait for ever.
    """
    for mail_id in mailing.left_behind():
        with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
            deliver.configure(queueing_lock=f"mail:{mail_id}").defer(mail_id=mail_id)
    for person in mailing.people_waiting():
        mailing.mail_at_once(person=person)
        mailing.mail_digest(person=person)


@app.periodic(cron="* * * * *")
@app.task(name="notifications.tell_after_quiet_hours")
def tell_after_quiet_hours(timestamp: int) -> None:
    """Every minute: open pages hear of the questions whose quiet hours end now; those stand at whole minutes."""
    now = dt.datetime.fromtimestamp(timestamp, dt.UTC).replace(second=0, microsecond=0)
    people = Notice.objects.filter(created_at=now, read_at=None).values_list("recipient", flat=True)
    publish((person_topic(person) for person in set(people)), "notices")


@app.periodic(cron="17 3 * * *")
@app.task(name="notifications.forget")
def forget(timestamp: int) -> None:
    """Every night: notices older than 90 days, and mail older than 30 days with the links in it."""
    now = periods.now()
    Notice.objects.filter(created_at__lt=now - NOTICES_KEPT_FOR).delete()
    Mail.objects.filter(created_at__lt=now - MAIL_KEPT_FOR).delete()
