"""The ownership rules as a book: add, activate, hand over, end.

A rule is a draft until it is activated. Before that ``findings`` tells who would move and names
doubles and gaps; an open double refuses the activation.
"""

from __future__ import annotations

import datetime as dt

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from customers.directory import ownership
from customers.directory.models import Customer, OwnershipRule, Region, Segment
from customers.directory.services import hold_rules, takes_customers
from cxportal.core import periods
from cxportal.core.violations import Invalid, Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.pods.models import Pod

State = OwnershipRule.State
Precedence = OwnershipRule.Precedence


def precedence_of(customer: Customer | None, region: Region | None, segment: Segment | None) -> int:
    """The precedence that follows from what a rule names; raises ``Invalid`` for a customer with more."""
    if customer is not None:
        if region is not None or segment is not None:
            raise Invalid({"customer": _("A rule for a named customer names no region and no segment.")})
        return Precedence.CUSTOMER
    if region is not None:
        return Precedence.SEGMENT_IN_REGION if segment is not None else Precedence.REGION
    return Precedence.SEGMENT if segment is not None else Precedence.DEFAULT


@recorded
def add_rule(
    *,
    by: User | None,
    pod: Pod,
    customer: Customer | None = None,
    region: Region | None = None,
    segment: Segment | None = None,
    starts: dt.datetime | None = None,
    ends: dt.datetime | None = None,
    note: str = "",
) -> OwnershipRule:
    """A draft; it decides nothing until activated. Raises ``Invalid``."""
    if starts is not None and ends is not None and ends <= starts:
        raise Invalid({"ends": _("A rule ends after it begins.")})
    return OwnershipRule.objects.create(
        precedence=precedence_of(customer, region, segment),
        customer=customer,
        region=region,
        segment=segment,
        pod=pod,
        period=DateTimeTZRange(starts, ends),
        note=note,
        created_by=by,
    )


@recorded
def drop_draft(*, by: User | None, rule: OwnershipRule) -> None:
    """Delete a draft; an active rule is ended instead, so that history stays."""
    if rule.state != State.DRAFT:
        raise Refused(
            Violation("rule_active", _("The rule decides since it was activated."), way_out=_("End it at an instant."))
        )
    rule.delete()


@recorded
def activate_rule(*, by: User | None, rule: OwnershipRule, at: dt.datetime | None = None) -> int:
    """Let a draft decide from its start on (not before ``at``); returns how many customers change pods.

    What lies before is never rewritten. Repeating it changes nothing. Raises ``Refused`` when
    another rule holds the scope or the pod takes no customers then. Holds the rules alone.
    """
    at = at or periods.now()
    hold_rules(alone=True)
    rule.refresh_from_db()
    if rule.state == State.ACTIVE:
        return 0
    if doubles := doubles_of(rule):
        raise Refused([_double(rule, other) for other in doubles])
    first = OwnershipRule.objects.filter(state=State.ACTIVE).first() is None and not Customer.objects.exists()
    starts = rule.period.lower
    if not first:
        starts = max(at, starts) if starts else at
    if refusal := takes_customers(rule.pod, starts or at):
        raise Refused(refusal)
    if rule.period.upper is not None and starts is not None and rule.period.upper <= starts:
        raise Refused(Violation("rule_over", _("The rule would end before it begins."), way_out=_("Set a later end.")))
    rule.period = DateTimeTZRange(starts, rule.period.upper)
    rule.state = State.ACTIVE
    rule.save(update_fields=["period", "state"])
    return ownership.settle(starts, concerned(rule), why=rule.note, by_id=by.pk if by else None)


@recorded
def end_rule(*, by: User | None, rule: OwnershipRule, at: dt.datetime | None = None) -> int:
    """End an active rule; the customers go by the next rule that fits. Returns how many change pods.

    The last rule for everybody else cannot end: nobody is without a pod. Holds the rules alone.
    """
    at = at or periods.now()
    hold_rules(alone=True)
    rule.refresh_from_db()
    if rule.state == State.DRAFT or (rule.period.upper is not None and rule.period.upper <= at):
        return 0
    if rule.precedence == Precedence.DEFAULT and not _default_from(at, but=rule):
        raise Refused(
            Violation(
                "last_default_rule",
                _("New customers would have no pod: this is the only rule for everybody else."),
                way_out=_("Replace it by one for another pod."),
            )
        )
    customers = concerned(rule)
    if rule.period.lower is not None and rule.period.lower >= at:
        rule.delete()
    else:
        rule.period = DateTimeTZRange(rule.period.lower, at)
        rule.save(update_fields=["period"])
    return ownership.settle(at, customers, by_id=by.pk if by else None)


@recorded
def replace_rule(*, by: User | None, rule: OwnershipRule, pod: Pod, at: dt.datetime | None = None) -> OwnershipRule:
    """Hand a rule's scope to another pod at an instant, in one step. Holds the rules alone."""
    at = at or periods.now()
    hold_rules(alone=True)
    if refusal := takes_customers(pod, at):
        raise Refused(refusal)
    rule.refresh_from_db()
    upper = rule.period.upper
    if rule.state != State.ACTIVE or (upper is not None and upper <= at):
        raise Refused(Violation("rule_over", _("The rule does not decide any more."), way_out=_("Add a new rule.")))
    if rule.period.lower is not None and rule.period.lower >= at:
        rule.delete()
    else:
        rule.period = DateTimeTZRange(rule.period.lower, at)
        rule.save(update_fields=["period"])
    heir = OwnershipRule.objects.create(
        precedence=rule.precedence,
        customer_id=rule.customer_id,
        region_id=rule.region_id,
        segment_id=rule.segment_id,
        pod=pod,
        period=DateTimeTZRange(at, upper),
        state=State.ACTIVE,
        created_by=by,
    )
    ownership.settle(at, concerned(heir), by_id=by.pk if by else None)
    return heir


def open_pod(pod: Pod, instant: dt.datetime | None, by: User | None) -> None:
    """At a pod's opening its drafts take over from whoever holds their scope.

    Called again when the instant moves: boundaries that lie ahead move with it; None takes them
    back into drafts. Registered with the pod's set-up. Holds the rules alone.
    """
    hold_rules(alone=True)
    now = periods.now()
    for rule in OwnershipRule.objects.filter(pod=pod, state=State.ACTIVE, period__startswith__gt=now):
        before = _same_scope(rule).filter(state=State.ACTIVE, period__endswith=rule.period.lower).first()
        rule.state = State.DRAFT
        rule.save(update_fields=["state"])
        if before is not None:
            before.period = DateTimeTZRange(before.period.lower, rule.period.upper)
            before.save(update_fields=["period"])
    if instant is not None:
        starts = max(instant, now)
        for rule in OwnershipRule.objects.filter(pod=pod, state=State.DRAFT).order_by("precedence", "pk"):
            _take_over(rule, starts)
    ownership.settle(now, by_id=by.pk if by else None)


def _take_over(rule: OwnershipRule, starts: dt.datetime) -> None:
    """Activate a draft at an instant; whoever holds its scope then ends there."""
    for other in _same_scope(rule).filter(state=State.ACTIVE, period__overlap=DateTimeTZRange(starts, None)):
        if other.period.lower is not None and other.period.lower >= starts:
            other.delete()
        else:
            other.period = DateTimeTZRange(other.period.lower, starts)
            other.save(update_fields=["period"])
    rule.period = DateTimeTZRange(starts, None)
    rule.state = State.ACTIVE
    rule.save(update_fields=["period", "state"])


def _same_scope(rule: OwnershipRule) -> QuerySet[OwnershipRule]:
    return OwnershipRule.objects.filter(customer=rule.customer, region=rule.region, segment=rule.segment).exclude(
        pk=rule.pk
    )


def doubles_of(rule: OwnershipRule, *, drafts: bool = False) -> list[OwnershipRule]:
    """Rules for the same scope whose time overlaps; with ``drafts`` those not activated yet as well."""
    found = _same_scope(rule).filter(period__overlap=rule.period).select_related("pod")
    return list(found if drafts else found.filter(state=State.ACTIVE))


def _double(rule: OwnershipRule, other: OwnershipRule) -> Violation:
    return Violation(
        "rules_overlap",
        _("%(other)s owns the same customers at the same time by another rule.") % {"other": other.pod},
        {"rule": rule.pk, "other": other.pk},
        _("Hand that rule over to %(pod)s instead, or end it first.") % {"pod": rule.pod},
    )


def _default_from(at: dt.datetime, *, but: OwnershipRule) -> bool:
    return (
        OwnershipRule.objects.filter(
            state=State.ACTIVE, precedence=Precedence.DEFAULT, period__contains=DateTimeTZRange(at, None)
        )
        .exclude(pk=but.pk)
        .exists()
    )


def concerned(rule: OwnershipRule) -> list[int] | None:
    """Customers whom a rule may move: those in its scope; None for everybody."""
    if rule.precedence == Precedence.DEFAULT:
        return None
    found = Customer.objects.all()
    if rule.customer_id:
        found = found.filter(pk=rule.customer_id)
    if rule.region_id:
        found = found.filter(region_id=rule.region_id)
    if rule.segment_id:
        found = found.filter(segment_id=rule.segment_id)
    return list(found.values_list("pk", flat=True))
