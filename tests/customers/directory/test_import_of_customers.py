"""Customers come from somebody else's list: new ones are owned by the rules, known ones are brought up to date."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from django.core.management import call_command

from customers.directory import queries, rulebook
from customers.directory.models import Customer, OwnershipRule
from teams.pods.models import Pod
from tests.cast import Cast, make_cast
from tests.factories import customers

pytestmark = pytest.mark.django_db(transaction=True)

MAPPING = """
kind = "customers"
source = "crm"
[id]
column = "number"
[fields]
name = "name"
email = "email"
region = "region"
home_pod = "pod"
since = { column = "since", format = "%Y-%m-%d" }
[options]
home = "row"
[create]
regions = true
"""
HEADER = "number,name,email,region,pod,since"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    made = make_cast()
    customers.default_rule(made.isar)
    return made


def bring(folder: Path, *rows: str) -> tuple[dict[str, int], list[tuple[int, str]]]:
    (folder / "m.toml").write_text(MAPPING)
    (folder / "c.csv").write_text("\n".join([HEADER, *rows, ""]))
    out = io.StringIO()
    call_command(
        "import_customers", str(folder / "c.csv"), mapping=folder / "m.toml", report=folder / "r.csv", stdout=out
    )
    said = [line.rpartition(" ") for line in out.getvalue().splitlines() if line[-1].isdigit()]
    with (folder / "r.csv").open(newline="") as source:
        rejected = [(int(row["line"]), row["reason"]) for row in csv.DictReader(source)]
    return {name: int(number) for name, _space, number in said}, rejected


def owner(number: str, at: dt.datetime | None = None) -> Pod:
    found = queries.home_pod_at(Customer.objects.get(external_id=number).pk, at)
    assert found is not None
    return found.pod


def test_new_customers_are_owned_from_ever_by_rule_or_by_name(cast: Cast, tmp_path: Path) -> None:
    rulebook.activate_rule(by=None, rule=rulebook.add_rule(by=None, pod=cast.elbe, region=customers.region("Saxony")))
    said, _rejected = bring(
        tmp_path, "1,Rosa,,,,2017-05-01", "2,Per,,Saxony,,", "3,Mia,,Saxony,Isar,", "4,Ida,,Hesse,,"
    )
    assert (said["imported"], said["rejected"], said["regions"]) == (4, 0, 1)
    long_ago = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
    assert [owner(number, long_ago) for number in "1234"] == [cast.isar, cast.elbe, cast.isar, cast.isar]
    assert Customer.objects.get(external_id="1").since == dt.date(2017, 5, 1)
    assert OwnershipRule.objects.get(precedence=1).customer == Customer.objects.get(external_id="3")


def test_every_refused_row_has_its_reason(cast: Cast, tmp_path: Path) -> None:
    said, rejected = bring(
        tmp_path, "1,Rosa,,,,", "1,Rosa,,,,", ",Per,,,,", "3,Mia,mia,,,", "4,Ida,,,Lech,", "5,Eva,,,,2017-02-30"
    )
    assert (said["imported"], said["rejected"]) == (1, 5)
    assert rejected == [
        (3, "has the same number as line 2"),
        (4, "has no id"),
        (5, 'email: "mia" is none'),
        (6, 'unknown pod "Lech"'),
        (7, 'since: "2017-02-30" is not a date that exists'),
    ]


def test_bringing_the_list_again_changes_what_it_tells_and_nothing_else(cast: Cast, tmp_path: Path) -> None:
    bring(tmp_path, "1,Rosa,rosa@x.example,,,2017-05-01", "2,Per,,,,")
    said, _rejected = bring(tmp_path, "1,Rosa L,,,,", "2,Per,,,,")
    assert (said["imported"], said["new"], said["changed"], said["already there"]) == (2, 0, 1, 2)
    rosa = Customer.objects.get(external_id="1")
    assert (rosa.name, rosa.email, rosa.since) == ("Rosa L", "rosa@x.example", dt.date(2017, 5, 1))


def test_a_new_region_moves_a_known_customer_from_now_on(cast: Cast, tmp_path: Path) -> None:
    rulebook.activate_rule(by=None, rule=rulebook.add_rule(by=None, pod=cast.elbe, region=customers.region("Saxony")))
    bring(tmp_path, "1,Rosa,,,,")
    bring(tmp_path, "1,Rosa,,Saxony,,")
    assert owner("1") == cast.elbe
    assert owner("1", dt.datetime(2020, 1, 1, tzinfo=dt.UTC)) == cast.isar
