"""Two administrators who deactivate one another at the same instant: one stays."""

from __future__ import annotations

from functools import partial

import pytest

from cxportal.core.database import LockClass
from teams.people import services
from teams.people.models import User
from tests.cast import Cast
from tests.factories import people
from tests.races import Act, meeting, together, without_locks

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

COUNTED = (services, "remaining_administrators")


def each_the_other(cast: Cast) -> list[Act]:
    second = people.user("Berta Wolf")
    people.grant(second, "administrator")
    pairs = ((cast.administrator, second), (second, cast.administrator))
    return [partial(services.deactivate, by=by, person=person) for by, person in pairs]


def administrators() -> int:
    return User.objects.filter(is_active=True, role_grants__role="administrator").count()


def test_of_two_administrators_who_deactivate_one_another_one_stays(cast: Cast) -> None:
    acts = each_the_other(cast)
    with meeting(COUNTED):
        told = together(acts)
    assert (len(told.answers), told.codes) == (1, {"last_administrator"})
    assert administrators() == 1


def test_control_without_the_lock_on_the_settings_nobody_is_left(cast: Cast) -> None:
    acts = each_the_other(cast)
    with without_locks(LockClass.SETTINGS), meeting(COUNTED):
        assert len(together(acts).answers) == 2
    assert administrators() == 0
