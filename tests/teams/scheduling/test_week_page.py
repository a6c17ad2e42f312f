"""The week page: what each role sees, the acts without JavaScript, fragments for htmx, a constant number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cxportal.core import periods
from cxportal.core.periods import DAY, HOUR, local_date, week_label
from teams.scheduling import services
from teams.scheduling.models import Act, Assignment, GiveAway, Shift, ShiftPattern, Week
from teams.staffing.models import Activity, Requirement
from tests.cast import Cast
from tests.factories import people, pods, scheduling
from tests.factories.scheduling import MONDAY

type Browser = Callable[..., Client]
WEEK = week_label(MONDAY)
MOST_QUERIES = 10


def url(cast: Cast, path: str = "") -> str:
    return f"/p/{cast.isar.slug}/{path or f'week/{WEEK}/'}"


def test_a_member_sees_the_rows_the_heads_and_the_open_shifts_with_their_effect(cast: Cast, browser: Browser) -> None:
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 2))
    scheduling.shift(cast.isar, 1, "09:00", "17:00")
    page = browser(cast.member).get(url(cast)).content.decode()
    assert page.index(cast.member.name) < page.index(cast.second_member.name)
    assert "07–15" in page
    assert "Your week 0 → 8 of 40 h" in page
    assert "by need" in page
    assert 'aria-current="true"' in page


def test_a_blocked_shift_says_the_rule_its_numbers_and_whose_rule_it_is(cast: Cast, browser: Browser) -> None:
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 1, "14:00", "22:00").pk)
    scheduling.shift(cast.isar, 2)
    page = browser(cast.member).get(url(cast)).content.decode()
    assert "Not open to you." in page
    assert "would be 9 h, the pod agreed 11 h." in page
    assert "See what would work" in page


def test_on_a_phone_the_open_shifts_of_the_chosen_day_stand_before_those_of_other_days(
    cast: Cast, browser: Browser
) -> None:
    for day in (1, 3):
        scheduling.shift(cast.isar, day, "09:00", "17:00")
    for day, other in ((1, 3), (3, 1)):
        chosen = (MONDAY + day * DAY).isoformat()
        page = browser(cast.member).get(url(cast), {"day": chosen}).content.decode()
        daylist = page[page.index('id="daylist"') :]
        here, elsewhere = daylist.split("Open on other days")
        assert f'data-day="{chosen}"' in here
        assert f'data-day="{(MONDAY + other * DAY).isoformat()}"' not in here
        assert f'data-day="{chosen}"' not in elsewhere


def test_a_coach_reads_and_has_no_buttons(cast: Cast, browser: Browser) -> None:
    scheduling.shift(cast.isar)
    page = browser(cast.coach).get(url(cast))
    assert page.status_code == 200
    assert "/claim" not in page.content.decode()
    assert "Report absence" not in page.content.decode()


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("other_member", 404),
        ("stranger", 404),
        ("operations_lead", 403),
        ("other_operations_lead", 404),
        ("guest", 200),
    ],
)
def test_others_do_not_see_the_roster(cast: Cast, browser: Browser, role: str, status: int) -> None:
    scheduling.shift(cast.isar)
    assert browser(cast[role]).get(url(cast)).status_code == status


def test_another_pods_ids_in_an_address_are_not_found(cast: Cast, browser: Browser) -> None:
    shift = scheduling.shift(cast.elbe)
    client = browser(cast.member)
    assert client.get(url(cast, f"shifts/{shift.pk}/")).status_code == 404
    for verb in ("claim", "move", "cancel"):
        assert client.post(url(cast, f"shifts/{shift.pk}/{verb}")).status_code == 404
    held = scheduling.seated(cast.other_member, shift)
    offer = services.offer(by=cast.other_member, assignment=held.pk)
    assert client.post(url(cast, f"offers/{offer.pk}/take")).status_code == 404
    assert client.post(url(cast, f"assignments/{held.pk}/release")).status_code == 404
    assert Assignment.objects.get().member == cast.other_member


def test_a_week_that_is_none_is_not_found(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    for label in ("2026-W54", "2026-52", "now", "2026-W00", "٢٠٢٦-W05"):
        assert client.get(url(cast, f"week/{label}/")).status_code == 404


def test_claiming_and_giving_back_work_without_javascript(cast: Cast, browser: Browser) -> None:
    shift, client = scheduling.shift(cast.isar), browser(cast.member)
    answer = client.post(url(cast, f"shifts/{shift.pk}/claim"))
    assert (answer.status_code, answer["Location"]) == (303, url(cast))
    assert "You claimed" in client.get(url(cast)).content.decode()
    held = Assignment.objects.get()
    page = client.get(url(cast, f"shifts/{shift.pk}/")).content.decode()
    assert f"assignments/{held.pk}/release" in page
    assert client.post(url(cast, f"assignments/{held.pk}/release")).status_code == 303
    act = Act.objects.filter(kind="release").get()
    assert client.post(url(cast, f"acts/{act.pk}/undo")).status_code == 303
    assert Assignment.objects.get().member == cast.member


def test_a_double_click_answers_the_same_twice(cast: Cast, browser: Browser) -> None:
    shift, client = scheduling.shift(cast.isar), browser(cast.member)
    for _ in range(2):
        assert client.post(url(cast, f"shifts/{shift.pk}/claim"), headers={"HX-Request": "true"}).status_code == 200
    assert Assignment.objects.count() == 1


def test_a_refused_claim_is_a_409_with_what_would_work(cast: Cast, browser: Browser) -> None:
    services.claim(by=cast.member, shift=scheduling.shift(cast.isar, 2, "07:00", "13:00").pk)
    shift, client = scheduling.shift(cast.isar, 1, "17:30", "21:00"), browser(cast.member)
    for headers in ({}, {"HX-Request": "true"}):
        answer = client.post(url(cast, f"shifts/{shift.pk}/claim"), headers=headers)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "would be 10 h, the pod agreed 11 h." in page
        assert "Take 17:30–20:00 only" in page
        assert "Claim 2.5 h" in page
    assert answer["HX-Retarget"] == "#dialogs"
    start, end = (
        scheduling.span(cast.isar, 1, "17:30", "20:00").start,
        scheduling.span(cast.isar, 1, "17:30", "20:00").end,
    )
    part = {"start": start.isoformat(), "end": end.isoformat()}
    assert client.post(url(cast, f"shifts/{shift.pk}/claim"), part).status_code == 303
    assert Assignment.objects.filter(shift=shift).get().span.minutes == 150


def test_a_lost_race_brings_the_fresh_week_and_names_who_was_faster(cast: Cast, browser: Browser) -> None:
    shift, client = scheduling.shift(cast.isar), browser(cast.member)
    services.claim(by=cast.second_member, shift=shift.pk)
    answer = client.post(url(cast, f"shifts/{shift.pk}/claim"), headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"{cast.second_member.name} claimed" in page
    assert 'id="panel"' in page
    assert client.post(url(cast, f"shifts/{shift.pk}/claim")).status_code == 409


def test_htmx_gets_the_row_the_head_and_the_panel_alone(cast: Cast, browser: Browser) -> None:
    shift, client = scheduling.shift(cast.isar), browser(cast.member)
    scheduling.seated(cast.second_member, shift)
    ask = {"HX-Request": "true"}
    row = client.get(url(cast), headers={**ask, "HX-Target": f"row--{cast.second_member.pk}"}).content.decode()
    assert row.strip().startswith(f'<tr id="row--{cast.second_member.pk}"')
    assert cast.member.name not in row
    head = client.get(url(cast), headers={**ask, "HX-Target": f"head--{shift.day.isoformat()}"}).content.decode()
    assert head.strip().startswith('<th scope="col" id="head--')
    panel = client.get(url(cast), headers={**ask, "HX-Target": "panel"}).content.decode()
    assert panel.strip().startswith("<aside")
    gone = client.get(url(cast), headers={**ask, "HX-Target": f"row--{cast.stranger.pk}"})
    assert gone.content == b""


def test_an_act_brings_my_row_the_days_head_and_the_panel_out_of_band(cast: Cast, browser: Browser) -> None:
    shift = scheduling.shift(cast.isar, seats=2)
    scheduling.seated(cast.second_member, shift)
    answer = browser(cast.member).post(url(cast, f"shifts/{shift.pk}/claim"), headers={"HX-Request": "true"})
    page = answer.content.decode()
    for part in (f'id="row--{cast.member.pk}"', f'id="head--{shift.day.isoformat()}"', 'id="panel"', 'id="daylist"'):
        assert part in page
    assert page.count('hx-swap-oob="true"') == 4
    assert "You claimed" in page


def test_absence_shows_as_away_and_never_why(cast: Cast, browser: Browser) -> None:
    scheduling.shift(cast.isar)
    period = scheduling.span(cast.isar, 1, "00:00", "23:59")
    services.record_absence(by=cast.second_member, member=cast.second_member, period=period, kind="sick", note="flu")
    page = browser(cast.member).get(url(cast)).content.decode()
    assert "Away" in page
    assert "sick" not in page
    assert "flu" not in page


@pytest.mark.parametrize("others", [13, 60])
def test_the_number_of_queries_is_the_same_for_15_and_for_many_people(
    cast: Cast, browser: Browser, others: int
) -> None:
    for number in range(others):
        member = people.member(cast.isar, f"Member {number:03}")
        day = number % 5
        scheduling.seated(member, scheduling.shift(cast.isar, day, "08:00", "16:00", seats=2))
    client = browser(cast.member)
    client.get(url(cast))
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(url(cast))
    assert answer.status_code == 200
    assert len(seen) <= MOST_QUERIES, "\n".join(q["sql"][:150] for q in seen)


def test_a_week_is_made_opened_and_taken_back_by_the_buttons(cast: Cast, browser: Browser) -> None:
    scheduling.pattern(cast.isar)
    client = browser(cast.member)
    far = week_label(MONDAY + 70 * DAY)
    assert "Make it from the patterns" in client.get(url(cast, f"week/{far}/")).content.decode()
    assert client.post(url(cast, f"week/{far}/make")).status_code == 303
    page = client.get(url(cast, f"week/{far}/")).content.decode()
    assert "Draft, claims open" in page
    assert client.post(url(cast, f"week/{far}/open")).status_code == 303
    assert "Back to draft" in client.get(url(cast, f"week/{far}/")).content.decode()
    assert client.post(url(cast, f"week/{far}/open/undo")).status_code == 303
    assert Week.objects.get().state_at(dt.datetime.now(dt.UTC)) == "draft"


def test_an_offer_is_made_taken_and_shown(cast: Cast, browser: Browser) -> None:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar))
    scheduling.shift(cast.isar, 3)
    assert browser(cast.member).post(url(cast, f"assignments/{held.pk}/offer")).status_code == 303
    assert f"{cast.member.name} offers it" in browser(cast.second_member).get(url(cast)).content.decode()
    offer = GiveAway.objects.get()
    assert browser(cast.second_member).post(url(cast, f"offers/{offer.pk}/take")).status_code == 303
    assert Assignment.objects.get().member == cast.second_member


def test_a_shift_is_added_moved_and_cancelled_by_forms(cast: Cast, browser: Browser) -> None:
    client, phone = browser(cast.member), scheduling.activity()
    day = (MONDAY + DAY).isoformat()
    fields = {"day": day, "start": "09:00", "end": "17:00", "activity": phone.pk, "seats": 2}
    assert client.get(url(cast, f"week/{WEEK}/add")).status_code == 200
    assert client.post(url(cast, f"week/{WEEK}/add"), {**fields, "seats": 0}).status_code == 422
    assert client.post(url(cast, f"week/{WEEK}/add"), fields).status_code == 303
    shift = Shift.objects.get()
    assert [s.span.minutes for s in shift.segments.all()] == [240, 210]
    assert client.post(url(cast, f"shifts/{shift.pk}/move"), {"start": "10:00", "end": "18:00"}).status_code == 303
    shift.refresh_from_db()
    assert shift.span == scheduling.span(cast.isar, 1, "10:00", "18:00")
    assert client.post(url(cast, f"shifts/{shift.pk}/move"), {"start": "x", "end": "18:00"}).status_code == 422
    assert client.post(url(cast, f"shifts/{shift.pk}/cancel")).status_code == 303
    assert client.get(url(cast, f"shifts/{shift.pk}/")).status_code == 404


def test_an_absence_is_reported_and_ended_by_forms(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    day = MONDAY.isoformat()
    fields = {"kind": "sick", "first_day": day, "first_time": "8", "last_day": day, "last_time": "1800", "note": "flu"}
    assert client.get(url(cast, "absence/")).status_code == 200
    assert client.post(url(cast, "absence/"), {**fields, "last_time": "07:00"}).status_code == 422
    assert client.post(url(cast, "absence/"), fields).status_code == 303
    absence = cast.member.absences.get()
    assert absence.span == scheduling.span(cast.isar, 0, "08:00", "18:00")
    assert "flu" in client.get(url(cast, "absence/")).content.decode()
    assert client.post(url(cast, f"absence/{absence.pk}/end")).status_code == 303
    assert browser(cast.second_member).post(url(cast, f"absence/{absence.pk}/end")).status_code == 404


PATTERN = {
    "name": "Night", "starts": "22:00", "ends": "06:00", "weekdays": [1, 2, 6], "seats": 2, "clock_change": "keep_end",
    "from_0": "22:00", "to_0": "02:00", "from_1": "02:30", "to_1": "06:00",
}  # fmt: skip


def test_a_pattern_is_written_changed_and_retired_by_forms(cast: Cast, browser: Browser) -> None:
    client, phone = browser(cast.member), scheduling.activity().pk
    fields = {**PATTERN, "activity_0": phone, "activity_1": phone}
    assert client.get(url(cast, "patterns/new/")).status_code == 200
    assert client.post(url(cast, "patterns/new/"), fields).status_code == 303
    pattern = ShiftPattern.objects.get()
    assert [(s.start, s.end) for s in pattern.segments.all()] == [(0, 240), (270, 480)]
    assert "22:00–06:00" in client.get(url(cast, "patterns/")).content.decode()
    assert client.post(url(cast, "patterns/new/"), fields).status_code == 422
    assert client.post(url(cast, f"patterns/{pattern.pk}/"), {**fields, "seats": 3}).status_code == 303
    pattern.refresh_from_db()
    assert (pattern.seats, pattern.segments.count()) == (3, 2)
    assert client.post(url(cast, f"patterns/{pattern.pk}/retire")).status_code == 303
    assert client.get(url(cast, f"patterns/{pattern.pk}/")).status_code == 404


def test_an_activity_without_times_fills_the_whole_shift(cast: Cast, browser: Browser) -> None:
    fields = {name: value for name, value in PATTERN.items() if not name.startswith(("from_", "to_"))}
    client = browser(cast.member)
    assert "at least one activity" in client.post(url(cast, "patterns/new/"), fields).content.decode()
    assert client.post(url(cast, "patterns/new/"), fields | {"activity_0": scheduling.activity().pk}).status_code == 303
    assert [(s.start, s.end) for s in ShiftPattern.objects.get().segments.all()] == [(0, 480)]


def test_the_first_shift_of_a_company_finds_its_activities(cast: Cast, browser: Browser) -> None:
    Activity.objects.all().delete()
    page = browser(cast.member).get(url(cast, f"week/{WEEK}/add")).content.decode()
    assert "Phone" in page


def test_the_words_on_a_week_that_is_made_follow_its_state(cast: Cast, browser: Browser) -> None:
    fields = {**PATTERN, "activity_0": scheduling.activity().pk, "activity_1": scheduling.activity().pk}
    client = browser(cast.member)
    client.post(url(cast, "patterns/new/"), fields)
    this = week_label(local_date(periods.now(), cast.isar.tzinfo))
    later = week_label(local_date(periods.now(), cast.isar.tzinfo) + dt.timedelta(days=150))
    for week, words in ((this, "It is fixed already"), (later, "It is a draft until it opens")):
        page = client.post(url(cast, f"week/{week}/make"), follow=True)
        assert words in page.content.decode()


def test_a_pattern_that_the_clocks_would_swallow_is_refused_in_the_editor(cast: Cast, browser: Browser) -> None:
    fields = {**PATTERN, "starts": "02:00", "ends": "03:00", "weekdays": [7], "activity_0": scheduling.activity().pk}
    fields |= {"from_0": "02:00", "to_0": "03:00", "from_1": "", "to_1": ""}
    answer = browser(cast.member).post(url(cast, "patterns/new/"), fields)
    assert answer.status_code == 422
    assert "The clocks change on" in answer.content.decode()
    fields["clock_change"] = "keep_duration"
    assert browser(cast.member).post(url(cast, "patterns/new/"), fields).status_code == 303


def test_overlapping_and_outlying_activities_are_told_at_their_field(cast: Cast, browser: Browser) -> None:
    phone = scheduling.activity().pk
    fields = {**PATTERN, "activity_0": phone, "activity_1": phone, "from_1": "01:00", "to_1": "03:00"}
    assert "overlaps another activity" in browser(cast.member).post(url(cast, "patterns/new/"), fields).content.decode()
    fields |= {"from_1": "07:00", "to_1": "08:00"}
    assert "outside the shift" in browser(cast.member).post(url(cast, "patterns/new/"), fields).content.decode()


def test_the_requirement_is_typed_in_for_several_days(cast: Cast, browser: Browser) -> None:
    client, phone = browser(cast.member), scheduling.activity().pk
    fields = {"activity": phone, "people": 2, "start": "08:00", "end": "12:00", "weekdays": [1, 2]}
    assert client.get(url(cast, f"week/{WEEK}/requirement/")).status_code == 200
    assert client.post(url(cast, f"week/{WEEK}/requirement/"), fields).status_code == 303
    assert (
        client.post(url(cast, f"week/{WEEK}/requirement/"), {**fields, "start": "10:00", "people": 3}).status_code
        == 303
    )
    rows = [(r.people, r.period.lower.hour) for r in Requirement.objects.order_by("period")]
    assert len(rows) == 4
    assert [people for people, _ in rows] == [2, 3, 2, 3]
    assert (
        client.post(url(cast, f"week/{WEEK}/requirement/"), {**fields, "people": 0, "end": "14:00"}).status_code == 303
    )
    assert not Requirement.objects.exists()


def test_a_file_of_the_requirement_is_shown_before_it_is_written(cast: Cast, browser: Browser) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    scheduling.activity()
    lines = [
        "day;from;to;activity;people",
        f"{MONDAY};08:00;12:00;Phone;2",
        f"{MONDAY};09:00;10:00;phone;1",
        "2026-02-30;8;9;phone;1",
        "x;8;9;phone;1",
        f"{MONDAY};12:00;14:00;dancing;1",
        f"{MONDAY};12:00;25:00;chat;1",
        f"{MONDAY};12:00;14:00;chat;-1",
    ]
    text = "\n".join(lines) + "\n"
    client, address = browser(cast.member), url(cast, f"week/{WEEK}/requirement/import")
    look = client.post(address, {"look": "1", "file": SimpleUploadedFile("need.csv", text.encode())})
    page = look.content.decode()
    assert "1 line is right, 6 are not" in page
    assert "speaks of the same time already" in page
    assert "There is no activity “dancing”" in page
    assert not Requirement.objects.exists()
    assert client.post(address, {"text": text}).status_code == 303
    assert Requirement.objects.get().people == 2
    assert client.post(address, {"look": "1"}).status_code == 422


def test_a_page_older_than_the_agreement_names_the_change(cast: Cast, browser: Browser) -> None:
    shift = scheduling.shift(cast.isar)
    pods.agreement(cast.isar, since=dt.datetime.now(dt.UTC) - HOUR, day_minutes=300)
    answer = browser(cast.member).post(url(cast, f"shifts/{shift.pk}/claim"), {"seen": 1})
    assert answer.status_code == 409
    assert "version 2 is in force" in answer.content.decode()


def test_public_holidays_and_exceptions_of_opening_stand_in_the_head_of_their_day(cast: Cast, browser: Browser) -> None:
    from teams.pods.models import OpeningException

    christmas = dt.date(2027, 12, 25)
    scheduling.shift(cast.isar, christmas, state="draft")
    OpeningException.objects.create(pod=cast.isar, day=dt.date(2027, 12, 24), opens=480, closes=780, label="Short day")
    page = browser(cast.member).get(url(cast, f"week/{week_label(christmas)}/")).content.decode()
    assert "Christmas Day" in page
    assert "Short day" in page
