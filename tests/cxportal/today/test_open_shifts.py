"""The first page offers the open shifts that close most, with one press to claim them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client

from cxportal.core.periods import DAY, week_label
from cxportal.today.badges import badges_for
from teams.scheduling import services, words
from teams.scheduling.effects import what_fits
from teams.scheduling.models import Assignment
from teams.scheduling.queries import open_to
from teams.scheduling.reading import read_people
from teams.staffing.services import Wanted, set_requirement
from tests.cast import Cast
from tests.factories import people, scheduling
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
    assert "Phone short by 1, 10:00–16:00" in said
    assert "Closes 6 of 6 h" in said
    assert "Your week 0 → 8 of 40 h" in said
    assert said.index("Closes 6 of 6 h") < said.index("Closes 2 of 2 h")
    assert "The day is covered already" not in said


def test_where_nothing_is_short_the_next_shift_that_fits_is_offered(cast: Cast, browser: Browser) -> None:
    scheduling.shift(cast.isar, 2, "09:00", "17:00")
    said = card(browser, cast)
    assert "1 open shift fits you, its day is covered already" in said
    assert f"{words.long_day(MONDAY + 2 * DAY)}, 09–17" in said


def test_without_anything_that_fits_the_card_says_so(cast: Cast, browser: Browser) -> None:
    scheduling.shift(cast.isar, 2, "09:00", "17:00", state="draft")
    assert "No open shift fits your week now" in card(browser, cast)


def test_the_number_beside_week_is_that_of_the_shifts_that_close_a_gap(gaps: Cast) -> None:
    (badge,) = [each for each in badges_for(gaps.member, gaps.isar, fresh=True) if each.key == "week"]
    assert (badge.count, badge.words) == (2, "2 open shifts close a gap")


def test_the_number_is_that_of_the_card_and_of_the_weeks_that_it_leads_to(gaps: Cast, browser: Browser) -> None:
    """Three in one week and one in the next: the card shows two and where the others stand."""
    scheduling.shift(gaps.isar, 4, "09:00", "17:00")
    scheduling.shift(gaps.isar, 8, "09:00", "17:00")
    need(gaps, (4, "09:00", "10:00"), (8, "09:00", "10:00"))
    said = card(browser, gaps)
    (badge,) = [each for each in badges_for(gaps.member, gaps.isar, fresh=True) if each.key == "week"]
    assert badge.count == 4
    assert "4 open shifts fit you and close one" in said
    number = MONDAY.isocalendar().week
    assert f"by week Week {number} 3 Week {number + 1} 1" in said
    page = browser(gaps.member).get(f"/p/isar/week/{week_label(MONDAY)}/", {"all": 1}).content.decode()
    listed = page[page.index('id="panel"') : page.index("</aside>", page.index('id="panel"'))]
    assert len(re.findall(r"Closes \d", listed)) == 3


def test_where_the_list_stands_the_number_is_counted_anew(gaps: Cast, browser: Browser) -> None:
    """Elsewhere it may be two minutes old."""
    client = browser(gaps.member)
    for page in ("/", f"/p/isar/week/{week_label(MONDAY)}/"):
        assert (
            'hx-get="/badges/?fresh&amp;pod=isar" data-live-pace="5" hx-trigger="load'
            in client.get(page).content.decode()
        )
    queue = client.get("/p/isar/queue/").content.decode()
    assert 'hx-get="/badges/?pod=isar" data-live-pace="5" hx-trigger="load' in queue


def test_everything_that_is_called_open_to_somebody_can_be_claimed(gaps: Cast) -> None:
    """Beside what fits stand a skill that is lacking, a draft, a day of absence and work at the same hour."""
    scheduling.shift(gaps.isar, 4, "09:00", "17:00", skill=people.skill("Polish"))
    scheduling.shift(gaps.isar, 9, "09:00", "17:00", state="draft")
    scheduling.seated(gaps.member, scheduling.shift(gaps.elbe, 1, "09:00", "17:00"))
    need(gaps, (4, "09:00", "12:00"), (9, "09:00", "12:00"))
    found = open_to(gaps.member, gaps.isar, shown=9)
    assert found is not None
    assert (found.fitting, found.closing) == (2, 1)
    for effect in what_fits(
        found.picture, read_people([gaps.member.pk], found.picture.window, gaps.isar.tzinfo)[gaps.member.pk].state
    ):
        with transaction.atomic():
            claimed = services.claim(by=gaps.member, shift=effect.shift, period=effect.period)
            assert claimed.effect is not None
            assert claimed.effect.closes == effect.closes
            transaction.set_rollback(True)


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
    assert f"You claimed {words.long_day(MONDAY + 2 * DAY)}" in client.get("/").content.decode()
