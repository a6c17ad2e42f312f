"""Migrations: complete, and reversible with their triggers."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

pytestmark = pytest.mark.slow


def _shape() -> dict[str, set[str]]:
    """Names of our tables, constraints, indexes and triggers as PostgreSQL holds them."""
    ask = {
        "tables": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
        "constraints": "SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
        "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "triggers": "SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        found = {}
        for name, sql in ask.items():
            cursor.execute(sql)
            found[name] = {row[0] for row in cursor.fetchall()}
    return found


def test_no_model_has_changed_without_its_migration(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_our_floors_migrate_down_and_up_again_to_the_same_shape(transactional_db: None) -> None:
    before = _shape()
    for floor in ("rituals", "customers"):
        call_command("migrate", floor, "zero", verbosity=0)
    assert not any(name.startswith("customers_") for name in _shape()["tables"])
    call_command("migrate", verbosity=0)
    assert _shape() == before
