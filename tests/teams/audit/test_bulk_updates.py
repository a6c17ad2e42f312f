"""Recording an update of many rows does not suffer from an update of one row before it."""

from __future__ import annotations

import time

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat, Lower

from customers.directory.models import Region

MANY = 5000

pytestmark = pytest.mark.django_db


def seconds_for_all() -> float:
    began = time.perf_counter()
    assert Region.objects.update(name=Concat("name", Value("x"))) == MANY
    return time.perf_counter() - began


def forget_plans() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")


def recorded() -> list[tuple[int, str]]:
    events = apps.get_model("customers", "RegionEvent").objects.filter(pgh_label="update")
    return list(events.values_list("pgh_obj_id", "name"))


def test_many_rows_after_one_take_no_longer_than_in_a_fresh_session() -> None:
    Region.objects.bulk_create(Region(name=f"Region {n}", code=f"r{n}") for n in range(MANY))
    fresh, later = [], []
    for _turn in range(2):
        forget_plans()
        fresh.append(seconds_for_all())
        forget_plans()
        Region.objects.filter(code="r1").update(name="West")
        later.append(seconds_for_all())
    assert min(later) < 6 * min(fresh)


def test_an_update_is_recorded_once_for_each_row_that_changed() -> None:
    north, south = (Region.objects.create(name=name, code=name.lower()) for name in ("North", "South"))
    Region.objects.filter(pk__in=[north.pk, south.pk]).update(code=Concat(Lower("name"), Value("")))
    assert recorded() == []
    Region.objects.filter(pk=south.pk).update(name="Deep South")
    assert recorded() == [(south.pk, "Deep South")]


def test_a_changed_key_is_recorded_by_what_stands_now() -> None:
    Region.objects.create(pk=7, name="North", code="north")
    Region.objects.filter(id=7).update(id=8)
    assert recorded() == [(8, "North")]
