"""What every service of the roster does first and last: lock in the written order, tell what changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from cxportal.core.database import LockClass, lock, lock_key
from cxportal.core.periods import DAY, Period, each_day, local_date, monday, week_label
from cxportal.core.realtime import publish
from cxportal.core.violations import Denied
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import standing
from teams.scheduling.models import Shift


def days_of(pod: Pod, period: Period) -> list[dt.date]:
    """The pod's local days that a period touches."""
    last = local_date(period.end - dt.timedelta(microseconds=1), pod.tzinfo)
    return list(each_day(local_date(period.start, pod.tzinfo), last))


def lock_roster(pod: Pod, members: Iterable[int], periods: Iterable[Period]) -> None:
    """Take the (member, week) and then the (pod, day) locks around some periods of one pod.

    Raises ``Refused`` (``busy``) after the lock time-out.
    """
    spans = list(periods)
    lock_rosters(members, [(pod, span) for span in spans])


def lock_rosters(members: Iterable[int], places: Iterable[tuple[Pod, Period]]) -> None:
    """The same over several pods, still one class after the other.

    A member's weeks reach two days beyond each period: rest is judged there too, and the weeks
    of the member's own zone lie within.
    """
    spans = list(places)
    weeks = {
        lock_key("week", member, monday(day).toordinal())
        for member in members
        for pod, span in spans
        for day in each_day(local_date(span.start, pod.tzinfo) - 2 * DAY, local_date(span.end, pod.tzinfo) + 2 * DAY)
    }
    lock(LockClass.MEMBER_WEEK, weeks)
    lock(LockClass.POD_DAY, {lock_key("day", pod.pk, d.toordinal()) for pod, span in spans for d in days_of(pod, span)})


def shift_or_404(pk: int) -> Shift:
    """The shift with its pod and week; unknown and cancelled ones look alike."""
    shift = Shift.objects.select_related("pod", "week").filter(pk=pk, cancelled_at=None).first()
    if shift is None:
        raise Http404
    return shift


def must_work_in(by: User, pod: Pod) -> None:
    """Only people who work in a pod change its roster. Raises ``Denied`` or ``Http404``."""
    stand = standing(by)
    if pod.pk in stand.member_of:
        return
    if pod.pk in stand.coach:
        raise Denied(_("The week belongs to the members of %(pod)s. You can read it as their coach.") % {"pod": pod})
    raise Http404


def topic(pod: Pod, day: dt.date) -> str:
    """What the week page of a pod listens to."""
    return f"week:{pod.pk}:{week_label(day)}"


def tell(pod: Pod, days: Iterable[dt.date], members: Iterable[int] = ()) -> None:
    """Tell the open week pages what changed: some days' heads, some members' rows, the panel.

    Published inside the transaction, heard on commit.
    """
    touched = sorted(set(days))
    topics = {topic(pod, day) for day in touched}
    for member in sorted(set(members)):
        publish(topics, f"row--{member}")
    for day in touched:
        publish(topic(pod, day), f"head--{day.isoformat()}")
    publish([*topics, f"coverage:{pod.pk}"], "panel")
