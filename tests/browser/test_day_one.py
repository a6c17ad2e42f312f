"""Day one: an empty installation, one command, and at the end an open pod."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from customers.directory.models import OwnershipRule
from teams.pods.models import OpeningHours
from teams.scheduling.models import Shift
from tests.browser.portal import Portal, assert_sound

PASSWORD = "a long enough phrase"


def press(tab: Page, name: str) -> None:
    tab.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()


def follow(tab: Page, name: str) -> None:
    tab.get_by_role("main").get_by_role("link", name=name, exact=True).first.click()


def test_from_an_empty_installation_to_an_open_pod(portal: Portal, capsys: pytest.CaptureFixture[str]) -> None:
    tab = portal.page()
    tab.goto("/")
    expect(tab.get_by_text("manage.py create_admin")).to_be_visible()
    assert_sound(tab)

    call_command("create_admin", "ada@example.org", "--name", "Ada Wolf")
    link = re.search(r"/account/link/[\w-]+/", capsys.readouterr().out)
    assert link is not None
    tab.goto(link[0])
    assert_sound(tab)
    tab.get_by_label("Password").fill(PASSWORD)
    press(tab, "Set password and enter")
    expect(tab).to_have_url(portal.url("/"))

    tab.goto("/settings/")
    expect(tab.get_by_text("Begin from the top.")).to_be_visible()
    follow(tab, "Company")
    tab.get_by_label("Name").fill("Nordlicht")
    press(tab, "Save")
    follow(tab, "Areas")
    tab.get_by_label("Name").fill("South")
    press(tab, "Add area")
    expect(tab.get_by_role("main").get_by_text("South", exact=True)).to_be_visible()

    tab.goto("/settings/pods/")
    follow(tab, "New pod")
    tab.get_by_label("Name", exact=True).fill("Isar")
    press(tab, "Add")
    expect(tab).to_have_url(portal.url("/p/isar/setup/"))
    assert_sound(tab)
    press(tab, "Start with the template")
    set_hours(tab)
    invited = add_person(tab)

    member = portal.page()
    member.goto(invited)
    member.get_by_label("Password").fill(PASSWORD)
    press(member, "Set password and enter")
    expect(member).to_have_url(portal.url("/"))

    expect(member.get_by_text("Isar is being set up: 3 of 5 steps are done.")).to_be_visible()
    plan_first_week(member)
    add_rule(tab)
    expect(tab.get_by_text("5 of 5")).to_be_visible()
    assert_sound(tab)
    follow(tab, "Open now…")
    question = tab.get_by_role("dialog", name="Open Isar now?")
    expect(question.get_by_text("It cannot be undone")).to_be_visible()
    expect(question.get_by_text("No shift is claimed")).to_be_visible()
    assert_sound(tab)
    question.get_by_role("button", name="Open Isar", exact=True).click()
    expect(tab.get_by_text("Isar is open since")).to_be_visible()
    rule = OwnershipRule.objects.get()
    assert (rule.state, rule.pod.slug, rule.precedence) == ("active", "isar", 5)
    tab.goto("/settings/ownership/")
    expect(tab.get_by_text("No rule for everybody else")).to_have_count(0)
    member.goto("/")
    expect(member.get_by_text("is being set up")).to_have_count(0)


def plan_first_week(member: Page) -> None:
    """Mara goes from her first page to the first week: a pattern in the pod's own pages, and the week made from it."""
    follow(member, "See the steps")
    expect(member.get_by_text("An administrator does this.")).to_be_visible()
    expect(member.get_by_role("link", name="Add people")).to_have_count(0)
    assert_sound(member)
    follow(member, "Plan the week")
    member.get_by_role("link", name="Write the first pattern").click()
    assert_sound(member)
    member.get_by_label("Name").fill("Early")
    member.get_by_role("textbox", name="From", exact=True).first.fill("8")
    member.get_by_role("textbox", name="To", exact=True).first.fill("1600")
    expect(member.get_by_role("textbox", name="From", exact=True).first).to_have_value("08:00")
    for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"):
        member.get_by_label(day, exact=True).check()
    member.get_by_label("Activity").first.select_option("Phone")
    press(member, "Save")
    follow(member, "The week")
    member.get_by_role("button", name="Make it from the patterns").click()
    expect(member.get_by_text("is made.")).to_be_visible()
    assert Shift.objects.filter(pod__slug="isar").count() == 7
    member.goto("/p/isar/setup/")
    expect(member.get_by_text("4 of 5")).to_be_visible()


def add_rule(tab: Page) -> None:
    """Ada gives the pod everybody else; the rule waits for the opening."""
    tab.goto("/p/isar/setup/")
    follow(tab, "Add an ownership rule")
    assert_sound(tab)
    press(tab, "Look at the effect")
    expect(tab.get_by_text("decides from its opening on")).to_be_visible()
    assert_sound(tab)
    tab.get_by_role("link", name="Set-up of Isar").click()


def set_hours(tab: Page) -> None:
    follow(tab, "Set opening hours")
    follow(tab, "Hours of Phone")
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
        tab.get_by_label(day).fill("07:00-20:00")
    tab.get_by_label("Chat").check()
    press(tab, "Save")
    expect(tab.get_by_text("Mon–Fri 07:00–20:00")).to_have_count(2)
    assert OpeningHours.objects.count() == 10


def add_person(tab: Page) -> str:
    """Add Mara to the pod with an invitation; returns the address that she is given."""
    tab.goto("/p/isar/setup/")
    follow(tab, "Add people")
    follow(tab, "New person")
    tab.get_by_label("Name").fill("Mara Jung")
    tab.get_by_label("Email").fill("mara@example.org")
    press(tab, "Add")
    expect(tab.get_by_text("This link works once. It is shown only now.")).to_be_visible()
    assert_sound(tab)
    link = re.search(r"/account/invitation/[\w-]+/", tab.locator("#fresh-link").inner_text())
    assert link is not None
    return link[0]
