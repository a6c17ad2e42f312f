"""Who may open what on this floor: fetch and authorise in one step.

Each predicate is ``fetch(user, **url_kwargs)``: it returns the object, raises ``Http404`` for
strangers (unknown and forbidden look alike) and ``Denied`` with the reason for people who may
know of the thing but lack the role.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from cxportal.core.violations import Denied
from teams.people.models import User
from teams.pods.models import Pod, RoleGrant
from teams.pods.queries import standing
from teams.scheduling.models import Shift, ShiftPattern

Role = RoleGrant.Role


def _pod(slug: str) -> Pod:
    pod = Pod.objects.select_related("area").filter(slug=slug).first()
    if pod is None:
        raise Http404
    return pod


def oversees(user: User, pod: Pod) -> bool:
    """An operations lead of its area, or an executive."""
    stand = standing(user)
    return stand.has(Role.OPERATIONS_LEAD, pod.area_id) or stand.has(Role.EXECUTIVE, pod.area_id)


def member_pod(user: User, slug: str) -> Pod:
    """A pod in which the person works, as home or guest."""
    pod = _pod(slug)
    stand = standing(user)
    if pod.pk in stand.member_of:
        return pod
    if pod.pk in stand.coach:
        raise Denied(_("Only members of the pod can open this. You coach %(pod)s.") % {"pod": pod})
    if oversees(user, pod):
        raise Denied(_("Only members of the pod can open this. You see %(pod)s in the scorecards.") % {"pod": pod})
    raise Http404


def week_pod(user: User, slug: str) -> Pod:
    """A pod whose week the person may read: its members and its coaches."""
    pod = _pod(slug)
    stand = standing(user)
    if pod.pk in stand.pods:
        return pod
    if oversees(user, pod):
        raise Denied(
            _("A roster belongs to its pod. You see the coverage of %(pod)s on your first page.") % {"pod": pod}
        )
    raise Http404


def known_pod(user: User, slug: str) -> Pod:
    """A pod of which the person may see counts: members, coaches, leads, executives, administrators."""
    pod = _pod(slug)
    stand = standing(user)
    if pod.pk in stand.pods or oversees(user, pod) or stand.is_administrator:
        return pod
    raise Http404


def administrator(user: User) -> User:
    """The person, when they are an administrator."""
    if not standing(user).is_administrator:
        raise Denied(_("Only an administrator can open this. Ask one of your company's administrators."))
    return user


def operator(user: User) -> User:
    """The person, when they keep the portal running: an administrator or an operations lead."""
    stand = standing(user)
    if not (stand.is_administrator or stand.has(Role.OPERATIONS_LEAD)):
        raise Denied(
            _("Only administrators and operations leads can open this. Ask one of them what you need to know.")
        )
    return user


def oneself(user: User) -> User:
    """The person, for what concerns nobody else: every signed-in person has this."""
    return user


@dataclass(frozen=True)
class Found:
    """What an administrator opened of a person: who acts, and on whom."""

    by: User
    person: User


def any_person(user: User, pk: int) -> Found:
    """A person by id, for administrators."""
    administrator(user)
    person = User.objects.filter(pk=pk).first()
    if person is None:
        raise Http404
    return Found(user, person)


@dataclass(frozen=True)
class FoundPod:
    """A pod that somebody may set up: who acts, and on which pod."""

    by: User
    pod: Pod


def any_pod(user: User, slug: str) -> FoundPod:
    """A pod by its short name, for administrators."""
    administrator(user)
    return FoundPod(user, _pod(slug))


def may_set_up(user: User, pod: Pod) -> bool:
    """Administrators, and who leads the pod."""
    stand = standing(user)
    return stand.is_administrator or pod.pk in stand.leads


def setup_pod(user: User, slug: str) -> FoundPod:
    """A pod whose set-up the person may read: its people, its area's lead, administrators."""
    pod = _pod(slug)
    stand = standing(user)
    if pod.pk in stand.pods or oversees(user, pod) or stand.is_administrator:
        return FoundPod(user, pod)
    raise Http404


def opening_pod(user: User, slug: str) -> FoundPod:
    """A pod that the person may open: administrators, and who leads it."""
    found = setup_pod(user, slug)
    if not may_set_up(user, found.pod):
        raise Denied(_("Only an administrator or who leads %(pod)s can open it.") % {"pod": found.pod})
    return found


def week_shift(user: User, slug: str, shift: int) -> Shift:
    """A shift of a pod whose week the person may read; cancelled and unknown ones look alike."""
    return _shift(week_pod(user, slug), shift)


def member_shift(user: User, slug: str, shift: int) -> Shift:
    """A shift of a pod in which the person works."""
    return _shift(member_pod(user, slug), shift)


def _shift(pod: Pod, pk: int) -> Shift:
    found = Shift.objects.select_related("week").filter(pk=pk, pod=pod, cancelled_at=None).first()
    if found is None:
        raise Http404
    found.pod = pod
    found.week.pod = pod
    return found


def member_pattern(user: User, slug: str, pattern: int) -> ShiftPattern:
    """A pattern in use of a pod in which the person works."""
    found = (
        ShiftPattern.objects.select_related("pod")
        .filter(pk=pattern, pod=member_pod(user, slug), retired_at=None)
        .first()
    )
    if found is None:
        raise Http404
    return found
