"""Locks: sorted, bounded in time, and never outside a transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from cxportal.core.database import LockClass, lock, lock_key
from cxportal.core.violations import Refused

ROUNDS = 40


def test_a_lock_outside_a_transaction_is_refused(transactional_db: None) -> None:
    with pytest.raises(RuntimeError, match="outside a transaction"):
        lock(LockClass.PERSON, [1])


def test_no_keys_ask_the_database_nothing(db: None, django_assert_num_queries: Callable[..., object]) -> None:
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        lock(LockClass.PERSON, [])


@transaction.atomic
def _lock_impatiently(key: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '50ms'")
    lock(LockClass.PERSON, [key])


def test_a_lock_that_somebody_holds_too_long_answers_busy(transactional_db: None) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock(LockClass.PERSON, [7])
            held.set()
            done.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(10)
        with pytest.raises(Refused) as refusal:
            _lock_impatiently(7)
    finally:
        done.set()
        holder.join()
    assert refusal.value.codes == {"busy"}
    assert refusal.value.retry_after


def _cross(take: Callable[[list[int]], None]) -> list[BaseException]:
    """Two threads ask for the same locks in opposite order, many times; what went wrong."""
    start, wrong = threading.Barrier(2), list[BaseException]()

    def run(keys: list[int]) -> None:
        try:
            for _ in range(ROUNDS):
                start.wait(10)
                with transaction.atomic():
                    take(keys)
        except BaseException as error:  # the thread hands it to the test
            wrong.append(error)
            start.abort()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(keys,)) for keys in ([1, 2], [2, 1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [error for error in wrong if not isinstance(error, threading.BrokenBarrierError)]


@pytest.mark.race
def test_locks_asked_in_opposite_order_never_deadlock(transactional_db: None) -> None:
    assert _cross(lambda keys: lock(LockClass.PERSON, keys)) == []


@pytest.mark.race
def test_without_sorting_the_same_locks_do_deadlock(transactional_db: None) -> None:
    """Negative control: one by one, unsorted, with a moment between."""

    def unsorted(keys: list[int]) -> None:
        with connection.cursor() as cursor:
            for key in keys:
                cursor.execute("SELECT pg_advisory_xact_lock(99, %s), pg_sleep(0.02)", [key])

    assert any("deadlock" in str(error) for error in _cross(unsorted))


def test_keys_are_stable_and_fit_the_lock() -> None:
    assert lock_key(12) == 12
    assert lock_key(3, "2026-11-23") == lock_key(3, "2026-11-23")
    assert lock_key(3, "2026-11-23") != lock_key(4, "2026-11-23")
    assert all(-(2**31) <= lock_key(n, "x") < 2**31 for n in range(500))
