"""The page of one shift: what it is called, and which act stands first."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from teams.scheduling import services
from teams.scheduling.models import Shift
from teams.staffing.services import Wanted, set_requirement
from tests.cast import Cast
from tests.factories import scheduling

type Browser = Callable[..., Client]


def page_of(cast: Cast, browser: Browser, shift: Shift) -> str:
    address = reverse("shift", kwargs={"slug": cast.isar.slug, "shift": shift.pk})
    return browser(cast.member).get(address).content.decode()


def first_act(page: str) -> str:
    """The words of the filled button."""
    found = re.search(r'class="btn primary"[^>]*>(?:<svg.*?</svg>)?\s*([^<]+)', page, re.DOTALL)
    assert found is not None
    return found[1].strip()


def test_to_offer_a_swap_stands_first_where_giving_back_would_open_a_gap(cast: Cast, browser: Browser) -> None:
    needed, spare = scheduling.shift(cast.isar, 1), scheduling.shift(cast.isar, 3)
    span = scheduling.span(cast.isar, 1, "08:00", "12:00")
    set_requirement(by=cast.member, pod=cast.isar, wanted=[Wanted(scheduling.activity().pk, span, 1)])
    for shift in (needed, spare):
        services.claim(by=cast.member, shift=shift.pk)
    assert first_act(page_of(cast, browser, needed)) == "Offer to swap"
    assert first_act(page_of(cast, browser, spare)) == "Give back"


def test_an_open_shift_names_the_activity_that_is_short_and_when(cast: Cast, browser: Browser) -> None:
    shift = scheduling.shift(cast.isar, 1)
    for start, end, number in (("09:00", "10:00", 1), ("12:00", "13:00", 1), ("13:00", "14:00", 2)):
        wanted = Wanted(scheduling.activity().pk, scheduling.span(cast.isar, 1, start, end), number)
        set_requirement(by=cast.member, pod=cast.isar, wanted=[wanted])
    page = page_of(cast, browser, shift)
    assert "Phone short by 1, 09:00–10:00, 12:00–13:00; Phone short by 2, 13:00–14:00" in page
    services.claim(by=cast.member, shift=shift.pk)
    assert "short by" not in page_of(cast, browser, shift)


def test_the_page_of_a_shift_that_is_not_open_to_me_says_so_in_its_title(cast: Cast, browser: Browser) -> None:
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 1, "12:00", "20:00").pk)
    page = page_of(cast, browser, scheduling.shift(cast.isar, 1, "14:00", "22:00"))
    assert re.search(r'<h2 id="shift-title">\s*Does not fit your week</h2>', page)
