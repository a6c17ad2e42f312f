"""The week keeps what it drew; whatever changes since is on the page at once, and nobody sees another's page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from cxportal.core.periods import week_label
from teams.people.models import Contract, User
from teams.pods.models import Membership, Pod
from teams.scheduling import services
from teams.scheduling.models import Assignment
from teams.staffing.models import Activity
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY

type Browser = Callable[..., Client]
WEEK = week_label(MONDAY)


def grid(client: Client, pod: str, query: str = "") -> str:
    """The table of the week."""
    page = client.get(f"/p/{pod}/week/{WEEK}/{query}").content.decode()
    return page[page.index("<table") : page.index("</table>")]


def row(table: str, member: User) -> str:
    found = re.search(rf'<tr id="row--{member.pk}".*?</tr>', table, re.DOTALL)
    assert found
    return found[0]


@pytest.fixture
def held(cast: Cast) -> Assignment:
    """The second member sits on a shift of the week, beside a free seat."""
    return scheduling.seated(cast.second_member, scheduling.shift(cast.isar, seats=2))


def rename_the_person(held: Assignment) -> str:
    User.objects.filter(pk=held.member_id).update(name="Wilhelmina Neu")
    return "Wilhelmina Neu"


def recolour_the_activity(_held: Assignment) -> str:
    Activity.objects.filter(slug="phone").update(name="Hotline", category=7)
    return 'data-cat="7"'


def offer_the_shift(held: Assignment) -> str:
    services.offer(by=held.member, assignment=held.pk)
    return "on offer"


def rename_the_pod(held: Assignment) -> str:
    Pod.objects.filter(pk=held.shift.pod_id).update(slug="anders")
    return f"/p/anders/shifts/{held.shift_id}/"


def change_the_contract(held: Assignment) -> str:
    Contract.objects.filter(member=held.member).update(weekly_minutes=1260)
    return "of 21 h"


def move_the_pod_to_another_zone(held: Assignment) -> str:
    Pod.objects.filter(pk=held.shift.pod_id).update(zone="Europe/Lisbon")
    return "06–14"


@pytest.mark.parametrize(
    "change",
    [
        rename_the_person,
        recolour_the_activity,
        offer_the_shift,
        rename_the_pod,
        change_the_contract,
        move_the_pod_to_another_zone,
    ],
)
def test_a_change_is_on_a_page_that_was_drawn_before(
    cast: Cast, browser: Browser, held: Assignment, change: Callable[[Assignment], str]
) -> None:
    client = browser(cast.member)
    before = row(grid(client, cast.isar.slug), held.member)
    assert row(grid(client, cast.isar.slug), held.member) == before
    told = change(held)
    slug = Pod.objects.values_list("slug", flat=True).get(pk=cast.isar.pk)
    after = row(grid(client, slug), held.member)
    assert told in after
    assert told not in before


def test_a_shift_given_back_is_gone_and_its_day_is_short_again(cast: Cast, browser: Browser, held: Assignment) -> None:
    client = browser(cast.member)
    before = grid(client, cast.isar.slug)
    services.release(by=held.member, assignment=held.pk)
    after = grid(client, cast.isar.slug)
    assert 'class="shift' in row(before, held.member)
    assert 'class="shift' not in row(after, held.member)


def test_everybody_sees_themselves_as_themselves(cast: Cast, browser: Browser, held: Assignment) -> None:
    for _again in range(2):
        for viewer in (cast.member, cast.second_member):
            table = grid(browser(viewer), cast.isar.slug)
            for member in (cast.member, cast.second_member):
                assert ('class="you"' in row(table, member)) is (member == viewer)
        assert 'class="you"' not in grid(browser(cast.coach), cast.isar.slug)


def test_only_who_may_claim_gets_the_way_to_the_open_shifts(cast: Cast, browser: Browser, held: Assignment) -> None:
    assert 'class="slot' in row(grid(browser(cast.member), cast.isar.slug), cast.member)
    assert 'class="slot' not in grid(browser(cast.coach), cast.isar.slug)
    assert 'class="slot' not in row(grid(browser(cast.second_member), cast.isar.slug), cast.member)


def test_a_row_asks_again_under_the_address_of_its_own_page(cast: Cast, browser: Browser, held: Assignment) -> None:
    client = browser(cast.member)
    plain = f"/p/{cast.isar.slug}/week/{WEEK}/"
    for query in ("", "?all=1", ""):
        assert f'hx-get="{plain}{query}"' in row(grid(client, cast.isar.slug, query), held.member)


def test_who_leaves_the_pod_is_off_the_page(cast: Cast, browser: Browser) -> None:
    scheduling.shift(cast.isar)
    client = browser(cast.member)
    assert f'id="row--{cast.second_member.pk}"' in grid(client, cast.isar.slug)
    Membership.objects.filter(member=cast.second_member).delete()
    assert f'id="row--{cast.second_member.pk}"' not in grid(client, cast.isar.slug)
