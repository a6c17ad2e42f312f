"""Notices by email: at once, in one summary a day, never in quiet hours, each told once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail as outgoing
from django.db import IntegrityError, transaction
from django.test import Client
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings

from cxportal.core import periods
from cxportal.core.database import LockClass
from cxportal.core.violations import Invalid
from teams.notifications import kinds, mailing, services, stopping, tasks
from teams.notifications.models import Mail, MailChoice, Notice
from teams.people.models import User
from teams.people.services import deactivate
from tests.cast import Cast, make_cast
from tests.races import meeting, together, without_constraints, without_locks

type Browser = Callable[..., Client]

NOON = dt.datetime(2026, 6, 1, 10, tzinfo=dt.UTC)  # a Monday, 12:00 in Berlin
NIGHT = dt.datetime(2026, 6, 1, 21, tzinfo=dt.UTC)
MORNING = dt.datetime(2026, 6, 2, 5, 40, tzinfo=dt.UTC)  # 07:40 in Berlin


@pytest.fixture(autouse=True)
def _server(settings: Settings) -> Iterator[None]:
    settings.MAIL_HOST = "mail.example.org"
    with time_machine.travel(NOON, tick=False):
        yield


def tell(person: User, kind: str = "shift_moved", number: int = 1) -> None:
    data = {"by": "Bela", "was": "Mon 1 Jun, 07:00–15:00", "span": f"Mon {number} Jun, 08:00–16:00"}
    services.notify(to=[person], kind=kind, data=data, url="/p/isar/week/2026-W23/", source=f"{kind}:{number}")


def choose(person: User, **more: Any) -> None:
    usual: dict[str, Any] = {
        "quiet_from": dt.time(20),
        "quiet_until": dt.time(7),
        "digest_at": dt.time(7, 30),
        "choices": {},
    }
    mailing.choose(by=person, **(usual | more))


def work() -> None:
    """What the job worker does with all that waits, jobs of jobs too; each is left, as after a kill."""
    for _round in range(2):
        for job in ProcrastinateJob.objects.filter(status="todo").order_by("pk"):
            app.tasks[job.task_name].func(**job.args)


def subjects() -> list[str]:
    return [str(message.subject) for message in outgoing.outbox]


def test_a_moved_shift_is_mailed_at_once_with_a_link_and_ways_to_stop(cast: Cast) -> None:
    tell(cast.member)
    work()
    work()
    (message,) = outgoing.outbox
    assert message.to == [cast.member.email]
    assert message.subject == "Bela moved your shift from Mon 1 Jun, 07:00–15:00 to Mon 1 Jun, 08:00–16:00."
    assert "/p/isar/week/2026-W23/" in message.body
    assert "/account/email/" in message.body
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<http.+/email/stop/.+/>", message.extra_headers["List-Unsubscribe"])
    assert message.extra_headers["List-Unsubscribe"].strip("<>") in message.body


def test_a_killed_and_repeated_job_mails_once(cast: Cast) -> None:
    tell(cast.member)
    for _repeat in range(3):
        work()
        mailing.mail_at_once(person=cast.member.pk)
        tasks.mail_waiting.func(0)
    assert len(outgoing.outbox) == 1
    assert Mail.objects.count() == 1


def test_the_same_notice_is_never_written_twice(cast: Cast) -> None:
    """Past all services: the database holds it."""
    services.send(to="a@example.org", subject="x", body="y", once="notice:1")
    with pytest.raises(IntegrityError, match="mail_once"):
        services.send(to="a@example.org", subject="x", body="y", once="notice:1")


def test_a_message_whose_job_died_with_its_worker_is_sent_by_another(cast: Cast) -> None:
    tell(cast.member)
    assert mailing.mail_at_once(person=cast.member.pk) is not None
    ProcrastinateJob.objects.all().delete()
    Mail.objects.update(created_at=NOON - dt.timedelta(minutes=29))
    tasks.mail_waiting.func(0)
    assert not ProcrastinateJob.objects.exists()
    Mail.objects.update(created_at=NOON - dt.timedelta(minutes=31))
    tasks.mail_waiting.func(0)
    tasks.mail_waiting.func(0)
    assert ProcrastinateJob.objects.count() == 1
    work()
    tasks.mail_waiting.func(0)
    work()
    assert len(outgoing.outbox) == 1


def test_an_act_that_comes_to_nothing_mails_nothing(cast: Cast) -> None:
    with transaction.atomic():
        tell(cast.member)
        transaction.set_rollback(True)
    assert not ProcrastinateJob.objects.exists()
    assert not Notice.objects.exists()


def test_in_quiet_hours_nothing_is_mailed_and_all_comes_in_one_email_afterwards(cast: Cast) -> None:
    with time_machine.travel(NIGHT, tick=False):
        for number in (1, 2, 3):
            tell(cast.member, number=number)
        work()
        tasks.mail_waiting.func(0)
        assert subjects() == []
    with time_machine.travel(MORNING, tick=False):
        tasks.mail_waiting.func(0)
        work()
        assert subjects() == ["3 notices"]
        assert outgoing.outbox[0].body.count("moved your shift") == 3


def test_a_day_off_is_waited_for(cast: Cast) -> None:
    choose(cast.member, days_off=[1])
    tell(cast.member)
    work()
    assert subjects() == []
    with time_machine.travel(MORNING, tick=False):
        tasks.mail_waiting.func(0)
        work()
    assert len(outgoing.outbox) == 1


def test_what_was_read_in_the_portal_is_not_mailed(cast: Cast) -> None:
    tell(cast.member)
    services.mark_read(by=cast.member)
    work()
    assert subjects() == []


def test_the_summary_comes_once_a_day(cast: Cast) -> None:
    tell(cast.member, "shift_offered", 1)
    tell(cast.member, "shift_offered", 2)
    for hour in range(8):
        with time_machine.travel(NOON + dt.timedelta(minutes=10 * hour), tick=False):
            tasks.mail_waiting.func(0)
            tell(cast.member, "shift_offered", 10 + hour)
    work()
    assert subjects() == ["Daily summary: 2 notices"]
    with time_machine.travel(MORNING, tick=False):
        tasks.mail_waiting.func(0)
        tasks.mail_waiting.func(0)
        work()
    assert subjects() == ["Daily summary: 2 notices", "Daily summary: 8 notices"]


def test_who_wants_none_gets_none_and_other_groups_go_on(cast: Cast) -> None:
    choose(cast.member, choices={"shifts": "never", "offers": "at_once"})
    tell(cast.member)
    tell(cast.member, "shift_offered")
    work()
    assert subjects() == ["Bela offers the shift Mon 1 Jun, 08:00–16:00."]


def test_without_a_mail_server_nothing_is_written_or_queued(cast: Cast, settings: Settings) -> None:
    settings.MAIL_HOST = ""
    tell(cast.member)
    tasks.mail_waiting.func(0)
    assert mailing.mail_at_once(person=cast.member.pk) is None
    assert Notice.objects.count() == 1
    assert not Mail.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_nobody_without_an_email_and_nobody_who_left_is_mailed(cast: Cast) -> None:
    deactivate(by=cast.administrator, person=cast.member)
    User.objects.filter(pk=cast.second_member.pk).update(email=None)
    for person in (cast.member, cast.second_member):
        tell(person)
    work()
    assert subjects() == []
    assert mailing.people_waiting() == []


def test_news_older_than_a_week_is_left_in_the_portal(cast: Cast) -> None:
    tell(cast.member)
    with time_machine.travel(NOON + dt.timedelta(days=8), tick=False):
        tasks.mail_waiting.func(0)
    assert not Mail.objects.exists()


def test_a_failed_sending_is_repeated_under_the_same_message_id(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was accepted before a crash is known as the same by the receiver's server."""
    tell(cast.member)
    mail = mailing.mail_at_once(person=cast.member.pk)
    assert mail is not None
    assert (
        services._message(mail).extra_headers["Message-ID"]
        == services._message(Mail.objects.get()).extra_headers["Message-ID"]
    )


def test_one_press_in_the_mail_program_stops_a_group(cast: Cast) -> None:
    """RFC 8058: a POST without cookies, session or token of the page."""
    address = f"/email/stop/{stopping.token_for(cast.member.pk, 'shifts')}/"
    strict = Client(enforce_csrf_checks=True)
    assert strict.get(address).status_code == 200
    assert not MailChoice.objects.exists()
    for _repeat in range(2):
        assert strict.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert mailing.choices_of(cast.member.pk)["shifts"] == "never"
    assert mailing.choices_of(cast.member.pk)["urgent"] == "at_once"


def test_stopping_the_summary_stops_all_that_comes_in_it(cast: Cast) -> None:
    Client().post(f"/email/stop/{stopping.token_for(cast.member.pk, stopping.SUMMARY)}/")
    assert kinds.DIGEST not in mailing.choices_of(cast.member.pk).values()
    assert mailing.choices_of(cast.member.pk)["shifts"] == "at_once"


def test_a_forged_way_to_stop_is_404(cast: Cast) -> None:
    token = stopping.token_for(cast.member.pk, "shifts")
    for forged in (token[:-2] + "AA", "x" * 43, "a:b"):
        assert Client().post(f"/email/stop/{forged}/").status_code == 404
    assert not MailChoice.objects.exists()


def test_the_page_sets_groups_times_and_days(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    sent = {f"mail_{group.key}": "digest" for group in kinds.groups()} | {
        "quiet_from": "18:00",
        "quiet_until": "08:00",
        "digest_at": "09:15",
        "days_off": ["6", "7"],
    }
    assert client.post("/account/email/", sent).status_code == 303
    rhythm = mailing.rhythm_of(cast.member)
    assert (rhythm.quiet_from, rhythm.digest_at, rhythm.days_off) == (dt.time(18), dt.time(9, 15), frozenset({6, 7}))
    assert mailing.choices_of(cast.member.pk)["shifts"] == "digest"
    page = client.get("/account/email/").content.decode()
    assert 'value="09:15"' in page
    assert client.post("/account/email/", sent | {"quiet_from": "late"}).status_code == 422
    assert client.post("/account/email/", sent | {"days_off": list("1234567")}).status_code == 422
    with pytest.raises(Invalid):
        choose(cast.member, choices={"nothing": "never"})


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_instant_write_one_message() -> None:
    assert _two_workers() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_constraint_still_holds_one_message() -> None:
    with without_locks(LockClass.PERSON):
        assert _two_workers(tolerate=(IntegrityError,)) == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_lock_and_constraint_two_messages_are_written() -> None:
    """The negative control: the scene does meet."""
    with without_constraints("mail_once"), without_locks(LockClass.PERSON):
        assert _two_workers() == 2


def _two_workers(tolerate: tuple[type[BaseException], ...] = ()) -> int:
    cast = make_cast()
    tell(cast.member)

    def act() -> object:
        return mailing.mail_at_once(person=cast.member.pk, at=periods.now())

    with meeting((mailing, "_waiting")):
        together([act, act], tolerate=tolerate)
    return Mail.objects.count()
