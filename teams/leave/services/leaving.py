"""What becomes of the leave of somebody who leaves: days after it end, their minutes return, turns pass.

Places that free are given on by the job that asks for everybody who waits.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from cxportal.core.database import LockClass, lock_key
from teams.leave.models import LeaveDay, LeaveRequest, PeakEntry, PeakTurn
from teams.leave.services.doors import day_keys, tell
from teams.leave.services.peaks import days_of
from teams.leave.services.requests import end_day
from teams.leave.services.turns import begin_next
from teams.people.models import User
from teams.pods.leaving import Leaving
from teams.pods.models import Pod

State, Turn = LeaveDay.State, PeakTurn.State


def days_after(leaving: Leaving) -> QuerySet[LeaveDay]:
    """Days from that date on that are granted or wait in the pods that are left."""
    return LeaveDay.objects.filter(
        member=leaving.person, pod__in=leaving.pods, day__gte=leaving.since, state__in=LeaveDay.LIVE
    ).order_by("day")


def moves(leaving: Leaving) -> Q:
    """Which of them go along: granted days of somebody who is at home in another pod then."""
    return Q(state=State.GRANTED) if leaving.home else Q(pk__in=[])


def keys(leaving: Leaving) -> dict[LockClass, set[int]]:
    """The locks of the act: the days in the old pod and the new, the peaks with their days, the member's balance."""
    found = {each.peak_id: each.peak for each in _turns(leaving)} | {e.peak_id: e.peak for e in _entries(leaving)}
    locks = {lock_key("peak", pk) for pk in found}
    for peak in found.values():
        locks |= day_keys(peak.pod, days_of(peak.shares.all()))
    for row in days_after(leaving).select_related("pod"):
        locks |= day_keys(row.pod, [row.day]) | (day_keys(leaving.home, [row.day]) if leaving.home else set())
    return {LockClass.LEAVE_DAY: locks, LockClass.LEAVE_MEMBER: {lock_key("leave", leaving.person.pk)}}


def end_leave(leaving: Leaving, by: User | None) -> None:
    """End what is planned after the date. Granted days go along to a new home pod; there they take a place."""
    rows = list(days_after(leaving).select_related("request__kind", "request__pod", "member", "absence__member", "pod"))
    along = set(days_after(leaving).filter(moves(leaving)).values_list("pk", flat=True))
    if leaving.home is not None:
        _take_along([row for row in rows if row.pk in along], leaving.home)
    for row in rows:
        if row.pk not in along:
            end_day(row, State.WITHDRAWN, by, leaving.at)
    for pod in leaving.pods:
        tell(pod, [row.day for row in rows if row.pod_id == pod.pk or row.pk in along])
    _pass_turns(leaving)


def _take_along(rows: list[LeaveDay], home: Pod) -> None:
    """The same days of the same requests, in another pod."""
    made: dict[int, LeaveRequest] = {}
    for row in rows:
        asked = row.request
        if asked.pk not in made:
            made[asked.pk] = LeaveRequest.objects.create(
                member=asked.member, pod=home, kind=asked.kind, made_by=asked.made_by, asked_at=asked.asked_at
            )
        row.request, row.pod = made[asked.pk], home
        row.save(update_fields=["request", "pod"])
    tell(home, [row.day for row in rows])


def _turns(leaving: Leaving) -> QuerySet[PeakTurn]:
    return PeakTurn.objects.filter(
        member=leaving.person,
        peak__pod__in=leaving.pods,
        peak__settled_at=None,
        state__in=[Turn.TO_COME, Turn.NOW],
    ).select_related("peak__pod")


def _entries(leaving: Leaving) -> QuerySet[PeakEntry]:
    rows = PeakEntry.objects.filter(member=leaving.person, peak__pod__in=leaving.pods, peak__settled_at=None)
    return rows.select_related("peak__pod")


def _pass_turns(leaving: Leaving) -> None:
    """Turns to come pass, the one that runs passes to the next; entries of a lottery are taken out."""
    running = [turn.peak for turn in _turns(leaving).filter(state=Turn.NOW)]
    _turns(leaving).update(state=Turn.PASSED, ends_at=None)
    for peak in running:
        begin_next(peak, leaving.at)
    _entries(leaving).delete()
