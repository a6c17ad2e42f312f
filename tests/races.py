"""Acts at the same instant, and the guards that stand between them.

``together`` starts acts at one barrier, each in a thread with a connection of its own. ``meeting``
forces the interleaving that a guard is there for: acts that have judged wait for one another
before they write, as far as the guards let them come. ``without_locks`` and
``without_constraints`` take a guard out. So a guard and its control are one scene, played twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
import pytest
from django.db import connection
from django.db.models import QuerySet

from cxportal.core.violations import Refused
from tests.lock_order import taken_out as without_locks

__all__ = [
    "Act",
    "Outcome",
    "deadlocks",
    "meeting",
    "together",
    "until_decided",
    "without_constraints",
    "without_locks",
    "without_row_locks",
]

type Act = Callable[[], object]

PATIENCE = 60  # seconds for all acts of a scene; the portal's own lock time-out is 3 s


class Outcome(NamedTuple):
    """What came of acts: the answers of those that were done, the refusals, and any other error."""

    answers: list[Any]
    refusals: list[Refused]
    errors: list[BaseException]

    @property
    def codes(self) -> set[str]:
        """The codes of all refusals."""
        return {code for refusal in self.refusals for code in refusal.codes}


class _Crowd:
    """The acts of one scene that still run, and how many of them stand before a lock."""

    def __init__(self, number: int) -> None:
        self.running = number
        self.threads: set[int] = set()
        self._one = threading.Lock()
        self._watcher: psycopg.Connection[Any] | None = None

    def ended(self) -> None:
        with self._one:
            self.running -= 1

    def before_a_lock(self) -> int:
        """Counted over a connection of its own, which sees no snapshot of a transaction."""
        if self._watcher is None:
            given = connection.get_connection_params()
            wanted = {key: given[key] for key in ("host", "port", "user", "password", "dbname") if given.get(key)}
            self._watcher = psycopg.connect(**wanted, autocommit=True)
        row = self._watcher.execute(
            "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND datname = current_database()"
        ).fetchone()
        return int(row[0]) if row else 0

    def close(self) -> None:
        if self._watcher is not None:
            self._watcher.close()


_crowd: _Crowd | None = None


def until_decided(act: Act) -> Act:
    """The act of somebody who presses again for as long as they read "busy": nothing was decided then."""

    def press() -> object:
        for _again in range(4):
            try:
                return act()
            except Refused as refusal:
                if refusal.codes != {"busy"}:
                    raise
        return act()

    return press


def together(acts: Iterable[Act], *, tolerate: tuple[type[BaseException], ...] = ()) -> Outcome:
    """Start every act at one instant in a thread of its own. Errors that are not tolerated fail the test."""
    global _crowd
    wanted = list(acts)
    start, told = threading.Barrier(len(wanted)), Outcome([], [], [])
    _crowd = crowd = _Crowd(len(wanted))

    def run(act: Act) -> None:
        crowd.threads.add(threading.get_ident())
        try:
            start.wait(PATIENCE)
            told.answers.append(act())
        except Refused as refusal:
            told.refusals.append(refusal)
        except BaseException as error:
            told.errors.append(error)
        finally:
            connection.close()
            crowd.ended()

    threads = [threading.Thread(target=run, args=(act,), daemon=True) for act in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    crowd.close()
    assert not any(thread.is_alive() for thread in threads), "an act did not come to its end"
    if unexpected := [error for error in told.errors if not isinstance(error, tolerate)]:
        raise BaseExceptionGroup("acts ended in errors", unexpected)
    return told


class _Meeting:
    """Where acts wait until nobody else of the crowd can come: all are here, ended, or stand before a lock."""

    def __init__(self) -> None:
        self._gate, self._here, self._looks = threading.Event(), 0, 0
        self._one = threading.Lock()

    def come(self) -> None:
        crowd = _crowd
        if crowd is None or threading.get_ident() not in crowd.threads:
            return
        with self._one:
            gate = self._gate
            self._here += 1
        while not gate.wait(0.01):
            with self._one:
                if not gate.is_set() and self._nobody_else_comes(crowd):
                    gate.set()
                    self._gate, self._here = threading.Event(), 0

    def _nobody_else_comes(self, crowd: _Crowd) -> bool:
        """True only when seen twice: somebody may stand before a lock for the blink of an eye."""
        missing = crowd.running - self._here
        self._looks = self._looks + 1 if missing <= 0 or crowd.before_a_lock() >= missing else 0
        return self._looks > 1 or missing <= 0


@contextmanager
def meeting(*doors: tuple[object, str], before: bool = False, at: _Meeting | None = None) -> Iterator[_Meeting]:
    """Let acts meet at functions, each door a module and a name: behind the call, or ``before`` it.

    An act meets the others once; later calls of the same thread pass. ``at`` another meeting, when
    some of its doors are before and others behind.
    """
    meet, met = at or _Meeting(), threading.local()

    def come() -> None:
        if not getattr(met, "already", False):
            met.already = True
            meet.come()

    def door(function: Callable[..., Any]) -> Callable[..., Any]:
        def pass_through(*args: Any, **kwargs: Any) -> Any:
            if before:
                come()
            answer = function(*args, **kwargs)
            come()
            return answer

        return pass_through

    with pytest.MonkeyPatch.context() as patch:
        for module, name in doors:
            patch.setattr(module, name, door(getattr(module, name)))
        yield meet


@contextmanager
def without_row_locks() -> Iterator[None]:
    """Reads that lock their rows lock none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows)
        yield


@contextmanager
def without_constraints(*names: str) -> Iterator[None]:
    """The database without some constraints or unique indexes; they stand again afterwards, on empty tables."""
    again = [_taken_out(name) for name in names]
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table, statement in reversed(again):
                cursor.execute(f"TRUNCATE {table} CASCADE")
                cursor.execute(statement)


def _taken_out(name: str) -> tuple[str, str]:
    """Drop a constraint or index; its table and the statement that brings it back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name]
        )
        if found := cursor.fetchone():
            cursor.execute(f"ALTER TABLE {found[0]} DROP CONSTRAINT {name}")
            return found[0], f"ALTER TABLE {found[0]} ADD CONSTRAINT {name} {found[1]}"
        cursor.execute("SELECT tablename, indexdef FROM pg_indexes WHERE indexname = %s", [name])
        table, definition = cursor.fetchone()
        cursor.execute(f"DROP INDEX {name}")
        return table, definition


def deadlocks() -> int:
    """How many deadlocks PostgreSQL has broken in this database so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
