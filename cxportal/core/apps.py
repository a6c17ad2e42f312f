"""The kernel as a Django app: it knows no other app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "cxportal.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"
