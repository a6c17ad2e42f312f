"""The customers floor as a Django app."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from customers.administration.registering import register_everything
        from customers.feedback import wishes
        from customers.routing import agreed

        wishes.register_notices()
        agreed.register_bounds()
        agreed.register_notices()
        register_everything()
