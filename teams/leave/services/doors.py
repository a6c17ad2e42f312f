"""What every service of leave does first and last: lock in the written order, tell what changed.

The order: days of the pod (places and wait list) and a peak, then members (balance and leave days:
who acts, and who waits on those days), then the members' weeks and the pods' days of the roster, since
granting leave takes people out of shifts. Under the lock of a day nobody begins or ends waiting on it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from django.urls import reverse

from cxportal.core import realtime
from cxportal.core.database import LockClass, lock, lock_all, lock_key
from teams.leave.models import LeaveDay
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling.models import Assignment, Shift
from teams.scheduling.services.away import freed_work, key_of_all_weeks, keys_around, lock_work, work_on

type Work = dict[int, list[Assignment]]


def topic(pod: Pod, year: int) -> str:
    """What the holiday planner of a pod and a year listens to."""
    return f"leave:{pod.pk}:{year}"


def lock_peak(pod: Pod, peak: int, days: Iterable[dt.date]) -> None:
    """A peak with the places of its days, for what grants none of them."""
    lock(LockClass.LEAVE_DAY, {lock_key("peak", peak), *day_keys(pod, days)})


def day_keys(pod: Pod, days: Iterable[dt.date]) -> set[int]:
    """The locks of some days of a pod."""
    return {lock_key("leave", pod.pk, day.toordinal()) for day in days}


def lock_members(*members: int) -> None:
    """Balances alone, for what grants no day."""
    lock(LockClass.LEAVE_MEMBER, [lock_key("leave", member) for member in members])


def lock_leave(
    pod: Pod, members: Collection[int], days: Sequence[dt.date], *, peak: int | None = None, back: bool = False
) -> Work:
    """All locks around some days of a pod; returns the work of everybody concerned on these days.

    ``back``: leave of the members is taken back, and work that it cut is put back; its shifts are locked too.
    Raises ``Refused`` (``busy``) after the lock time-out.
    """
    lock(LockClass.LEAVE_DAY, day_keys(pod, days) | ({lock_key("peak", peak)} if peak is not None else set()))
    waiting = LeaveDay.objects.filter(pod=pod, day__in=days, state=LeaveDay.State.WAITING)
    concerned = {*members, *waiting.values_list("member", flat=True)}
    weeks = {key for member in concerned for key in keys_around(member, days)}
    weeks |= {key_of_all_weeks(member) for member in members} if back else set()
    lock_all(
        (LockClass.LEAVE_MEMBER, {lock_key("leave", member) for member in concerned}),
        (LockClass.MEMBER_WEEK, weeks),
    )
    work = work_on(concerned, days)
    lock_work(work, freed_of(members, days) if back else ())
    return work


def freed_of(members: Iterable[int], days: Iterable[dt.date]) -> list[Shift]:
    """The shifts from which granted leave on some days cut work. Two queries at most."""
    rows = LeaveDay.objects.filter(member__in=members, day__in=days, absence__isnull=False).select_related("absence")
    return freed_work(row.absence for row in rows if row.absence)


def tell(pod: Pod, days: Iterable[dt.date]) -> None:
    """The open planners of these years draw the year again."""
    years = {day.year for day in days}
    if years:
        realtime.publish({topic(pod, year) for year in years}, "year")


def planner_url(pod: Pod, day: dt.date) -> str:
    """The planner of the year of a day."""
    return reverse("leave_year", kwargs={"slug": pod.slug, "year": day.year})


def may_act_for(by: User, member: User) -> bool:
    """Members ask for themselves."""
    return by.pk == member.pk
