"""Jobs of every room of this floor, for the worker that looks for them here."""

from customers.contacts import tasks as contacts

__all__ = ["contacts"]
