"""Versions of a working agreement and the company's limits on them.

A change of an agreement comes from the pod by consent (``teams/consent``); here stand the first
version, which a pod starts with, the next one, and the check that every version must pass.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from cxportal.core import periods
from cxportal.core.database import LockClass, lock
from cxportal.core.violations import Invalid, Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.pods import agreement
from teams.pods.models import AgreementVersion, Company, OuterLimit, Pod
from teams.pods.services import set_company


def check_values(values: Mapping[str, Any], country: str) -> list[Violation]:
    """What keeps these values from being agreed in a country: the company's outer limits. One query."""
    limits = agreement.outer_limits(country)
    found = []
    for key, value in values.items():
        if key not in limits or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        bound = agreement.definition(key)
        least, most = limits[key]
        if least is not None and value < least:
            found.append(_outside(bound, value, least, _("at least")))
        if most is not None and value > most:
            found.append(_outside(bound, value, most, _("at most")))
    return found


def _outside(bound: agreement.BoundDefinition, value: float, limit: float, side: Any) -> Violation:
    return Violation(
        "outer_limit",
        _("%(bound)s: %(value)s lies outside what the company allows, %(side)s %(limit)s.")
        % {
            "bound": bound.label,
            "value": agreement.in_words(bound, value),
            "side": side,
            "limit": agreement.in_words(bound, limit),
        },
        {"key": bound.key, "value": value, "limit": limit},
    )


@recorded
def start_agreement(*, by: User | None, pod: Pod, at: dt.datetime | None = None) -> AgreementVersion:
    """Version 1 from the company's template, in force at once; repeating returns it.

    Raises ``Refused`` (``outer_limit``) when the template lies outside the pod's country's
    limits. Locks the pod's agreement.
    """
    lock(LockClass.AGREEMENT, [pod.pk])
    first = pod.agreement_versions.order_by("number").first()
    if first is not None:
        return first
    values = agreement.template_values()
    violations = check_values(values, pod.country)
    if violations:
        raise Refused(violations)
    return AgreementVersion.objects.create(
        pod=pod, number=1, effective_from=at or periods.now(), values=values, created_by=by, reason=""
    )


@recorded
def add_version(
    *, by: User | None, pod: Pod, values: Mapping[str, Any], reason: str, since: dt.datetime
) -> AgreementVersion:
    """The next version: the newest one with some values changed. Only for what a pod has decided by consent.

    Versions take effect in the order of their numbers, so one that is decided later is in force no
    earlier than those before it. Raises ``Refused`` (``outer_limit``). Locks the pod's agreement.
    """
    lock(LockClass.AGREEMENT, [pod.pk])
    if violations := check_values(values, pod.country):
        raise Refused(violations)
    newest = pod.agreement_versions.order_by("number").last()
    before = agreement.template_values() if newest is None else newest.values
    if newest is not None and newest.effective_from >= since:
        since = newest.effective_from + dt.timedelta(microseconds=1)
    return AgreementVersion.objects.create(
        pod=pod,
        number=newest.number + 1 if newest else 1,
        effective_from=since,
        values=before | dict(values),
        created_by=by,
        reason=reason[:300],
    )


@recorded
def set_template(*, by: User, values: Mapping[str, Any]) -> Company:
    """Set what new pods start with; pods that have an agreement keep theirs.

    Raises ``Invalid`` (by bound) for values outside the limits of the company's own country.
    """
    company = Company.objects.filter(pk=1).first()
    violations = check_values(values, company.country if company else "")
    if violations:
        raise Invalid({str(v.numbers["key"]): v.message for v in violations})
    return set_company(by=by, agreement_template=dict(values))


@recorded
def set_outer_limit(
    *, by: User | None, key: str, country: str = "", minimum: Decimal | None, maximum: Decimal | None
) -> OuterLimit | None:
    """Limit what pods may agree, per country (blank: everywhere); without both the limit falls.

    Agreements in force stay in force; the next version must fit. Raises ``Invalid``.
    """
    if key not in {d.key for d in agreement.definitions()}:
        raise Invalid({"key": _("There is no such bound.")})
    if minimum is not None and maximum is not None and minimum > maximum:
        raise Invalid({"maximum": _("The most lies below the least.")})
    country = country.strip().upper()
    if country and (len(country) != 2 or not country.isalpha()):
        raise Invalid({"country": _("Write a country by two letters, like DE.")})
    lock(LockClass.SETTINGS, [0])
    if minimum is None and maximum is None:
        OuterLimit.objects.filter(key=key, country=country).delete()
        return None
    found, _created = OuterLimit.objects.update_or_create(
        key=key, country=country, defaults={"minimum": minimum, "maximum": maximum}
    )
    return found


def outside_limits() -> list[tuple[Pod, list[Violation]]]:
    """Pods whose agreement in force lies outside the company's limits today."""
    pods = list(Pod.objects.filter(closed_at__isnull=True))
    in_force = agreement.values_of([pod.pk for pod in pods], periods.now())
    by_country = {country: agreement.outer_limits(country) for country in {pod.country for pod in pods}}
    found = []
    for pod in pods:
        values = in_force[pod.pk].values
        limits = by_country[pod.country]
        bad = [
            key
            for key, value in values.items()
            if key in limits
            and isinstance(value, int | float)
            and not isinstance(value, bool)
            and not _within(value, *limits[key])
        ]
        if bad:
            found.append((pod, check_values({key: values[key] for key in bad}, pod.country)))
    return found


def _within(value: float, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)
