"""Deciding in a browser: an answer by keyboard, an objection in place, trying a change out, asking from a refusal."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from cxportal.core import periods
from cxportal.core.periods import HOUR
from teams.consent import services
from teams.consent.models import Ballot, Proposal
from tests.browser.portal import Portal, assert_sound
from tests.browser.streams import PATIENCE, Streams
from tests.cast import Cast
from tests.factories import pods, scheduling

PAGE = "/p/isar/agreement/"


@pytest.fixture
def row(portal: Portal, cast: Cast) -> Proposal:
    values = {"rest_minutes": 720}
    return services.propose(by=cast.member, pod=cast.isar, values=values, title="Twelve hours of rest", reason="Tired.")


def test_a_member_answers_by_keyboard_alone(portal: Portal, cast: Cast, row: Proposal) -> None:
    tab = portal.page(cast.second_member)
    tab.goto(PAGE)
    expect(tab.locator("#badge-votes")).to_contain_text("1")
    tab.get_by_role("button", name="Consent", exact=True).focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("You consent.")).to_be_visible()
    expect(tab.locator("#badge-votes")).to_be_hidden()
    assert Ballot.objects.filter(elector__member=cast.second_member, choice="consent").count() == 1


def test_an_objection_is_written_in_place_on_a_phone(portal: Portal, cast: Cast, row: Proposal) -> None:
    tab = portal.page(cast.second_member, phone=True)
    tab.goto(f"{PAGE}proposals/1/")
    tab.get_by_text("Object…").click()
    tab.get_by_label("What speaks against it").fill("Saturdays stay empty.")
    assert_sound(tab)
    tab.get_by_role("button", name="Object and end the vote").click()
    expect(tab.get_by_text("Objected to").first).to_be_visible()
    expect(tab.get_by_text("“Saturdays stay empty.”")).to_be_visible()
    tab.get_by_role("link", name="Amend the text").click()
    expect(tab.get_by_label("Rest between two working days", exact=False)).to_have_value("12")


def test_another_tab_sees_the_decision(portal: Portal, cast: Cast, streams: Streams, row: Proposal) -> None:
    services.vote(by=cast.second_member, proposal=row.pk, choice="consent")
    tab = portal.page(cast.member)
    tab.goto(PAGE)
    expect(tab.get_by_text("1 still to answer")).to_be_visible()
    services.vote(by=cast.lead, proposal=row.pk, choice="consent")
    expect(tab.get_by_text("Nothing is under vote")).to_be_visible(timeout=PATIENCE)
    expect(tab.locator("#bound-rest_minutes .val")).to_contain_text("12 h", timeout=PATIENCE)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_change_is_tried_out_before_it_is_put_to_the_vote(portal: Portal, cast: Cast, scripts: bool) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 0, "12:00", "20:00"))
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 1, "07:30", "12:00"))
    tab = portal.page(cast.member, scripts=scripts)
    tab.goto(f"{PAGE}propose/")
    tab.get_by_label("Rest between two working days", exact=False).fill("12")
    if scripts:
        tab.keyboard.press("Tab")
    else:
        tab.get_by_role("button", name="Try it out").click()
    expect(tab.locator("#tried")).to_contain_text("Rest between two working days: 12 h, was 11 h")
    assert not Proposal.objects.exists()
    if scripts:
        assert_sound(tab)
    tab.get_by_role("button", name="Open the vote").click()
    expect(tab.get_by_role("heading", name="Rest between two working days: 12 h, was 11 h")).to_be_visible()
    assert Proposal.objects.get().state == "open"


def test_a_refused_claim_is_put_to_the_pod(portal: Portal, cast: Cast) -> None:
    pods.agreement(cast.isar, since=periods.now() - HOUR, rest_minutes=720)
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 0, "12:00", "19:30"))
    shift = scheduling.shift(cast.isar, 1, "07:00", "15:00")
    tab = portal.page(cast.member)
    tab.goto(f"/p/isar/shifts/{shift.pk}/")
    tab.get_by_role("link", name="Ask the pod for an exception").click()
    tab.get_by_label("Why").fill("I live next door.")
    assert_sound(tab)
    tab.get_by_role("button", name="Ask the pod").click()
    expect(tab.get_by_text("11.5 h of rest before it, 12 h agreed")).to_be_visible()
    assert_sound(tab)
    row = Proposal.objects.get()
    assert row.closes_at - row.opened_at == dt.timedelta(hours=24)
