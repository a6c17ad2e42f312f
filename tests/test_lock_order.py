"""The check on the order of locks sees what it must see: order of classes and of keys, rows, raw SQL, transactions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection, transaction

from customers.contacts import rollups
from customers.routing.services import course, placing
from cxportal.core.batch import fetch
from cxportal.core.database import LockClass, lock
from teams.presence.services import presence_row
from tests import lock_order
from tests.cast import Cast
from tests.factories import customers

pytestmark = pytest.mark.django_db


def broken_by(*acts: Callable[[], object]) -> list[str]:
    """What the check says about acts in one transaction; the test itself goes on."""
    with lock_order.judging_scenes(), transaction.atomic():
        for act in acts:
            act()
    found = list(lock_order.broken)
    lock_order.broken.clear()
    return found


def taking(kind: LockClass, *keys: int) -> Callable[[], object]:
    return partial(lock, kind, keys)


def test_classes_in_the_written_order_are_fine() -> None:
    assert broken_by(*(taking(kind, 2, 1) for kind in LockClass)) == []


def test_a_class_after_a_later_one_is_told_with_the_line() -> None:
    (words,) = broken_by(taking(LockClass.POD_DAY, 1), taking(LockClass.PERSON, 5))
    assert "PERSON 5 after POD_DAY 1" in words
    assert "test_lock_order.py" in words


def test_a_smaller_key_of_the_same_class_is_told() -> None:
    assert broken_by(taking(LockClass.PERSON, 5), taking(LockClass.PERSON, 6)) == []
    assert "PERSON 4 after PERSON 5" in str(broken_by(taking(LockClass.PERSON, 5), taking(LockClass.PERSON, 4)))


def test_a_scene_that_a_test_builds_in_one_transaction_is_not_judged() -> None:
    with transaction.atomic():
        lock(LockClass.POD_DAY, [1])
        lock(LockClass.PERSON, [5])
    assert lock_order.broken == []


def test_what_is_held_already_never_waits() -> None:
    assert broken_by(taking(LockClass.PERSON, 5), taking(LockClass.POD_DAY, 1), taking(LockClass.PERSON, 5)) == []


def test_each_transaction_begins_anew() -> None:
    assert [broken_by(taking(kind, 1)) for kind in (LockClass.ROLLUP, LockClass.CUSTOMER)] == [[], []]


def test_rows_of_contacts_and_of_presence_count(cast: Cast) -> None:
    contact = customers.contact(cast.isar)
    hands, held = partial(presence_row, cast.member.pk), partial(course.hold, contact.pk)
    assert "CONTACT" in str(broken_by(hands, held))
    assert broken_by(held, hands) == []


def test_prepared_and_raw_statements_count_and_those_that_only_try_do_not(cast: Cast) -> None:
    presence_row(cast.member.pk)
    lent = taking(LockClass.AGREEMENT, 1)
    assert "PERSON" in str(broken_by(lent, partial(fetch, placing.LOCK_PERSON(cast.member.pk))))
    assert broken_by(lent, partial(fetch, placing.TRY_PERSON(cast.member.pk))) == []
    counted = partial(rollups.customers_changed, [cast.member.pk])
    assert "PERSON" in str(broken_by(counted, taking(LockClass.PERSON, cast.member.pk)))


def test_a_lock_that_is_taken_out_holds_nobody_and_breaks_no_order(cast: Cast) -> None:
    contact = customers.contact(cast.isar)
    hands, held = partial(presence_row, cast.member.pk), partial(course.hold, contact.pk)
    with lock_order.taken_out(LockClass.CONTACT, LockClass.PERSON):
        assert broken_by(hands, held, taking(LockClass.PERSON, 1)) == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s", [13])
            assert cursor.fetchone() == (0,)
