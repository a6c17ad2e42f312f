"""Notices by email: at once or in one summary a day, never in quiet hours, each told once.

A notice that was read in the portal meanwhile is not mailed. Whatever is mailed is marked in the same transaction in
which the message is written, under the person's lock, and ``Mail.once`` stands behind it: a job that is killed and
repeated, or two of them at one instant, write one message.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core import periods
from cxportal.core.database import LockClass, lock
from cxportal.core.violations import Invalid
from teams.audit.tracking import recorded
from teams.notifications import kinds, stopping
from teams.notifications.models import Mail, MailChoice, MailRhythm, Notice
from teams.notifications.queries import Told, told
from teams.notifications.rhythm import Rhythm
from teams.notifications.services import send
from teams.people.addresses import whole
from teams.people.models import User
from teams.pods.queries import reader_zone

KEPT_FOR = dt.timedelta(days=7)  # older news is read in the portal
LONGEST_WAIT = dt.timedelta(minutes=30)  # the repeats of a failing delivery end after 13


def choices_of(person: int) -> dict[str, str]:
    """How a person wants each group by email. One query."""
    chosen = dict(MailChoice.objects.filter(person=person).values_list("group", "how"))
    return {key: chosen.get(key, group.usual) for key, group in kinds.GROUPS.items()}


def rhythm_of(person: User) -> Rhythm:
    """When a person may be mailed."""
    row = MailRhythm.objects.filter(person=person).first() or MailRhythm(person=person)
    return Rhythm(
        ZoneInfo(reader_zone(person)), row.quiet_from, row.quiet_until, frozenset(row.days_off), row.digest_at
    )


def people_waiting(at: dt.datetime | None = None) -> list[int]:
    """Who has an unread notice that was not mailed; nobody without a mail server. One query."""
    if not settings.MAIL_HOST:
        return []
    now = at or periods.now()
    heard = Notice.objects.filter(read_at=None, mailed_at=None, created_at__range=(now - KEPT_FOR, now))
    waiting = heard.filter(recipient__is_active=True)
    return sorted(set(waiting.exclude(recipient__email=None).values_list("recipient", flat=True)))


def left_behind(at: dt.datetime | None = None) -> list[int]:
    """Messages that wait longer than any job that is alive would let them. One query."""
    old = (at or periods.now()) - LONGEST_WAIT
    waiting = Mail.objects.filter(state=Mail.State.WAITING, created_at__lt=old)
    return list(waiting.order_by("pk").values_list("pk", flat=True)) if settings.MAIL_HOST else []


@transaction.atomic
def mail_at_once(*, person: int, at: dt.datetime | None = None) -> Mail | None:
    """One message with what the person wants at once and has not read; None for nothing and in quiet hours.

    Locks the person.
    """
    at = at or periods.now()
    receiver = _receiver(person)
    if receiver is None or rhythm_of(receiver).is_quiet(at):
        return None
    waiting = _waiting(receiver, kinds.AT_ONCE, at)
    if not waiting:
        return None
    lines = [told(notice) for notice in waiting]
    with translation.override(receiver.language):
        many = ngettext("%(n)s notice", "%(n)s notices", len(lines)) % {"n": len(lines)}
        subject = str(lines[0].words) if len(lines) == 1 else many
    groups = {kinds.group_of(notice.kind) for notice in waiting}
    group = groups.pop() if len(groups) == 1 else kinds.group_of(waiting[-1].kind)
    return _write(receiver, waiting, lines, subject, f"notice:{waiting[-1].pk}", group, at)


@transaction.atomic
def mail_digest(*, person: int, at: dt.datetime | None = None) -> Mail | None:
    """The summary of the person's day when it is due and there is something in it; one a day. Locks the person."""
    at = at or periods.now()
    receiver = _receiver(person)
    day = rhythm_of(receiver).digest_day(at) if receiver else None
    if receiver is None or day is None:
        return None
    once = f"digest:{receiver.pk}:{day}"
    waiting = _waiting(receiver, kinds.DIGEST, at)
    if not waiting or Mail.objects.filter(once=once).exists():
        return None
    lines = [told(notice) for notice in waiting]
    with translation.override(receiver.language):
        subject = ngettext("Daily summary: %(n)s notice", "Daily summary: %(n)s notices", len(lines)) % {
            "n": len(lines)
        }
    return _write(receiver, waiting, lines, subject, once, stopping.SUMMARY, at)


def _receiver(person: int) -> User | None:
    """The person under their lock, when they can be mailed."""
    if not settings.MAIL_HOST:
        return None
    lock(LockClass.PERSON, [person])
    return User.objects.filter(pk=person, is_active=True).exclude(email=None).first()


def _waiting(receiver: User, how: str, at: dt.datetime) -> list[Notice]:
    choices = choices_of(receiver.pk)
    since = (at - KEPT_FOR, at)
    rows = Notice.objects.filter(recipient=receiver, read_at=None, mailed_at=None, created_at__range=since)
    return [notice for notice in rows.order_by("pk") if choices[kinds.group_of(notice.kind)] == how]


def _write(
    receiver: User, waiting: list[Notice], lines: list[Told], subject: str, once: str, group: str, at: dt.datetime
) -> Mail:
    with translation.override(receiver.language):
        items = [(line.words, whole(line.url) if line.url else "") for line in lines]
        body = render_to_string("teams/notifications/email/notices.txt", {"person": receiver, "items": items})
    Notice.objects.filter(pk__in=[notice.pk for notice in waiting]).update(mailed_at=at)
    return send(to=receiver.email or "", subject=subject, body=body, recipient=receiver, once=once, group=group)


@recorded
def choose(
    *,
    by: User,
    choices: Mapping[str, str],
    quiet_from: dt.time,
    quiet_until: dt.time,
    digest_at: dt.time,
    days_off: Iterable[int] = (),
) -> None:
    """Set how and when the person is mailed. Groups that are not named stay. Raises ``Invalid``. Locks the person."""
    off = sorted(set(days_off))
    wrong: dict[str, str] = {}
    if set(choices) - set(kinds.GROUPS) or set(choices.values()) - set(MailChoice.How.values):
        wrong["choices"] = _("Choose one of the ways for each group.")
    if len(off) > 6 or not set(off) <= set(range(1, 8)):
        wrong["days_off"] = _("One day a week must be left, or choose “not by email”.")
    if wrong:
        raise Invalid(wrong)
    lock(LockClass.PERSON, [by.pk])
    for group, how in choices.items():
        MailChoice.objects.update_or_create(person=by, group=group, defaults={"how": how})
    times = {"quiet_from": quiet_from, "quiet_until": quiet_until, "digest_at": digest_at, "days_off": off}
    MailRhythm.objects.update_or_create(person=by, defaults=times)


@recorded
def stop(*, by: User, group: str) -> None:
    """No more emails of a group, or of all in the summary. Stopping again changes nothing. Locks the person."""
    lock(LockClass.PERSON, [by.pk])
    now = choices_of(by.pk)
    stopped = [key for key, how in now.items() if how == kinds.DIGEST] if group == stopping.SUMMARY else [group]
    for key in stopped:
        if key in kinds.GROUPS:
            MailChoice.objects.update_or_create(person=by, group=key, defaults={"how": MailChoice.How.NEVER})
