"""The published files come in with the counts that plain Python finds in them."""

from __future__ import annotations

import collections
import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import Count, F

from customers.contacts import rollups
from customers.contacts.models import Contact
from customers.contacts.rollup_models import Scope
from customers.directory import queries
from customers.directory.models import Customer, Ownership
from customers.feedback.models import Response
from teams.pods.models import Membership, Pod

DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
BANK, COMPLAINTS = DATA / "anonymous-bank-1999-02.tsv", DATA / "cfpb-complaints-2013.csv"
MAPPINGS = Path(settings.BASE_DIR) / "docs" / "mappings"
KINDS = {"PS": "Regular", "NW": "Prospects", "NE": "Securities", "IN": "Internet", "PE": "English", "TT": "Call back"}
TIMES = ("vru_entry", "vru_exit", "q_start", "q_exit", "ser_start", "ser_exit")

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not BANK.exists(), reason="the published files are not beside this checkout"),
]


def bring(path: Path, mapping: str, tmp_path: Path) -> dict[str, int]:
    out = io.StringIO()
    call_command("import_contacts", str(path), mapping=MAPPINGS / mapping, report=tmp_path / "rejected.csv", stdout=out)
    lines = out.getvalue().splitlines()
    return {line.rpartition(" ")[0]: int(line.rpartition(" ")[2]) for line in lines if line[-1].isdigit()}


def seconds(text: str) -> int:
    hours, minutes, rest = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


def american(text: str) -> dt.date:
    month, day, year = map(int, text.split("/"))
    return dt.date(year, month, day)


def bank() -> tuple[list[dict[str, Any]], int, int, int]:
    """The accepted calls with their arrival, and how many were skipped, refused and set right."""
    accepted, skipped, refused, right = [], 0, 0, 0
    with BANK.open(newline="") as source:
        for row in csv.DictReader(source, delimiter="\t"):
            if row["outcome"] == "PHANTOM":
                skipped += 1
                continue
            reached, worst, shift = -1, 0, 0
            for name in TIMES:
                if row[name] == "0:00:00":
                    continue
                told = seconds(row[name]) + shift
                if reached >= 0 and told < reached - 12 * 3600:
                    shift, told = shift + 86400, told + 86400
                worst = max(worst, reached - told) if reached >= 0 else 0
                reached = max(reached, told)
            if worst > 5:
                refused += 1
                continue
            right += worst > 0
            accepted.append({**row, "at": (row["date"], seconds(row["vru_entry"])), "end": reached})
    return accepted, skipped, refused, right


def test_bank_by_service_agrees_with_the_file(tmp_path: Path) -> None:
    calls, skipped, refused, right = bank()
    said = bring(BANK, "bank-by-service.toml", tmp_path)
    assert (said["imported"], said["rejected"]) == (len(calls), skipped + refused)
    assert said["imported"] + said["rejected"] == 33_344
    assert (said["clocks set right"], said["skipped by mapping"]) == (right, skipped)

    homes: dict[str, str] = {}
    for call in sorted(calls, key=lambda call: call["at"]):
        if call["customer_id"] != "0":
            homes.setdefault(call["customer_id"], KINDS[call["type"]])
    volumes: collections.Counter[str] = collections.Counter()
    overflow: collections.Counter[str] = collections.Counter()
    served: dict[str, set[str]] = collections.defaultdict(set)
    by_person: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for call in calls:
        kind = KINDS[call["type"]]
        home = homes.get(call["customer_id"], kind)
        volumes[home] += 1
        if call["outcome"] == "AGENT":
            overflow[home] += home != kind
            if call["customer_id"] != "0":
                served[home].add(call["customer_id"])
            if call["server"] != "NO_SERVER":
                by_person[call["server"]][kind] += 1

    names = dict(Pod.objects.values_list("pk", "name"))
    rows = Contact.objects.values_list("home_pod__name").annotate(n=Count("pk"))
    assert dict(rows) == dict(volumes)
    away = Contact.objects.exclude(serving_pod=F("home_pod")).filter(serving_pod__isnull=False)
    assert dict(away.values_list("home_pod__name").annotate(n=Count("pk"))) == {k: n for k, n in overflow.items() if n}
    counted = rollups.served(Scope.POD, dt.date(1999, 2, 1), dt.date(1999, 4, 1))
    assert {names[pod]: n for pod, n in counted.items() if n} == {home: len(who) for home, who in served.items()}
    company = rollups.served(Scope.COMPANY, dt.date(1999, 2, 1), dt.date(1999, 4, 1))
    assert list(company.values()) == [len(set().union(*served.values()))]
    for membership in Membership.objects.select_related("member", "pod"):
        kinds = by_person[membership.member.name]
        assert kinds[membership.pod.name] == max(kinds.values())
    assert Membership.objects.count() == 24
    assert not Response.objects.exists()


def test_a_call_after_midnight_ends_on_the_next_day(tmp_path: Path) -> None:
    calls, *_rest = bank()
    over = [call for call in calls if call["end"] >= 86400]
    assert over
    bring(BANK, "bank-by-service.toml", tmp_path)
    for call in over:
        made = Contact.objects.select_related("home_pod").get(external_id=f"{call['vru+line']}-{call['call_id']}")
        assert made.closed_at is not None
        begun, ended = (at.astimezone(made.home_pod.tzinfo).date() for at in (made.arrived_at, made.closed_at))
        assert ended == begun + dt.timedelta(days=1)
        assert made.business_day == ended


def test_bank_by_customer_deals_customers_and_people_to_four_pods(tmp_path: Path) -> None:
    calls, skipped, refused, _right = bank()
    said = bring(BANK, "bank-by-customer.toml", tmp_path)
    assert (said["imported"], said["rejected"]) == (len(calls), skipped + refused)
    assert Customer.objects.count() == len({call["customer_id"] for call in calls} - {"0"})
    sizes = dict(Ownership.objects.values_list("pod__name").annotate(n=Count("pk")))
    assert set(sizes) == {"North", "East", "South", "West"}
    assert min(sizes.values()) > 900
    # A customer has one pod, so all of the customer's calls have the same.
    pods = (
        Contact.objects.filter(customer__isnull=False).values("customer").annotate(n=Count("home_pod", distinct=True))
    )
    assert set(pods.values_list("n", flat=True)) == {1}
    assert set(Membership.objects.values_list("pod__name").annotate(n=Count("pk")).values_list("n", flat=True)) == {6}


def test_complaints_by_state_keep_disputes_apart_from_satisfaction(tmp_path: Path) -> None:
    with COMPLAINTS.open(newline="") as source:
        rows = list(csv.DictReader(source))
    days = [(american(row["Date received"]), american(row["Date sent to company"])) for row in rows]
    good = [row for row, (received, sent) in zip(rows, days, strict=True) if sent >= received]
    said = bring(COMPLAINTS, "complaints-by-state.toml", tmp_path)
    assert (said["imported"], said["rejected"]) == (len(good), len(rows) - len(good))
    assert said["imported"] + said["rejected"] == 3_186

    states = collections.Counter(row["State"] or "No state" for row in good)
    assert dict(Contact.objects.values_list("home_pod__name").annotate(n=Count("pk"))) == dict(states)
    channels = {"Web": "web_form", "Phone": "phone", "Postal mail": "letter", "Fax": "letter", "Referral": "letter"}
    ways = collections.Counter(channels[row["Submitted via"]] for row in good)
    assert dict(Contact.objects.values_list("channel").annotate(n=Count("pk"))) == dict(ways)
    assert Customer.objects.count() == len(good)
    answers = collections.Counter(
        row["Consumer disputed?"]
        for row in good
        if row["Consumer disputed?"] and row["Company response to consumer"] != "In progress"
    )
    disputed = dict(Response.objects.values_list("disputed").annotate(n=Count("pk")))
    assert disputed == {True: answers["Yes"], False: answers["No"]}
    assert not Response.objects.exclude(kind="disputed").exists()
    # Bringing the file again adds nothing, the eleven equal rows included.
    again = bring(COMPLAINTS, "complaints-by-state.toml", tmp_path)
    assert (again["new"], again["imported"]) == (0, len(good))


def test_every_customer_of_the_files_has_one_pod_from_ever(tmp_path: Path) -> None:
    bring(COMPLAINTS, "complaints-by-state.toml", tmp_path)
    customer = Customer.objects.filter(region__name="TX").first()
    assert customer is not None
    owner = queries.home_pod_at(customer.pk, dt.datetime(1980, 1, 1, tzinfo=dt.UTC))
    assert owner is not None
    assert owner.pod.name == "TX"
