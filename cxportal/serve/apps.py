"""What starts and supervises the portal, as a Django app for its commands and grants."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class ServeConfig(AppConfig):
    name = "cxportal.serve"
    label = "serve"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Rights follow every migration. Django sends its signal only for apps with models, when all tables stand."""
        from cxportal.serve.grants import after_migrate

        post_migrate.connect(after_migrate, sender=apps.get_app_config("core"), dispatch_uid="cxportal.grants")
