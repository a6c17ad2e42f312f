"""What routing adds to a pod's working agreement and to the notices: how much it is willing to help."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from customers.routing.models import ContactAssignment, Offer, OverflowTerms
from customers.routing.terms import Willingness
from teams.notifications import kinds
from teams.pods.agreement import BoundDefinition, register, values_at
from teams.pods.models import Pod

UNDO_FOR = dt.timedelta(minutes=10)

AT_ONCE = BoundDefinition(
    "overflow_at_once",
    _("Contacts of one other pod at once"),
    "number",
    4,
    0,
    20,
    _("No overflow agreement that the pod signs may go above it."),
    group="serving",
    side="most",
)
IN_HOUR = BoundDefinition(
    "overflow_in_hour",
    _("Contacts of one other pod in an hour"),
    "number",
    16,
    0,
    200,
    _("No overflow agreement that the pod signs may go above it."),
    group="serving",
    side="most",
)
IN_DAY = BoundDefinition(
    "overflow_in_day",
    _("Contacts of one other pod in a day"),
    "number",
    60,
    0,
    1000,
    _("No overflow agreement that the pod signs may go above it."),
    group="serving",
    side="most",
)
RESERVE = BoundDefinition(
    "overflow_reserve",
    _("People kept free for own customers"),
    "people",
    1,
    0,
    20,
    _("Idle people beyond this number may help another pod; these never."),
    group="serving",
    side="least",
)


def register_bounds() -> None:
    """Make the bounds known at start-up."""
    register(AT_ONCE, IN_HOUR, IN_DAY, RESERVE)


def register_notices() -> None:
    """Make the kinds of notices known at start-up."""
    kinds.register(
        "skill_missing",
        icon="triangle-alert",
        tone="watch",
        words=lambda d: _("A contact of %(pod)s needs %(skill)s, and nobody holds it.") % d,
    )
    kinds.register(
        "overflow_to_sign",
        icon="handshake",
        tone="info",
        words=lambda d: _("%(pod)s proposed version %(number)s of an overflow agreement.") % d,
    )


def willingness(pod_id: int, at: dt.datetime) -> Willingness:
    """The ceiling that a pod's own agreement sets for helping. One query."""
    values = values_at(pod_id, at)
    return Willingness(
        at_once=int(values[AT_ONCE.key]),
        in_hour=int(values[IN_HOUR.key]),
        in_day=int(values[IN_DAY.key]),
        reserve=int(values[RESERVE.key]),
    )


def undo_open(version: OverflowTerms, pod: Pod, at: dt.datetime) -> bool:
    """Whether a pod's signature put a version in force, no longer than ``UNDO_FOR`` ago; who proposed signed first."""
    in_time = version.in_force_at is not None and at <= version.in_force_at + UNDO_FOR
    return in_time and version.proposed_for_id != pod.pk


def used_since(version: OverflowTerms) -> bool:
    """Whether a contact was offered or given to the helper since a version is in force. Two queries."""
    offered = Offer.objects.filter(agreement=version.agreement_id, made_at__gte=version.in_force_at)
    given = ContactAssignment.objects.filter(agreement=version.agreement_id, started_at__gte=version.in_force_at)
    return offered.exists() or given.exists()
