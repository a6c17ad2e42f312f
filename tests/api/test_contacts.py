"""Contacts over the API: taken in with their decision, reported on in any order, read by who may."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from customers.contacts.models import Contact, ContactEvent
from tests.cast import Cast, make_cast
from tests.factories import customers, routing
from tests.factories.routing import NOW, later

VERBS = ("accept", "take", "decline", "end", "resolve", "reopen", "abandon", "hand-over", "notes")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def body(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response.content)
    return found


def send(client, path: str, sent: dict[str, Any] | None = None, **headers: str):
    return client.post(f"/api/v1/contacts/{path}", sent or {}, content_type="application/json", headers=headers)


def call(client, cast: Cast, **about) -> dict[str, Any]:
    about = {"channel": "phone", "customer": customers.customer(cast.isar).pk} | about
    answer = send(client, "", about)
    assert answer.status_code == 201, answer.content
    return body(answer)


def test_a_contact_is_taken_in_and_answered_with_its_decision(cast: Cast, caller) -> None:
    routing.on_shift(cast.member, cast.isar)
    told = call(caller(cast.administrator), cast)
    assert told["state"] == "offered"
    assert told["decision"]["outcome"] == "offer"
    assert told["decision"]["person"] == cast.member.pk
    assert told["decision"]["trace"]


def test_a_member_takes_one_in_by_hand_and_reads_no_trace_of_others(cast: Cast, caller) -> None:
    assert "trace" not in call(caller(cast.member), cast)["decision"]


def test_taking_in_takes_at_most_eight_round_trips(cast: Cast, caller, django_assert_max_num_queries) -> None:
    routing.on_shift(cast.member, cast.isar)
    desk, who = caller(cast.administrator), customers.customer(cast.isar)
    call(desk, cast)
    sent = {"channel": "phone", "customer": who.pk}
    with django_assert_max_num_queries(10) as seen:  # BEGIN and COMMIT, here savepoints, are two of them
        assert send(desk, "", sent, **{"Idempotency-Key": "one"}).status_code == 201
    assert len([q for q in seen.captured_queries if "SAVEPOINT" not in q["sql"]]) <= 8


def test_the_whole_life_of_a_call_as_telephony_tells_it(cast: Cast, caller, clock) -> None:
    routing.on_shift(cast.member, cast.isar)
    desk, reason = caller(cast.administrator), customers.reason("Invoice unclear")
    told = call(desk, cast)
    whom = {"member": cast.member.pk}
    clock.move_to(later(400))
    for verb, at, more in (
        ("accept", 8, {}),
        ("end", 308, {}),
        ("resolve", 368, {"reason": reason.pk, "resolution": "Explained"}),
    ):
        answer = send(desk, f"{told['id']}/{verb}/", {**whom, "at": later(at).isoformat(), **more})
        assert answer.status_code == 200, answer.content
    contact = Contact.objects.get(pk=told["id"])
    assert (contact.state, contact.person, contact.reason) == ("resolved", cast.member, reason)
    assert (contact.work_seconds, contact.after_work_seconds) == (300, 60)


def test_events_out_of_order_end_in_the_same_state(cast: Cast, caller, clock) -> None:
    routing.on_shift(cast.member, cast.isar)
    desk = caller(cast.administrator)
    told, whom = call(desk, cast), {"member": cast.member.pk}
    clock.move_to(later(400))
    for verb, at in (("resolve", 368), ("accept", 8), ("end", 308)):
        assert send(desk, f"{told['id']}/{verb}/", {**whom, "at": later(at).isoformat()}).status_code == 200
    contact = Contact.objects.get(pk=told["id"])
    assert (contact.state, contact.work_seconds) == ("resolved", 300)


def test_the_same_event_again_changes_nothing(cast: Cast, caller) -> None:
    routing.on_shift(cast.member, cast.isar)
    mine = caller(cast.member)
    told = call(mine, cast)
    first, second = send(mine, f"{told['id']}/accept/"), send(mine, f"{told['id']}/accept/")
    assert first.status_code == second.status_code == 200
    assert body(first) == body(second)
    assert ContactEvent.objects.filter(contact=told["id"], kind="accepted").count() == 1


def test_a_member_works_a_contact_to_its_end_and_back(cast: Cast, caller) -> None:
    routing.on_shift(cast.member, cast.isar)
    mine = caller(cast.member)
    told = call(mine, cast)
    states = [body(send(mine, f"{told['id']}/{verb}/"))["state"] for verb in ("accept", "end", "resolve", "reopen")]
    assert states[:3] == ["in_work", "after_work", "resolved"]
    assert states[3] in ("waiting", "offered")


def test_declining_taking_abandoning_and_handing_over(cast: Cast, caller) -> None:
    routing.on_shift(cast.member, cast.isar)
    mine = caller(cast.member)
    declined = call(mine, cast)
    assert body(send(mine, f"{declined['id']}/decline/"))["state"] == "waiting"
    assert body(send(mine, f"{declined['id']}/abandon/"))["state"] == "abandoned"
    mail = call(mine, cast, channel="email")
    verb = "accept" if mail["state"] == "offered" else "take"
    assert body(send(mine, f"{mail['id']}/{verb}/"))["state"] == "in_work"
    handed = body(send(mine, f"{mail['id']}/hand-over/", {"why": "Needs Elbe", "to_pod": cast.elbe.slug}))
    assert handed["serving_pod"] == cast.elbe.pk
    assert send(mine, f"{mail['id']}/notes/", {"text": "Called twice"}).status_code == 201


def test_who_is_no_integration_cannot_report_for_somebody_else(cast: Cast, caller) -> None:
    routing.on_shift(cast.member, cast.isar)
    told = call(caller(cast.member), cast)
    answer = send(caller(cast.second_member), f"{told['id']}/accept/", {"member": cast.member.pk})
    assert answer.status_code == 403


def test_an_integration_says_whom_it_reports_for(cast: Cast, caller) -> None:
    desk = caller(cast.administrator)
    told = call(desk, cast)
    answer = send(desk, f"{told['id']}/accept/")
    assert answer.status_code == 422
    assert body(answer)["violations"][0]["field"] == "member"


def test_an_integration_reads_no_contact(cast: Cast, caller) -> None:
    desk = caller(cast.administrator)
    told = call(desk, cast, subject="Secret matter")
    assert desk.get(f"/api/v1/contacts/{told['id']}/").status_code in (403, 404)
    answer = send(desk, f"{told['id']}/abandon/")
    assert answer.status_code == 200
    assert b"Secret matter" not in answer.content


def test_the_same_key_and_body_get_the_stored_answer(cast: Cast, caller) -> None:
    desk, sent = caller(cast.administrator), {"channel": "chat", "customer": customers.customer(cast.isar).pk}
    first, second = (send(desk, "", sent, **{"Idempotency-Key": "k1"}) for _time in range(2))
    assert body(first) == body(second)
    assert (first.get("Idempotency-Replayed"), second["Idempotency-Replayed"]) == (None, "true")
    assert Contact.objects.count() == 1


def test_the_same_key_with_another_body_is_422(cast: Cast, caller) -> None:
    desk, who = caller(cast.administrator), customers.customer(cast.isar).pk
    send(desk, "", {"channel": "chat", "customer": who}, **{"Idempotency-Key": "k1"})
    answer = send(desk, "", {"channel": "phone", "customer": who}, **{"Idempotency-Key": "k1"})
    assert answer.status_code == 422
    assert Contact.objects.count() == 1


def test_the_same_key_of_another_caller_is_another_key(cast: Cast, caller) -> None:
    sent = {"channel": "chat", "customer": customers.customer(cast.isar).pk}
    for who in (cast.administrator, cast.member):
        assert send(caller(who), "", sent, **{"Idempotency-Key": "k1"}).status_code == 201
    assert Contact.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_parallel_duplicates_have_one_effect(caller, transactional_db) -> None:
    cast = make_cast()
    desk, answers = caller(cast.administrator), []
    with transaction.atomic():
        sent = {"channel": "chat", "customer": customers.customer(cast.isar).pk}
    start = threading.Barrier(5)

    def one() -> None:
        start.wait()
        answers.append(send(desk, "", sent, **{"Idempotency-Key": "k1"}))
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({body(answer)["id"] for answer in answers}) == 1
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("verb", ["", *(f"{verb}/" for verb in VERBS)])
def test_another_pods_contact_and_an_unknown_one_answer_alike(cast: Cast, caller, verb: str) -> None:
    contact, mine = customers.contact(cast.elbe), caller(cast.member)
    foreign, unknown = (
        send(mine, f"{pk}/{verb}") if verb else mine.get(f"/api/v1/contacts/{pk}/") for pk in (contact.pk, 999_999_999)
    )
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content


@pytest.mark.parametrize("who", ["coach", "operations_lead", "executive", "product_owner", "stranger"])
def test_who_works_in_no_pod_neither_reads_nor_reports(cast: Cast, caller, who: str) -> None:
    contact, client = customers.contact(cast.isar), caller(cast[who])
    assert client.get(f"/api/v1/contacts/{contact.pk}/").status_code in (403, 404)
    assert send(client, "", {"channel": "phone"}).status_code == 403
    for verb in VERBS:
        assert send(client, f"{contact.pk}/{verb}/").status_code in (403, 404)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "channel"),
        ({"channel": "fax"}, "channel"),
        ({"channel": "phone", "customer": "x"}, "customer"),
        ({"channel": "phone", "customer": 2**63}, "customer"),
        ({"channel": "phone", "customer": 999999999}, "customer"),
        ({"channel": "phone", "skill": "juggling"}, "skill"),
        ({"channel": "phone", "pod": "nowhere"}, "pod"),
        ({"channel": "phone", "priority": 0}, "priority"),
        ({"channel": "phone", "at": "2300-01-01T00:00:00Z"}, "at"),
        ({"channel": "phone", "at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"channel": "phone", "at": "2200-01-01"}, "at"),
        ({"channel": "phone", "subject": "a\x00b"}, "subject"),
        ({"channel": "phone", "subject": "x" * 201}, "subject"),
        ({"channel": "phone", "subject": "\ud800"}, "subject"),
        ({"channel": "phone", "wished": "x"}, "wished"),
    ],
)
def test_what_does_not_fit_is_422_and_names_the_field(cast: Cast, caller, sent: dict[str, Any], field: str) -> None:
    customers.default_rule(cast.isar)
    answer = send(caller(cast.administrator), "", sent)
    assert answer.status_code == 422, answer.content
    assert body(answer)["violations"][0]["field"].startswith(field)
    assert not Contact.objects.exists()


def test_the_list_shows_the_own_pod_newest_first_and_pages_by_key(cast: Cast, caller) -> None:
    for number in range(5):
        customers.contact(cast.isar, customers.customer(cast.isar), at=later(-60 * number))
    customers.contact(cast.elbe)
    mine, seen = caller(cast.member), []
    cursor: str | None = ""
    while cursor is not None:
        page = body(mine.get("/api/v1/contacts/", {"pod": cast.isar.slug, "limit": 2, "cursor": cursor}))
        seen += page["items"]
        cursor = page["next"]
    assert len(seen) == 5
    assert [item["arrived_at"] for item in seen] == sorted((item["arrived_at"] for item in seen), reverse=True)
    assert {item["home_pod"] for item in seen} == {cast.isar.slug}


def test_the_list_filters_by_state_channel_customer_and_instant(cast: Cast, caller) -> None:
    who = customers.customer(cast.isar)
    customers.contact(cast.isar, who, channel="chat", at=later(-100))
    customers.closed(cast.isar, who, at=later(-9000))
    mine = caller(cast.member)

    def count(**asked: object) -> int:
        return len(body(mine.get("/api/v1/contacts/", {"pod": cast.isar.slug, **asked}))["items"])

    assert count() == 2
    assert count(state="open") == count(state="waiting") == count(channel="chat") == 1
    assert count(since=later(-200).isoformat()) == 1
    assert count(customer=who.pk) == 2


def test_the_list_of_another_pod_is_404(cast: Cast, caller) -> None:
    assert caller(cast.member).get("/api/v1/contacts/", {"pod": cast.elbe.slug}).status_code == 404


def test_a_contact_is_read_whole_with_its_course(cast: Cast, caller) -> None:
    routing.on_shift(cast.member, cast.isar)
    mine = caller(cast.member)
    told = call(mine, cast)
    send(mine, f"{told['id']}/accept/")
    whole = body(mine.get(f"/api/v1/contacts/{told['id']}/"))
    assert [event["kind"] for event in whole["events"]] == ["arrived", "offered", "accepted"]
    assert whole["decisions"][0]["outcome"] == "offer"


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_as_many_queries_for_three_as_for_one(
    cast: Cast, caller, django_assert_num_queries, number: int
) -> None:
    for _contact in range(number):
        customers.contact(cast.isar, customers.customer(cast.isar), person=cast.member, reason=customers.reason("A"))
    mine = caller(cast.member)
    mine.get("/api/v1/contacts/", {"pod": cast.isar.slug})
    with django_assert_num_queries(4):
        mine.get("/api/v1/contacts/", {"pod": cast.isar.slug})
