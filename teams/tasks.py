"""Jobs of every room of this floor, for the worker that looks for them here."""

from teams.consent import tasks as consent
from teams.fairness import tasks as fairness
from teams.leave import tasks as leave
from teams.notifications import tasks as notifications
from teams.scheduling import tasks as scheduling

__all__ = ["consent", "fairness", "leave", "notifications", "scheduling"]
