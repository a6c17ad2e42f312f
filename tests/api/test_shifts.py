"""Shifts over the API: the page's rules, numbers and refusals as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cast import Cast
from tests.factories import scheduling


def body(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.content)
    return found


def listed(client, pod, **more) -> dict[str, Any]:
    first = scheduling.MONDAY.isoformat()
    return body(client.get("/api/v1/shifts/", {"pod": pod.slug, "first": first, **more}))


def test_a_week_is_listed_with_seats_and_who_sits_there(cast: Cast, caller) -> None:
    shift = scheduling.shift(cast.isar, seats=2)
    scheduling.seated(cast.second_member, shift)
    (item,) = listed(caller(cast.member), cast.isar)["items"]
    assert item["pod"] == cast.isar.slug
    assert [part["activity"] for part in item["parts"]] == ["phone"]
    assert [[taken["member"]["name"] for taken in seat["taken"]] for seat in item["seats"]] == [
        [cast.second_member.name],
        [],
    ]


def test_a_claim_takes_the_seat_and_tells_its_effect(cast: Cast, caller) -> None:
    shift = scheduling.shift(cast.isar)
    answer = caller(cast.member).post(f"/api/v1/shifts/{shift.pk}/claim/", {}, content_type="application/json")
    assert answer.status_code == 200
    told = body(answer)
    assert told["repeat"] is False
    assert told["effect"]["week_minutes_after"] - told["effect"]["week_minutes_before"] == 480
    assert shift.assignments.get().member == cast.member


def test_the_same_claim_again_answers_200_and_changes_nothing(cast: Cast, caller) -> None:
    shift, mine = scheduling.shift(cast.isar, seats=2), caller(cast.member)
    for _time in range(2):
        answer = mine.post(f"/api/v1/shifts/{shift.pk}/claim/", {}, content_type="application/json")
        assert answer.status_code == 200
    assert body(answer)["repeat"] is True
    assert shift.assignments.count() == 1


def test_a_taken_seat_is_409_and_says_who_was_faster(cast: Cast, caller) -> None:
    shift = scheduling.shift(cast.isar)
    scheduling.seated(cast.second_member, shift)
    answer = caller(cast.member).post(f"/api/v1/shifts/{shift.pk}/claim/", {}, content_type="application/json")
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    (violation,) = body(answer)["violations"]
    assert violation["code"] == "seat_taken"
    assert cast.second_member.name in violation["message"]


def test_a_broken_rest_is_409_with_its_numbers(cast: Cast, caller) -> None:
    late, early = scheduling.shift(cast.isar, 1, "13:00", "21:00"), scheduling.shift(cast.isar, 2, "06:00", "12:00")
    scheduling.seated(cast.member, late)
    answer = caller(cast.member).post(f"/api/v1/shifts/{early.pk}/claim/", {}, content_type="application/json")
    assert answer.status_code == 409
    assert "rest" in {violation["code"].split("_")[0] for violation in body(answer)["violations"]}


def test_giving_back_opens_the_seat_and_again_changes_nothing(cast: Cast, caller) -> None:
    shift, mine = scheduling.shift(cast.isar), caller(cast.member)
    scheduling.seated(cast.member, shift)
    first = body(mine.post(f"/api/v1/shifts/{shift.pk}/release/"))
    second = body(mine.post(f"/api/v1/shifts/{shift.pk}/release/"))
    assert (first["repeat"], second["repeat"]) == (False, True)
    assert not shift.assignments.exists()


@pytest.mark.parametrize("verb", ["", "claim/", "release/"])
def test_another_pods_shift_and_an_unknown_one_answer_alike(cast: Cast, caller, verb: str) -> None:
    shift, mine = scheduling.shift(cast.elbe), caller(cast.member)
    call = mine.post if verb else mine.get
    foreign, unknown = call(f"/api/v1/shifts/{shift.pk}/{verb}"), call(f"/api/v1/shifts/999999999/{verb}")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content


def test_a_coach_reads_and_may_not_claim(cast: Cast, caller) -> None:
    shift, coach = scheduling.shift(cast.isar), caller(cast.coach)
    assert coach.get(f"/api/v1/shifts/{shift.pk}/").status_code == 200
    answer = coach.post(f"/api/v1/shifts/{shift.pk}/claim/", {}, content_type="application/json")
    assert answer.status_code == 403
    assert body(answer)["detail"]


def test_a_token_that_reads_may_not_claim(cast: Cast, caller) -> None:
    shift = scheduling.shift(cast.isar)
    answer = caller(cast.member, "shifts:read").post(f"/api/v1/shifts/{shift.pk}/claim/")
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("{", 400),
        ("[]", 400),
        ("nul", 400),
        ('{"start": NaN}', 400),
        ("[" * 5000, 400),
        (b"\xff\xfe", 400),
        ('{"start": "2027-01-01T09:00:00Z"}', 422),
        ('{"start": "x", "end": "y"}', 422),
        ('{"start": "2027-01-01T10:00:00Z", "end": "2027-01-01T09:00:00Z"}', 422),
        ('{"seen_version": -1}', 422),
        ('{"seen_version": 1e400}', 422),
        ('{"seen_version": ' + "9" * 5000 + "}", 400),
    ],
)
def test_a_body_that_does_not_fit_is_told_so(cast: Cast, caller, sent: str | bytes, code: int) -> None:
    shift = scheduling.shift(cast.isar)
    answer = caller(cast.member).post(f"/api/v1/shifts/{shift.pk}/claim/", sent, content_type="application/json")
    assert answer.status_code == code
    assert answer["Content-Type"] == "application/problem+json"


def test_a_body_over_two_megabytes_is_413(cast: Cast, caller) -> None:
    shift = scheduling.shift(cast.isar)
    sent = '{"x": "' + "y" * (2 * 1024 * 1024) + '"}'
    answer = caller(cast.member).post(f"/api/v1/shifts/{shift.pk}/claim/", sent, content_type="application/json")
    assert answer.status_code == 413


def test_a_form_is_415(cast: Cast, caller) -> None:
    shift = scheduling.shift(cast.isar)
    assert caller(cast.member).post(f"/api/v1/shifts/{shift.pk}/claim/", {"a": "b"}).status_code == 415


@pytest.mark.parametrize(
    "more", [{"first": "x"}, {"last": "1999-01-01"}, {"last": "9999-12-31"}, {"first": "9999-12-31"}, {"pod": ""}]
)
def test_days_that_do_not_fit_are_422(cast: Cast, caller, more: dict[str, str]) -> None:
    answer = caller(cast.member).get("/api/v1/shifts/", {"pod": cast.isar.slug, **more})
    assert answer.status_code == 422


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_as_many_queries_for_three_shifts_as_for_one(
    cast: Cast, caller, django_assert_num_queries, number: int
) -> None:
    for day in range(number):
        scheduling.seated(cast.member, scheduling.shift(cast.isar, day, seats=2))
    mine = caller(cast.member)
    listed(mine, cast.isar)
    with django_assert_num_queries(7):
        listed(mine, cast.isar)
