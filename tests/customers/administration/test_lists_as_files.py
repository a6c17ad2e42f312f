"""Lists come as CSV: tried out before they are taken, with a line for each row, and taken back in one step."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from customers.causes.models import Reason, ReasonGroup
from customers.contacts.models import Contact
from customers.directory.models import Customer, OwnershipRule, Region
from cxportal.core import imports
from cxportal.core.models import ImportRun
from cxportal.core.violations import Invalid, Refused
from tests.cast import Cast
from tests.factories import customers

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]


def tried(cast: Cast, kind: str, text: str | bytes) -> ImportRun:
    content = text if isinstance(text, bytes) else text.encode()
    return imports.try_out(by=cast.administrator, kind=kind, name="list.csv", content=content)


def lines(run: ImportRun) -> list[tuple[int, str, str]]:
    return [(line["number"], line["action"], line["words"]) for line in run.report]


def test_trying_out_changes_nothing_and_says_what_would_happen(cast: Cast) -> None:
    customers.region("Bavaria")
    run = tried(cast, "regions", "name,code\nBavaria,\nSaxony,\n,x\n")
    assert lines(run) == [(2, "same", "Bavaria"), (3, "new", "Saxony"), (4, "rejected", "name is empty.")]
    assert Region.objects.count() == 1


def test_taking_and_taking_back(cast: Cast) -> None:
    run = tried(cast, "regions", "name\nBavaria\nSaxony\n")
    done = imports.take(by=cast.administrator, run=run)
    assert (done.state, done.imported, done.rejected) == ("done", 2, 0)
    assert imports.take(by=cast.administrator, run=done).imported == 2
    assert Region.objects.count() == 2
    assert imports.take_back(by=cast.administrator, run=done).state == "undone"
    assert imports.take_back(by=cast.administrator, run=done).state == "undone"
    assert not Region.objects.exists()


def test_what_is_used_meanwhile_cannot_be_taken_back_and_nothing_is(cast: Cast) -> None:
    run = imports.take(by=cast.administrator, run=tried(cast, "regions", "name\nBavaria\nSaxony\n"))
    customers.customer(cast.isar, region=Region.objects.get(name="Bavaria"))
    with pytest.raises(Refused) as error:
        imports.take_back(by=cast.administrator, run=run)
    assert [violation.numbers for violation in error.value.violations] == [{"line": 2}]
    assert Region.objects.count() == 2


def test_a_list_is_judged_again_when_it_is_taken(cast: Cast) -> None:
    run = tried(cast, "regions", "name\nBavaria\n")
    customers.region("Bavaria")
    assert lines(imports.take(by=cast.administrator, run=run)) == [(2, "same", "Bavaria")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"title\nx\n", "no column name"),
        (b"name,colour\nx,y\n", "colour is not known here"),
        (b"name\n" + b"x\n" * 5001, "more than 5000 rows"),
        (b"name\n" + b"x" * (2 << 20), "larger than 2 MB"),
        (b"\xff\xfen\x00", "UTF-16"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused(cast: Cast, content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        tried(cast, "regions", content)
    assert not ImportRun.objects.exists()


def test_bad_bytes_cost_their_row_only_also_when_taken(cast: Cast) -> None:
    run = tried(cast, "regions", b"name;code\nM\xfcnchen;m\na\x00b;n\n'=1+1;f\nUlm;u\n")
    assert [line[1] for line in lines(run)] == ["rejected", "rejected", "new", "new"]
    imports.take(by=cast.administrator, run=run)
    assert set(Region.objects.values_list("name", flat=True)) == {"=1+1", "Ulm"}


def test_reasons_in_two_levels(cast: Cast) -> None:
    owner = cast.product_owner
    text = f"group,reason,owner\nBilling,Wrong sum,{owner.email}\nBilling,No bill,\nDevices,Broken,nobody@x.example\n"
    run = imports.take(by=cast.administrator, run=tried(cast, "reasons", text))
    assert [line[1] for line in lines(run)] == ["new", "new", "rejected"]
    assert Reason.objects.get(name="Wrong sum").owner == owner
    imports.take_back(by=cast.administrator, run=run)
    assert not ReasonGroup.objects.exists()


def test_customers_and_their_past_contacts(cast: Cast) -> None:
    customers.default_rule(cast.isar)
    people = "number,name,since\n1,Rosa,2017-05-01\n2,Per,2017-02-30\n"
    run = imports.take(by=cast.administrator, run=tried(cast, "customers", people))
    assert lines(run) == [(2, "new", "Rosa"), (3, "rejected", '"2017-02-30" does not exist')]
    past = (
        "id,channel,customer,arrived,closed\n"
        "a,phone,1,2026-03-01 09:00,2026-03-01 09:05\n"
        "b,phone,1,2026-03-29 02:30,2026-03-29 09:05\n"
        "c,pigeon,1,2026-03-01 09:00,2026-03-01 09:05\n"
        "d,phone,9,2026-03-01 09:00,2026-03-01 09:05\n"
    )
    contacts = imports.take(by=cast.administrator, run=tried(cast, "contacts", past))
    assert [line[1] for line in lines(contacts)] == ["new", "rejected", "rejected", "rejected"]
    assert Contact.objects.get().home_pod == cast.isar
    with pytest.raises(Refused, match="has contacts"):
        imports.take_back(by=cast.administrator, run=run)
    imports.take_back(by=cast.administrator, run=contacts)
    imports.take_back(by=cast.administrator, run=run)
    assert not Customer.objects.exists()


def test_a_changed_customer_gets_the_old_details_back(cast: Cast) -> None:
    customers.default_rule(cast.isar)
    imports.take(by=cast.administrator, run=tried(cast, "customers", "number,name\n1,Rosa\n"))
    run = imports.take(by=cast.administrator, run=tried(cast, "customers", "number,name,since\n1,Rosa L,2017-05-01\n"))
    assert Customer.objects.get().name == "Rosa L"
    imports.take_back(by=cast.administrator, run=run)
    assert (Customer.objects.get().name, Customer.objects.get().since) == ("Rosa", None)


def test_ownership_rules_decide_at_once(cast: Cast) -> None:
    customers.default_rule(cast.isar)
    customers.region("Bavaria")
    rules = "pod,region,note\nelbe,Bavaria,asked for\nisar,,\nlech,Bavaria,\n"
    run = imports.take(by=cast.administrator, run=tried(cast, "ownership", rules))
    assert [line[1] for line in lines(run)] == ["new", "same", "rejected"]
    assert OwnershipRule.objects.get(precedence=3).state == "active"


def test_an_administrator_imports_a_list_by_the_pages(cast: Cast, browser: Browser) -> None:
    client = browser(cast.administrator)
    page = client.get("/settings/regions/import/")
    assert "name" in page.content.decode()
    upload = SimpleUploadedFile("regions.csv", b"name\nBavaria\n,\n")
    answer = client.post("/settings/regions/import/", {"file": upload})
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert "Nothing is changed yet." in client.get(address).content.decode()
    assert client.post(f"{address}take/").status_code == 303
    assert Region.objects.get().name == "Bavaria"
    report = b"".join(client.get(f"{address}report.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert re.search(r"3,rejected,", report)
    assert client.post(f"{address}take-back/").status_code == 303
    assert not Region.objects.exists()
    wrong = client.post("/settings/regions/import/", {"file": SimpleUploadedFile("x.csv", b"title\n")})
    assert wrong.status_code == 422


@pytest.mark.parametrize("address", ["/settings/regions/import/", "/settings/imports/1/", "/settings/ownership/"])
def test_only_administrators_import(cast: Cast, browser: Browser, address: str) -> None:
    assert browser(cast.member).get(address).status_code == 403
    assert browser(cast.administrator).get("/settings/nothing/import/").status_code == 404
