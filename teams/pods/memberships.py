"""Who belongs where, and which role somebody holds: dated, with one home pod at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from cxportal.core import periods, realtime
from cxportal.core.database import LockClass, lock, translate_errors
from cxportal.core.violations import Invalid, Refused, Text, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.people.services import is_administrator, last_administrator, remaining_administrators
from teams.pods.models import Area, Membership, Pod, RoleGrant, SubTeam
from teams.pods.queries import forget_standing

Kind = Membership.Kind
Role = RoleGrant.Role

# The top of the house looks whether somebody leaves by it: called in the transaction.
_endings: list[Callable[[User], None]] = []


def on_membership_end(look: Callable[[User], None]) -> None:
    """Register what is called when the end of a membership is written; called once at start-up."""
    if look not in _endings:
        _endings.append(look)


@recorded
def join_pod(
    *,
    by: User | None,
    member: User,
    pod: Pod,
    first: dt.date,
    last: dt.date | None = None,
    kind: str = Kind.HOME,
    is_lead: bool = False,
    sub_team: SubTeam | None = None,
) -> Membership:
    """Place a person in a pod from ``first`` to ``last`` (both included; open without ``last``).

    Raises ``Refused`` (``another_home``, ``already_in_pod``) when another membership stands in
    the way, ``Invalid`` for impossible days. Locks the person.
    """
    _check_days(first, last)
    if sub_team is not None and sub_team.pod_id != pod.pk:
        raise Invalid({"sub_team": _("The sub-team belongs to another pod.")})
    if kind == Kind.COACH and is_lead:
        raise Invalid({"is_lead": _("A coach doesn't lead the pod.")})
    lock(LockClass.PERSON, [member.pk])
    period = _days(first, last)
    with translate_errors(_in_the_way(member, pod)), transaction.atomic():
        _refuse_conflict(member, pod, kind, period)
        membership = Membership.objects.create(
            member=member, pod=pod, kind=kind, is_lead=is_lead, sub_team=sub_team, period=period
        )
    _changed(member)
    return membership


@recorded
def move_to_pod(*, by: User | None, member: User, pod: Pod, first: dt.date, is_lead: bool = False) -> Membership:
    """Move somebody's home to another pod on a day; the old membership ends the day before.

    A visit as a guest of the new pod ends on that day too. Moving where the person already is
    changes nothing. Raises ``Refused`` (``another_home``) when a later home is planned. Locks
    the person.
    """
    lock(LockClass.PERSON, [member.pk])
    current = Membership.objects.filter(member=member, kind=Kind.HOME, period__contains=first).first()
    if current is not None and current.pod_id == pod.pk:
        return current
    ending = Membership.objects.filter(member=member, period__contains=first)
    for membership in [m for m in ending if m.kind == Kind.HOME or m.pod_id == pod.pk]:
        _end_before(membership, first)
    with translate_errors(_in_the_way(member, pod)), transaction.atomic():
        period = _days(first, None)
        _refuse_conflict(member, pod, Kind.HOME, period)
        moved = Membership.objects.create(member=member, pod=pod, kind=Kind.HOME, is_lead=is_lead, period=period)
    _changed(member)
    return moved


@recorded
def undo_move(*, by: User, membership: Membership | None) -> None:
    """Take back a home that began: it is removed, and the home that ended the day before goes on.

    Nothing to undo changes nothing. Locks the person.
    """
    if membership is None:
        return
    lock(LockClass.PERSON, [membership.member_id])
    first = membership.period.lower
    person = membership.member
    membership.delete()
    before = Membership.objects.filter(member=person, kind=Kind.HOME, period__endswith=first).first()
    if before is not None:
        Membership.objects.filter(pk=before.pk).update(period=DateRange(before.period.lower, None))
    _changed(person)


@recorded
def end_membership(*, by: User | None, membership: Membership, last: dt.date) -> None:
    """End a membership after a day. Raises ``Invalid`` for a day before it began. Locks the person."""
    lock(LockClass.PERSON, [membership.member_id])
    if last < membership.period.lower - periods.DAY:
        raise Invalid({"last": _("The membership begins on %(day)s.") % {"day": membership.period.lower}})
    _end_before(membership, last + periods.DAY)
    _changed(membership.member)


@recorded
def keep_membership(*, by: User, membership: Membership, at: dt.datetime | None = None) -> Membership:
    """Let a membership whose end lies ahead go on without an end. Going on already changes nothing.

    Raises ``Refused`` (``over`` when its last day has passed, ``another_home``, ``already_in_pod``). Locks the person.
    """
    lock(LockClass.PERSON, [membership.member_id])
    membership.refresh_from_db(fields=["period"])
    first, until = membership.period.lower, membership.period.upper
    if until is None:
        return membership
    if until <= (at or periods.now()).date():
        words = _("%(name)s has left %(pod)s already.") % {"name": membership.member, "pod": membership.pod}
        raise Refused(Violation("over", words, way_out=_("Add them to the pod again.")))
    with translate_errors(_in_the_way(membership.member, membership.pod)), transaction.atomic():
        _refuse_conflict(membership.member, membership.pod, membership.kind, DateRange(until, None))
        Membership.objects.filter(pk=membership.pk).update(period=DateRange(first, None))
    membership.refresh_from_db(fields=["period"])
    _changed(membership.member)
    return membership


@recorded
def change_membership(*, by: User, membership: Membership, is_lead: bool, sub_team: SubTeam | None) -> Membership:
    """Say whether somebody leads the pod, and in which sub-team they work. Locks the person."""
    if sub_team is not None and sub_team.pod_id != membership.pod_id:
        raise Invalid({"sub_team": _("The sub-team belongs to another pod.")})
    if is_lead and membership.kind != Kind.HOME:
        raise Invalid({"is_lead": _("Somebody leads only the own home pod.")})
    lock(LockClass.PERSON, [membership.member_id])
    membership.is_lead, membership.sub_team = is_lead, sub_team
    membership.save(update_fields=["is_lead", "sub_team"])
    _changed(membership.member)
    return membership


@recorded
def grant_role(
    *,
    by: User | None,
    user: User,
    role: str,
    first: dt.date,
    last: dt.date | None = None,
    area: Area | None = None,
) -> RoleGrant:
    """Give somebody a role over the company or one area. Holding it already changes nothing."""
    _check_days(first, last)
    if role not in Role.values:
        raise Invalid({"role": _("Choose a role.")})
    if area is not None and role != Role.OPERATIONS_LEAD:
        raise Invalid({"area": _("Only an operations lead's role is limited to an area.")})
    lock(LockClass.PERSON, [user.pk])
    held = RoleGrant.objects.filter(user=user, role=role, area=area, period__contains=first).first()
    if held is not None:
        return held
    grant = RoleGrant.objects.create(user=user, role=role, area=area, period=_days(first, last))
    _changed(user)
    return grant


@recorded
def end_role(*, by: User, grant: RoleGrant, last: dt.date) -> None:
    """End a role after a day; a role that had not begun by then is removed, one that ended before stays as it is.

    Raises ``Refused`` (``last_administrator``) when nobody could open the settings any more.
    Locks the person and the settings.
    """
    lock(LockClass.PERSON, [grant.user_id])
    lock(LockClass.SETTINGS, [0])
    if grant.role == Role.ADMINISTRATOR and is_administrator(grant.user, last + periods.DAY):
        others = remaining_administrators(without=grant.user, day=last + periods.DAY)
        if not others:
            raise Refused(last_administrator(grant.user))
    if last < grant.period.lower:
        grant.delete()
    elif grant.period.upper is None or last + periods.DAY < grant.period.upper:
        RoleGrant.objects.filter(pk=grant.pk).update(period=DateRange(grant.period.lower, last + periods.DAY))
    _changed(grant.user)


def _days(first: dt.date, last: dt.date | None) -> DateRange:
    return DateRange(first, None if last is None else last + periods.DAY)


def _check_days(first: dt.date, last: dt.date | None) -> None:
    if last is not None and last < first:
        raise Invalid({"last": _("The last day lies before the first.")})


def _end_before(membership: Membership, day: dt.date) -> None:
    """End a membership before a day; one that would hold no day is removed. Who registered for it is told."""
    for look in _endings:
        look(membership.member)
    if day <= membership.period.lower:
        membership.delete()
        return
    upper = membership.period.upper
    if upper is None or day < upper:
        Membership.objects.filter(pk=membership.pk).update(period=DateRange(membership.period.lower, day))


def _refuse_conflict(member: User, pod: Pod, kind: str, period: DateRange) -> None:
    overlapping = Membership.objects.filter(member=member, period__overlap=period).select_related("pod")
    for other in overlapping:
        if other.pod_id == pod.pk:
            raise Refused(_already_in(member, pod))
        if other.kind == kind == Kind.HOME:
            raise Refused(_another_home(member, other.pod))


def _another_home(member: User, pod: Text | Pod) -> Violation:
    return Violation(
        "another_home",
        _("%(name)s has another home pod in that time: %(pod)s. Somebody has one home pod at a time.")
        % {"name": member, "pod": pod},
        way_out=_("Move the person on a day, or add them as a guest."),
    )


def _already_in(member: User, pod: Pod) -> Violation:
    return Violation(
        "already_in_pod",
        _("%(name)s is in %(pod)s already in that time.") % {"name": member, "pod": pod},
        way_out=_("Change or end the membership that stands there."),
    )


def _in_the_way(member: User, pod: Pod) -> dict[str, Violation]:
    return {
        "membership_one_home": _another_home(member, _("a pod that was just entered")),
        "membership_once_in_pod": _already_in(member, pod),
    }


def _changed(person: User) -> None:
    """What the person may see has changed: ask again, and let open streams ask again."""
    forget_standing(person)
    realtime.access_changed(person.pk)
