"""Making and revoking calendar addresses; what must end with a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cxportal.core import periods
from cxportal.core.database import LockClass, lock
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.feeds.models import CalendarFeed
from teams.people import digests
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import standing

PURPOSE = "calendar-feed"


@recorded
def make_feed(*, by: User, pod: Pod, at: dt.datetime | None = None) -> tuple[CalendarFeed, str]:
    """Make the person's calendar address for a pod; returns it with the secret that is shown once.

    An address that stood before opens nothing from now on. Locks the person. Raises ``Refused`` (``not_a_member``)
    for somebody who does not work in the pod.
    """
    at = at or periods.now()
    lock(LockClass.PERSON, [by.pk])
    if pod.pk not in standing(by, at.date()).member_of:
        raise Refused(Violation("not_a_member", _("Only members of %(pod)s have shifts there.") % {"pod": pod}))
    CalendarFeed.objects.filter(member=by, pod=pod, revoked_at=None).update(revoked_at=at)
    secret = digests.new_secret()
    feed = CalendarFeed.objects.create(member=by, pod=pod, digest=digests.digest(PURPOSE, secret), made_at=at)
    return feed, secret


@recorded
def revoke_feed(*, by: User, pod: Pod, at: dt.datetime | None = None) -> int:
    """End the person's calendar address for a pod at once; returns how many ended (0: none stood). Locks the person."""
    lock(LockClass.PERSON, [by.pk])
    living = CalendarFeed.objects.filter(member=by, pod=pod, revoked_at=None)
    return living.update(revoked_at=at or periods.now())


def feeds_of(person: User, pods: Iterable[Pod]) -> QuerySet[CalendarFeed]:
    """The person's calendar addresses that open something, for some pods."""
    return CalendarFeed.objects.filter(member=person, pod__in=list(pods), revoked_at=None)


def end_feeds(person: User) -> None:
    """Every calendar address of a person ends; part of the act that deactivates them, under its locks."""
    CalendarFeed.objects.filter(member=person, revoked_at=None).update(revoked_at=periods.now())
