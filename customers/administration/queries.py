"""The ownership rules as their page shows them: by precedence, with how many customers each owns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from customers.directory.findings import Finding, findings
from customers.directory.models import Ownership, OwnershipRule
from cxportal.core import periods
from teams.pods.models import Pod

MOST_RULES = 200
Precedence = OwnershipRule.Precedence


@dataclass(frozen=True)
class Rule:
    """One rule in finished words; ``id`` is None for named customers, told by pod and not one by one."""

    id: int | None
    words: str
    when: str
    pod: Pod
    customers: int
    draft: bool


@dataclass(frozen=True)
class Group:
    """The rules of one precedence; ``more`` are not shown."""

    number: int
    label: str
    rules: list[Rule]
    customers: int
    more: int


@dataclass(frozen=True)
class Rulebook:
    """The whole page: groups, what is found wrong, and how many customers there are."""

    groups: list[Group]
    findings: list[Finding]
    customers: int


def rulebook_page(at: dt.datetime | None = None) -> Rulebook:
    """Every rule that decides now or later, and the drafts. Seven queries, plus some for each double found."""
    at = at or periods.now()
    counts: dict[int | None, int] = dict(
        Ownership.objects.filter(period__contains=at).order_by().values_list("rule_id").annotate(n=Count("pk"))
    )
    groups = []
    for precedence in Precedence:
        if precedence == Precedence.CUSTOMER:
            rules, more = _named(at), 0
        else:
            found = list(_standing(at).filter(precedence=precedence)[: MOST_RULES + 1])
            rules = [_rule(rule, counts.get(rule.pk, 0), at) for rule in found[:MOST_RULES]]
            more = len(found) - len(rules)
        groups.append(Group(int(precedence), str(precedence.label), rules, sum(rule.customers for rule in rules), more))
    return Rulebook(groups, findings(at), sum(counts.values()))


def _standing(at: dt.datetime) -> QuerySet[OwnershipRule]:
    """Rules that are drafts, hold now, or will hold."""
    return (
        OwnershipRule.objects.filter(
            Q(state=OwnershipRule.State.DRAFT) | Q(period__upper_inf=True) | Q(period__endswith__gt=at)
        )
        .select_related("pod", "region", "segment", "customer")
        .order_by("state", "region__name", "segment__name", "pk")
    )


def _named(at: dt.datetime) -> list[Rule]:
    """Named customers by pod: thousands of them are one line; drafts stand by themselves."""
    drafts = [
        _rule(rule, 0, at)
        for rule in _standing(at).filter(precedence=Precedence.CUSTOMER, state=OwnershipRule.State.DRAFT)[:MOST_RULES]
    ]
    rows = list(
        OwnershipRule.objects.filter(
            precedence=Precedence.CUSTOMER, state=OwnershipRule.State.ACTIVE, period__contains=at
        )
        .order_by()
        .values_list("pod_id")
        .annotate(n=Count("pk"))
    )
    pods = Pod.objects.in_bulk([pod for pod, _n in rows])
    listed = [Rule(None, _("Customers by name or number"), "", pods[pod], n, draft=False) for pod, n in rows]
    return drafts + sorted(listed, key=lambda rule: -rule.customers)


def _rule(rule: OwnershipRule, customers: int, at: dt.datetime) -> Rule:
    draft = rule.state == OwnershipRule.State.DRAFT
    return Rule(rule.pk, scope_words(rule), _when(rule, at), rule.pod, customers, draft)


def scope_words(rule: OwnershipRule) -> str:
    """Whom a rule names."""
    if rule.customer is not None:
        return str(rule.customer)
    if rule.region is not None and rule.segment is not None:
        return _("%(segment)s in %(region)s") % {"segment": rule.segment, "region": rule.region}
    return str(rule.region or rule.segment or _("Everybody else"))


def _when(rule: OwnershipRule, at: dt.datetime) -> str:
    words = []
    zone = rule.pod.tzinfo
    if rule.period.lower is not None and rule.period.lower > at:
        words.append(_("from %(day)s") % {"day": date_format(rule.period.lower.astimezone(zone), "j M Y")})
    if rule.period.upper is not None:
        words.append(_("until %(day)s") % {"day": date_format(rule.period.upper.astimezone(zone), "j M Y, H:i")})
    return ", ".join(words)
