"""The first page offers the open shifts that close most, with one press to claim them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from cxportal.core.periods import DAY
from cxportal.today.badges import badges_for
from teams.scheduling.models import Assignment
from teams.staffing.services import Wanted, set_requirement
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY

type Browser = Callable[..., Client]


def need(cast: Cast, *wanted: tuple[int, str, str]) -> None:
    phone = scheduling.activity().pk
    rows = [Wanted(phone, scheduling.span(cast.isar, day, start, end), 1) for day, start, end in wanted]
    set_requirement(by=cast.member, pod=cast.isar, wanted=rows)


def card(browser: Browser, cast: Cast) -> str:
    text = browser(cast.member).get("/").content.decode()
    found = re.search(r'<section class="card" id="open".*?</section>', text, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


@pytest.fixture
def gaps(cast: Cast) -> Cast:
    """Three open shifts: one closes 2 h, one 6 h, one nothing."""
    scheduling.shift(cast.isar, 1, "09:00", "17:00")
    scheduling.shift(cast.isar, 2, "09:00", "17:00")
    scheduling.shift(cast.isar, 3, "09:00", "17:00")
    need(cast, (1, "09:00", "11:00"), (2, "10:00", "16:00"))
    return cast


def test_what_closes_most_comes_first_with_what_the_claim_does_and_when_the_gap_is(
    gaps: Cast, browser: Browser
) -> None:
    said = card(browser, gaps)
    assert "Close a gap 2 open shifts fit you and close one" in said
    assert "Gap 10:00–16:00" in said
    assert "Closes 6 of 6 h" in said
    assert "Your week 0 → 8 of 40 h" in said
    assert said.index("Closes 6 of 6 h") < said.index("Closes 2 of 2 h")
    assert "The day is covered already" not in said


def test_where_nothing_is_short_the_next_shift_that_fits_is_offered(cast: Cast, browser: Browser) -> None:
    scheduling.shift(cast.isar, 2, "09:00", "17:00")
    said = card(browser, cast)
    assert "1 open shift fits you, its day is covered already" in said
    assert "Wed 3, 09–17" in said


def test_without_anything_that_fits_the_card_says_so(cast: Cast, browser: Browser) -> None:
    scheduling.shift(cast.isar, 2, "09:00", "17:00", state="draft")
    assert "No open shift fits your week now" in card(browser, cast)


def test_the_number_beside_week_is_that_of_the_shifts_that_close_a_gap(gaps: Cast) -> None:
    (badge,) = [each for each in badges_for(gaps.member, gaps.isar, fresh=True) if each.key == "week"]
    assert (badge.count, badge.words) == (2, "2 open shifts close a gap")


def test_who_reads_a_pod_without_working_there_is_offered_nothing(gaps: Cast, browser: Browser) -> None:
    assert 'id="open"' not in browser(gaps.coach).get("/").content.decode()


def test_a_claim_from_the_first_page_comes_back_to_it(gaps: Cast, browser: Browser) -> None:
    client = browser(gaps.member)
    page = client.get("/").content.decode()
    action = re.search(r'hx-post="(/p/isar/shifts/\d+/claim)"', page)
    assert action
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
    answer = client.post(action[1], {}, headers=headers)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/")
    assert Assignment.objects.get(member=gaps.member).shift.day == MONDAY + 2 * DAY
    assert "You claimed Wed 3" in client.get("/").content.decode()
