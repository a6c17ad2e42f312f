"""Jobs of a killed worker begin again, whichever job it is; none of them has a second effect."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from cxportal.core import periods
from cxportal.core.periods import DAY, HOUR
from cxportal.serve import jobs, tasks
from teams.consent import services as votes
from teams.consent.models import Proposal
from teams.notifications import mailing
from teams.people.models import User
from teams.scheduling import services as roster
from teams.scheduling.opening.models import QuietOffer
from tests.cast import Cast
from tests.factories import scheduling as shifts

pytestmark = pytest.mark.django_db


def sql(statement: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.fetchone()[0])


def queue(name: str, **args: Any) -> None:
    app.tasks[name].defer(**args)


def worker(*, silent_for: int) -> int:
    return sql(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second') RETURNING id",
        silent_for,
    )


def being_done(by: int | None, *, attempts: int = 0) -> int:
    """The job that was queued last, as it stands while a worker does it."""
    return sql(
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s"
        " WHERE id = (SELECT max(id) FROM procrastinate_jobs) RETURNING id",
        by,
        attempts,
    )


def state(job: int) -> str:
    return str(ProcrastinateJob.objects.get(pk=job).status)


@pytest.mark.parametrize("silent_for", [31, None], ids=["silent", "gone"])
def test_a_job_of_a_worker_that_is_silent_or_gone_begins_again(silent_for: int | None) -> None:
    queue("departures.look")
    left = being_done(worker(silent_for=silent_for) if silent_for else None)
    queue("leave.waiting", timestamp=0)
    second = being_done(None)
    tasks.take_up_left_jobs(0)
    assert [state(left), state(second)] == ["todo", "todo"]
    assert ProcrastinateJob.objects.get(pk=left).attempts == 1


def test_a_job_of_a_worker_that_lives_goes_on() -> None:
    queue("departures.look")
    job = being_done(worker(silent_for=20))
    assert jobs.take_up() == 0
    assert state(job) == "doing"


def test_a_job_whose_like_waits_already_is_dropped() -> None:
    queue("scheduling.carry_out_due", timestamp=1)
    left = being_done(None)
    queue("scheduling.carry_out_due", timestamp=2)
    assert jobs.take_up() == 0
    assert not ProcrastinateJob.objects.filter(pk=left).exists()
    # Scenes that really commit leave jobs of other kinds behind.
    alike = ProcrastinateJob.objects.filter(task_name="scheduling.carry_out_due")
    assert list(alike.values_list("status", "args")) == [("todo", {"timestamp": 2})]


def test_a_job_that_takes_its_worker_down_each_time_ends_as_failed() -> None:
    queue("departures.look")
    job = being_done(None, attempts=jobs.MOST_STARTS - 1)
    jobs.take_up()
    assert state(job) == "failed"


def counted() -> dict[str, int]:
    """How many rows each table of ours holds, the history included."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models() if model._meta.managed}


def due(cast: Cast) -> QuietOffer:
    """Something for many jobs: work that is over, a vote that ended, a quiet offer, somebody whose day has come."""
    now = periods.now()
    shifts.seated(cast.member, shifts.shift(cast.isar, now.date() - 3 * DAY, start="12:00", end="20:30"))
    votes.propose(by=cast.member, pod=cast.isar, values={"rest_minutes": 12 * 60}, at=now - 30 * DAY)
    offer = roster.offer_quietly(by=cast.member, shift=shifts.shift(cast.isar).pk, falls_at=now + HOUR)
    QuietOffer.objects.update(falls_at=now - HOUR)
    midnight = dt.time()  # equal times: no quiet hours, whenever this test runs
    mailing.choose(by=cast.member, choices={}, quiet_from=midnight, quiet_until=midnight, digest_at=midnight)
    User.objects.filter(pk=cast.second_member.pk).update(leaves_on=now.date() - DAY)
    return offer


def test_every_job_of_the_house_runs_again_without_another_effect(cast: Cast, settings: Any) -> None:
    settings.MAIL_HOST = "mail.example"
    offer, before = due(cast), counted()
    given: dict[str, dict[str, Any]] = {
        "notifications.deliver": {"mail_id": 0},
        "notifications.mail_notices": {"people": [cast.member.pk, cast.lead.pk]},
        "scheduling.carry_out_quiet_offer": {"offer": offer.pk},
        "departures.look": {},
    }
    now = int(dt.datetime.now(dt.UTC).timestamp())
    ours = [name for name in app.tasks if not name.startswith(("builtin", "procrastinate"))]
    ours.sort(key=lambda name: (name.startswith("notifications."), name))  # what the others tell is mailed after them

    def run() -> dict[str, int]:
        for name in ours:
            app.tasks[name].func(**given.get(name, {"timestamp": now}))
        return counted()

    once = run()
    assert Proposal.objects.get().state != Proposal.State.OPEN
    changed = {label for label in once if once[label] != before[label]}
    assert {"teams.PointEntry", "teams.Assignment", "teams.Notice", "teams.Mail"} <= changed
    assert run() == once
