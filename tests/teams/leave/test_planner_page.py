"""The holiday planner as members, coaches and others see it, with htmx and without."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cxportal.core import periods
from teams.leave import services
from teams.leave.models import ExpiryNotice, HalfHoliday, LeaveKind, SchoolHoliday
from teams.people.models import User
from teams.pods.queries import home_members_on
from teams.scheduling.models import Absence
from tests.cast import Cast
from tests.factories import leave, people, pods, scheduling

pytestmark = pytest.mark.django_db

type Browser = Callable[..., Client]
YEAR = leave.MONDAY.year
FRIDAY = leave.MONDAY + dt.timedelta(days=4)


def path(cast: Cast, rest: str = "") -> str:
    return f"/p/{cast.isar.slug}/leave/{YEAR}/{rest}"


def typed(cast: Cast, first: dt.date = leave.MONDAY, last: dt.date = FRIDAY, **more: Any) -> dict[str, Any]:
    return {"first": first.isoformat(), "last": last.isoformat(), "kind": leave.kind().pk, **more}


def grant(member: User, first: int = 0, number: int = 1) -> None:
    leave.balance(member)
    services.request_leave(by=member, member=member, kind=leave.kind(), asked=leave.days(first, number))


def test_the_year_shows_how_many_are_away_and_what_is_mine(cast: Cast, browser: Browser) -> None:
    grant(cast.second_member, 0, 2)
    grant(cast.member)
    SchoolHoliday.objects.create(region="DE-BY", name="Spring break", first=leave.MONDAY, last=FRIDAY)
    page = browser(cast.member).get(path(cast)).content.decode()
    assert 'aria-label="' + leave.MONDAY.strftime("%A") in page
    assert "2 people away, Spring break, yours" in page
    assert page.count('class="sch mine"') == 1
    assert "at most 3 of" in page


def test_a_try_out_says_what_the_request_would_answer_and_changes_nothing(cast: Cast, browser: Browser) -> None:
    pods.agreement(cast.isar, since=dt.datetime(2025, 1, 1, tzinfo=dt.UTC), leave_concurrency=1)
    grant(cast.second_member, 1)
    leave.balance(cast.member)
    client = browser(cast.member)
    whole = client.get(path(cast), typed(cast)).content.decode()
    assert "Take the 4 days that fit" in whole
    assert "Take them and wait for the 1" in whole
    assert "Bela is away" in whole
    assert leave.states(cast.member) == {}
    headers = {"HX-Request": "true", "HX-Target": "tryout"}
    part = client.get(path(cast), typed(cast), headers=headers).content.decode()
    assert part.lstrip().startswith('<div id="tryout"')
    assert 'id="year"' in part
    assert 'hx-swap-oob="true"' in part
    assert part.count('class="ask"') >= 4


def test_days_are_asked_for_without_javascript(cast: Cast, browser: Browser) -> None:
    leave.balance(cast.member)
    answer = browser(cast.member).post(path(cast, "ask"), typed(cast), follow=True)
    assert "5 days are granted." in answer.content.decode()
    assert set(leave.states(cast.member).values()) == {"granted"}
    assert "Take back" in answer.content.decode()


def test_a_week_that_is_left_out_is_not_asked_for(cast: Cast, browser: Browser) -> None:
    leave.balance(cast.member)
    second = leave.MONDAY + dt.timedelta(days=7)
    label = "{}-W{:02d}".format(*second.isocalendar()[:2])
    last = leave.MONDAY + dt.timedelta(days=18)
    browser(cast.member).post(path(cast, "ask"), typed(cast, last=last, out=label))
    asked = [day for day, state in leave.states(cast.member).items() if state == "granted"]
    assert not any(second <= day < second + dt.timedelta(days=7) for day in asked)
    assert leave.left(cast.member) == 20 * 480


def test_a_part_of_a_day_needs_both_times_on_one_day(cast: Cast, browser: Browser) -> None:
    leave.balance(cast.member)
    client = browser(cast.member)
    assert client.post(path(cast, "ask"), typed(cast, begins="12:00")).status_code == 422
    assert client.post(path(cast, "ask"), typed(cast, begins="12:00", ends="16:00")).status_code == 422
    one = typed(cast, last=leave.MONDAY, begins="12:00", ends="16:00")
    assert client.post(path(cast, "ask"), one).status_code == 303
    assert leave.left(cast.member) == 30 * 480 - 240


def test_a_refusal_names_the_reason_and_the_numbers(cast: Cast, browser: Browser) -> None:
    leave.balance(cast.member, 100)
    answer = browser(cast.member).post(path(cast, "ask"), typed(cast))
    assert answer.status_code == 409
    assert "The day costs 8 h; 1 h 40 are left for it." in answer.content.decode()


def test_taking_back_a_part_of_a_request_keeps_the_rest(cast: Cast, browser: Browser) -> None:
    grant(cast.member, 0, 5)
    request = cast.member.leave_requests.get()
    url = f"/p/{cast.isar.slug}/leave/requests/{request.pk}/withdraw"
    on = leave.MONDAY.isoformat()
    answer = browser(cast.member).post(url, {"first": on, "last": on}, follow=True)
    assert "1 day is taken back." in answer.content.decode()
    assert leave.left(cast.member) == 26 * 480
    again = browser(cast.member).post(url, {"first": on, "last": on}, follow=True)
    assert "It was taken back before." in again.content.decode()


def test_the_pod_sees_who_is_away_and_never_of_which_kind(cast: Cast, browser: Browser) -> None:
    secret = leave.kind("bereavement", name="Bereavement leave", from_balance=False, carry_months=0, days_a_year=0)
    services.request_leave(by=cast.member, member=cast.member, kind=secret, asked=leave.days())
    # Not offered to anybody any more, so that the word can come from nowhere else.
    LeaveKind.objects.filter(pk=secret.pk).update(retired_at=secret.requests.get().asked_at)
    for viewer in (cast.second_member, cast.coach, cast.guest):
        client = browser(viewer)
        for url in (
            path(cast),
            path(cast, "table/"),
            f"/p/{cast.isar.slug}/leave/days/{leave.MONDAY.isoformat()}/",
        ):
            answer = client.get(url)
            assert answer.status_code == 200, url
            assert cast.member.name in answer.content.decode() or "days" not in url
            body = answer.content.decode()
            assert "Bereavement" not in body, url
    own = browser(cast.member).get(path(cast)).content.decode()
    assert "Bereavement leave, 1 day, granted" in own


def test_a_lead_and_a_stranger_do_not_see_the_planner(cast: Cast, browser: Browser) -> None:
    grant(cast.member)
    assert browser(cast.operations_lead).get(path(cast)).status_code == 403
    assert browser(cast.stranger).get(path(cast)).status_code == 404
    assert browser(cast.other_member).get(path(cast)).status_code == 404


def test_a_coach_and_a_guest_read_and_are_told_where_they_ask(cast: Cast, browser: Browser) -> None:
    leave.kind()
    for viewer, words in ((cast.coach, "You read this as the pod’s coach."), (cast.guest, "You are a guest here.")):
        page = browser(viewer).get(path(cast)).content.decode()
        assert words in page
        assert "Try it out" not in page


def test_the_wait_list_is_shown_with_ones_place(cast: Cast, browser: Browser) -> None:
    pods.agreement(cast.isar, since=dt.datetime(2025, 1, 1, tzinfo=dt.UTC), leave_concurrency=1)
    grant(cast.second_member)
    leave.balance(cast.member)
    services.request_leave(by=cast.member, member=cast.member, kind=leave.kind(), asked=leave.days(), wait=True)
    page = browser(cast.member).get(path(cast)).content.decode()
    assert "waiting, place 1" in page
    day = browser(cast.lead).get(f"/p/{cast.isar.slug}/leave/days/{leave.MONDAY.isoformat()}/").content.decode()
    assert "waits, place 1" in day


def test_the_account_lists_every_line_to_the_member_alone(cast: Cast, browser: Browser) -> None:
    grant(cast.member, 0, 5)
    page = browser(cast.member).get("/leave/").content.decode()
    assert "−5" in page
    assert "25" in page
    assert "−5" not in browser(cast.second_member).get("/leave/").content.decode()


def count(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


def test_the_year_asks_the_same_number_of_questions_for_one_and_for_many(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    grant(cast.member)
    few = count(client, path(cast))
    for n in range(6):
        grant(people.member(cast.isar, f"Many {n}"), 7 + n, 3)
    assert count(client, path(cast)) == few
    assert few <= 26


def test_an_absence_of_leave_is_shown_as_away_on_the_week(cast: Cast, browser: Browser) -> None:
    grant(cast.member, 0, 5)
    assert Absence.objects.filter(member=cast.member, kind="leave").count() == 5
    week = "{}-W{:02d}".format(*leave.MONDAY.isocalendar()[:2])
    answer = browser(cast.second_member).get(f"/p/{cast.isar.slug}/week/{week}/")
    assert answer.status_code == 200
    assert "holiday" not in answer.content.decode().lower().replace("holidays", "")


def test_what_lapses_is_named_with_weeks_that_are_free_before(cast: Cast, browser: Browser) -> None:
    lapses = leave.MONDAY + dt.timedelta(days=60)
    kind = leave.kind()
    leave.balance(cast.member, 4 * 480, year=YEAR - 1, until=lapses)
    told = lapses - dt.timedelta(days=120)
    ExpiryNotice.objects.create(
        member=cast.member, kind=kind, year=YEAR - 1, lapses_on=lapses, minutes=4 * 480, told_on=told
    )
    page = browser(cast.member).get(path(cast)).content.decode()
    assert "4 of these days lapse after" in page
    assert "Free before:" in page
    assert page.count("&amp;last=") == 2


def test_half_a_holiday_is_named_on_its_day(cast: Cast, browser: Browser) -> None:
    HalfHoliday.objects.create(name="Christmas Eve", region="DE", month=12, day=24)
    HalfHoliday.objects.create(name="Leap day", region="", month=2, day=29)
    page = browser(cast.member).get(path(cast)).content.decode()
    assert f"24 December {YEAR}: nobody away, Christmas Eve, half a holiday" in page


def test_weeks_that_are_shared_out_already_are_named_on_the_form(cast: Cast, browser: Browser) -> None:
    leave.peak(cast.isar)
    far = dt.datetime.now(dt.UTC) + dt.timedelta(days=5)
    sent = {
        "name": "Again", "first": leave.MONDAY, "last": FRIDAY, "rounds": 1, "opens_at_day": far.date(),
        "opens_at_time": "9", "free_at_day": far.date() + dt.timedelta(days=9), "free_at_time": "9",
    }  # fmt: skip
    answer = browser(cast.member).post(f"/p/{cast.isar.slug}/leave/peaks/new/", sent)
    assert answer.status_code == 422
    assert "Some of these days are being shared out already." in answer.content.decode()


@pytest.mark.parametrize("year", [0, 1, 9999, 99999])
def test_a_year_that_nobody_plans_is_not_found(cast: Cast, browser: Browser, year: int) -> None:
    client = browser(cast.member)
    leave.kind()
    base = f"/p/{cast.isar.slug}/leave/"
    assert client.get(f"{base}{year}/").status_code == 404
    assert client.get(f"{base}{year}/table/").status_code == 404
    assert client.post(f"{base}{year}/ask", {"first": "x"}).status_code == 404
    assert client.get(f"{base}days/{year:04d}-12-31/").status_code == 404


def test_a_day_at_a_calendars_end_marks_its_field(cast: Cast, browser: Browser) -> None:
    client, ends = browser(cast.member), dt.date(9999, 12, 31)
    assert client.post(path(cast, "ask"), typed(cast, ends, ends)).status_code == 422
    assert client.get(path(cast), typed(cast, ends, ends)).status_code == 200
    typed_peak = {"name": "Far", "first": "9999-12-30", "last": "9999-12-31", "rounds": 1}
    assert client.post(f"/p/{cast.isar.slug}/leave/peaks/new/", typed_peak).status_code == 422
    grant(cast.member)
    url = f"/p/{cast.isar.slug}/leave/requests/{cast.member.leave_requests.get().pk}/withdraw"
    assert client.post(url, {"first": "9999-12-30", "last": "9999-12-31"}).status_code == 404


def test_a_day_leads_to_its_plan_only_where_leave_can_be_asked_for(cast: Cast, browser: Browser) -> None:
    url = f"/p/{cast.isar.slug}/leave/days/{leave.MONDAY.isoformat()}/"
    plan = f"?first={leave.MONDAY.isoformat()}&amp;last={leave.MONDAY.isoformat()}"
    for headers in ({}, {"HX-Request": "true", "HX-Target": "dialogs"}):
        assert plan in browser(cast.member).get(url, headers=headers).content.decode()
        for viewer in (cast.coach, cast.guest):
            assert plan not in browser(viewer).get(url, headers=headers).content.decode()


def test_the_button_names_what_it_takes_and_a_part_costs_its_hours(cast: Cast, browser: Browser) -> None:
    leave.balance(cast.member)
    client = browser(cast.member)
    assert "Take these 5 days" in client.get(path(cast), typed(cast)).content.decode()
    part = client.get(path(cast), typed(cast, last=leave.MONDAY, begins="12:00", ends="16:00")).content.decode()
    assert f"Take Mon {leave.MONDAY.day} " in part
    assert ", 12:00–16:00</button>" in part
    assert "<dd>half a day, 4 h</dd>" in part
    hour = client.get(path(cast), typed(cast, last=leave.MONDAY, begins="12:00", ends="13:00")).content.decode()
    assert "<dd>1 h</dd>" in hour


def test_a_weekend_says_why_nothing_of_it_is_asked_for(cast: Cast, browser: Browser) -> None:
    leave.balance(cast.member)
    saturday, sunday = leave.MONDAY + dt.timedelta(days=5), leave.MONDAY + dt.timedelta(days=6)
    page = browser(cast.member).get(path(cast), typed(cast, saturday, sunday)).content.decode()
    assert "You do not work on these days." in page
    assert "Nothing of it can be asked for now" not in page


def test_the_week_counts_members_as_the_holidays_do_and_guests_beside(cast: Cast, browser: Browser) -> None:
    scheduling.seated(cast.guest, scheduling.shift(cast.isar, 1))
    week = periods.week_label(scheduling.MONDAY)
    home = home_members_on(cast.isar, scheduling.MONDAY).count()
    assert f"{home} members, 1 guest" in browser(cast.member).get(f"/p/isar/week/{week}/").content.decode()
    year = browser(cast.member).get("/p/isar/leave/", follow=True).content.decode()
    assert f"Isar, {home_members_on(cast.isar, periods.now().date()).count()} members" in year
    assert f"of {home}," in year or f"of {home}<" in year
