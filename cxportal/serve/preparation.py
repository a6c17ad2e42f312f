"""Before the services start: tables up to date, rights given, static files collected."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from cxportal.serve.grants import after_migrate

# Two starts on one database must not migrate at the same time.
MIGRATION_LOCK = 7_261_001


def prepare(migrate: Callable[[], object]) -> Iterator[str]:
    """Do what is needed and yield a line for each thing; quick when nothing is.

    ``migrate`` runs the migrations as the tables' owner; it is called when some are waiting.
    """
    with _one_at_a_time():
        waiting = _waiting()
        if waiting:
            yield f"{waiting} migrations to run"
            migrate()
        call_command("createcachetable", verbosity=0)
        after_migrate()
    connection.close()
    if collect_static():
        yield "static files collected"


def waits() -> bool:
    """True when migrations wait; False when none does, or when the database can't be asked (pages then answer 503)."""
    try:  # apart from the pool, which would go on trying for seconds
        psycopg.connect(**{"connect_timeout": 5} | settings.APP_ADDRESS.keywords()).close()
    except psycopg.OperationalError:
        return False
    try:
        return _waiting() > 0
    finally:
        connection.close()


def _waiting() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """A lock that ends with its connection, so that a killed start leaves none behind."""
    with psycopg.connect(**settings.OWNER_ADDRESS.keywords(), autocommit=True) as own:
        own.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        yield


def fingerprint() -> str:
    """A digest over name, size and time of every static file: equal when nothing changed."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static() -> bool:
    """Collect, hash and compress the static files when they changed; True when it was done."""
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".fingerprint"
    current = fingerprint()
    if stamp.exists() and stamp.read_text() == current:
        return False
    root.mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(current)
    return True
