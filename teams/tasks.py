"""Jobs of every room of this floor, for the worker that looks for them here."""

from teams.notifications import tasks as notifications

__all__ = ["notifications"]
