"""Re-exports the models of every capability of this floor, for Django's app registry."""

from customers.causes.models import Reason, ReasonGroup
from customers.contacts.models import Contact, ContactEvent, Note
from customers.contacts.rollup_models import ServedCell, ServedDay, ServedDelta
from customers.directory.models import Customer, Ownership, OwnershipRule, Region, Segment
from customers.feedback.models import Response, Survey
from customers.routing.models import (
    ContactAssignment,
    LoadEvent,
    Offer,
    OverflowAgreement,
    OverflowTerms,
    RoutingDecision,
    Signature,
)

__all__ = [
    "Contact",
    "ContactAssignment",
    "ContactEvent",
    "Customer",
    "LoadEvent",
    "Note",
    "Offer",
    "OverflowAgreement",
    "OverflowTerms",
    "Ownership",
    "OwnershipRule",
    "Reason",
    "ReasonGroup",
    "Region",
    "Response",
    "RoutingDecision",
    "Segment",
    "ServedCell",
    "ServedDay",
    "ServedDelta",
    "Signature",
    "Survey",
]
