"""Days at the ends of what a date can hold are told under their field, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from teams.scheduling.models import Absence
from teams.staffing.tables import parse
from tests.cast import Cast

type Browser = Callable[..., Client]


@pytest.mark.parametrize(("first", "last"), [("0001-01-01", "0001-01-02"), ("9999-12-30", "9999-12-31")])
def test_nobody_is_away_in_such_a_year(cast: Cast, browser: Browser, first: str, last: str) -> None:
    sent = {"kind": "sick", "first_day": first, "first_time": "00:00", "last_day": last, "last_time": "23:59"}
    answer = browser(cast.member).post("/p/isar/absence/", sent)
    assert answer.status_code == 422
    assert "cannot be meant" in str(answer.context["form"].errors["first"])
    assert not Absence.objects.exists()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_no_pod_opens_in_such_a_year(cast: Cast, browser: Browser, day: str) -> None:
    answer = browser(cast.administrator).post("/p/isar/setup/open/", {"day": day, "time": "23:59"})
    assert answer.status_code == 422
    assert "cannot be meant" in str(answer.context["form"].errors["day"])


@pytest.mark.parametrize("day", ["0001-01-01", "31.12.9999"])
def test_a_line_of_a_requirement_in_such_a_year_is_told(day: str) -> None:
    content = f"day,from,to,activity,people\n{day},23:00,01:00,phone,1\n"
    table = parse(content.encode(), ZoneInfo("Europe/Berlin"), {"phone": 1})
    assert not table.rows
    assert [wrong.line for wrong in table.wrong] == [2]
    assert "cannot be meant" in table.wrong[0].reason
