"""Takes the demo away: everything of this installation, since everything in it is the demo's."""

from __future__ import annotations

from django.apps import apps
from django.db import connection, transaction

OURS = ("core", "teams", "customers", "rituals", "sessions", "usersessions", "account")
KEPT = {"django_migrations", "django_content_type"}


def tables() -> list[str]:
    """Every table that holds somebody's data, histories included."""
    found = {
        model._meta.db_table
        for label in OURS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    return [*sorted(found - KEPT), "pghistory_context"]


def remove() -> int:
    """Empty the tables in one transaction. Runs as their owner; returns how many tables."""
    names = tables()
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {quoted} RESTART IDENTITY CASCADE")
        cursor.execute("DELETE FROM procrastinate_jobs WHERE status IN ('todo', 'succeeded', 'failed')")
    return len(names)
