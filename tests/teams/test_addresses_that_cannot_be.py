"""Addresses that nobody made: a NUL, a week outside every calendar, a number longer than a key."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from teams.people import tokens
from tests.cast import Cast
from tests.factories import scheduling

type Browser = Callable[..., Client]


@pytest.mark.parametrize(
    "address",
    [
        "/settings/people/?q=%00",
        "/settings/people/?pod=%00",
        "/settings/people/new/?pod=a%00",
        "/find/?q=%00",
    ],
)
def test_a_nul_in_an_address_is_unreadable(cast: Cast, browser: Browser, address: str) -> None:
    answer = browser(cast.administrator).get(address)
    assert answer.status_code == 400
    assert "cannot be read" in answer.text


def test_a_nul_in_a_path_is_an_unknown_page(cast: Cast, browser: Browser) -> None:
    assert browser(cast.administrator).post("/settings/areas/back/%00/").status_code == 404


@pytest.mark.parametrize("week", ["0001-W01", "9999-W52", "1969-W52", "2200-W01"])
def test_a_week_that_nobody_can_mean_is_not_found(cast: Cast, browser: Browser, week: str) -> None:
    member = browser(cast.member)
    scheduling.pattern(cast.isar)
    assert member.get(f"/p/isar/week/{week}/").status_code == 404
    assert member.get(f"/p/isar/week/{week}/requirement/").status_code == 404
    assert member.post(f"/p/isar/week/{week}/make").status_code == 404


@pytest.mark.parametrize("key", ["\xb2", "9" * 30, "12x"])
def test_a_row_that_is_no_number_brings_nothing(cast: Cast, browser: Browser, key: str) -> None:
    week = scheduling.shift(cast.isar).week.label
    asked = {"HX-Request": "true", "HX-Target": f"row--{key}"}
    answer = browser(cast.member).get(f"/p/isar/week/{week}/", headers=asked)
    assert (answer.status_code, answer.text) == (200, "")


def test_a_shift_with_a_number_longer_than_a_key_is_not_found(cast: Cast, client: Client) -> None:
    _token, text = tokens.create_token(by=cast.member, user=cast.member, name="Desk", scopes=["shifts:write"])
    headers = {"Authorization": f"Bearer {text}"}
    for verb in ("claim", "release"):
        address = f"/api/v1/shifts/{10**20}/{verb}/"
        assert client.post(address, "{}", content_type="application/json", headers=headers).status_code == 404
