"""The application's rights: it reads and writes rows, and can change neither tables nor the record of changes.

Tables belong to the owner's role, which migrates. After each migration the application's role gets
select, insert, update and delete on every table, except that history can only be read and added
to. TRUNCATE is given nowhere, since triggers on rows don't see it.
"""

from __future__ import annotations

from typing import Any

import pghistory.models
from django.apps import apps
from django.conf import settings
from django.db import connection
from psycopg import sql

# The application reads what was migrated and never writes it.
READ_ONLY = ("django_migrations",)


def history_tables() -> list[str]:
    """The tables that hold who changed what, and the context that goes with it."""
    models = [
        model
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model, pghistory.models.Event) and not model._meta.proxy and model._meta.managed
    ]
    return sorted({model._meta.db_table for model in models})


def statements(role: str, version: int) -> list[sql.Composed]:
    """The statements that give ``role`` its rights in the schema ``public``; safe to repeat."""
    name = sql.Identifier(role)
    every = sql.SQL("ALL TABLES IN SCHEMA public")
    given = [
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name),
        sql.SQL("REVOKE ALL ON {} FROM {}").format(every, name),
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}").format(every, name),
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(name),
        sql.SQL("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {}").format(name),
    ]
    if version >= 170000:
        # Large imports leave statistics behind that only ANALYZE puts right.
        given.append(sql.SQL("GRANT MAINTAIN ON {} TO {}").format(every, name))
    for table in history_tables():
        given.append(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), name))
    for table in READ_ONLY:
        given.append(sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), name))
    return given


def give(role: str) -> bool:
    """Give ``role`` its rights; False when it is the owner itself or does not exist."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_setting('server_version_num')::int")
        owner, version = cursor.fetchone()
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if role == owner or cursor.fetchone() is None:
            return False
        for statement in statements(role, version):
            cursor.execute(statement.as_string(cursor.connection))
    return True


def after_migrate(**kwargs: Any) -> None:
    """Receiver of Django's post_migrate: new tables are usable by the application at once."""
    if settings.AS_OWNER and settings.APP_ADDRESS.user:
        give(settings.APP_ADDRESS.user)
