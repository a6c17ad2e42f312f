"""Mail: sent by a job where there is a server, kept and shown where there is none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail as outgoing
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django.fixtures import Settings

from cxportal.core.violations import Refused
from teams.notifications import services
from teams.notifications.models import Mail
from teams.notifications.queries import kept_count
from tests.cast import Cast

Browser = Callable[..., Client]


def kept(cast: Cast) -> Mail:
    return services.send(to=cast.member.email or "mara@example.org", subject="Your way in", body="https://x/s3cret")


def test_without_a_server_a_message_is_kept_with_its_text(cast: Cast) -> None:
    mail = kept(cast)
    assert (mail.state, mail.body, kept_count()) == (Mail.State.KEPT, "https://x/s3cret", 1)


def test_with_a_server_a_job_sends_it_and_its_text_is_emptied(cast: Cast, settings: Settings) -> None:
    settings.MAIL_HOST = "mail.example.org"
    mail = kept(cast)
    services.deliver(mail_id=mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.body) == (Mail.State.SENT, "")
    assert [message.subject for message in outgoing.outbox] == ["Your way in"]


def test_a_message_is_sent_once(cast: Cast, settings: Settings) -> None:
    settings.MAIL_HOST = "mail.example.org"
    mail = kept(cast)
    services.deliver(mail_id=mail.pk)
    services.deliver(mail_id=mail.pk)
    assert len(outgoing.outbox) == 1


def test_after_the_last_attempt_it_is_kept_with_the_reason(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAIL_HOST = "mail.example.org"

    def fail(_message: EmailMessage) -> None:
        raise SMTPServerDisconnected("Connection unexpectedly closed")

    monkeypatch.setattr(EmailMessage, "send", fail)
    mail = kept(cast)
    for _ in range(services.MOST_ATTEMPTS - 1):
        with pytest.raises(SMTPServerDisconnected):
            services.deliver(mail_id=mail.pk)
    services.deliver(mail_id=mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.trouble) == (Mail.State.KEPT, "Connection unexpectedly closed")
    assert mail.body


def test_passing_on_empties_the_text_and_may_be_repeated(cast: Cast, browser: Browser) -> None:
    mail = kept(cast)
    client = browser(cast.administrator)
    for _ in range(2):
        assert client.post(f"/settings/mail/{mail.pk}/pass-on/").status_code == 303
    mail.refresh_from_db()
    assert (mail.state, mail.body, mail.settled_by) == (Mail.State.DONE, "", cast.administrator)


def test_sending_again_without_a_server_is_refused_with_a_way_out(cast: Cast, browser: Browser) -> None:
    mail = kept(cast)
    with pytest.raises(Refused) as refusal:
        services.try_again(mail=mail, by=cast.administrator)
    assert refusal.value.codes == {"no_mail_server"}
    answer = browser(cast.administrator).post(f"/settings/mail/{mail.pk}/again/")
    assert answer.status_code == 409
    assert "CXPORTAL_SMTP_HOST" in answer.content.decode()


def test_only_administrators_see_mail(cast: Cast, browser: Browser) -> None:
    mail = kept(cast)
    for page in ("/settings/mail/", f"/settings/mail/{mail.pk}/"):
        assert browser(cast.administrator).get(page).status_code == 200
        assert browser(cast.member).get(page).status_code == 403


def test_the_list_asks_the_same_number_of_queries_for_one_and_for_three(
    cast: Cast, browser: Browser, django_assert_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    client = browser(cast.administrator)
    for extra in (1, 2):
        for _ in range(extra):
            kept(cast)
        with django_assert_num_queries(7):
            client.get("/settings/mail/")
