"""What starts and supervises the portal, as a Django app for its commands and grants."""

from django.apps import AppConfig


class ServeConfig(AppConfig):
    name = "cxportal.serve"
    label = "serve"
    default_auto_field = "django.db.models.BigAutoField"
