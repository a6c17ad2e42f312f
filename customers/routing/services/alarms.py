"""Telling people what routing alone cannot mend."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from cxportal.core import periods
from teams.notifications.services import notify, settle
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import Role, members_on
from teams.skills.models import Skill


def nobody_holds_skill(*, contact_id: int, pod_id: int, skill_id: int) -> None:
    """A contact needs a skill that nobody holds: its pod and the area's operations leads are told, once."""
    pod = Pod.objects.get(pk=pod_id)
    skill = Skill.objects.filter(pk=skill_id).first()
    today = periods.now().date()
    leads = User.objects.filter(
        Q(role_grants__area=pod.area_id) | Q(role_grants__area__isnull=True),
        is_active=True,
        role_grants__role=Role.OPERATIONS_LEAD,
        role_grants__period__contains=today,
    ).distinct()
    data = {"skill": skill.name if skill else "?", "pod": pod.name}
    source = f"contact:{contact_id}:skill"
    url = reverse("contact", kwargs={"contact": contact_id})
    notify(to=members_on(pod, today), kind="skill_missing", data=data, url=url, source=source)
    notify(to=leads, kind="skill_missing", data=data, url="", source=source)


def agreement_waits(*, pod_id: int, by: User, agreement_id: int, number: int, other: str) -> None:
    """A version of an overflow agreement waits for the signature of a pod: its people are told."""
    pod = Pod.objects.get(pk=pod_id)
    url = reverse("overflow_agreement", kwargs={"slug": pod.slug, "agreement": agreement_id})
    notify(
        to=members_on(pod, periods.now().date()),
        kind="overflow_to_sign",
        data={"pod": other, "number": number},
        url=url,
        by=by,
        source=_to_sign(agreement_id, number),
    )


def _to_sign(agreement_id: int, number: int) -> str:
    return f"overflow:{agreement_id}:{number}:sign"


def agreement_settled(*, agreement_id: int, waiting: int | None) -> None:
    """Versions that were signed, replaced or taken back are no news any more; ``waiting`` is the one that still is."""
    but = _to_sign(agreement_id, waiting) if waiting else ""
    settle(kind="overflow_to_sign", about=f"overflow:{agreement_id}:", but=but)
