"""The page of a whole pattern: read day by day, leave days out, press once; with and without htmx."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cxportal.core.periods import DAY, week_label
from teams.scheduling import services
from teams.scheduling.models import Act, Assignment
from teams.staffing.services import Wanted as NeededPeople
from teams.staffing.services import set_requirement
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY
from tests.teams.scheduling.opening.scene import agree, weeks_of

type Browser = Callable[..., Client]


def address(cast: Cast) -> str:
    return reverse("claim_series", kwargs={"slug": cast.isar.slug})


def span(weeks: int = 1) -> dict[str, str]:
    return {"first": MONDAY.isoformat(), "last": (MONDAY + (7 * weeks - 1) * DAY).isoformat()}


def tokens(page: str, name: str = "take") -> list[str]:
    return re.findall(rf'name="{name}" value="([\d.]+)"', page)


def test_each_day_is_read_with_its_judgement_before_anybody_presses(cast: Cast, browser: Browser) -> None:
    agree(cast.isar, week_minutes=4 * 480)
    weeks_of(scheduling.pattern(cast.isar))
    page = browser(cast.member).get(address(cast), span()).content.decode()
    assert len(tokens(page)) == 4
    assert len(tokens(page, "want")) == 1
    assert "Claim 4 shifts" in page
    assert "the pod agreed" in page
    assert "0 → 32 of 40 h" in page


def test_what_fits_instead_of_a_day_is_named(cast: Cast, browser: Browser) -> None:
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 0, "14:00", "22:00").pk)
    early = scheduling.pattern(cast.isar)
    weeks_of(early)
    scheduling.shift(cast.isar, 1, "12:00", "20:00")
    page = browser(cast.member).get(address(cast), span()).content.decode()
    assert "Fits instead:" in page
    assert "12:00–20:00" in page


def test_a_press_claims_what_is_marked_and_goes_to_the_week(cast: Cast, browser: Browser) -> None:
    weeks_of(scheduling.pattern(cast.isar))
    client = browser(cast.member)
    read = tokens(client.get(address(cast), span()).content.decode())
    answer = client.post(address(cast), {**span(), "take": read[1:], "shown": read}, follow=True)
    assert answer.redirect_chain[0][1] == 303
    assert week_label(MONDAY) in answer.redirect_chain[0][0]
    page = answer.content.decode()
    assert "You claimed 4 shifts" in page
    undo = reverse("undo_act", kwargs={"slug": cast.isar.slug, "act": Act.objects.get().pk})
    assert undo in page
    assert Assignment.objects.count() == 4
    client.post(undo)
    assert not Assignment.objects.exists()


def test_leaving_a_day_out_judges_the_others_anew_without_claiming(cast: Cast, browser: Browser) -> None:
    agree(cast.isar, week_minutes=4 * 480)
    weeks_of(scheduling.pattern(cast.isar))
    client = browser(cast.member)
    page = client.get(address(cast), span()).content.decode()
    fits, refused = tokens(page), tokens(page, "want")
    sent = {**span(), "shown": [*fits, *refused], "take": fits[1:], "want": refused, "look": "1"}
    again = client.post(address(cast), sent, headers={"HX-Request": "true", "HX-Target": "series"}).content.decode()
    assert "<html" not in again
    assert len(tokens(again)) == 5
    assert again.count(" checked") - 0 == 4
    assert not Assignment.objects.exists()


def test_what_was_skipped_is_listed_and_the_rest_is_kept(cast: Cast, browser: Browser) -> None:
    shifts = weeks_of(scheduling.pattern(cast.isar, seats=1))
    client = browser(cast.member)
    read = tokens(client.get(address(cast), span()).content.decode())
    services.claim(by=cast.second_member, shift=shifts[0].pk)
    page = client.post(address(cast), {**span(), "take": read}).content.decode()
    assert "1 was skipped" in page
    assert cast.second_member.name in page
    assert Assignment.objects.filter(member=cast.member).count() == 4


def test_a_press_without_a_day_says_so(cast: Cast, browser: Browser) -> None:
    weeks_of(scheduling.pattern(cast.isar))
    answer = browser(cast.member).post(address(cast), span())
    assert answer.status_code == 422
    assert "nothing was claimed" in answer.content.decode()


@pytest.mark.parametrize("sent", [{"take": "x"}, {"pattern": "x"}, {"first": "2026-13-01"}, {"last": "2020-01-01"}])
def test_what_cannot_be_read_is_no_error_page(cast: Cast, browser: Browser, sent: dict[str, str]) -> None:
    weeks_of(scheduling.pattern(cast.isar))
    assert browser(cast.member).get(address(cast), {**span(), **sent}).status_code in {200, 422}


def test_a_pod_without_patterns_reads_what_to_do(cast: Cast, browser: Browser) -> None:
    page = browser(cast.member).get(address(cast)).content.decode()
    assert "No shift is made from a pattern yet" in page


def test_one_day_and_twenty_ask_the_same_number_of_questions(cast: Cast, browser: Browser) -> None:
    weeks_of(scheduling.pattern(cast.isar), 4)
    client = browser(cast.member)
    client.get(address(cast), span())
    asked = []
    for weeks in (1, 4):
        with CaptureQueriesContext(connection) as queries:
            client.get(address(cast), span(weeks))
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_the_api_judges_the_days_and_claims_them_in_one_act(cast: Cast, browser: Browser) -> None:
    early = scheduling.pattern(cast.isar)
    shifts = weeks_of(early)
    client = browser(cast.member)
    found = client.get("/api/v1/claims/", {"pod": cast.isar.slug, "pattern": str(early.pk), **span()}).json()
    assert [line["fits"] for line in found["lines"]] == [True] * 5
    assert found["weeks"][0]["minutes_after"] == 5 * 480
    lines = [{key: line[key] for key in ("shift", "version", "start", "end")} for line in found["lines"]]
    services.cancel_shift(by=cast.second_member, shift=shifts[0].pk)
    sent = json.dumps({"pod": cast.isar.slug, "lines": lines})
    done = client.post("/api/v1/claims/", sent, content_type="application/json").json()
    assert (len(done["claimed"]), len(done["skipped"]), done["held"]) == (4, 1, 0)
    assert done["undo"] == Act.objects.get(kind="series").pk
    for each in Assignment.objects.filter(member=cast.member):
        services.release(by=cast.member, assignment=each.pk)
    scheduling.seated(cast.second_member, shifts[1])
    scheduling.seated(cast.guest, shifts[1])
    only = json.dumps({"pod": cast.isar.slug, "lines": [lines[1]]})
    answer = client.post("/api/v1/claims/", only, content_type="application/json")
    assert answer.status_code == 409
    assert answer.json()["violations"][0]["code"] == "seat_taken"


def test_the_pattern_that_closes_most_stands_chosen_at_first(cast: Cast, browser: Browser) -> None:
    weeks_of(scheduling.pattern(cast.isar))
    late = scheduling.pattern(cast.isar, "Late", start="14:00", end="22:00")
    weeks_of(late)
    span_of_need = scheduling.span(cast.isar, 1, "18:00", "22:00")
    set_requirement(by=cast.member, pod=cast.isar, wanted=[NeededPeople(scheduling.activity().pk, span_of_need, 1)])
    page = browser(cast.member).get(address(cast), span()).content.decode()
    assert f'<option value="{late.pk}" selected>' in page


def test_a_day_on_which_i_work_offers_no_second_working_time_that_closes_nothing(cast: Cast, browser: Browser) -> None:
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 0, "11:00", "15:00").pk)
    weeks_of(scheduling.pattern(cast.isar))
    page = browser(cast.member).get(address(cast), span()).content.decode()
    assert "Does not fit" in page
    assert "Fits instead:" not in page
