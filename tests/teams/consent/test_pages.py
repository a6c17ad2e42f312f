"""The agreement page with its votes: what each role reads, answers without a script and with htmx, trying out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from cxportal.core import periods
from cxportal.core.periods import HOUR
from teams.consent import services
from teams.consent.models import Proposal
from teams.pods.agreement import definitions, values_at
from teams.pods.typed import is_plain, typed
from tests.cast import Cast
from tests.factories import pods, scheduling

type Browser = Callable[..., Client]

PAGE = "/p/isar/agreement/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def row(cast: Cast) -> Proposal:
    values = {"rest_minutes": 720}
    return services.propose(by=cast.member, pod=cast.isar, values=values, title="Twelve hours of rest", reason="Tired.")


def typed_form(cast: Cast, **changed: str) -> dict[str, Any]:
    """The form as the page draws it, with some fields typed over."""
    agreed = values_at(cast.isar, periods.now())
    fields = {b.key: typed(b, agreed[b.key]) for b in definitions() if is_plain(b) and b.unit not in {"flag", "choice"}}
    fields |= {b.key: agreed[b.key] for b in definitions() if b.unit == "choice"}
    fields |= {b.key: "on" for b in definitions() if b.unit == "flag" and agreed[b.key]}
    floor = {"coverage_floor-TOTAL_FORMS": "0", "coverage_floor-INITIAL_FORMS": "0"}
    return fields | floor | {"title": "", "reason": "", "day": ""} | changed


def words(client: Client, address: str, **headers: Any) -> str:
    answer = client.get(address, headers=headers or None)
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def test_the_page_groups_the_bounds_and_names_whose_limit_each_is(cast: Cast, browser: Browser) -> None:
    page = words(browser(cast.member), PAGE)
    for group in ("Serving customers", "Working well", "Planning ahead", "Deciding together"):
        assert group in page
    assert "law: 11 h" in page
    assert "the least that the law allows" in page


def test_a_member_answers_from_the_page_without_a_script(cast: Cast, row: Proposal, browser: Browser) -> None:
    client = browser(cast.second_member)
    assert "2 still to answer, you among them" in words(client, PAGE)
    answer = client.post(f"{PAGE}proposals/1/vote", {"choice": "aside"}, follow=True)
    assert answer.status_code == 200
    assert "You stand aside." in answer.text
    assert row.electors.get(member=cast.second_member).ballots.get().choice == "aside"


def test_an_objection_without_a_reason_is_asked_for_one_in_place(cast: Cast, row: Proposal, browser: Browser) -> None:
    client = browser(cast.second_member)
    htmx = {**HTMX, "HX-Target": "votes"}
    answer = client.post(f"{PAGE}proposals/1/vote", {"choice": "object", "reason": ""}, headers=htmx)
    assert (answer.status_code, 'id="votes"' in answer.text, "<html" in answer.text) == (422, True, False)
    assert "Say what speaks against it" in answer.text
    row.refresh_from_db()
    assert row.state == "open"


def test_the_last_answer_adopts_and_the_card_becomes_history(cast: Cast, row: Proposal, browser: Browser) -> None:
    services.vote(by=cast.second_member, proposal=row.pk, choice="aside")
    htmx = {**HTMX, "HX-Target": "votes"}
    answer = browser(cast.lead).post(f"{PAGE}proposals/1/vote", {"choice": "consent"}, headers=htmx)
    assert "Adopted: everybody has answered." in answer.text
    page = words(browser(cast.member), PAGE)
    assert "Rest between two working days: 12 h, was 11 h" in page
    assert "Version 2, consent of 2 of 3, 1 aside, proposed by Mara Jung" in page
    assert "Nothing is under vote" in page


def test_a_page_that_is_read_after_the_end_decides_first(cast: Cast, row: Proposal, browser: Browser) -> None:
    with time_machine.travel(row.closes_at, tick=False):
        page = words(browser(cast.member), f"{PAGE}proposals/1/")
    assert "Lapsed: too few consented" in page
    row.refresh_from_db()
    assert row.state == "lapsed"


def test_outside_the_pod_counts_are_read_and_no_names(cast: Cast, row: Proposal, browser: Browser) -> None:
    services.vote(by=cast.second_member, proposal=row.pk, choice="aside", reason="Bela's own reason")
    for role in ("operations_lead", "executive", "administrator"):
        for address in (PAGE, f"{PAGE}proposals/1/"):
            page = words(browser(cast[role]), address)
            assert "1 stands aside" in page
            for hidden in ("Mara Jung", "Bela Roth", "Tired.", "own reason", "Twelve hours of rest"):
                assert hidden not in page
    assert "Mara Jung" in words(browser(cast.coach), PAGE)


@pytest.mark.parametrize(("role", "status"), [("guest", 403), ("coach", 403), ("executive", 403), ("stranger", 404)])
def test_only_members_at_home_propose_and_answer(
    cast: Cast, row: Proposal, browser: Browser, role: str, status: int
) -> None:
    client = browser(cast[role])
    assert client.get(f"{PAGE}propose/").status_code == status
    assert client.post(f"{PAGE}proposals/1/vote", {"choice": "consent"}).status_code == status


def test_a_change_is_tried_out_before_anybody_is_asked(cast: Cast, browser: Browser) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 0, "12:00", "20:00"))
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 1, "07:30", "12:00"))
    near = dt.datetime.combine(scheduling.MONDAY, dt.time(), dt.UTC) - dt.timedelta(days=3)
    with time_machine.travel(near, tick=False):
        client = browser(cast.member)
        sent = typed_form(cast, rest_minutes="12", **{"try": "1"})
        htmx = {**HTMX, "HX-Target": "tried"}
        answer = client.post(f"{PAGE}propose/", sent, headers=htmx)
        whole = client.post(f"{PAGE}propose/", sent)
    assert answer.status_code == 200
    assert "1 planned shift" in answer.text
    assert "Rest between two working days: 12 h, was 11 h" in answer.text
    assert "<html" not in answer.text
    assert "1 planned shift" in whole.text
    assert not Proposal.objects.exists()


def test_a_bound_of_the_agreement_is_proposed_alone_with_its_effect_and_the_others_folded(
    cast: Cast, browser: Browser
) -> None:
    client = browser(cast.member)
    alone = f"{PAGE}propose/?bound=rest_minutes"
    assert f'href="{alone}"' in words(client, PAGE)
    before, _, folded = words(client, alone).partition("<details")
    assert 'name="rest_minutes"' in before
    assert 'id="tried"' in before
    assert 'name="day_minutes"' not in before
    assert 'name="day_minutes"' in folded
    assert 'name="rest_minutes"' not in folded
    assert client.post(alone, typed_form(cast, rest_minutes="12")).status_code == 303
    assert Proposal.objects.get().values.get().key == "rest_minutes"
    assert "?bound=" not in words(browser(cast.guest), PAGE)


def test_the_vote_cannot_be_opened_while_trying_out_is_refused(cast: Cast, browser: Browser) -> None:
    client, headers = browser(cast.member), {**HTMX, "HX-Target": "tried"}
    shut = r'<button id="opening"[^>]* disabled>'
    refused = client.post(f"{PAGE}propose/", typed_form(cast, rest_minutes="10", **{"try": "1"}), headers=headers)
    assert re.search(shut, refused.text)
    possible = client.post(f"{PAGE}propose/", typed_form(cast, rest_minutes="12", **{"try": "1"}), headers=headers)
    assert 'id="opening"' in possible.text
    assert not re.search(shut, possible.text)


def test_a_value_outside_the_limits_keeps_the_form_and_says_why(cast: Cast, browser: Browser) -> None:
    answer = browser(cast.member).post(f"{PAGE}propose/", typed_form(cast, rest_minutes="10", reason="Because."))
    assert answer.status_code == 409
    assert "10 h lies outside what the company allows, at least 11 h" in answer.text
    assert "Because." in answer.text
    assert not Proposal.objects.exists()


def test_a_change_is_proposed_by_the_form_and_amended_from_its_text(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    sent = typed_form(cast, rest_minutes="12.5", reason="We are tired.")
    assert client.post(f"{PAGE}propose/", sent).status_code == 303
    first = Proposal.objects.get()
    assert (first.title, first.values.get().value) == ("Rest between two working days: 12 h 30, was 11 h", 750)
    services.vote(by=cast.lead, proposal=first.pk, choice="object", reason="Too long.")
    assert 'value="12.5"' in words(client, f"{PAGE}propose/?amends=1")
    client.post(f"{PAGE}propose/", typed_form(cast, rest_minutes="11.5", amends="1"))
    assert Proposal.objects.get(number=2).amends == first


def test_the_floor_is_changed_row_by_row(cast: Cast, browser: Browser) -> None:
    scheduling.activity("phone")
    row = {"activity": "phone", "people": "2", "start": "08:00", "end": "20:00", "weekdays": ["1", "2"], "skill": ""}
    floor = {f"coverage_floor-0-{name}": value for name, value in row.items()}
    floor |= {"coverage_floor-TOTAL_FORMS": "3", "coverage_floor-INITIAL_FORMS": "0"}
    answer = browser(cast.member).post(f"{PAGE}propose/", typed_form(cast) | floor)
    assert answer.status_code == 303, answer.text
    (value,) = Proposal.objects.get().values.all()
    assert value.value == [{"activity": "phone", "weekdays": [1, 2], "start": "08:00", "end": "20:00", "people": 2}]
    assert "Phone, Mon, Tue 08:00–20:00: 2 people" in words(browser(cast.lead), PAGE)


def test_votes_that_are_owed_stand_on_the_first_page_and_beside_the_agreement(
    cast: Cast, row: Proposal, browser: Browser
) -> None:
    client = browser(cast.second_member)
    page = words(client, "/")
    assert "To decide" in page
    assert "Twelve hours of rest" in page
    assert "1 vote waits for you" in words(client, "/badges/?pod=isar")
    services.vote(by=cast.second_member, proposal=row.pk, choice="consent")
    assert "0 votes wait for you" in words(client, "/badges/?pod=isar")
    assert "Twelve hours of rest" not in words(client, "/", **HTMX, **{"HX-Target": "votes"})


def test_the_page_asks_the_same_number_of_questions_for_one_vote_and_for_three(
    cast: Cast, row: Proposal, browser: Browser, django_assert_num_queries: Any
) -> None:
    client = browser(cast.member)
    words(client, PAGE)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        words(client, PAGE)
    services.propose(by=cast.lead, pod=cast.isar, values={"day_minutes": 540})
    services.propose(by=cast.lead, pod=cast.isar, values={"week_minutes": 2400})
    with django_assert_num_queries(len(one)):
        words(client, PAGE)


def test_everybody_who_was_asked_reads_what_came_of_it(cast: Cast, row: Proposal, browser: Browser) -> None:
    client = browser(cast.lead)
    assert "Mara Jung proposes: Twelve hours of rest. Answer until" in words(client, "/notices/")
    services.remind(by=None, proposal=row.pk, at=row.remind_at)
    assert "Your answer to “Twelve hours of rest” is missing" in words(client, "/notices/")
    other = services.propose(by=cast.member, pod=cast.isar, values={"day_minutes": 540}, title="Nine hours")
    services.vote(by=cast.second_member, proposal=other.pk, choice="object", reason="No.")
    for by in (cast.second_member, cast.lead):
        services.vote(by=by, proposal=row.pk, choice="consent")
    told = words(client, "/notices/")
    assert "Somebody objects to “Nine hours”." in told
    assert "Adopted: Twelve hours of rest. Version 2 is in force from" in told
    late = services.propose(by=cast.member, pod=cast.isar, values={"week_minutes": 2400}, title="Forty hours")
    services.close_due(by=None, pod=cast.isar, at=late.closes_at)
    assert "“Forty hours” lapsed: too few consented." in words(client, "/notices/")


# --- exceptions and emergencies -------------------------------------------------------------------


@pytest.fixture
def refused_shift(cast: Cast) -> Any:
    pods.agreement(cast.isar, since=periods.now() - HOUR, rest_minutes=720)
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 0, "12:00", "19:30"))
    return scheduling.shift(cast.isar, 1, "07:00", "15:00")


def test_the_refusal_of_a_claim_leads_to_the_question_to_the_pod(
    cast: Cast, refused_shift: Any, browser: Browser
) -> None:
    client = browser(cast.member)
    ask = f"/p/isar/shifts/{refused_shift.pk}/ask/"
    assert ask in words(client, f"/p/isar/shifts/{refused_shift.pk}/")
    assert "11.5 h of rest before it, 12 h agreed" in words(client, ask)
    assert client.post(ask, {"reason": ""}).status_code == 422
    assert client.post(ask, {"reason": "I live next door."}).status_code == 303
    row = Proposal.objects.get()
    card = words(browser(cast.lead), PAGE)
    assert "11.5 h of rest before it, 12 h agreed" in card
    assert browser(cast.operations_lead).get(f"{PAGE}proposals/{row.number}/").status_code == 404
    assert "next door" not in words(browser(cast.operations_lead), PAGE)
    for by in (cast.second_member, cast.lead):
        services.vote(by=by, proposal=row.pk, choice="consent")
    services.vote(by=cast.member, proposal=row.pk, choice="consent")
    assert "Lifted for you on this shift, once:" in words(client, f"/p/isar/shifts/{refused_shift.pk}/")


def test_an_override_is_shown_on_the_week_and_beside_the_agreement(
    cast: Cast, refused_shift: Any, browser: Browser
) -> None:
    client = browser(cast.lead)
    sent = {"shift": refused_shift.pk, "member": cast.member.pk, "reason": "Three are ill."}
    assert browser(cast.member).post("/p/isar/override/", sent).status_code == 403
    assert client.post("/p/isar/override/", sent | {"reason": ""}).status_code == 422
    with time_machine.travel(refused_shift.span.start - dt.timedelta(days=2), tick=False):
        client = browser(cast.lead)
        assert client.post("/p/isar/override/", sent).status_code == 303
        week = words(browser(cast.second_member), f"/p/isar/week/{refused_shift.week.label}/")
        page = words(browser(cast.second_member), PAGE)
    for text in (week, page):
        assert "Three are ill." in text
        assert "11.5 h of rest before it, 12 h agreed" in text
    waiver = refused_shift.waivers.get()
    assert client.post(f"/p/isar/override/{waiver.pk}/end").status_code == 303
    assert "Three are ill." not in words(browser(cast.member), f"/p/isar/week/{refused_shift.week.label}/")
