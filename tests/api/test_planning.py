"""Planning over the API: patterns, weeks, shifts, coverage and gaps, by the rules of the pages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cxportal.core.periods import HOUR, week_label
from teams.notifications.models import Notice
from teams.scheduling.models import Assignment, Shift, ShiftPattern, Week
from tests.cast import Cast
from tests.factories import people, pods, scheduling
from tests.factories.scheduling import MONDAY

WEEK = week_label(MONDAY)
JSON = "application/json"


def body(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.content)
    return found


def post(client: Any, path: str, **sent: Any) -> Any:
    return client.post(f"/api/v1/{path}", sent, content_type=JSON)


def put(client: Any, path: str, **sent: Any) -> Any:
    return client.put(f"/api/v1/{path}", sent, content_type=JSON)


def pattern(cast: Cast, **more: Any) -> dict[str, Any]:
    scheduling.activity()
    parts = [{"activity": "phone", "start": 0, "end": 240}, {"activity": "phone", "start": 270, "end": 480}]
    usual = {"name": "Early", "starts": "07:00", "ends": "15:00", "weekdays": [1, 2], "seats": 2, "parts": parts}
    return {"pod": cast.isar.slug, **usual, **more}


def codes(response: Any) -> set[str]:
    assert response.status_code == 409, response.content
    return {each["code"] for each in body(response)["violations"]}


# --- patterns -------------------------------------------------------------------------------------


def test_a_pattern_is_written_read_changed_and_retired(cast: Cast, caller) -> None:
    mine = caller(cast.member)
    made = post(mine, "patterns/", **pattern(cast))
    assert made.status_code == 201
    told = body(made)
    assert (told["starts"], told["zone"], told["weekdays"]) == ("07:00", cast.isar.zone, [1, 2])
    (listed,) = body(mine.get("/api/v1/patterns/", {"pod": cast.isar.slug}))["items"]
    assert listed == told == body(mine.get(f"/api/v1/patterns/{told['id']}/"))
    sent = pattern(cast, seats=3)
    del sent["pod"]
    changed = body(put(mine, f"patterns/{told['id']}/", **sent))
    assert (changed["pattern"]["seats"], changed["followed"]) == (3, 0)
    for _time in range(2):
        assert body(post(mine, f"patterns/{told['id']}/retire/"))["retired_at"]
    assert body(mine.get("/api/v1/patterns/", {"pod": cast.isar.slug}))["items"] == []
    assert len(body(mine.get("/api/v1/patterns/", {"pod": cast.isar.slug, "retired": "true"}))["items"]) == 1
    assert put(mine, f"patterns/{told['id']}/", **sent).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekdays": []},
        {"weekdays": [8]},
        {"zone": "Mars/Olympus"},
        {"starts": "25:00"},
        {"skill": "flying"},
        {"parts": []},
        {"parts": [{"activity": "juggling", "start": 0, "end": 60}]},
        {"parts": [{"activity": "phone", "start": 0, "end": 481}]},
        {"parts": [{"activity": "phone", "start": 0, "end": 60}, {"activity": "chat", "start": 30, "end": 90}]},
    ],
)
def test_a_pattern_that_does_not_fit_is_422(cast: Cast, caller, wrong: dict[str, Any]) -> None:
    assert post(caller(cast.member), "patterns/", **pattern(cast, **wrong)).status_code == 422
    assert not ShiftPattern.objects.exists()


def test_a_name_that_is_taken_is_409(cast: Cast, caller) -> None:
    mine = caller(cast.member)
    post(mine, "patterns/", **pattern(cast))
    assert codes(post(mine, "patterns/", **pattern(cast))) == {"name_taken"}


def test_made_weeks_follow_a_pattern_when_asked(cast: Cast, caller) -> None:
    mine = caller(cast.member)
    told = body(post(mine, "patterns/", **pattern(cast)))
    post(mine, "weeks/", pod=cast.isar.slug, week=WEEK)
    sent = pattern(cast, seats=3, replan=True)
    del sent["pod"]
    assert body(put(mine, f"patterns/{told['id']}/", **sent))["followed"] == 2
    assert {shift.seats.count() for shift in Shift.objects.all()} == {3}


# --- weeks ----------------------------------------------------------------------------------------


def test_a_week_is_made_opened_taken_back_and_copied(cast: Cast, caller) -> None:
    mine = caller(cast.member)
    assert codes(post(mine, "weeks/", pod=cast.isar.slug, week=WEEK)) == {"no_patterns"}
    scheduling.pattern(cast.isar)
    week = body(post(mine, "weeks/", pod=cast.isar.slug, week=WEEK))
    assert (week["week"], week["state"], week["shifts"], week["assignments"]) == (WEEK, "draft", 5, 0)
    assert body(post(mine, "weeks/", pod=cast.isar.slug, week=WEEK)) == week
    assert body(post(mine, f"weeks/{week['id']}/open/"))["state"] == "open"
    assert body(post(mine, f"weeks/{week['id']}/undo-opening/"))["state"] == "draft"
    to = week_label(MONDAY.replace(year=MONDAY.year + 1))
    copied = body(post(mine, f"weeks/{week['id']}/copy/", to=to))
    assert (copied["week"], copied["shifts"]) == (to, 5)
    assert codes(post(mine, f"weeks/{week['id']}/copy/", to=to)) == {"week_exists"}
    listed = body(mine.get("/api/v1/weeks/", {"pod": cast.isar.slug}))["items"]
    assert [each["week"] for each in listed] == [WEEK, to]
    assert post(mine, "weeks/", pod=cast.isar.slug, week="2027-99").status_code == 422


def test_an_opening_stands_after_the_first_claim(cast: Cast, caller) -> None:
    shift, mine = scheduling.shift(cast.isar, state="draft"), caller(cast.member)
    post(mine, f"weeks/{shift.week_id}/open/")
    post(mine, f"shifts/{shift.pk}/claim/")
    assert codes(post(mine, f"weeks/{shift.week_id}/undo-opening/")) == {"built_on"}


# --- shifts ---------------------------------------------------------------------------------------


def added(cast: Cast, client: Any, **more: Any) -> Any:
    span = scheduling.span(cast.isar, 1, "08:00", "12:00")
    scheduling.activity()
    sent = {"pod": cast.isar.slug, "start": span.start.isoformat(), "end": span.end.isoformat()}
    return post(client, "shifts/", **{**sent, "parts": [{"activity": "phone"}], **more})


def test_a_shift_is_added_moved_split_changed_cancelled_and_each_taken_back(cast: Cast, caller) -> None:
    mine = caller(cast.member)
    made = added(cast, mine, seats=2)
    assert made.status_code == 201
    pk = body(made)["id"]
    assert [len(body(made)["seats"]), body(made)["parts"][0]["activity"]] == [2, "phone"]
    span = Shift.objects.get(pk=pk).span
    moved = body(post(mine, f"shifts/{pk}/move/", start=span.start.isoformat(), end=(span.end + HOUR).isoformat()))
    assert Shift.objects.get(pk=pk).span.end == span.end + HOUR
    assert body(post(mine, f"acts/{moved['undo']}/undo/"))["undone_at"]
    assert Shift.objects.get(pk=pk).span == span
    at = (span.start + HOUR).isoformat()
    cut = body(post(mine, f"shifts/{pk}/split/", at=at))
    assert len(cut["shifts"]) == 2
    again = body(post(mine, f"shifts/{pk}/split/", at=at))
    assert ([each["id"] for each in again["shifts"]], again["undo"]) == ([each["id"] for each in cut["shifts"]], None)
    post(mine, f"acts/{cut['undo']}/undo/")
    other = body(post(mine, f"shifts/{pk}/parts/", parts=[{"activity": "chat"}]))
    assert [part["activity"] for part in other["shifts"][0]["parts"]] == ["chat"]
    assert body(post(mine, f"shifts/{pk}/parts/", parts=[{"activity": "chat"}]))["undo"] is None
    gone = body(post(mine, f"shifts/{pk}/cancel/"))
    assert gone["shifts"] == []
    assert gone["undo"]
    assert body(post(mine, f"shifts/{pk}/cancel/")) == {"shifts": [], "undo": None}
    kinds = [act["kind"] for act in body(mine.get("/api/v1/acts/"))["items"]]
    assert kinds == ["cancel", "parts", "split", "move"]


def test_a_shift_that_does_not_fit_is_422(cast: Cast, caller) -> None:
    mine, span = caller(cast.member), scheduling.span(cast.isar, 1, "08:00", "12:00")
    wrong: dict[str, Any]
    for wrong in (
        {"end": span.start.isoformat()},
        {"end": (span.start + 25 * HOUR).isoformat()},
        {"parts": []},
        {"parts": [{"activity": "juggling"}]},
        {"parts": [{"activity": "phone"}, {"activity": "chat"}]},
        {"skill": "flying"},
        {"seats": 0},
    ):
        assert added(cast, mine, **wrong).status_code == 422, wrong
    assert not Shift.objects.exists()


def test_a_shift_of_a_fixed_week_that_others_claimed_does_not_move(cast: Cast, caller) -> None:
    shift = scheduling.shift(cast.isar, state="fixed")
    scheduling.seated(cast.second_member, shift)
    span = shift.span
    sent = {"start": (span.start + HOUR).isoformat(), "end": (span.end + HOUR).isoformat()}
    assert codes(post(caller(cast.member), f"shifts/{shift.pk}/move/", **sent)) == {"week_fixed"}


@pytest.mark.parametrize("verb", ["move", "split", "parts", "cancel"])
def test_coaches_read_strangers_find_nothing_and_readers_tokens_change_nothing(cast: Cast, caller, verb: str) -> None:
    shift = scheduling.shift(cast.isar)
    path = f"shifts/{shift.pk}/{verb}/"
    assert post(caller(cast.coach), path).status_code == 403
    assert post(caller(cast.member, "shifts:read"), path).status_code == 403
    assert post(caller(cast.other_member), path).status_code == 404


def test_an_act_of_somebody_else_is_404(cast: Cast, caller) -> None:
    shift = scheduling.shift(cast.isar)
    undo = body(post(caller(cast.member), f"shifts/{shift.pk}/claim/"))["undo"]
    assert post(caller(cast.second_member), f"acts/{undo}/undo/").status_code == 404
    assert body(post(caller(cast.member), f"acts/{undo}/undo/"))["undone_at"]
    assert not Assignment.objects.exists()


def test_an_opening_is_an_act_that_is_taken_back(cast: Cast, caller) -> None:
    shift, mine = scheduling.shift(cast.isar, state="draft"), caller(cast.member)
    post(mine, f"weeks/{shift.week_id}/open/")
    (act,) = body(mine.get("/api/v1/acts/"))["items"]
    assert body(post(mine, f"acts/{act['id']}/undo/"))["undone_at"]
    assert Week.objects.get().opens_at == Week.objects.get().planned_opens_at


# --- coverage -------------------------------------------------------------------------------------

FLOOR = [{"activity": "phone", "weekdays": [1, 2, 3, 4, 5], "start": "08:00", "end": "12:00", "people": 2}]


def floored(cast: Cast) -> None:
    scheduling.activity()
    pods.agreement(cast.isar, since=pods.LONG_AGO.replace(year=2025), coverage_floor=FLOOR)


def coverage(client: Any, cast: Cast, **more: Any) -> Any:
    return client.get("/api/v1/coverage/", {"pod": cast.isar.slug, "first": MONDAY.isoformat(), **more})


def test_coverage_tells_need_have_and_floor_by_interval(cast: Cast, caller) -> None:
    floored(cast)
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 0, "08:00", "10:00"))
    told = body(coverage(caller(cast.operations_lead), cast, last=MONDAY.isoformat()))
    (day,) = told["days"]
    rows = [(e["need"], e["have"], e["floor"]) for e in day["intervals"]]
    assert rows == [(0, 0, 0), (2, 1, 2), (2, 0, 2), (0, 0, 0)]
    assert day["short_minutes"] == 120 + 240
    assert day["intervals"][2]["short"] == [{"activity": "phone", "people": 2}]
    assert cast.member.name not in json.dumps(told)


@pytest.mark.parametrize("more", [{"last": "1999-01-01"}, {"last": "2199-01-01"}, {"first": "9999-12-31"}, {"pod": ""}])
def test_days_of_coverage_that_do_not_fit_are_422(cast: Cast, caller, more: dict[str, str]) -> None:
    assert coverage(caller(cast.member), cast, **more).status_code == 422


def soon(cast: Cast) -> dict[str, Any]:
    """A gap of the coming days, as the board shows it."""
    floored(cast)
    return {"pod": cast.isar.slug}


def test_gaps_name_who_could_cover_inside_the_pod_alone(cast: Cast, caller) -> None:
    asked = soon(cast)
    gap = body(caller(cast.member).get("/api/v1/gaps/", asked))["gaps"][0]
    assert (gap["people"], gap["activity"]) == (2, "phone")
    assert {each["name"] for each in gap["able"]} >= {cast.second_member.name}
    outside = body(caller(cast.operations_lead).get("/api/v1/gaps/", asked))["gaps"][0]
    assert (outside["number_able"], outside["able"], outside["others"]) == (gap["number_able"], [], "")
    assert caller(cast.other_member).get("/api/v1/gaps/", asked).status_code == 404


def test_who_could_cover_a_gap_is_asked_once_a_day(cast: Cast, caller) -> None:
    asked, mine = soon(cast), caller(cast.member)
    gap = body(mine.get("/api/v1/gaps/", asked))["gaps"][0]
    sent = {**asked, "gap": gap["key"], "members": [cast.second_member.pk]}
    assert [body(post(mine, "gaps/ask/", **sent))["asked"] for _time in range(2)] == [1, 0]
    assert Notice.objects.get(kind="gap_asked").recipient == cast.second_member
    assert codes(post(mine, "gaps/ask/", **{**sent, "gap": "1-1"})) == {"gap_closed"}
    assert post(caller(cast.coach), "gaps/ask/", **sent).status_code == 403


# --- queries --------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
def test_lists_take_as_many_queries_for_three_as_for_one(
    cast: Cast, caller, django_assert_max_num_queries, number: int
) -> None:
    for n in range(number):
        scheduling.pattern(cast.isar, f"P{n}")
        scheduling.seated(cast.member, scheduling.shift(cast.isar, n))
        people.member(cast.isar)
    mine, first = caller(cast.member), {"pod": cast.isar.slug}
    days = {**first, "first": MONDAY.isoformat()}
    for path, asked in (("patterns", first), ("weeks", first), ("acts", {}), ("coverage", days), ("gaps", first)):
        mine.get(f"/api/v1/{path}/", asked)
        with django_assert_max_num_queries(8):
            assert mine.get(f"/api/v1/{path}/", asked).status_code == 200
