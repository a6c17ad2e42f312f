"""The page of a pod's points: open to its people, with reasons; told beside a claim before it is done."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cxportal.core import periods
from teams.fairness.models import PointEntry
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling.models import Shift
from tests.cast import Cast
from tests.factories import people, scheduling

type Browser = Callable[..., Client]

YESTERDAY = periods.now().date() - dt.timedelta(days=2)


def worked_late(pod: Pod, *members: User, day: dt.date = YESTERDAY) -> Shift:
    shift = scheduling.shift(pod, day, start="12:00", end="20:30", seats=len(members))
    for member in members:
        scheduling.seated(member, shift)
    return shift


def page(browser: Browser, cast: Cast, who: User) -> str:
    return browser(who).get(f"/p/{cast.isar.slug}/fairness/").content.decode()


def test_the_page_counts_what_was_worked_and_tells_the_reason(cast: Cast, browser: Browser) -> None:
    worked_late(cast.isar, cast.member)
    text = page(browser, cast, cast.member)
    assert PointEntry.objects.filter(member=cast.member, kind="late").count() == 1
    assert "until 20:30" in text
    assert 'href="/p/isar/agreement/#bound-fair_night"' in text


def test_it_compares_everybody_of_the_pod_by_contract_hours(cast: Cast, browser: Browser) -> None:
    cast.second_member.contracts.update(weekly_minutes=20 * 60)
    worked_late(cast.isar, cast.member)
    answer = browser(cast.second_member).get(f"/p/{cast.isar.slug}/fairness/")
    shares = {share.name: share for share in answer.context["page"].shares}
    assert {cast.member.name, cast.second_member.name, cast.lead.name} <= set(shares)
    mine = shares[cast.second_member.name]
    assert mine.mine
    # Told by tenths, so half of one may differ by half a tenth.
    assert float(mine.fair) == pytest.approx(float(shares[cast.lead.name].fair) / 2, abs=0.06)
    for share in shares.values():
        assert share.track.index("share") == round(float(share.fair))
        assert sum(mark not in {"share", "free"} for mark in share.track) == round(float(share.points))


def test_somebody_without_points_is_told_what_would_count(cast: Cast, browser: Browser) -> None:
    assert "No points yet" in page(browser, cast, cast.member)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("member", 200),
        ("guest", 200),
        ("coach", 403),
        ("operations_lead", 403),
        ("other_member", 404),
        ("stranger", 404),
    ],
)
@pytest.mark.parametrize("path", ["fairness/", "fairness/ledger.csv"])
def test_only_people_of_the_pod_see_persons(cast: Cast, browser: Browser, role: str, status: int, path: str) -> None:
    assert browser(cast[role]).get(f"/p/{cast.isar.slug}/{path}").status_code == status


def test_the_ledger_goes_out_as_a_file_with_numbers_as_numbers(cast: Cast, browser: Browser) -> None:
    shift = worked_late(cast.isar, cast.member)
    PointEntry.objects.create(
        member=cast.member, pod=cast.isar, kind="help", points="-1.50", happened_at=shift.span.start, source="x:1",
        numbers={"minutes": 90},
    )  # fmt: skip
    User.objects.filter(pk=cast.member.pk).update(name="=cmd()")
    answer = browser(cast.member).get(f"/p/{cast.isar.slug}/fairness/ledger.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[attr-defined]
    points = {(row["reason"], row["points"]) for row in rows}
    assert {("help", "-1.5"), ("late", "1")} <= points
    assert {row["member"] for row in rows} == {"'=cmd()"}


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_as_often_for_three_people_as_for_one(
    cast: Cast, browser: Browser, django_assert_num_queries: Any, number: int
) -> None:
    crowd = [people.member(cast.isar, f"Crowd {n}") for n in range(number)]
    worked_late(cast.isar, *crowd)
    client = browser(cast.member)
    client.get(f"/p/{cast.isar.slug}/fairness/")
    with django_assert_num_queries(13):
        client.get(f"/p/{cast.isar.slug}/fairness/")


def test_a_claim_says_what_it_would_count(cast: Cast, browser: Browser) -> None:
    shift = scheduling.shift(cast.isar, 1, start="12:00", end="20:30")
    assert "Counts 1 late point" in browser(cast.member).get(f"/p/isar/shifts/{shift.pk}/").content.decode()
    week = browser(cast.member).get(f"/p/isar/week/{shift.week.label}/").content.decode()
    assert "Counts 1 late point" in week
    plain = scheduling.shift(cast.isar, 2)
    assert "Counts" not in browser(cast.member).get(f"/p/isar/shifts/{plain.pk}/").content.decode()


def test_a_claim_on_a_public_holiday_of_ones_own_region_says_so(cast: Cast, browser: Browser) -> None:
    year = periods.now().year + 1
    shift = scheduling.shift(cast.isar, dt.date(year, 1, 6))  # a holiday in Bavaria, none in Berlin
    address = f"/p/isar/shifts/{shift.pk}/"
    assert "Counts 2 holiday points" in browser(cast.member).get(address).content.decode()
    cast.member.contracts.update(region="DE-BE")
    assert "holiday point" not in browser(cast.member).get(address).content.decode()


def test_the_api_lists_the_ledger_of_a_pod_in_which_one_works(cast: Cast, browser: Browser) -> None:
    worked_late(cast.isar, cast.member, cast.second_member)
    answer = browser(cast.member).get("/api/v1/points/?pod=isar").json()
    assert {(item["member"]["name"], item["kind"], item["points"]) for item in answer["items"]} >= {
        (cast.member.name, "late", "1.00"),
        (cast.second_member.name, "late", "1.00"),
    }
    mine = browser(cast.member).get("/api/v1/points/?pod=isar&mine=true").json()
    assert {item["member"]["id"] for item in mine["items"]} == {cast.member.pk}
    assert browser(cast.stranger).get("/api/v1/points/?pod=isar").status_code == 404
    assert browser(cast.coach).get("/api/v1/points/?pod=isar").status_code == 403
