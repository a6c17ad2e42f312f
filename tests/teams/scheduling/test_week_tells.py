"""What the week says beside its grid: ways that exist, what fixed means, one icon for a shift everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.test import Client

from cxportal.core.periods import DAY, Period, week_label
from teams.scheduling.services.weeks import NewShift, add_shifts
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY

type Browser = Callable[..., Client]

WEEK = f"/p/isar/week/{week_label(MONDAY)}/"


def panel(browser: Browser, cast: Cast) -> str:
    text = browser(cast.member).get(WEEK, headers={"HX-Request": "true", "HX-Target": "panel"}).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_ways_are_offered_only_where_there_are_some(cast: Cast, browser: Browser) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 1, "09:00", "17:00"))
    other = scheduling.shift(cast.isar, 1, "09:00", "17:00")
    assert "Not open to you." in panel(browser, cast)
    assert "See what would work" not in panel(browser, cast)
    alone = browser(cast.member).get(f"/p/isar/shifts/{other.pk}/").content.decode()
    assert "Giving back or offering a shift of your own makes room" in alone
    assert f"/p/isar/week/{week_label(MONDAY + 7 * DAY)}/" in alone
    scheduling.shift(cast.isar, 4, "09:00", "17:00")
    assert "See what would work" in panel(browser, cast)


def test_a_part_that_fits_is_a_way_too(cast: Cast, browser: Browser) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 1, "09:00", "17:00"))
    scheduling.shift(cast.isar, 1, "17:00", "23:00")
    assert "See what would work" in panel(browser, cast)


def test_a_fixed_week_says_what_still_goes(cast: Cast, browser: Browser) -> None:
    scheduling.shift(cast.isar, 1, "09:00", "17:00", state="fixed")
    assert "open shifts can still be claimed, your own be offered but not given back" in panel(browser, cast)


def test_an_own_shift_that_cannot_be_given_back_has_no_lock_for_its_title(cast: Cast, browser: Browser) -> None:
    shift = scheduling.shift(cast.isar, 1, "09:00", "17:00", state="fixed")
    scheduling.seated(cast.member, shift)
    headers = {"HX-Request": "true", "HX-Target": "dialogs"}
    text = browser(cast.member).get(f"/p/isar/shifts/{shift.pk}/", headers=headers).content.decode()
    assert "Offer it to the others" in text
    assert 'data-tone="gap"' not in text[: text.index("</h2>")]


def test_a_shift_has_the_icon_of_its_main_activity_in_grid_and_panel(cast: Cast, browser: Browser) -> None:
    whole = scheduling.span(cast.isar, 1, "09:00", "17:00")
    parts = (("chat", "09:00", "11:00"), ("phone", "11:00", "17:00"))
    segments = tuple((scheduling.activity(s).pk, scheduling.span(cast.isar, 1, a, b)) for s, a, b in parts)
    new = NewShift(MONDAY + DAY, Period(whole.start, whole.end), cast.isar.zone, segments, (None, None))
    (made,) = add_shifts(scheduling.week(cast.isar, MONDAY), [new])
    scheduling.seated(cast.second_member, made)
    text = browser(cast.member).get(WEEK).content.decode()
    grid = re.search(r'<span class="h">(<svg.*?</svg>)', text, re.DOTALL)
    card = re.search(r'<div class="top">(<svg.*?</svg>)', text, re.DOTALL)
    assert grid
    assert card
    assert grid[1] == card[1]
