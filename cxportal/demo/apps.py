"""The seeded demo company as a Django app, for its commands."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "cxportal.demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"
