"""What starts and supervises the portal, as a Django app for its commands and grants."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ServeConfig(AppConfig):
    name = "cxportal.serve"
    label = "serve"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Rights follow every migration (Django's own signal, after the last app)."""
        from cxportal.serve.grants import after_migrate

        post_migrate.connect(after_migrate, sender=self, dispatch_uid="cxportal.grants")
