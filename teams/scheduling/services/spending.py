"""What an exception does when its act is done, and when that is undone: rests are cut and restored.

Everything here runs inside a service that holds the locks of the member's week.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cxportal.core.periods import MINUTE, Period, local_date
from cxportal.core.violations import Refused, Violation
from teams.scheduling.bounds import BoundValues, MemberState
from teams.scheduling.duties import DutySpan
from teams.scheduling.models import Assignment, Duty, Shift
from teams.scheduling.waived import OF_RELEASES, ease
from teams.scheduling.waiver_models import Waiver


@dataclass(frozen=True)
class Spent:
    """An exception that a claim uses: the bounds that judge its working day, and the rest that it cuts."""

    waiver: Waiver
    bounds: BoundValues
    cut: int | None
    cut_minutes: int | None


def spend(state: MemberState, shift: Shift, part: Period, bounds: BoundValues) -> Spent | None:
    """Cut the rests that were lifted for this member on this shift; None when nothing was lifted.

    Raises ``Refused`` (``used``) when another claim has used the exception since it was judged by.
    """
    if not any(waived.shift == shift.pk and waived.code not in OF_RELEASES for waived in state.waived):
        return None
    waiver = alive(shift, state.member, Waiver.Act.CLAIM).select_for_update().first()
    if waiver is None:
        raise Refused(Violation("used", _("The exception was used a moment ago; it was for one claim.")))
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


def alive(shift: Shift, member: int, act: str) -> QuerySet[Waiver]:
    """The exception that nobody has used or taken back; there is at most one."""
    return Waiver.objects.filter(shift=shift, member=member, act=act, used_at=None, ended_at=None)


def spend_release(state: MemberState, shift: Shift, gone: int, at: dt.datetime) -> None:
    """Note that a give-back used the exception for it, when there is one."""
    if any(waived.shift == shift.pk and waived.code in OF_RELEASES for waived in state.waived):
        alive(shift, state.member, Waiver.Act.RELEASE).update(used_at=at, assignment=gone)


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
    """An undone act never was: its exception can be used again, unless another was allowed since."""
    for waiver in Waiver.objects.filter(assignment=assignment).select_related("shift"):
        if not alive(waiver.shift, waiver.member_id, waiver.act).exists():
            waiver.used_at, waiver.assignment = None, None
            waiver.save(update_fields=["used_at", "assignment"])
