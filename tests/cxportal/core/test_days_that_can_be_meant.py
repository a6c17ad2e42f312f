"""A day at the end of the calendar is refused beside its field; no form breaks on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast

pytestmark = pytest.mark.django_db
FIRST, LAST = "0001-01-01", "9999-12-31"


@pytest.mark.parametrize("given", [{"starts": FIRST}, {"ends": LAST}, {"starts": LAST}])
def test_an_ownership_rule_has_days_that_can_be_meant(
    cast: Cast, browser: Callable[..., Client], given: dict[str, str]
) -> None:
    answer = browser(cast.administrator).post("/settings/ownership/new/", {"pod": cast.isar.pk} | given)
    assert answer.status_code == 422
    assert "cannot be meant" in answer.content.decode()


def test_an_agreement_between_pods_ends_on_a_day_that_can_be_meant(cast: Cast, browser: Callable[..., Client]) -> None:
    given = {"partner": cast.elbe.pk, "wait_phone": "0:10", "reserve": 1, "guard": 0, "cap_once": 2, "cap_hour": 8}
    page = reverse("new_overflow_agreement", args=[cast.isar.slug])
    answer = browser(cast.member).post(page, given | {"cap_day": 40, "any_hours": "on", "ends_on": LAST})
    assert answer.status_code == 422
    assert "cannot be meant" in answer.content.decode()


@pytest.mark.parametrize(("first", "last"), [(FIRST, "0001-01-02"), ("9999-12-30", LAST)])
def test_an_absence_lies_on_days_that_can_be_meant(
    cast: Cast, browser: Callable[..., Client], first: str, last: str
) -> None:
    given = {"kind": "sick", "first_day": first, "first_time": "00:00", "last_day": last, "last_time": "23:59"}
    answer = browser(cast.member).post(reverse("absence", args=[cast.isar.slug]), given)
    assert answer.status_code == 422
    assert "cannot be meant" in answer.content.decode()


def test_a_customer_of_a_hundred_years_is_known_and_one_of_two_thousand_is_not(
    cast: Cast, browser: Callable[..., Client]
) -> None:
    page, given = reverse("new_customer", args=[cast.isar.slug]), {"name": "Rosa", "life_stage": "settled"}
    assert "cannot be meant" in browser(cast.member).post(page, given | {"since": "0026-05-01"}).content.decode()
    assert "cannot be meant" not in browser(cast.member).post(page, given | {"since": "1926-05-01"}).content.decode()


def test_an_agreement_between_pods_ends_in_the_time_ahead(cast: Cast, browser: Callable[..., Client]) -> None:
    given = {"partner": cast.elbe.pk, "wait_phone": "0:10", "reserve": 1, "guard": 0, "cap_once": 2, "cap_hour": 8}
    page = reverse("new_overflow_agreement", args=[cast.isar.slug])
    answer = browser(cast.member).post(page, given | {"cap_day": 40, "any_hours": "on", "ends_on": "2020-01-01"})
    assert answer.status_code == 409
    field = answer.content.decode().partition('for="id_ends_on"')[2].partition('<div class="field')[0]
    assert "The agreement ends before it begins." in field
