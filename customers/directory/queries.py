"""Who owns whom, asked one by one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from customers.directory.models import Customer, Ownership, OwnershipRule
from cxportal.core import periods
from teams.pods.models import Pod


@dataclass(frozen=True, slots=True)
class Owner:
    """The home pod at an instant; ``by_default`` marks that no rule named the customer's place or kind."""

    pod: Pod
    by_default: bool


def home_pod_at(customer_id: int, at: dt.datetime | None = None) -> Owner | None:
    """The home pod of a customer at an instant (default: now); None for an unknown id. One query."""
    span = (
        Ownership.objects.filter(customer_id=customer_id, period__contains=at or periods.now())
        .select_related("pod__area", "rule")
        .first()
    )
    if span is None:
        return None
    default = span.rule is not None and span.rule.precedence == OwnershipRule.Precedence.DEFAULT
    return Owner(span.pod, by_default=default)


def active_rules(at: dt.datetime | None = None) -> QuerySet[OwnershipRule]:
    """The rules that decide at an instant, most particular first."""
    return OwnershipRule.objects.filter(
        state=OwnershipRule.State.ACTIVE, period__contains=at or periods.now()
    ).select_related("pod__area")


def deciding_rule(
    *, region_id: int | None, segment_id: int | None, customer_id: int | None = None, at: dt.datetime | None = None
) -> OwnershipRule | None:
    """The rule that decides for a customer with this place and kind, known or not. One query."""
    rank = OwnershipRule.Precedence
    fits = Q(precedence=rank.DEFAULT)
    if customer_id is not None:
        fits |= Q(precedence=rank.CUSTOMER, customer_id=customer_id)
    if region_id is not None:
        fits |= Q(precedence=rank.REGION, region_id=region_id)
    if segment_id is not None:
        fits |= Q(precedence=rank.SEGMENT, segment_id=segment_id)
    if region_id is not None and segment_id is not None:
        fits |= Q(precedence=rank.SEGMENT_IN_REGION, region_id=region_id, segment_id=segment_id)
    return active_rules(at).filter(fits).order_by("precedence").first()


def home_pod_for(region_id: int | None, segment_id: int | None, at: dt.datetime | None = None) -> Owner | None:
    """The pod that would own an unknown customer; None when not even a default rule stands. One query."""
    rule = deciding_rule(region_id=region_id, segment_id=segment_id, at=at)
    if rule is None:
        return None
    return Owner(rule.pod, by_default=rule.precedence == OwnershipRule.Precedence.DEFAULT)


def by_number(number: str, source: str | None = None) -> Customer | None:
    """The customer with this number; None when nobody or, without a source, more than one has it."""
    found = Customer.objects.filter(external_id=number)
    if source is not None:
        found = found.filter(source=source)
    two = list(found[:2])
    return two[0] if len(two) == 1 else None


def home_pods_now(customer_ids: list[int], at: dt.datetime | None = None) -> dict[int, Pod]:
    """The home pods of several customers at an instant. One query."""
    spans = Ownership.objects.filter(customer_id__in=customer_ids, period__contains=at or periods.now())
    return {span.customer_id: span.pod for span in spans.select_related("pod")}
