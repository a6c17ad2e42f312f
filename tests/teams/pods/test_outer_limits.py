"""What may be agreed where: the product's limits, the law of a country, and the company's own."""

from __future__ import annotations

from decimal import Decimal

import pytest

from teams.pods import agreement, bounds_shown, legal, versions
from tests.cast import Cast


def limit(country: str, key: str = "rest_minutes") -> tuple[float | None, str]:
    found = agreement.limits_of(country)[key]
    return found.least, found.least_by


@pytest.mark.parametrize("country", ["DE", "AT", "NO", "PL"])
def test_european_pods_rest_eleven_hours(cast: Cast, country: str) -> None:
    assert limit(country) == (660, "law")


@pytest.mark.parametrize("country", ["US", "CH", ""])
def test_where_no_law_is_known_the_products_limit_holds(cast: Cast, country: str) -> None:
    assert limit(country) == (480, "product")


def test_the_average_the_weekly_rest_and_the_night_are_data_of_the_directive() -> None:
    wanted = {
        "weekly_rest_minutes": (35 * 60, None),
        "average_minutes": (None, 48 * 60),
    }
    found = legal.limits("FR")
    assert {key: found[key] for key in wanted} == wanted


def test_the_companys_limit_for_everywhere_does_not_loosen_a_law(cast: Cast) -> None:
    by = cast.administrator
    versions.set_outer_limit(by=by, key="rest_minutes", minimum=Decimal(540), maximum=None)
    assert (limit("DE"), limit("US")) == ((660, "law"), (540, "company"))
    versions.set_outer_limit(by=by, key="rest_minutes", minimum=Decimal(700), maximum=None)
    assert limit("DE") == (700, "company")


def test_the_companys_limit_for_a_country_goes_before_the_law(cast: Cast) -> None:
    versions.set_outer_limit(
        by=cast.administrator, key="rest_minutes", country="DE", minimum=Decimal(600), maximum=None
    )
    assert (limit("DE"), limit("FR")) == ((600, "company"), (660, "law"))


def test_a_rail_says_whose_limit_it_ends_at(cast: Cast) -> None:
    shown = {bound.key: bound for group in bounds_shown.in_force(cast.isar).groups for bound in group.bounds}
    rest = shown["rest_minutes"]
    assert rest.rail is not None
    assert (rest.rail.low_words, rest.rail.high_words) == ("law: 11 h", "24 h")
    assert rest.rail.ours == (rest.rail.at, rest.rail.high - rest.rail.at)
    assert str(rest.note) == "the least that the law allows"
