"""Departures as a Django app: its notices, and a look at once when a membership ends."""

from django.apps import AppConfig


class DeparturesConfig(AppConfig):
    name = "cxportal.departures"
    label = "departures"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cxportal.departures import notices, tasks
        from teams.pods.memberships import on_membership_end

        notices.register_notices()
        on_membership_end(tasks.look_at)
