"""The scorecards in a browser: chart, filters, selection, keys, phone, dark, and without JavaScript."""

from __future__ import annotations

import datetime as dt
import random
import re

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from teams.pods.models import PodStage
from tests.browser.portal import Portal, assert_sound
from tests.cast import Cast
from tests.factories import customers as make
from tests.factories import pods
from tests.rituals.scorecards.worlds import serve, today

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ("Aller", "Danube", "Fulda", "Havel", "Iller", "Lech", "Mosel", "Naab", "Oder", "Ruhr", "Saale", "Spree")


@transaction.atomic
def compare_fourteen(cast: Cast) -> None:
    """Fourteen pods, two of them far from the others, one with few answers, one with none."""
    rng = random.Random(11)
    consumers = make.segment("Consumers")
    # The large ones first: they lock the whole rollup, which nobody may who holds a part of it.
    serve(cast.isar, 400, happy=104, unhappy=14)
    serve(cast.elbe, 380, happy=92, unhappy=22)
    for i, name in enumerate(NAMES):
        pod = pods.open_pod(name, in_area=(cast.south, cast.north)[i % 2], category=1 + i % 8)
        PodStage.objects.filter(pod=pod).update(starts_on=today() - dt.timedelta(days=40 + i))
        share = {"Lech": 0.95, "Oder": 0.6}.get(name, 0.82 + rng.uniform(-0.02, 0.02))
        answers = {"Spree": 12, "Saale": 0}.get(name, 110)
        happy = round(answers * share)
        for week in range(1, 13):
            some = answers if week == 3 else 0
            on = today() - dt.timedelta(days=7 * week)
            served = rng.randint(20, 60) if some == 0 else max(130, some)
            serve(
                pod, served, happy=happy if some else 0, unhappy=some - happy if some else 0, on=on, segment=consumers
            )


def open_scorecards(page: Page, query: str = "") -> None:
    page.goto(f"/scorecards/{query}")
    expect(page.get_by_role("heading", name="Scorecards", level=1)).to_be_visible()


def test_the_whole_page_is_sound_wide_dark_and_on_a_phone(portal: Portal, cast: Cast) -> None:
    compare_fourteen(cast)
    query = f"?pod={cast.isar.pk}&pod={cast.elbe.pk}"
    for phone, dark in [(False, False), (False, True), (True, False), (True, True)]:
        page = portal.page(cast.executive, phone=phone, dark=dark)
        for more in ("", "&chart=funnel"):
            open_scorecards(page, query + more)
            assert_sound(page)
    assert not portal.errors


def test_filters_change_the_page_and_its_address(portal: Portal, cast: Cast) -> None:
    compare_fourteen(cast)
    page = portal.page(cast.executive)
    open_scorecards(page)
    page.get_by_label("Area").select_option(label="North")
    expect(page.get_by_role("row", name="Isar")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"area=\d+"))
    expect(page.locator("#export")).to_have_attribute("href", re.compile(r"area=\d+"))
    page.get_by_role("link", name="Funnel").click()
    expect(page.get_by_role("heading", name="Is the difference more than chance?")).to_be_visible()
    expect(page).to_have_url(re.compile(r"chart=funnel"))
    page.get_by_label("Period").select_option(label="Last 4 weeks")
    expect(page).to_have_url(re.compile(r"period=4w.*chart=funnel|chart=funnel.*period=4w"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"period=13w"))


def test_pods_are_selected_in_table_and_chart(portal: Portal, cast: Cast) -> None:
    compare_fourteen(cast)
    page = portal.page(cast.executive)
    open_scorecards(page)
    page.get_by_role("checkbox", name="Select Lech").check()
    expect(page.get_by_role("listitem").filter(has_text="Take Lech out")).to_be_visible()
    page.locator(".points .pt", has_text="Oder").click()
    expect(page.get_by_role("heading", name="Lech less Oder")).to_be_visible()
    expect(page.get_by_text("A difference beyond chance")).to_be_visible()
    page.get_by_role("link", name="Take Oder out").click()
    expect(page.get_by_role("heading", name="Lech less Oder")).to_have_count(0)


def test_keys_step_through_the_points_and_say_what_they_hold(portal: Portal, cast: Cast) -> None:
    compare_fourteen(cast)
    page = portal.page(cast.executive)
    open_scorecards(page)
    page.keyboard.press("j")
    first = page.locator(".points .pt:focus")
    expect(first).to_have_attribute("aria-label", re.compile("satisfaction"))
    expect(page.locator(".points .tip.shown")).to_have_count(1)
    before = first.get_attribute("id")
    page.keyboard.press("j")
    assert page.locator(".points .pt:focus").get_attribute("id") != before
    page.keyboard.press("k")
    assert page.locator(".points .pt:focus").get_attribute("id") == before
    page.keyboard.press(" ")
    expect(page.get_by_text("Take ", exact=False)).to_be_visible()


def test_without_scripts_filters_and_selection_are_buttons(portal: Portal, cast: Cast) -> None:
    compare_fourteen(cast)
    page = portal.page(cast.executive, scripts=False)
    open_scorecards(page)
    page.get_by_label("Period").select_option(label="Last 26 weeks")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("period=26w"))
    page.get_by_role("checkbox", name="Select Lech").check()
    page.get_by_role("checkbox", name="Select Oder").check()
    page.get_by_role("button", name="Compare the selected").click()
    expect(page.get_by_role("heading", name="Lech less Oder")).to_be_visible()


def test_an_empty_page_and_no_answers_are_sound(portal: Portal, cast: Cast) -> None:
    page = portal.page(cast.member)
    open_scorecards(page)
    assert_sound(page)
    serve(cast.isar, 30)
    open_scorecards(page)
    expect(page.get_by_role("heading", name="No answers in this period")).to_be_visible()
    assert_sound(page)
