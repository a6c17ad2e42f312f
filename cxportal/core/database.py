"""Locks and constraints: what every service uses to hold its promise under load.

The order in which locks are taken is one for the whole house and is the order of ``LockClass``: list,
customer, contact, person, leave of a day, leave of a member, (member, week), (pod, day), agreement, settings,
rollup. A service takes all its locks at its beginning, class by class, sorted inside a class, so
no two services wait for one another in a circle. ``tests/lock_order.py`` holds this in every test.

Rows that are locked stand in the same order: a contact's row in ``CONTACT``, a presence row in
``PERSON``, a week's row behind its (pod, day), an overflow agreement's row before any contact. A
lock that is only tried (``SKIP LOCKED``, ``pg_try_…``) never waits and may come at any place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING

from django.db import IntegrityError, OperationalError, connection

from cxportal.core.violations import Refused, Violation, busy

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK_NOT_AVAILABLE = "55P03"


class LockClass(IntEnum):
    """Classes of locks, in the order in which they are taken."""

    LIST = 10  # one file at a time: alone here, a list may take the keys of a class row by row
    CUSTOMER = 11  # what is known of one, and the named rules for one
    CONTACT = 12  # rows: everything that happens to a contact
    PERSON = 13  # memberships, contracts, ways in; presence rows: what somebody has in hand
    LEAVE_DAY = 14  # places of leave and the wait list of a pod on a local day; a peak that is shared out
    LEAVE_MEMBER = 15  # balance and leave days of one member; found under the days: who waits there
    MEMBER_WEEK = 16  # what the bounds say of one member, in a week and over all weeks
    POD_DAY = 17  # seats and floor of a pod on a local day; a week is made under its Monday
    AGREEMENT = 18  # a pod's versions and its opening; how many people it lends out
    SETTINGS = 19  # company, pods, the last administrator; the ownership rules, shared or alone
    ROLLUP = 20  # always the last: what contacts add up to


def lock_key(*parts: object) -> int:
    """A signed 32-bit key for an advisory lock, the same in every process.

    Different things may share a key: they then wait for one another and nothing else.
    """
    if len(parts) == 1 and isinstance(parts[0], int) and 0 <= parts[0] < 2**31:
        return parts[0]
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=4).digest()
    return int.from_bytes(digest, signed=True)


def lock(kind: LockClass, keys: Iterable[int]) -> None:
    """Take transaction-level advisory locks of one class, sorted, in one round trip.

    Must run inside a transaction; the locks end with it. Raises ``Refused`` (code ``busy``)
    when ``lock_timeout`` passes; the transaction is then broken and must be left.
    """
    lock_all((kind, keys))


def lock_all(*classes: tuple[LockClass, Iterable[int]]) -> None:
    """The same for several classes, named in their order, in one round trip.

    Raises ``ValueError`` when they are not.
    """
    wanted = [(int(kind), key) for kind, keys in classes for key in sorted(set(keys))]
    if not wanted:
        return
    if wanted != sorted(wanted):
        raise ValueError("locks are taken in the order of their classes")
    if not connection.in_atomic_block:
        raise RuntimeError("a lock outside a transaction would end at once")
    with translate_errors(), connection.cursor() as cursor:
        # The rows of unnest come in their order, and so do the locks.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(c, k) FROM unnest(%s::int[], %s::int[]) AS wanted (c, k)",
            [[kind for kind, _ in wanted], [key for _, key in wanted]],
        )


def constraint_name(error: BaseException) -> str:
    """The name of the constraint that an IntegrityError broke, or an empty string."""
    cause = error.__cause__
    diag = getattr(cause, "diag", None)
    return getattr(diag, "constraint_name", None) or ""


def sqlstate(error: BaseException) -> str:
    """The five-character SQLSTATE behind a Django database error, or an empty string."""
    return getattr(error.__cause__, "sqlstate", None) or ""


@contextmanager
def translate_errors(
    constraints: Mapping[str, Violation | Callable[[], Violation]] | None = None,
) -> Iterator[None]:
    """Turn a lock time-out into ``busy`` and a named broken constraint into its Violation.

    Other errors pass unchanged.
    """
    try:
        yield
    except OperationalError as error:
        if sqlstate(error) == LOCK_NOT_AVAILABLE:
            raise busy() from error
        raise
    except IntegrityError as error:
        found = (constraints or {}).get(constraint_name(error))
        if found is None:
            raise
        raise Refused(found if isinstance(found, Violation) else found()) from error


def constraints_now(*names: str) -> None:
    """Check deferrable constraints now, so that a break is raised inside the service."""
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {quoted} IMMEDIATE")


def constraints_later(*names: str) -> None:
    """Defer deferrable constraints, so that intermediate states may break them."""
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS {quoted} DEFERRED")
