"""The API of this room: contacts and what happens to them, and agreements between pods."""

from customers.routing.api.agreements import AgreementOperations
from customers.routing.api.contacts import ContactOperations

__all__ = ["AgreementOperations", "ContactOperations"]
