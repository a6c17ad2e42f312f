"""Changes of customers and of who owns them. History is kept: what lies before an instant never changes.

Locks, in the order of the house: the customer, then the rules. Single customers hold the lock on
the rules shared (many at once), a change of the rules holds it alone, so that no customer is
written by rules that are just being replaced.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext_lazy as _

from customers.directory import ownership, queries
from customers.directory.models import Customer, OwnershipRule
from cxportal.core import periods
from cxportal.core.database import LockClass, lock, lock_key, translate_errors
from cxportal.core.violations import Invalid, Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.pods.models import Pod

DETAILS = (
    "name",
    "email",
    "phone",
    "place",
    "language",
    "region",
    "segment",
    "life_stage",
    "since",
    "source",
    "external_id",
)
NUMBER_TAKEN = Violation(
    "number_taken", _("Another customer has this number."), way_out=_("Open that customer, or take another number.")
)
NO_RULE = Violation(
    "no_ownership_rule",
    _("No rule says which pod owns this customer, and there is no rule for everybody else."),
    way_out=_("An administrator can add one in the ownership rules."),
)
TAKEN = {"customer_number_once": NUMBER_TAKEN}


def hold_rules(*, alone: bool) -> None:
    """Lock the ownership rules until the transaction ends: shared, or alone to change them."""
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with translate_errors(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [int(LockClass.SETTINGS), lock_key("ownership rules")])


def _checked(details: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(details) - set(DETAILS))
    if unknown:
        raise Invalid({name: _("A customer has no such field.") for name in unknown})
    if "external_id" in details:
        details["external_id"] = (details["external_id"] or "").strip() or None
    return details


@recorded
def create_customer(*, by: User | None, at: dt.datetime | None = None, **details: Any) -> Customer:
    """A new customer, owned from ever by the pod that the rules give at ``at`` and on as they say.

    ``details`` are the fields of ``DETAILS``; a name or a number is needed. Raises ``Invalid`` and
    ``Refused`` (``number_taken``, ``no_ownership_rule``). Holds the rules shared.
    """
    details = _checked(details)
    if not details.get("name") and not details.get("external_id"):
        raise Invalid({"name": _("A customer has a name or a number.")})
    hold_rules(alone=False)
    at = at or periods.now()
    rule = queries.deciding_rule(
        region_id=getattr(details.get("region"), "pk", None),
        segment_id=getattr(details.get("segment"), "pk", None),
        at=at,
    )
    if rule is None:
        raise Refused(NO_RULE)
    with translate_errors(TAKEN):
        customer = Customer.objects.create(**details)
    # Before a customer was known nobody owned it otherwise: the first pod owns it from ever.
    customer.ownerships.create(pod=rule.pod, rule=rule, period=DateTimeTZRange(None, None), by=by)
    # Most rules have no date ahead; only where one has, the later pods are written now.
    if OwnershipRule.objects.filter(
        Q(period__startswith__gt=at) | Q(period__endswith__gt=at), state=OwnershipRule.State.ACTIVE
    ).exists():
        ownership.settle(at, [customer.pk], by_id=by.pk if by else None)
    return customer


@recorded
def change_customer(*, by: User | None, customer: Customer, at: dt.datetime | None = None, **details: Any) -> Customer:
    """Change what is known of a customer; a new region or segment may change the home pod from ``at`` on.

    Open contacts stay with their person and pod. Raises ``Invalid`` and ``Refused`` (``number_taken``).
    Locks the customer, holds the rules shared.
    """
    details = _checked(details)
    lock(LockClass.CUSTOMER, [lock_key(customer.pk)])
    hold_rules(alone=False)
    customer.refresh_from_db()
    moved = any(
        name in details and getattr(details[name], "pk", None) != getattr(customer, f"{name}_id")
        for name in ("region", "segment")
    )
    for name, value in details.items():
        setattr(customer, name, value)
    if not customer.name and not customer.external_id:
        raise Invalid({"name": _("A customer has a name or a number.")})
    with translate_errors(TAKEN):
        customer.save(update_fields=list(details))
    if moved:
        ownership.settle(at or periods.now(), [customer.pk], by_id=by.pk if by else None)
    return customer


@recorded
def remove_customer(*, by: User | None, customer: Customer) -> None:
    """Delete somebody who never contacted us (a wrong entry). Raises ``Refused`` (``has_contacts``).

    Locks the customer.
    """
    lock(LockClass.CUSTOMER, [lock_key(customer.pk)])
    try:
        customer.delete()
    except ProtectedError as error:
        raise Refused(Violation("has_contacts", _("This customer has contacts, so the entry stays."))) from error


@recorded
def move_customer(
    *, by: User | None, customer: Customer, pod: Pod, at: dt.datetime | None = None, why: str = ""
) -> OwnershipRule:
    """Give a named customer to a pod from an instant on, before every other rule.

    The contacts that are open stay where they are; the next one goes to the new pod. Repeating it
    changes nothing. Raises ``Refused`` when the pod takes no customers at that instant. Locks the
    customer, holds the rules shared.
    """
    at = at or periods.now()
    lock(LockClass.CUSTOMER, [lock_key(customer.pk)])
    hold_rules(alone=False)
    if refusal := takes_customers(pod, at):
        raise Refused(refusal)
    held = _end_named(customer, at, keep=pod)
    if held is not None:
        return held
    rule = OwnershipRule.objects.create(
        precedence=OwnershipRule.Precedence.CUSTOMER,
        customer=customer,
        pod=pod,
        period=DateTimeTZRange(at, None),
        state=OwnershipRule.State.ACTIVE,
        note=why,
        created_by=by,
    )
    ownership.settle(at, [customer.pk], why=why, by_id=by.pk if by else None)
    return rule


@recorded
def release_customer(*, by: User | None, customer: Customer, at: dt.datetime | None = None, why: str = "") -> None:
    """Let the general rules decide about a customer again from an instant on. Locks as ``move_customer``."""
    at = at or periods.now()
    lock(LockClass.CUSTOMER, [lock_key(customer.pk)])
    hold_rules(alone=False)
    _end_named(customer, at)
    ownership.settle(at, [customer.pk], why=why, by_id=by.pk if by else None)


def _end_named(customer: Customer, at: dt.datetime, keep: Pod | None = None) -> OwnershipRule | None:
    """End the named rules from ``at`` on; the one that already gives exactly ``keep`` from then on is returned."""
    ahead = OwnershipRule.objects.filter(
        customer=customer, state=OwnershipRule.State.ACTIVE, period__overlap=DateTimeTZRange(at, None)
    ).order_by("period")
    for rule in ahead:
        starts, ends = rule.period.lower, rule.period.upper
        if keep is not None and rule.pod_id == keep.pk and ends is None and (starts is None or starts <= at):
            return rule
        if starts is not None and starts >= at:
            rule.delete()
        else:
            rule.period = DateTimeTZRange(starts, at)
            rule.save(update_fields=["period"])
    return None


def takes_customers(pod: Pod, at: dt.datetime) -> list[Violation]:
    """Why a pod cannot own customers from an instant on; empty when it can."""
    if pod.opens_at is None:
        return [
            Violation(
                "pod_not_open",
                _("%(pod)s is being set up and has no opening instant.") % {"pod": pod},
                way_out=_("Plan its opening; its rules take effect then."),
            )
        ]
    if at < pod.opens_at:
        return [
            Violation(
                "pod_opens_later",
                _("%(pod)s opens later than that.") % {"pod": pod},
                {"opens_at": pod.opens_at.isoformat()},
                _("Take an instant from its opening on."),
            )
        ]
    if pod.closed_at is not None and at >= pod.closed_at:
        return [Violation("pod_closed", _("%(pod)s is closed then.") % {"pod": pod}, way_out=_("Choose another pod."))]
    return []
