"""The readable history: who changed what when, before and after in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from teams.audit.kinds import Kind, all_kinds
from teams.audit.queries import PER_PAGE, history
from teams.people import services
from teams.pods import memberships, opening, setup
from teams.pods.services import add_area, change_pod, rename_area
from tests.cast import Cast
from tests.factories import pods

type Browser = Callable[..., Client]


def only(key: str) -> list[Kind]:
    return [each for each in all_kinds() if each.key == key]


def lines(cast: Cast, of: str, pk: int) -> list[str]:
    return [
        f"{e.who} {e.act} {e.subject}: " + "; ".join(f"{c.label} {c.before} -> {c.after}" for c in e.changes)
        for e in history(of=of, pk=pk).entries
    ]


def test_a_change_names_the_person_the_verb_and_both_values(cast: Cast) -> None:
    services.change_person(by=cast.administrator, person=cast.member, name="Mara Berg")
    entry = history(only("person"), of="person", pk=cast.member.pk).entries[0]
    assert (entry.who, entry.verb, entry.act) == ("Ada Wolf", "change person", "update")
    assert [(str(c.label), c.before, c.after) for c in entry.changes] == [("name", "Mara Jung", "Mara Berg")]


def test_names_stand_for_ids_and_days_for_ranges(cast: Cast) -> None:
    memberships.move_to_pod(by=cast.administrator, member=cast.member, pod=cast.elbe, first=dt.date(2027, 1, 1))
    found = lines(cast, "person", cast.member.pk)
    assert any("insert Mara Jung, Elbe" in line and "from 1 Jan 2027" in line for line in found)
    assert any("from 1 Jan 2024 -> 1 Jan 2024 to 31 Dec 2026" in line for line in found)


def test_a_removed_row_is_still_named(cast: Cast) -> None:
    opening.set_hours(by=cast.administrator, pod=cast.isar, channel="phone", week={0: [(420, 1200)]})
    removed = [e for e in history(of="pod", pk=cast.isar.pk).entries if e.act == "delete"]
    assert len(removed) == 6
    assert removed[0].subject.startswith("Isar, Phone, ")
    assert {e.who for e in removed} == {"Ada Wolf"}


def test_unchanged_hours_leave_no_trace(cast: Cast) -> None:
    before = len(history(only("hours"), of="pod", pk=cast.isar.pk).entries)
    week = {day: [(420, 1200)] for day in range(7)}
    opening.set_hours(by=cast.administrator, pod=cast.isar, channel="phone", week=week)
    after = len(history(only("hours"), of="pod", pk=cast.isar.pk).entries)
    assert before == after


def test_a_pod_reads_its_own_history_only(cast: Cast) -> None:
    change_pod(by=cast.administrator, pod=cast.elbe, purpose="canary-7341")
    assert not any("canary-7341" in line for line in lines(cast, "pod", cast.isar.pk))
    assert any("canary-7341" in line for line in lines(cast, "pod", cast.elbe.pk))


def test_secrets_and_pay_are_in_no_history(cast: Cast) -> None:
    recorded = {(k.key, f.name) for k in all_kinds() for f in k.events._meta.concrete_fields}
    assert (
        not {("contract", "pay_cents"), ("person", "password"), ("token", "digest"), ("invitation", "digest")}
        & recorded
    )


def test_pages_follow_one_another_without_gap_or_repeat(cast: Cast) -> None:
    area = add_area(by=cast.administrator, name="Counted 0")
    for number in range(1, PER_PAGE + 20):
        rename_area(by=cast.administrator, area=area, name=f"Counted {number}")
    kinds = only("area")
    first = history(kinds)
    second = history(kinds, before=first.following)
    names = [e.subject for e in first.entries + second.entries if e.subject.startswith("Counted")]
    assert names == [f"Counted {n}" for n in range(PER_PAGE + 19, -1, -1)]
    assert second.following is None


def test_the_number_of_queries_does_not_grow_with_the_page(cast: Cast) -> None:
    area = add_area(by=cast.administrator, name="Counted")
    counts = []
    for name in ("One", "Two", "Three"):
        rename_area(by=cast.administrator, area=area, name=name)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            history(only("area"), of="", pk=None)
        counts.append(len(asked))
    assert counts[0] == counts[2]


@pytest.mark.parametrize("text", ["nonsense", "2026-01-01~area", "2026-01-01T00:00:00+00:00~area~x", "~~"])
def test_a_forged_place_is_the_first_page(cast: Cast, browser: Browser, text: str) -> None:
    assert browser(cast.administrator).get("/history/", {"before": text}).status_code == 200


def test_the_page_shows_words_to_those_who_may_read(cast: Cast, browser: Browser) -> None:
    change_pod(by=cast.administrator, pod=cast.isar, purpose="Bavaria south")
    page = browser(cast.member).get("/p/isar/history/").content.decode()
    assert "Bavaria south" in page
    assert "Ada Wolf" in page
    assert browser(cast.other_member).get("/p/isar/history/").status_code == 404
    assert browser(cast.member).get("/history/").status_code == 403


def test_rosters_stand_only_in_the_history_for_the_pods_own_people(cast: Cast, browser: Browser) -> None:
    inside = {k.key for k in all_kinds() if k.inside}
    page = browser(cast.administrator).get("/p/isar/history/").content.decode()
    assert not [key for key in inside if f'value="{key}"' in page]
    assert not {k.key for k in all_kinds() if k.settings and k.inside}


def test_times_of_the_history_are_the_pods_or_the_readers_and_name_their_zone_once(
    cast: Cast, browser: Browser
) -> None:
    opens_at = dt.datetime(2027, 5, 17, 22, 0, tzinfo=dt.UTC)
    weser = pods.pod("Weser", opens_at=opens_at)
    with time_machine.travel(opens_at - dt.timedelta(days=3)):
        setup.withdraw_opening(by=cast.administrator, pod=weser)
    office = browser(cast.administrator)
    for address in ("/p/weser/history/", "/history/?kind=pod"):
        page = office.get(address).text
        assert "18 May 2027, 00:00" in page
        assert "UTC" not in page.partition("<main")[2]
        assert page.count("Times in Europe/Berlin") == 1
    services.change_person(by=cast.administrator, person=cast.administrator, zone="America/Lima")
    page = office.get("/history/?kind=pod").text
    assert "17 May 2027, 17:00" in page
    assert "Times in America/Lima" in page
