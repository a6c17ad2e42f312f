"""Telling people: notices in the portal, and mail that is sent or kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.realtime import person_topic, publish
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.notifications import stopping
from teams.notifications.models import Mail, Notice
from teams.people.addresses import absolute
from teams.people.models import User

MOST_ATTEMPTS = 5


@transaction.atomic
def notify(
    *,
    to: Iterable[User | int],
    kind: str,
    data: Mapping[str, Any] | None = None,
    url: str = "",
    source: str = "",
    by: User | None = None,
    told: Mapping[int, dt.datetime] | None = None,
) -> int:
    """Leave a notice for each person; the one who acted gets none. Returns for how many people it is.

    ``told`` says from when somebody may read it (``resting.told_from``, for questions); without it at once.

    ``kind`` is registered in ``kinds.py``; ``data`` are the JSON-serialisable values of its
    sentence. With a ``source`` (``shift:12:moved:3``) a repeat of the same act adds nothing.
    Open pages of these people hear of it on commit, and with a mail server a job mails it to who wants that at once.
    No locks.
    """
    people = {person.pk if isinstance(person, User) else person for person in to}
    if by is not None:
        people.discard(by.pk)
    if not people:
        return 0
    new = [
        Notice(
            recipient_id=person, kind=kind, data=dict(data or {}), url=url, source=source,
            created_at=(told or {}).get(person) or periods.now(),
        )
        for person in sorted(people)
    ]  # fmt: skip
    Notice.objects.bulk_create(new, ignore_conflicts=bool(source))
    publish((person_topic(person) for person in people), "notices")
    if settings.MAIL_HOST:
        from teams.notifications import tasks

        tasks.mail_notices.defer(people=sorted(people))
    return len(new)


@transaction.atomic
def mark_read(*, by: User, notices: Iterable[int] | None = None) -> int:
    """Mark the person's notices as read, all of them when no ids are given. Returns how many were unread."""
    unread = Notice.objects.filter(recipient=by, read_at__isnull=True, created_at__lte=periods.now())
    if notices is not None:
        unread = unread.filter(pk__in=list(notices))
    count = unread.update(read_at=periods.now())
    if count:
        publish(person_topic(by.pk), "notices")
    return count


@transaction.atomic
def settle(*, kind: str, about: str, but: str = "") -> int:
    """What notices of a kind told is settled: nobody needs to read them any more. Returns how many were unread.

    ``about`` is what their ``source`` begins with; the one whose source is ``but`` stays. No locks.
    """
    unread = Notice.objects.filter(kind=kind, source__startswith=about, read_at__isnull=True)
    if but:
        unread = unread.exclude(source=but)
    people = sorted(set(unread.values_list("recipient", flat=True)))
    if not people:
        return 0
    count = unread.update(read_at=periods.now())
    publish((person_topic(person) for person in people), "notices")
    return count


@transaction.atomic
def send(
    *, to: str, subject: str, body: str, recipient: User | None = None, once: str | None = None, group: str = ""
) -> Mail:
    """Write a message and, when the installation has a mail server, let a job send it after commit.

    A second message of the same ``once`` breaks the constraint ``mail_once``; ``group`` gives it a way to stop.
    Without a mail server the message is kept at once and shown to administrators.
    """
    from teams.notifications import tasks

    mail = Mail(to=to, recipient=recipient, subject=" ".join(subject.split())[:200], body=body, once=once, group=group)
    if not settings.MAIL_HOST:
        mail.state = Mail.State.KEPT
        mail.trouble = _("This installation has no mail server.")
    mail.save()
    if mail.state == Mail.State.WAITING:
        tasks.deliver.defer(mail_id=mail.pk)
    return mail


def deliver(*, mail_id: int) -> None:
    """Send one waiting message. A failure is retried by the job; after the last attempt the message is kept.

    Raises what the mail server raised while attempts are left. The row is locked meanwhile, so
    two workers never send the same message twice.
    """
    with transaction.atomic():
        mail = Mail.objects.select_for_update(skip_locked=True).filter(pk=mail_id, state=Mail.State.WAITING).first()
        if mail is None:
            return
        try:
            _message(mail).send()
        except OSError as error:
            # smtplib's errors are OSErrors; the words tell an administrator what to mend.
            failed = error
        else:
            mail.state, mail.body, mail.trouble, mail.settled_at = Mail.State.SENT, "", "", periods.now()
            mail.attempts += 1
            mail.save()
            return
    _failed(mail, failed)


def _message(mail: Mail) -> EmailMessage:
    """The message as it leaves: named so that a repeat after a crash is known as the same, with a way to stop it.

    The address that stops it is made here, so that nothing stored opens anything.
    """
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    headers, body = {"Message-ID": f"<mail-{mail.pk}-{int(mail.created_at.timestamp())}@{domain}>"}, mail.body
    if mail.group and mail.recipient_id:
        link = absolute("mail_stop", token=stopping.token_for(mail.recipient_id, mail.group))
        headers |= {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        body += f"\n--\n{_('Choose what you get by email: %(link)s') % {'link': absolute('mail_preferences')}}\n"
        body += f"{_('Stop these emails: %(link)s') % {'link': link}}\n"
    return EmailMessage(mail.subject, body, settings.DEFAULT_FROM_EMAIL, [mail.to], headers=headers)


def _failed(mail: Mail, error: OSError) -> None:
    last = mail.attempts + 1 >= MOST_ATTEMPTS
    Mail.objects.filter(pk=mail.pk).update(
        attempts=F("attempts") + 1,
        trouble=(str(error) or type(error).__name__)[:300],
        state=Mail.State.KEPT if last else Mail.State.WAITING,
    )
    if not last:
        raise error


@recorded
def pass_on(*, mail: Mail, by: User) -> Mail:
    """An administrator gave a kept message to its receiver by hand: its text is emptied."""
    changed = Mail.objects.filter(pk=mail.pk, state=Mail.State.KEPT).update(
        state=Mail.State.DONE, body="", settled_at=periods.now(), settled_by=by
    )
    mail.refresh_from_db()
    if not changed and mail.state != Mail.State.DONE:
        raise Refused(Violation("mail_not_kept", _("This message is not kept any more: it was sent meanwhile.")))
    return mail


@recorded
def try_again(*, mail: Mail, by: User) -> Mail:
    """Let the mail server have a kept message once more; refused while there is no server."""
    from teams.notifications import tasks

    if not settings.MAIL_HOST:
        raise Refused(
            Violation(
                "no_mail_server",
                _("This installation has no mail server, so nothing can be sent."),
                way_out=_("Copy the text to its receiver, or name a server in CXPORTAL_SMTP_HOST."),
            )
        )
    changed = Mail.objects.filter(pk=mail.pk, state=Mail.State.KEPT).update(state=Mail.State.WAITING, attempts=0)
    if changed:
        tasks.deliver.defer(mail_id=mail.pk)
    mail.refresh_from_db()
    return mail
