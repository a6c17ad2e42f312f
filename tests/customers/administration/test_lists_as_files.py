"""Lists come as CSV: tried out before they are taken, with a line for each row, and taken back in one step."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from customers.causes.models import Reason, ReasonGroup
from customers.contacts.models import Contact
from customers.directory.models import Customer, OwnershipRule, Region
from cxportal.core import imports, lists, periods
from cxportal.core.models import ImportRun
from cxportal.core.violations import Invalid, Refused
from tests.cast import Cast
from tests.factories import customers, pods

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
    assert lines(run) == [(2, "new", "Rosa"), (3, "rejected", 'since: "2017-02-30" does not exist.')]
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


def test_a_customer_whom_somebody_changed_since_is_not_taken_back(cast: Cast) -> None:
    customers.default_rule(cast.isar)
    imports.take(by=cast.administrator, run=tried(cast, "customers", "number,name\n1,Rosa\n"))
    run = imports.take(by=cast.administrator, run=tried(cast, "customers", "number,name\n1,Rosa L\n"))
    Customer.objects.update(name="Rosa Lindqvist")
    with pytest.raises(Refused, match="was changed since the import"):
        imports.take_back(by=cast.administrator, run=run)
    assert Customer.objects.get().name == "Rosa Lindqvist"


def test_a_row_without_a_reason_is_the_group_itself(cast: Cast) -> None:
    owner, other = cast.product_owner, cast.executive
    run = imports.take(by=cast.administrator, run=tried(cast, "reasons", f"group,reason,owner\nLines,,{owner.email}\n"))
    again = imports.take(
        by=cast.administrator, run=tried(cast, "reasons", f"group,reason,owner\nLines,,{other.email}\n")
    )
    assert [line[1] for line in lines(run) + lines(again)] == ["new", "changed"]
    imports.take_back(by=cast.administrator, run=again)
    assert ReasonGroup.objects.get().owner == owner
    imports.take_back(by=cast.administrator, run=run)
    assert not ReasonGroup.objects.exists()


def furnish(cast: Cast) -> None:
    """Something in every list of this floor: also a pod under set-up and a rule that begins later."""
    later = periods.now() + dt.timedelta(days=3)
    customers.default_rule(cast.isar)
    customers.region("=Bavaria")
    reason = customers.reason("Wrong sum, twice")
    ReasonGroup.objects.filter(pk=reason.group_id).update(owner=cast.product_owner)
    ReasonGroup.objects.create(name="Empty", code="empty", owner=cast.executive)
    ReasonGroup.objects.create(name="Retired", code="retired", retired_at=later)
    rules = OwnershipRule.objects
    segment, region = customers.segment("Consumers"), customers.region("=Bavaria")
    rules.create(precedence=2, pod=cast.elbe, region=region, segment=segment, period=(None, None), state="active")
    rules.create(precedence=3, pod=pods.pod("Lech"), region=region, period=(None, None))
    rules.create(precedence=4, pod=cast.elbe, segment=segment, period=(later, None), state="active")
    named = customers.customer(cast.elbe, external_id="A-1")
    rules.create(precedence=1, pod=cast.elbe, customer=named, period=(None, None), state="active", note="-asked")
    nameless = customers.customer(cast.elbe)
    rules.create(precedence=1, pod=cast.elbe, customer=nameless, period=(None, None), state="active")
    over = periods.now() - dt.timedelta(days=1)
    rules.create(precedence=4, pod=cast.isar, segment=segment, period=(None, over), state="active")


@pytest.mark.parametrize(("kind", "count"), [("regions", 1), ("segments", 1), ("reasons", 3), ("ownership", 5)])
def test_an_export_comes_back_without_a_change(cast: Cast, kind: str, count: int) -> None:
    furnish(cast)
    text = "".join(lists.export_lines(lists.lists()[kind]))
    run = imports.take(by=cast.administrator, run=tried(cast, kind, text))
    assert [line[1] for line in lines(run)] == ["same"] * count, lines(run)


def test_the_pages_of_the_lists_offer_their_files(cast: Cast, browser: Browser) -> None:
    furnish(cast)
    client = browser(cast.administrator)
    for kind in ("regions", "segments", "reasons", "ownership"):
        page = client.get(f"/settings/{kind}/").content.decode()
        assert f'href="/settings/{kind}.csv"' in page
        assert f'href="/settings/{kind}/import/"' in page
        answer = client.get(f"/settings/{kind}.csv")
        assert len(b"".join(answer.streaming_content).splitlines()) > 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["customers", "contacts"])
def test_administrators_bring_customers_and_contacts_and_never_take_them_away(
    cast: Cast, browser: Browser, kind: str
) -> None:
    client = browser(cast.administrator)
    assert client.get(f"/settings/{kind}.csv").status_code == 404
    assert f"/settings/{kind}.csv" not in client.get(f"/settings/{kind}/import/").content.decode()


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


def test_a_rejected_row_says_what_it_is_about_and_every_mistake_in_it(cast: Cast) -> None:
    text = "number,name,region,segment,since\n7,Rosa,Atlantis,Gold,2017-02-30\n"
    run = tried(cast, "customers", text.encode())
    assert run.report == [
        {
            "number": 2,
            "action": "rejected",
            "thing": "7, Rosa",
            "words": "region: “Atlantis” is not known. segment: “Gold” is not known. "
            'since: "2017-02-30" does not exist.',
        }
    ]
    text = "id,channel,customer,pod,arrived,closed,group,reason\nz9,pigeon,404,lech,soon,,Bills,Late\n"
    (line,) = tried(cast, "contacts", text.encode()).report
    assert line["thing"] == "z9"
    assert line["words"].startswith("closed is empty. channel: “pigeon” is not known. customer: No customer")
    for words in ("pod: “lech” is not known.", "arrived: ", "reason: “Late” is not known in its group."):
        assert words in line["words"]
