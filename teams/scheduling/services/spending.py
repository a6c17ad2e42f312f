"""What an exception does when its claim is made, and when that claim goes again: rests are cut and restored.

Everything here runs inside a service that holds the locks of the member's week.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from cxportal.core.periods import MINUTE, Period, local_date
from teams.scheduling.bounds import BoundValues, MemberState
from teams.scheduling.duties import DutySpan
from teams.scheduling.models import Assignment, Duty, Shift
from teams.scheduling.waived import ease
from teams.scheduling.waiver_models import Waiver


@dataclass(frozen=True)
class Spent:
    """An exception that a claim uses: the bounds that judge its working day, and the rest that it cuts."""

    waiver: Waiver
    bounds: BoundValues
    cut: int | None
    cut_minutes: int | None


def spend(state: MemberState, shift: Shift, part: Period, bounds: BoundValues) -> Spent | None:
    """Cut the rests that were lifted for this member on this shift; None when nothing was lifted."""
    if not any(waived.shift == shift.pk for waived in state.waived):
        return None
    waiver = Waiver.objects.select_for_update().get(shift=shift, member=state.member, used_at=None, ended_at=None)
    eased = ease(state, shift.pk, part, bounds.rest_minutes, local_date(part.start, state.zone))
    cut, minutes = None, None
    for span in eased.cut:
        cut, minutes = _cut(state.member, span, part.start), span.rest_minutes
    return Spent(waiver, replace(bounds, rest_minutes=eased.rest_minutes), cut, minutes)


def _cut(member: int, span: DutySpan, until: dt.datetime) -> int | None:
    duty = Duty.objects.filter(member=member, starts_at=span.period.start, ends_at=span.period.end).first()
    if duty is None:
        return None
    duty.rest_until = until
    duty.save(update_fields=["rest_until"])
    return duty.pk


def used(spent: Spent, assignment: Assignment, at: dt.datetime) -> None:
    """Note which claim used the exception, so that it makes only this one possible."""
    waiver = spent.waiver
    waiver.used_at, waiver.assignment = at, assignment.pk
    waiver.rest_duty, waiver.rest_minutes = spent.cut, spent.cut_minutes
    waiver.save(update_fields=["used_at", "assignment", "rest_duty", "rest_minutes"])


def restore(gone: int, member: int) -> None:
    """Give a working day its whole rest back when the claim goes for which it was cut.

    As far as the next working day allows, which may have been claimed under another exception since.
    """
    waiver = Waiver.objects.filter(assignment=gone, rest_duty__isnull=False).first()
    if waiver is None or waiver.rest_duty is None or waiver.rest_minutes is None:
        return
    duty = Duty.objects.filter(pk=waiver.rest_duty, member=member).first()
    if duty is None:
        return
    until = duty.ends_at + waiver.rest_minutes * MINUTE
    following = Duty.objects.filter(member=member, starts_at__gte=duty.ends_at).exclude(pk=duty.pk)
    begins = following.order_by("starts_at").values_list("starts_at", flat=True).first()
    duty.rest_until = min(until, begins) if begins else until
    duty.save(update_fields=["rest_until"])
    Waiver.objects.filter(pk=waiver.pk).update(rest_duty=None, rest_minutes=None)


def free_again(assignment: int) -> None:
    """An undone claim never was: its exception can be used again, unless another was allowed since."""
    for waiver in Waiver.objects.filter(assignment=assignment):
        others = Waiver.objects.filter(shift=waiver.shift_id, member=waiver.member_id, used_at=None, ended_at=None)
        if not others.exists():
            waiver.used_at, waiver.assignment = None, None
            waiver.save(update_fields=["used_at", "assignment"])
