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
from teams.consent.models import Proposal
from teams.leave.models import Peak
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


def board_pod(user: User, slug: str) -> Pod:
    """A pod whose coverage the person may read: its members and coaches, and who oversees it (counts alone)."""
    pod = _pod(slug)
    if pod.pk in standing(user).pods or oversees(user, pod):
        return pod
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


def is_home(user: User, pod: Pod) -> bool:
    """Whether it is the person's home pod today."""
    return standing(user).home == pod.pk


def may_lift(user: User, pod: Pod) -> bool:
    """Who may lift a bound in an emergency: who leads the pod, and the operations lead of its area."""
    stand = standing(user)
    return pod.pk in stand.leads or stand.has(Role.OPERATIONS_LEAD, pod.area_id)


def home_pod(user: User, slug: str) -> Pod:
    """The person's own home pod: whose agreement it is. Others who may know of it are told so."""
    found = setup_pod(user, slug)
    if not is_home(user, found.pod):
        raise Denied(_("The agreement of %(pod)s is decided by its members at home.") % {"pod": found.pod})
    return found.pod


def leading_pod(user: User, slug: str) -> FoundPod:
    """A pod in which the person may lift a bound in an emergency: who leads it, or its area's operations lead."""
    found = setup_pod(user, slug)
    if not may_lift(user, found.pod):
        raise Denied(_("Only who leads %(pod)s lifts a bound in an emergency.") % {"pod": found.pod})
    return found


@dataclass(frozen=True)
class FoundProposal:
    """A proposal of a pod; ``inside`` when the reader stands in the pod and may see who answered what."""

    by: User
    pod: Pod
    proposal: Proposal
    inside: bool


def agreement_proposal(user: User, slug: str, number: int) -> FoundProposal:
    """A proposal of a pod whose agreement the person may read; an exception names a person and stays inside."""
    found = setup_pod(user, slug)
    return _proposal(user, found.pod, Proposal.objects.filter(pod=found.pod, number=number).first())


def own_proposal(user: User, slug: str, number: int) -> FoundProposal:
    """A proposal of the person's home pod, to act on."""
    return agreement_proposal(user, home_pod(user, slug).slug, number)


def readable_proposal(user: User, proposal: int) -> FoundProposal:
    """The same by its id."""
    row = Proposal.objects.select_related("pod").filter(pk=proposal).first()
    if row is None:
        raise Http404
    return _proposal(user, setup_pod(user, row.pod.slug).pod, row)


def acting_proposal(user: User, proposal: int) -> FoundProposal:
    """A proposal of the person's home pod by its id, to act on."""
    found = readable_proposal(user, proposal)
    home_pod(user, found.pod.slug)
    return found


def _proposal(user: User, pod: Pod, row: Proposal | None) -> FoundProposal:
    inside = pod.pk in standing(user).pods
    if row is None or (row.kind == Proposal.Kind.EXCEPTION and not inside):
        raise Http404
    row.pod = pod
    return FoundProposal(user, pod, row, inside)


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


def week_peak(user: User, slug: str, peak: int) -> Peak:
    """A peak of a pod whose week the person may read."""
    return _peak(week_pod(user, slug), peak)


def member_peak(user: User, slug: str, peak: int) -> Peak:
    """A peak of a pod in which the person works."""
    return _peak(member_pod(user, slug), peak)


def home_peak(user: User, slug: str, peak: int) -> Peak:
    """A peak of the person's home pod: weeks are shared out among those who are at home."""
    pod = member_pod(user, slug)
    if not is_home(user, pod):
        raise Denied(_("These weeks are shared out among the members at home in %(pod)s.") % {"pod": pod})
    return _peak(pod, peak)


def _peak(pod: Pod, pk: int) -> Peak:
    found = Peak.objects.filter(pk=pk, pod=pod).first()
    if found is None:
        raise Http404
    found.pod = pod
    return found
