"""Contacts come from somebody else's file: every row is imported or rejected with its line and reason."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from customers.contacts import rollups
from customers.contacts.models import Contact
from customers.contacts.rollup_models import Scope
from customers.directory import queries
from customers.directory.models import Customer
from cxportal.core import staging
from cxportal.core.models import ImportRun
from teams.people.models import User
from teams.pods.models import Membership, Pod
from tests.cast import make_cast
from tests.factories import customers

pytestmark = pytest.mark.django_db(transaction=True)

MAPPING = """
kind = "contacts"
source = "desk"
title = "The old desk"

[id]
column = "id"

[[skip]]
column = "kind"
values = ["test"]

[clock]
zone = "Europe/Berlin"
tolerance_seconds = 5

[fields]
channel = { column = "channel", values = { tel = "phone", mail = "email" } }
customer = { column = "customer", unknown = ["0"] }
home_pod = "pod"
person = { column = "person", unknown = ["-"] }
state = { constant = "resolved" }
arrived_at = { column = "arrived", format = "%d.%m.%Y %H:%M:%S" }
closed_at = { column = "closed", format = "%d.%m.%Y %H:%M:%S" }

[options]
home = "first contact"
"""
CREATE = """
[create]
pods = true
people = true
customers = true
area = { constant = "South" }
default_pod = { constant = "Isar" }
"""
HEADER = "id,kind,channel,customer,pod,person,arrived,closed"


class Desk:
    """A folder with a file and a mapping, and the command that reads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.report = folder / "rejected.csv"

    def run(self, *rows: str, mapping: str = MAPPING + CREATE, data: bytes | None = None) -> dict[str, int]:
        (self.folder / "m.toml").write_text(mapping)
        path = self.folder / "desk.csv"
        path.write_bytes(data if data is not None else ("\n".join([HEADER, *rows]) + "\n").encode())
        out = io.StringIO()
        call_command(
            "import_contacts",
            str(path),
            mapping=self.folder / "m.toml",
            report=self.report,
            stdout=out,
        )
        self.said = out.getvalue().splitlines()
        assert [line.split()[0] for line in self.said[-2:]] == ["imported", "rejected"]
        return {line.rpartition(" ")[0]: int(line.rpartition(" ")[2]) for line in self.said if line[-1].isdigit()}

    def rejected(self) -> list[tuple[int, str]]:
        with self.report.open(newline="") as source:
            return [(int(row["line"]), row["reason"]) for row in csv.DictReader(source)]


@pytest.fixture
def desk(tmp_path: Path, transactional_db: None) -> Desk:
    return Desk(tmp_path)


ROW = "1,,tel,77,Isar,MIA,01.03.2026 09:00:00,01.03.2026 09:05:00"


def test_an_empty_installation_gets_pods_people_and_customers_from_the_file(desk: Desk) -> None:
    said = desk.run(ROW)
    assert (said["imported"], said["rejected"]) == (1, 0)
    made = Contact.objects.get()
    assert (made.home_pod.name, made.area.name, made.person and made.person.name) == ("Isar", "South", "MIA")
    assert made.arrived_at == dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
    assert made.business_day == dt.date(2026, 3, 1)
    assert Membership.objects.get().pod == made.home_pod
    assert made.customer is not None
    owner = queries.home_pod_at(made.customer.pk, dt.datetime(1990, 1, 1, tzinfo=dt.UTC))
    assert owner is not None
    assert owner.pod == made.home_pod


def test_every_refused_row_stands_in_the_report_with_line_and_reason(desk: Desk) -> None:
    said = desk.run(
        ROW,
        "2,test,tel,77,Isar,-,01.03.2026 09:00:00,01.03.2026 09:05:00",
        "3,,fax,77,Isar,-,01.03.2026 09:00:00,01.03.2026 09:05:00",
        "4,,tel,77,Isar,-,29.02.2026 09:00:00,01.03.2026 09:05:00",
        "5,,tel,77,Isar,-,29.03.2026 02:30:00,29.03.2026 09:05:00",
        "6,,tel,77,Isar,-,01.03.2026 09:05:06,01.03.2026 09:05:00",
        "7,,tel,77,Isar,-,01.03.2026 09:05:05,01.03.2026 09:05:00",
        "1,,tel,77,Isar,-,01.03.2026 09:00:00,01.03.2026 09:05:00",
        "8,,tel,77,Isar",
        ",,tel,77,Isar,-,01.03.2026 09:00:00,01.03.2026 09:05:00",
        '9,,tel,77,Isar,"=cmd(),01.03.2026 09:00:00,01.03.2026 09:05:00',
    )
    assert (said["imported"], said["rejected"], said["clocks set right"]) == (2, 9, 1)
    assert desk.rejected() == [
        (3, "skipped by mapping"),
        (4, 'channel: "fax" is not in the mapping'),
        (5, 'arrived_at: "29.02.2026 09:00:00" is not a time that exists'),
        (6, 'arrived_at: "29.03.2026 02:30:00" is not a time that exists'),
        (7, "the clock runs back by 6 s"),
        (9, "has the same id as line 2"),
        (10, "has 5 fields, the header has 8"),
        (11, "has no id"),
        (12, "a quote is opened and never closed"),
    ]


def test_bringing_a_file_again_changes_nothing(desk: Desk) -> None:
    desk.run(ROW)
    said = desk.run(ROW)
    assert (said["imported"], said["rejected"], said["new"], said["already there"]) == (1, 0, 0, 1)
    assert (Contact.objects.count(), Customer.objects.count(), User.objects.count()) == (1, 1, 1)


def test_equal_rows_without_an_id_are_told_apart_by_their_number(desk: Desk) -> None:
    mapping = MAPPING.replace('[id]\ncolumn = "id"', "[id]\ndigest = true") + CREATE
    assert desk.run(ROW, ROW, mapping=mapping)["new"] == 2
    assert desk.run(ROW, ROW, ROW, mapping=mapping)["new"] == 1
    assert Contact.objects.count() == 3


def test_without_create_unknown_pods_people_and_customers_are_rejected(desk: Desk) -> None:
    cast = make_cast()
    customers.default_rule(cast.isar)
    known = customers.customer(cast.isar, source="desk", external_id="5")
    member = cast.member
    member.external_id = "MIA"
    member.save()
    said = desk.run(
        "1,,tel,0,Lech,-,01.03.2026 09:00:00,01.03.2026 09:05:00",
        "2,,tel,6,Isar,-,01.03.2026 09:00:00,01.03.2026 09:05:00",
        "3,,tel,5,Isar,OTTO,01.03.2026 09:00:00,01.03.2026 09:05:00",
        "4,,tel,5,Elbe,MIA,01.03.2026 09:00:00,01.03.2026 09:05:00",
        "5,,tel,0,,-,01.03.2026 09:00:00,01.03.2026 09:05:00",
        mapping=MAPPING,
    )
    assert said["rejected"] == 3
    assert [reason for _line, reason in desk.rejected()] == [
        'unknown pod "Lech"',
        'unknown customer "6"',
        'unknown person "OTTO"',
    ]
    # The owner at arrival goes before the row's pod; a contact of nobody known falls to the default pod.
    assert Contact.objects.get(external_id="4").home_pod == cast.isar
    assert Contact.objects.get(external_id="4").customer == known
    assert Contact.objects.get(external_id="5").by_default_rule


def test_customers_served_are_counted_in_the_same_transaction(desk: Desk) -> None:
    desk.run(ROW, ROW.replace("1,", "2,", 1), ROW.replace("1,,tel,77", "3,,mail,78"))
    pod = Pod.objects.get()
    day = dt.date(2026, 3, 1)
    assert rollups.served(Scope.POD, day, day + dt.timedelta(days=1)) == {pod.pk: 2}


def test_a_wrong_mapping_names_every_mistake_and_imports_nothing(desk: Desk) -> None:
    wrong = MAPPING.replace('zone = "Europe/Berlin"', 'zone = "Mars"').replace('"email"', '"pigeon"') + "\n[creates]\n"
    with pytest.raises(CommandError) as error:
        desk.run(ROW, mapping=wrong)
    words = str(error.value)
    assert "clock.zone" in words
    assert "'pigeon' is not one of" in words
    assert "'creates' is not known here" in words
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\xff\xfei\x00d\x00", "UTF-16"),
        (b"id,kind\n1,2\n", "no column 'channel'"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_refused_in_a_sentence(desk: Desk, data: bytes, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        desk.run(data=data)
    assert not Contact.objects.exists()


def test_bad_bytes_cost_their_line_only(desk: Desk) -> None:
    good = ROW.encode()
    data = b"\r".join([HEADER.encode(), good.replace(b"MIA", b"M\xfcA"), b"1\x002", b"x" * (2 << 20), good])
    said = desk.run(data=data)
    assert (said["imported"], said["rejected"]) == (1, 3)
    assert any("cut" in line for line in desk.said)


def test_the_run_is_recorded_for_the_status_page(desk: Desk) -> None:
    desk.run(ROW, "9,,fax,77,Isar,-,01.03.2026 09:00:00,01.03.2026 09:05:00")
    run = ImportRun.objects.get()
    assert (run.state, run.rows, run.imported, run.rejected) == ("done", 2, 1, 1)
    assert run.report == [{"line": 3, "reason": 'channel: "fax" is not in the mapping'}]


def test_a_killed_import_leaves_nothing_and_is_shown_as_stopped(desk: Desk) -> None:
    (desk.folder / "m.toml").write_text(MAPPING + CREATE)
    path = desk.folder / "desk.csv"
    with path.open("w") as target:
        target.write(HEADER + "\n")
        for number in range(40_000):
            target.write(ROW.replace("1,,tel,77", f"{number},,tel,{number}") + "\n")
    # The command runs in the test's own database.
    environ = os.environ | {"DATABASE_URL": os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + _database()}
    command = [sys.executable, "manage.py", "import_contacts", str(path), "--mapping", str(desk.folder / "m.toml")]
    process = subprocess.Popen(
        [*command, "--report", str(desk.report)], cwd=settings.BASE_DIR, env=environ, stdout=subprocess.DEVNULL
    )
    try:
        _until(lambda: ImportRun.objects.filter(detail__doing__icontains="checking").exists(), process)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    _until(lambda: staging.settle_stopped() == 1, process)
    assert ImportRun.objects.get().state == "failed"
    assert "nothing was imported" in ImportRun.objects.get().detail["error"]
    for model in (Contact, Customer, User, Pod):
        assert not model.objects.exists()
    assert not desk.report.exists()
    desk.run(ROW)
    assert Contact.objects.count() == 1


def _database() -> str:
    return str(connection.settings_dict["NAME"])


def _until(holds: object, process: subprocess.Popen[bytes]) -> None:
    """Waits at most a minute; the loop ends at once when it holds."""
    end = time.monotonic() + 60
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end, process.poll()
        time.sleep(0.02)
