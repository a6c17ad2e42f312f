"""Jobs of departures: whose day has come leaves, whoever wrote the date."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from procrastinate.contrib.django import app

from cxportal.core import periods
from cxportal.core.periods import DAY
from cxportal.core.violations import Refused
from cxportal.departures import services
from cxportal.departures.queries import due_people, left_pods
from teams.people.models import User


@app.periodic(cron="* * * * *")
@app.task(name="departures.due", queueing_lock="departures.due")
def due(timestamp: int) -> None:
    """Every minute: who leaves by now, and what somebody got in the instant in which they left."""
    run_due(periods.now())


@app.task(name="departures.look")
def look() -> None:
    """The same at once, after the end of a membership was written."""
    run_due(periods.now())


def look_at(_person: User) -> None:
    """A membership got an end in this transaction: look once it is committed."""
    look.defer()


def run_due(now: dt.datetime) -> None:
    """One transaction a person and pod; a repeat finds nothing. Who is busy or may not go is asked again later."""
    for person in due_people(now):
        planned = person.leaves_on is not None and person.leaves_on < now.date()
        with suppress(Refused):
            services.leave_company(by=None, person=person, last=person.leaves_on if planned else None, at=now)
    for row in left_pods(now):
        with suppress(Refused):
            services.settle_pod(person=row.member, pod=row.pod, last=row.period.upper - DAY, at=now)
