"""The router as a process of its own: it gives out what waits, one leads, and killing it loses nothing."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from customers.contacts.models import Contact, ContactEvent
from customers.routing import engine, services
from customers.routing.models import Offer, RoutingDecision
from cxportal.core.periods import HOUR, Period, local_date, monday
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling.services.weeks import NewShift, add_shifts
from tests.factories import customers, people, pods, routing, scheduling

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def routers() -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts routers on the test's database; whatever still runs is ended."""
    started: list[subprocess.Popen[str]] = []
    address = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    env = os.environ | {"DATABASE_URL": address, "CXPORTAL_SERVICE": "router"}

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "manage.py", "run_router"]
        started.append(subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def pod(db: None) -> Pod:
    """A pod that is open around the clock, so that the test may run at any hour."""
    pods.company()
    return pods.open_pod("Isar", in_area=pods.area("South"), opens=0, closes=1440)


def on_shift_now(pod: Pod, name: str) -> User:
    member = people.member(pod, name)
    now = dt.datetime.now(dt.UTC)
    period = Period(now - HOUR, now + 2 * HOUR)
    day = local_date(period.start, pod.tzinfo)
    part = (scheduling.activity("phone").pk, period)
    (shift,) = add_shifts(scheduling.week(pod, monday(day)), [NewShift(day, period, pod.zone, (part,), (None,))])
    scheduling.seated(member, shift)
    routing.there(member, at=now)
    return member


def waits(pod: Pod) -> Contact:
    now = dt.datetime.now(dt.UTC)
    contact = customers.contact(pod, customers.customer(pod), at=now)
    contact.events.create(kind="arrived", at=now, pod=pod)
    return contact


def eventually(true: Callable[[], bool], seconds: float = 40) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


@contextlib.contextmanager
def held_row(member: User) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A session that holds a person's presence row, as an act in the middle would."""
    given = connection.get_connection_params()
    wanted = {key: given[key] for key in ("host", "port", "user", "password", "dbname") if given.get(key)}
    with psycopg.connect(**wanted) as session:
        session.execute("SELECT 1 FROM teams_presence WHERE member_id = %s FOR UPDATE", [member.pk])
        yield session


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        row = cursor.fetchone()
    return bool(row and row[0])


def test_a_router_wakes_for_a_new_contact_and_ends_on_sigterm(
    pod: Pod, routers: Callable[[], subprocess.Popen[str]]
) -> None:
    member = on_shift_now(pod, "Mara Jung")
    first = waits(pod)
    router = routers()
    assert eventually(lambda: Offer.objects.filter(contact=first, person=member, state="open").exists())
    services.accept(by=member, contact_id=first.pk)
    services.resolve(by=member, contact_id=first.pk)
    second = customers.customer(pod)
    told = services.arrive(by=None, arrival=services.Arrival("phone", customer_id=second.pk))
    assert told.decision["person"] == member.pk
    services.decline(by=member, contact_id=told.contact_id)
    other = on_shift_now(pod, "Bela Roth")
    services.add_note(by=member, contact_id=told.contact_id, text="Asks for a call back")
    assert eventually(lambda: Offer.objects.filter(contact=told.contact_id, person=other, state="open").exists())
    router.send_signal(signal.SIGTERM)
    assert router.wait(10) == 0


def test_a_router_killed_between_check_and_commit_loses_nothing(
    pod: Pod, routers: Callable[[], subprocess.Popen[str]]
) -> None:
    member = on_shift_now(pod, "Mara Jung")
    contact = waits(pod)
    with held_row(member):
        router = routers()
        # It has decided and waits for the person's row: checked, not committed.
        assert eventually(somebody_waits_for_a_lock)
        router.kill()
        router.wait(10)
    contact.refresh_from_db()
    assert contact.state == "waiting"
    assert not Offer.objects.exists()
    assert not RoutingDecision.objects.exists()
    assert eventually(lambda: not somebody_waits_for_a_lock())
    routers()
    assert eventually(lambda: Offer.objects.filter(contact=contact, person=member, state="open").count() == 1)


def test_of_two_routers_one_leads_and_the_second_takes_over(
    pod: Pod, routers: Callable[[], subprocess.Popen[str]]
) -> None:
    first, second = routers(), routers()
    assert eventually(lambda: leads(first) or leads(second), 40)
    leading = [process for process in (first, second) if leads(process)]
    assert len(leading) == 1
    (other,) = {first, second} - set(leading)
    leading[0].kill()
    assert eventually(lambda: leads(other), 40)
    member = on_shift_now(pod, "Mara Jung")
    contact = waits(pod)
    assert eventually(lambda: Offer.objects.filter(contact=contact, person=member).exists())
    assert ContactEvent.objects.filter(contact=contact, kind="offered").count() == 1


def leads(process: subprocess.Popen[str]) -> bool:
    """Does this process hold the leader's lock? Its session carries the process id as its name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE l.locktype = 'advisory' AND l.classid = %s AND l.granted AND a.application_name = %s",
            [engine.LEADER, f"router {process.pid}"],
        )
        row = cursor.fetchone()
    return bool(row and row[0])
