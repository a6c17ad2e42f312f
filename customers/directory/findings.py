"""What a rule would do before it does it, and what is wrong with the rules: moves, doubles, gaps."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q

from customers.directory import queries, rulebook
from customers.directory.models import Customer, Ownership, OwnershipRule
from cxportal.core import periods
from teams.pods.models import Pod

Precedence = OwnershipRule.Precedence
EXAMPLES = 3

# Customers in the scope of rule %(rule)s whom no active rule with a lower precedence keeps.
_MOVES = """
    SELECT o.pod_id, count(*),
           (array_agg(coalesce(nullif(c.name, ''), c.external_id) ORDER BY c.id))[1:%(examples)s]
    FROM customers_customer c
    JOIN customers_ownershiprule r ON r.id = %(rule)s
     AND (r.customer_id IS NULL OR r.customer_id = c.id)
     AND (r.region_id IS NULL OR r.region_id = c.region_id)
     AND (r.segment_id IS NULL OR r.segment_id = c.segment_id)
    JOIN customers_ownership o ON o.customer_id = c.id AND o.period @> %(at)s AND o.pod_id <> r.pod_id
    WHERE NOT EXISTS (
        SELECT 1 FROM customers_ownershiprule a
        WHERE a.state = 'active' AND a.period @> %(at)s AND a.precedence < r.precedence
          AND (a.customer_id IS NULL OR a.customer_id = c.id)
          AND (a.region_id IS NULL OR a.region_id = c.region_id)
          AND (a.segment_id IS NULL OR a.segment_id = c.segment_id))
    GROUP BY o.pod_id ORDER BY count(*) DESC, o.pod_id
"""


# Customers who come to a pod when its rules that wait for its opening take over; each counted once.
_ARRIVALS = """
    SELECT o.pod_id, count(DISTINCT c.id)
    FROM customers_ownershiprule r
    JOIN customers_customer c
      ON (r.customer_id IS NULL OR r.customer_id = c.id)
     AND (r.region_id IS NULL OR r.region_id = c.region_id)
     AND (r.segment_id IS NULL OR r.segment_id = c.segment_id)
    JOIN customers_ownership o ON o.customer_id = c.id AND o.period @> %(at)s AND o.pod_id <> r.pod_id
    WHERE r.pod_id = %(pod)s AND (r.state = 'draft' OR lower(r.period) > %(at)s)
      AND NOT EXISTS (
        SELECT 1 FROM customers_ownershiprule a
        WHERE a.state = 'active' AND a.period @> %(at)s AND a.precedence < r.precedence AND a.pod_id <> r.pod_id
          AND (a.customer_id IS NULL OR a.customer_id = c.id)
          AND (a.region_id IS NULL OR a.region_id = c.region_id)
          AND (a.segment_id IS NULL OR a.segment_id = c.segment_id))
    GROUP BY o.pod_id ORDER BY count(DISTINCT c.id) DESC, o.pod_id
"""


@dataclass(frozen=True, slots=True)
class Move:
    """Customers who would leave a pod, with some of their names."""

    source: Pod
    customers: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """Customers of a pod before and after."""

    pod: Pod
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would move to the rule's pod at ``at``, and the sizes of the pods concerned."""

    at: dt.datetime
    moves: tuple[Move, ...]
    sizes: tuple[Size, ...]
    doubles: tuple[OwnershipRule, ...]

    @property
    def customers(self) -> int:
        return sum(move.customers for move in self.moves)


@dataclass(frozen=True, slots=True)
class Finding:
    """``double``: two rules for one scope at one time. ``default``: customers that no particular rule names.

    ``none``: no rule for everybody else holds now, so new customers would have no pod.
    """

    kind: str
    rules: tuple[OwnershipRule, ...]
    customers: int
    examples: tuple[str, ...]


def preview(rule: OwnershipRule, at: dt.datetime | None = None) -> Preview:
    """Who would move if the draft were activated, counted at its start (not before ``at``, default now)."""
    at = at or periods.now()
    if rule.period.lower is not None:
        at = max(at, rule.period.lower)
    with connection.cursor() as cursor:
        cursor.execute(_MOVES, {"rule": rule.pk, "at": at, "examples": EXAMPLES})
        rows = cursor.fetchall()
    pods = Pod.objects.in_bulk([row[0] for row in rows] + [rule.pod_id])
    moves = tuple(Move(pods[pod], count, tuple(names)) for pod, count, names in rows)
    before = sizes(list(pods), at)
    gained = sum(move.customers for move in moves)
    lost = {move.source.pk: move.customers for move in moves}
    return Preview(
        at=at,
        moves=moves,
        sizes=tuple(
            Size(pod, before[pk], before[pk] - lost.get(pk, 0) + (gained if pk == rule.pod_id else 0))
            for pk, pod in pods.items()
        ),
        doubles=tuple(rulebook.doubles_of(rule)),
    )


def arrivals(pod: Pod, at: dt.datetime | None = None) -> list[tuple[Pod, int]]:
    """From which pods how many customers would come if the pod opened at ``at`` (default now). Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVALS, {"pod": pod.pk, "at": at or periods.now()})
        rows = cursor.fetchall()
    pods = Pod.objects.in_bulk([source for source, _count in rows])
    return [(pods[source], count) for source, count in rows]


def sizes(pod_ids: list[int], at: dt.datetime | None = None) -> dict[int, int]:
    """Customers owned by each pod at an instant. One query."""
    rows = (
        Ownership.objects.filter(pod_id__in=pod_ids, period__contains=at or periods.now())
        .order_by()
        .values_list("pod_id")
        .annotate(n=Count("pk"))
    )
    return defaultdict(int, dict(rows))


def findings(at: dt.datetime | None = None) -> list[Finding]:
    """Doubles among drafts and active rules, and who falls to the default rule or to none. Doubles first."""
    at = at or periods.now()
    found = _doubles()
    defaults = list(queries.active_rules(at).filter(precedence=Precedence.DEFAULT))
    if not defaults:
        found.append(Finding("none", (), 0, ()))
    else:
        spans = Ownership.objects.filter(period__contains=at, rule__in=defaults)
        count = spans.count()
        names = [str(span.customer) for span in spans.select_related("customer").order_by("customer_id")[:EXAMPLES]]
        if count:
            found.append(Finding("default", tuple(defaults), count, tuple(names)))
    return found


def _doubles() -> list[Finding]:
    """Pairs of rules for one scope whose time overlaps; at least one of them is still a draft."""
    found = []
    seen: set[frozenset[int]] = set()
    for rule in OwnershipRule.objects.filter(state=OwnershipRule.State.DRAFT).select_related("pod"):
        for other in rulebook.doubles_of(rule, drafts=True):
            pair = frozenset((rule.pk, other.pk))
            if other.pod_id == rule.pod_id or pair in seen:
                continue
            seen.add(pair)
            inside = Customer.objects.filter(in_scope(rule))
            names = tuple(str(customer) for customer in inside.order_by("pk")[:EXAMPLES])
            found.append(Finding("double", (rule, other), inside.count(), names))
    return found


def in_scope(rule: OwnershipRule) -> Q:
    """The customers that a rule names, whoever else names them too."""
    scope = Q()
    if rule.customer_id:
        scope &= Q(pk=rule.customer_id)
    if rule.region_id:
        scope &= Q(region_id=rule.region_id)
    if rule.segment_id:
        scope &= Q(segment_id=rule.segment_id)
    return scope
