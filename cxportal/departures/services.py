"""Somebody leaves: one act over every floor, at once or when the planned day has come.

The locks of all rooms are taken first, in the order of ``LockClass``: the contacts in hand, the person, leave of
the days and of the member, the member's weeks, the days of the roster, the agreements, last the settings. What
a room gives up stands in its own ``leaving``.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.urls import reverse

from customers.routing.services import leaving as contacts
from cxportal.core import periods
from cxportal.core.database import LockClass, lock, lock_all
from cxportal.core.violations import busy
from cxportal.departures.notices import LEFT
from cxportal.departures.queries import Line, is_due, leaving_company, leaving_pod, preview
from teams.audit.tracking import recorded
from teams.consent import services as votes
from teams.feeds.services import feeds_of
from teams.leave.services import leaving as leave
from teams.notifications.services import notify
from teams.people.models import User
from teams.people.services import deactivate, plan_leaving
from teams.pods.leaving import Leaving
from teams.pods.memberships import end_membership
from teams.pods.models import Membership, Pod
from teams.pods.queries import members_on
from teams.scheduling.services import leaving as roster
from teams.scheduling.services.leaving import Work

type Keys = dict[LockClass, set[int]]


@recorded
def leave_pod(*, by: User, membership: Membership, last: dt.date, at: dt.datetime | None = None) -> list[Line]:
    """A membership ends after ``last``; what the person has in the pod after it is given up once that day is over.

    Returns what ended now, nothing while the day lies ahead. Again changes nothing more. Locks as the module
    says. Raises ``Invalid`` for a day before it began, ``Refused`` (``busy``).
    """
    now = at or periods.now()
    leaving = leaving_pod(membership.member, membership.pod, last, now)
    ended = _carry_out(leaving, by) if is_due(leaving) else []
    end_membership(by=by, membership=membership, last=last)
    return ended


@recorded
def leave_company(
    *, by: User | None, person: User, last: dt.date | None = None, at: dt.datetime | None = None
) -> list[Line]:
    """Somebody leaves the company after ``last``, or now: every way in ends, and what they have passes on.

    While the day lies ahead it is only written down. Returns what ended now. Again changes nothing more. Locks
    as the module says. Raises ``Refused`` for oneself and the last administrator, and ``busy``.
    """
    now = at or periods.now()
    leaving = leaving_company(person, last, now)
    if not is_due(leaving):
        if by is not None:
            plan_leaving(by=by, person=person, last=last)
        return []
    ended = _carry_out(leaving, by)
    deactivate(by=by, person=person, at=now)
    return ended


@recorded
def stay(*, by: User, person: User) -> User:
    """Somebody who would have left the company on a day ahead stays. Again changes nothing. Locks the person."""
    return plan_leaving(by=by, person=person, last=None)


@recorded
def settle_pod(*, by: User | None = None, person: User, pod: Pod, last: dt.date, at: dt.datetime) -> list[Line]:
    """A membership ended after ``last``: give up what the person still has there. Again: nothing. Locks as above."""
    leaving = leaving_pod(person, pod, last, at)
    return _carry_out(leaving, by) if is_due(leaving) else []


def _carry_out(leaving: Leaving, by: User | None) -> list[Line]:
    """Take the locks of all rooms, look again, and let each room give up what it has."""
    held = contacts.hold_contacts(leaving)
    lock(LockClass.PERSON, [leaving.person.pk])
    wanted = _keys(leaving)
    lock_all(*sorted(wanted.items()))
    if any(not found <= wanted[kind] for kind, found in _keys(leaving).items()):
        raise busy()  # something was claimed or asked for in between: its locks are missing
    ended = preview(leaving)
    contacts.pass_on(leaving, held, by)
    roster.end_offers(leaving)
    work = roster.open_seats(leaving)
    leave.end_leave(leaving, by)
    votes.end_votes(member=leaving.person, pods=leaving.pods, at=leaving.at)
    feeds_of(leaving.person, leaving.pods).update(revoked_at=leaving.at)
    _tell_pods(leaving, work)
    return ended


def _keys(leaving: Leaving) -> Keys:
    return {
        **leave.keys(leaving),
        **roster.keys(leaving),
        LockClass.AGREEMENT: {pod.pk for pod in leaving.pods},
    }


def _tell_pods(leaving: Leaving, work: Iterable[Work]) -> None:
    """Each pod reads once how many shifts are open again."""
    opened: dict[int, list[Work]] = defaultdict(list)
    for each in work:
        opened[each.shift.pod_id].append(each)
    for pod in leaving.pods:
        if found := opened.get(pod.pk):
            week = found[0].shift.week.label
            notify(
                to=members_on(pod, leaving.at.date()),
                kind=LEFT,
                data={"by": leaving.person.name, "pod": pod.name, "n": len(found)},
                url=reverse("week", kwargs={"slug": pod.slug, "week": week}),
                source=f"left:{leaving.person.pk}:{pod.pk}:{leaving.since}",
                by=leaving.person,
            )
