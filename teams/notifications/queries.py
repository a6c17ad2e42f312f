"""What a person is told, ready to be drawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from cxportal.core import periods
from cxportal.core.violations import Text
from teams.notifications import kinds
from teams.notifications.models import Mail, Notice
from teams.people.models import User


@dataclass(frozen=True)
class Told:
    """A notice in words."""

    pk: int
    words: Text
    icon: str
    tone: str
    url: str
    at: dt.datetime
    unread: bool


def unread_count(user: User) -> int:
    """How many notices the person has not read yet."""
    return Notice.objects.filter(recipient=user, read_at__isnull=True, created_at__lte=periods.now()).count()


def notices_of(user: User, *, limit: int = 100, unread_only: bool = False) -> list[Told]:
    """The newest notices of a person, at most ``limit``, newest first; a question not before quiet hours end.

    One query.
    """
    rows = Notice.objects.filter(recipient=user, created_at__lte=periods.now())
    if unread_only:
        rows = rows.filter(read_at__isnull=True)
    return [told(notice) for notice in rows[:limit]]


def told(notice: Notice) -> Told:
    """A notice in the words of its kind, in the language of the moment."""
    kind = kinds.find(notice.kind)
    if kind is None:
        return Told(notice.pk, notice.kind, "bell", "plain", notice.url, notice.created_at, notice.read_at is None)
    words = kind.words(notice.data)
    return Told(notice.pk, words, kind.icon, kind.tone, notice.url, notice.created_at, notice.read_at is None)


def outbox(state: str = "") -> QuerySet[Mail]:
    """Messages, newest first; of one state when it is named."""
    rows = Mail.objects.select_related("recipient", "settled_by")
    return rows.filter(state=state) if state else rows


def kept_count() -> int:
    """How many messages wait for an administrator to pass them on."""
    return Mail.objects.filter(state=Mail.State.KEPT).count()
