"""What the status page shows: which services run, what waits, what went wrong, which version this is."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

import cxportal
from cxportal.core.models import ImportRun
from cxportal.core.violations import Text
from teams.notifications.models import Mail

# What each service is for, by the name under which it reports to the database.
SERVICES: dict[str, Text] = {
    "pages": _("Pages and API"),
    "listen": _("Live updates"),
    "router": _("Hands contacts to people"),
    "jobs": _("Works on what can wait"),
}


@dataclass(frozen=True)
class ServiceState:
    """One service as the database sees it: connected since when, started again how often."""

    name: str
    purpose: Text
    connections: int
    since: dt.datetime | None
    restarts: int | None

    @property
    def runs(self) -> bool:
        """True when at least one process of it is connected now."""
        return self.connections > 0


@dataclass(frozen=True)
class FailedJob:
    """A job that ended with an error for good."""

    pk: int
    task: str
    attempts: int


@dataclass(frozen=True)
class Status:
    """Everything on the status page."""

    version: str
    database: str
    services: list[ServiceState]
    jobs: dict[str, int]
    failed_jobs: list[FailedJob]
    mail: dict[str, int]
    mail_server: bool
    imports: list[ImportRun]

    @property
    def troubles(self) -> int:
        """How many things need somebody: services that don't run, failed jobs, kept mail."""
        return sum(not one.runs for one in self.services) + self.jobs["failed"] + self.mail[Mail.State.KEPT]


def status() -> Status:
    """The state of this installation now, in six queries."""
    return Status(
        version=cxportal.__version__,
        database=_database(),
        services=_services(),
        jobs=_jobs(),
        failed_jobs=_failed_jobs(),
        mail=_mail(),
        mail_server=bool(settings.MAIL_HOST),
        imports=list(ImportRun.objects.exclude(state="tried").order_by("-started_at")[:8]),
    )


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0]).split()[0]


def _services() -> list[ServiceState]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT replace(application_name, 'cxportal-', ''), count(*), min(backend_start) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE 'cxportal-%%' GROUP BY 1",
            [],
        )
        seen = {name: (count, since) for name, count, since in cursor.fetchall()}
    restarts = _restarts()
    found = []
    for name, purpose in SERVICES.items():
        count, since = seen.get(name, (0, None))
        shown = "streams" if name == "listen" else name
        found.append(ServiceState(shown, purpose, count, since, restarts.get(shown)))
    return found


def _restarts() -> dict[str, int]:
    """How often the supervisor started each service again; empty when units start them."""
    try:
        known: dict[str, Any] = json.loads((settings.DATA / "services.json").read_text())
        return {row["name"]: row["restarts"] for row in known["services"]}
    except (OSError, ValueError, KeyError):
        return {}


def _jobs() -> dict[str, int]:
    counted = dict(ProcrastinateJob.objects.values_list("status").annotate(Count("pk")))
    return {state: counted.get(state, 0) for state in ("todo", "doing", "succeeded", "failed")}


def _failed_jobs() -> list[FailedJob]:
    rows = ProcrastinateJob.objects.filter(status="failed").order_by("-pk")[:8]
    return [FailedJob(row.pk, row.task_name, row.attempts) for row in rows]


def _mail() -> dict[str, int]:
    counted = dict(Mail.objects.values_list("state").annotate(Count("pk")))
    return {state: counted.get(state, 0) for state in Mail.State.values}
