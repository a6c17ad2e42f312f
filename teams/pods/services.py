"""What happens to the company, its areas, partners and pods."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cxportal.core.database import LockClass, lock, lock_key, translate_errors
from cxportal.core.violations import Invalid, Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.people.traces import has_traces
from teams.pods.models import Area, Company, PartnerCompany, Pod, PodStage, SubTeam
from teams.pods.names import full_name, short_name

COMPANY_FIELDS = frozenset({"name", "zone", "country", "language", "currency", "agreement_template", "is_demo"})
POD_FIELDS = frozenset({"name", "letters", "category", "area", "partner", "zone", "country", "purpose"})
# What belongs to a pod under set-up and goes with it.
OWN = frozenset({"podstage", "subteam", "openinghours", "openingexception", "promise"})


@recorded
def set_company(*, by: User | None, **fields: Any) -> Company:
    """Create or change the one company. Locks the settings."""
    unknown = set(fields) - COMPANY_FIELDS
    if unknown:
        raise TypeError(f"unknown fields: {sorted(unknown)}")
    lock(LockClass.SETTINGS, [0])
    company = Company.objects.filter(pk=1).first() or Company(pk=1)
    for name, value in fields.items():
        setattr(company, name, value)
    if not company.name.strip():
        raise Invalid({"name": _("Write the company's name.")})
    company.save()
    return company


@recorded
def add_area(*, by: User | None, name: str, slug: str = "") -> Area:
    """Add an area; raises ``Refused`` (``name_taken``)."""
    with translate_errors(_taken("area", "teams_area")), transaction.atomic():
        return Area.objects.create(name=full_name(name), slug=short_name(slug or name))


@recorded
def rename_area(*, by: User, area: Area, name: str) -> Area:
    """Give an area another name; its address stays."""
    area.name = full_name(name)
    with translate_errors(_taken("area", "teams_area")), transaction.atomic():
        area.save(update_fields=["name"])
    return area


@recorded
def remove_area(*, by: User, area: Area) -> None:
    """Remove an area without pods, of which no contact tells. Raises ``Refused`` (``in_use``).

    Roles over it alone end with it.
    """
    pods = list(area.pods.values_list("name", flat=True))
    if pods:
        raise Refused(
            Violation(
                "in_use",
                _("%(area)s holds pods: %(pods)s.") % {"area": area, "pods": ", ".join(pods)},
                {"pods": len(pods)},
                _("Move the pods to another area first."),
            )
        )
    if has_traces(area, {"rolegrant"}):
        raise Refused(Violation("in_use", _("Contacts of the past belong to %(area)s.") % {"area": area}))
    area.delete()


@recorded
def add_partner(*, by: User | None, name: str, slug: str = "") -> PartnerCompany:
    """Add a partner company whose pods help."""
    with translate_errors(_taken("partner company", "teams_partnercompany")), transaction.atomic():
        return PartnerCompany.objects.create(name=full_name(name), slug=short_name(slug or name))


@recorded
def rename_partner(*, by: User, partner: PartnerCompany, name: str) -> PartnerCompany:
    """Give a partner company another name."""
    partner.name = full_name(name)
    with translate_errors(_taken("partner company", "teams_partnercompany")), transaction.atomic():
        partner.save(update_fields=["name"])
    return partner


@recorded
def remove_partner(*, by: User, partner: PartnerCompany) -> None:
    """Remove a partner company that never had a pod; raises ``Refused`` (``in_use``)."""
    if partner.pods.exists():
        raise Refused(Violation("in_use", _("%(partner)s has pods.") % {"partner": partner}))
    partner.delete()


@recorded
def add_pod(
    *, by: User | None, name: str, area: Area, slug: str = "", letters: str = "", category: int = 0, **fields: Any
) -> Pod:
    """Add a pod under set-up: without people, agreement or opening.

    Letters and colour are chosen when they are missing, the least used colour first. Raises
    ``Refused`` (``name_taken``). Locks the settings.
    """
    unknown = set(fields) - POD_FIELDS
    if unknown:
        raise TypeError(f"unknown fields: {sorted(unknown)}")
    lock(LockClass.SETTINGS, [0])
    company = Company.objects.filter(pk=1).first()
    if company is not None:
        fields.setdefault("zone", company.zone)
        fields.setdefault("country", company.country)
    with translate_errors(_taken("pod", "teams_pod")), transaction.atomic():
        return Pod.objects.create(
            name=full_name(name),
            slug=short_name(slug or name),
            area=area,
            letters=(letters or name).strip()[:2].capitalize(),
            category=category or least_used_category(),
            **fields,
        )


@recorded
def change_pod(*, by: User, pod: Pod, **fields: Any) -> Pod:
    """Change what a pod is called and where it stands; only ``POD_FIELDS``."""
    unknown = set(fields) - POD_FIELDS
    if unknown:
        raise TypeError(f"unknown fields: {sorted(unknown)}")
    for name, value in fields.items():
        setattr(pod, name, full_name(value) if name == "name" else value)
    with translate_errors(_taken("pod", "teams_pod")), transaction.atomic():
        pod.save(update_fields=list(fields))
    return pod


@recorded
def remove_pod(*, by: User, pod: Pod) -> None:
    """Remove a pod that never opened and that nothing names. Raises ``Refused`` (``in_use``)."""
    used = Refused(Violation("in_use", _("%(pod)s is in use.") % {"pod": pod}, way_out=_("Close the pod instead.")))
    if pod.opens_at is not None or has_traces(pod, OWN):
        raise used
    pod.delete()


@recorded
def set_stage(*, by: User | None, pod: Pod, stage: str, starts_on: dt.date) -> PodStage:
    """Say how a pod works from a day on; a stage on the same day is replaced.

    Stages run only from classic over pilot to changed; raises ``Refused`` (``stage_order``)
    when the dates would turn that round. Locks the settings of the pod.
    """
    order = list(PodStage.Stage.values)
    if stage not in order:
        raise Invalid({"stage": _("Choose a stage.")})
    lock(LockClass.SETTINGS, [lock_key("stage", pod.pk)])
    for other in pod.stages.exclude(starts_on=starts_on):
        earlier, later = (other.stage, stage) if other.starts_on < starts_on else (stage, other.stage)
        if order.index(earlier) > order.index(later):
            raise Refused(
                Violation(
                    "stage_order",
                    _("%(pod)s is in the stage “%(stage)s” from %(day)s; stages don't run backwards.")
                    % {"pod": pod, "stage": other.get_stage_display(), "day": other.starts_on},
                    way_out=_("Remove that stage first if it was a mistake."),
                )
            )
    found, _created = PodStage.objects.update_or_create(pod=pod, starts_on=starts_on, defaults={"stage": stage})
    return found


@recorded
def remove_stage(*, by: User, stage: PodStage) -> None:
    """Remove a stage that was written by mistake."""
    stage.delete()


@recorded
def add_sub_team(*, by: User | None, pod: Pod, name: str) -> SubTeam:
    """Add a part of a large pod."""
    taken = {"sub_team_name_in_pod": Violation("name_taken", _("The pod has a sub-team of this name."))}
    with translate_errors(taken), transaction.atomic():
        return SubTeam.objects.create(pod=pod, name=full_name(name))


@recorded
def remove_sub_team(*, by: User, sub_team: SubTeam) -> None:
    """Remove a sub-team; its people stay in the pod."""
    sub_team.delete()


def _taken(what: str, table: str) -> dict[str, Violation]:
    violation = Violation(
        "name_taken", _("There is already one with this name or short name."), {"what": what}, _("Choose another name.")
    )
    return {f"{table}_name_key": violation, f"{table}_slug_key": violation}


def least_used_category() -> int:
    """The colour, 1 to 8, that the fewest pods wear."""
    used = list(Pod.objects.values_list("category", flat=True))
    return min(range(1, 9), key=lambda category: (used.count(category), category))
