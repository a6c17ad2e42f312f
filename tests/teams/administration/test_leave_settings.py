"""What administrators keep of leave: kinds, what is due, half holidays, files, lines with reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cxportal.core.models import ImportRun
from teams.leave.models import HalfHoliday, LeaveDay, LeaveKind, LedgerEntry, SchoolHoliday, TimeEntry
from tests.cast import Cast
from tests.factories import leave

pytestmark = pytest.mark.django_db

type Browser = Callable[..., Client]
YEAR = leave.TODAY.year


def upload(client: Client, kind: str, text: str) -> ImportRun:
    file = SimpleUploadedFile("list.csv", text.encode(), content_type="text/csv")
    assert client.post(f"/settings/{kind}/import/", {"file": file}).status_code == 303
    return ImportRun.objects.latest("pk")


def take(client: Client, run: ImportRun, act: str = "take") -> ImportRun:
    client.post(f"/settings/imports/{run.pk}/{act}/")
    run.refresh_from_db()
    return run


def test_a_company_begins_with_the_usual_kinds_and_changes_them(cast: Cast, browser: Browser) -> None:
    client = browser(cast.administrator)
    client.post("/settings/leave/usual/")
    kind = LeaveKind.objects.get(slug="holiday")
    typed = {"name": "Annual leave", "from_balance": "on", "days_a_year": "28", "carry_months": "6", "by_members": "on"}
    assert client.post(f"/settings/leave/kinds/{kind.pk}/", typed).status_code == 303
    kind.refresh_from_db()
    assert (kind.name, int(kind.days_a_year), kind.takes_place) == ("Annual leave", 28, False)
    assert client.post("/settings/leave/kinds/new/", typed).status_code == 422
    client.post(f"/settings/leave/kinds/{kind.pk}/retire/")
    assert "Annual leave" not in browser(cast.member).get(f"/p/{cast.isar.slug}/leave/2027/").content.decode()
    client.post(f"/settings/leave/kinds/{kind.pk}/retire/")
    kind.refresh_from_db()
    assert kind.retired_at is None


def test_half_holidays_are_named_and_removed(cast: Cast, browser: Browser) -> None:
    client = browser(cast.administrator)
    page = "/settings/leave/half-holidays/new/"
    assert client.post(page, {"name": "New Year's Eve", "day": 31, "month": 12}).status_code == 303
    assert client.post(page, {"name": "No such day", "day": 31, "month": 2}).status_code == 422
    row = HalfHoliday.objects.get()
    client.post(f"/settings/leave/half-holidays/{row.pk}/remove/")
    assert not HalfHoliday.objects.exists()


def test_school_holidays_come_as_a_file_and_go_back(cast: Cast, browser: Browser) -> None:
    client = browser(cast.administrator)
    text = "region,name,first,last\nde-by,Summer,2027-08-02,2027-09-13\nde-by,Wrong,2027-12-24,2027-12-01\n"
    run = upload(client, "school_holidays", text)
    assert not SchoolHoliday.objects.exists()
    assert take(client, run).rejected == 1
    assert SchoolHoliday.objects.get().region == "DE-BY"
    assert b"DE-BY,Summer,2027-08-02,2027-09-13" in client.get("/settings/school_holidays.csv").getvalue()
    take(client, run, "take-back")
    assert not SchoolHoliday.objects.exists()


def test_opening_balances_are_tried_out_taken_once_and_taken_back(cast: Cast, browser: Browser) -> None:
    leave.kind()
    client = browser(cast.administrator)
    text = (
        "email,kind,year,hours,until\n"
        f"{cast.member.email},holiday,2027,96:30,\n"
        f"{cast.member.email},holiday,2026,16,2027-03-31\n"
        f"{cast.lead.email},nothing,2027,8,\n"
    )
    run = upload(client, "opening_balances", text)
    assert not LedgerEntry.objects.exists()
    assert take(client, run).rejected == 1
    assert leave.left(cast.member) == 96 * 60 + 30 + 16 * 60
    again = take(client, upload(client, "opening_balances", text))
    assert [line["action"] for line in again.report] == ["same", "same", "rejected"]
    take(client, run, "take-back")
    assert leave.left(cast.member) == 0


def test_an_opening_balance_that_was_used_stays(cast: Cast, browser: Browser) -> None:
    from teams.leave import services

    leave.kind()
    client = browser(cast.administrator)
    year = leave.MONDAY.year
    run = upload(client, "opening_balances", f"email,kind,year,hours\n{cast.member.email},holiday,{year},16\n")
    take(client, run)
    services.request_leave(by=cast.member, member=cast.member, kind=leave.kind(), asked=leave.days())
    assert client.post(f"/settings/imports/{run.pk}/take-back/").status_code == 409
    assert leave.left(cast.member) == 480


def test_a_persons_leave_is_corrected_with_a_reason_that_they_read(cast: Cast, browser: Browser) -> None:
    leave.kind()
    client, person = browser(cast.administrator), f"/settings/people/{cast.member.pk}/leave/"
    due = {"kind": leave.kind().pk, "year": YEAR, "days": "32"}
    assert client.post(f"{person}due/", due).status_code == 303
    assert leave.left(cast.member) == 32 * 480
    line = {"kind": leave.kind().pk, "year": YEAR, "minutes": "−7:30", "reason": "counted twice"}
    assert client.post(f"{person}correct/", line).status_code == 303
    assert leave.left(cast.member) == 32 * 480 - 450
    assert client.post(f"{person}correct/", line | {"minutes": "-900"}).status_code == 409
    assert client.post(f"{person}correct/", line | {"minutes": "much"}).status_code == 422
    assert client.post(f"{person}time/", {"on": f"{YEAR}-05-04", "minutes": "1.5", "reason": "fair"}).status_code == 303
    assert TimeEntry.objects.get().minutes == 90
    page = client.get(person).content.decode()
    assert "counted twice" in page
    assert "fair" in page


def test_an_administrator_writes_parental_leave_and_takes_it_back(cast: Cast, browser: Browser) -> None:
    parental = leave.kind("parental", from_balance=False, by_members=False, carry_months=0, days_a_year=0)
    client, person = browser(cast.administrator), f"/settings/people/{cast.member.pk}/leave/"
    last = leave.MONDAY + dt.timedelta(days=60)
    written = {"kind": parental.pk, "first": leave.MONDAY.isoformat(), "last": last.isoformat()}
    assert client.post(f"{person}write/", written).status_code == 303
    assert LeaveDay.objects.filter(member=cast.member, state="granted").count() == 61
    request = cast.member.leave_requests.get()
    client.post(f"{person}{request.pk}/withdraw/")
    assert not LeaveDay.objects.filter(member=cast.member, state="granted").exists()


def test_only_administrators_open_what_is_kept_of_leave(cast: Cast, browser: Browser) -> None:
    for url in ("/settings/leave/", f"/settings/people/{cast.member.pk}/leave/"):
        assert browser(cast.lead).get(url).status_code == 403
        assert browser(cast.administrator).get(url).status_code == 200
