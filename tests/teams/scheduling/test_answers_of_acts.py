"""What an act answers with: the parts of the week that it changed, or the page that asked, opened anew where it was."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cxportal.core.periods import DAY, week_label
from teams.scheduling.models import Shift
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY

type Browser = Callable[..., Client]
WEEK = week_label(MONDAY)


def url(cast: Cast, path: str = "") -> str:
    return f"/p/{cast.isar.slug}/{path or f'week/{WEEK}/'}"


def _claim(client: Client, cast: Cast, shift: Shift, asking: str, **headers: str) -> Any:
    asked = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{asking}", **headers}
    return client.post(url(cast, f"shifts/{shift.pk}/claim"), headers=asked)


@pytest.mark.parametrize(("shown", "other"), [("panel", "daylist"), ("daylist", "panel")])
def test_an_act_brings_the_list_of_open_shifts_that_is_in_sight(
    cast: Cast, browser: Browser, shown: str, other: str
) -> None:
    answer = _claim(browser(cast.member), cast, scheduling.shift(cast.isar), url(cast), **{"X-Shown": shown})
    page = answer.content.decode()
    assert f'id="{shown}"' in page
    assert f'id="{other}"' not in page
    assert f'id="row--{cast.member.pk}"' in page
    assert page.count('hx-swap-oob="true"') == 3


def test_an_act_on_another_week_leaves_the_shown_week_in_its_place(cast: Cast, browser: Browser) -> None:
    scheduling.shift(cast.isar, 2)
    later = scheduling.shift(cast.isar, 8)
    page = _claim(browser(cast.member), cast, later, url(cast)).content.decode()
    assert f"/week/{WEEK}/" in page
    assert f'id="head--{later.day.isoformat()}"' not in page
    assert "Claim Wed" in page
    assert "You claimed" in page


def test_an_act_keeps_the_day_that_the_phone_shows(cast: Cast, browser: Browser) -> None:
    scheduling.shift(cast.isar, 2)
    asking = f"{url(cast)}?day={(MONDAY + 3 * DAY).isoformat()}&since=1"
    page = _claim(browser(cast.member), cast, scheduling.shift(cast.isar, 1), asking).content.decode()
    chosen = re.search(r'\?day=([\d-]+)" hx-target="#daylist"[^>]*aria-current="date"', page)
    assert chosen
    assert chosen[1] == (MONDAY + 3 * DAY).isoformat()
    assert "since=1" not in page


@pytest.mark.parametrize("asking", ["/", "/my/week/", "board/", "shifts/{shift}/", "board/?weeks=2"])
def test_every_other_page_that_asks_is_opened_anew_where_it_was(cast: Cast, browser: Browser, asking: str) -> None:
    shift = scheduling.shift(cast.isar)
    asking = asking.format(shift=shift.pk)
    asking = asking if asking.startswith("/") else f"/p/{cast.isar.slug}/{asking}"
    client = browser(cast.member)
    answer = _claim(client, cast, shift, asking)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, asking)
    assert "You claimed" in client.get(asking, follow=True).content.decode()


@pytest.mark.parametrize("asking", ["//elsewhere.example/", "/nothing/of/ours/"])
def test_an_act_asked_from_no_page_of_ours_leads_to_the_week(cast: Cast, browser: Browser, asking: str) -> None:
    answer = _claim(browser(cast.member), cast, scheduling.shift(cast.isar), asking)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, url(cast))


def test_a_shift_that_is_cancelled_on_its_own_page_leads_to_its_week(cast: Cast, browser: Browser) -> None:
    shift = scheduling.shift(cast.isar)
    asked = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{url(cast, f'shifts/{shift.pk}/')}"}
    answer = browser(cast.member).post(url(cast, f"shifts/{shift.pk}/cancel"), headers=asked)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, url(cast))


def test_a_quiet_offer_is_answered_by_the_page_that_asks(cast: Cast, browser: Browser) -> None:
    shift = scheduling.shift(cast.isar)
    asking = url(cast, f"shifts/{shift.pk}/")
    falls = {"falls_at_day": (shift.day - DAY).isoformat(), "falls_at_time": "00:10"}
    asked = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{asking}"}
    client = browser(cast.member)
    answer = client.post(url(cast, f"shifts/{shift.pk}/quiet"), falls, headers=asked)
    assert (answer.status_code, answer.headers.get("HX-Redirect")) == (204, asking)
    assert "Withdraw the quiet offer" in client.get(asking).content.decode()


@pytest.mark.parametrize(("target", "judges"), [("head--{day}", False), ("row--{other}", False), ("row--{me}", True)])
def test_only_what_shows_open_shifts_judges_them(
    cast: Cast, browser: Browser, monkeypatch: pytest.MonkeyPatch, target: str, judges: bool
) -> None:
    shift, judged = scheduling.shift(cast.isar), Counter[str]()

    def judge(*_args: Any, **_kwargs: Any) -> tuple[list[Any], int]:
        judged["times"] += 1
        return [], 0

    monkeypatch.setattr("teams.scheduling.week.open_cards", judge)
    named = target.format(day=shift.day.isoformat(), me=cast.member.pk, other=cast.second_member.pk)
    answer = browser(cast.member).get(url(cast), headers={"HX-Request": "true", "HX-Target": named})
    assert f'id="{named}"' in answer.content.decode()
    assert bool(judged) is judges
