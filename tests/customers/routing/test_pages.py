"""Pages of the queue, of a contact and of agreements: who sees what, and what a click does."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from customers.contacts.models import Contact
from customers.routing import engine, services
from customers.routing.models import ContactAssignment, Offer, OverflowAgreement
from customers.routing.services import Arrival
from tests.factories import customers, people, routing
from tests.factories.routing import NOW, later

pytestmark = pytest.mark.django_db
READERS = {
    "member": 200,
    "second_member": 200,
    "guest": 200,
    "lead": 200,
    "other_member": 404,
    "coach": 403,
    "operations_lead": 403,
    "other_operations_lead": 404,
    "executive": 404,
    "product_owner": 404,
    "administrator": 404,
    "stranger": 404,
}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def arrived(cast, channel="phone", **about):
    who = about.pop("customer", None) or customers.customer(cast.isar, "Rosa Lindqvist")
    answer = services.arrive(by=None, arrival=Arrival(channel, customer_id=who.pk, subject="Router return", **about))
    return Contact.objects.get(pk=answer.contact_id)


def queue(cast):
    return reverse("queue", args=[cast.isar.slug])


@pytest.mark.parametrize(
    ("role", "status"),
    [*((r, s) for r, s in READERS.items() if r not in ("operations_lead", "executive", "administrator"))],
)
def test_the_queue_belongs_to_the_pod(cast, browser, role, status):
    arrived(cast)
    assert browser(cast[role]).get(queue(cast)).status_code == status


@pytest.mark.parametrize("role", ["operations_lead", "executive"])
def test_who_oversees_a_pod_sees_counts_and_no_name(cast, browser, role):
    arrived(cast)
    page = browser(cast[role]).get(queue(cast))
    assert page.status_code == 200
    assert "Waiting" in page.text
    assert "Rosa Lindqvist" not in page.text
    assert cast.member.name not in page.text


@pytest.mark.parametrize(("role", "status"), READERS.items())
def test_a_contact_is_read_by_its_pod(cast, browser, role, status):
    contact = arrived(cast)
    page = browser(cast[role]).get(reverse("contact", args=[contact.pk]))
    assert page.status_code == status
    assert ("Router return" in page.text) is (status == 200)


def test_a_stranger_cannot_tell_a_hidden_contact_from_none(cast, browser):
    contact = arrived(cast)
    stranger = browser(cast.other_member)
    assert (
        stranger.get(reverse("contact", args=[contact.pk])).status_code
        == stranger.get(reverse("contact", args=[999_999])).status_code
        == stranger.post(reverse("contact_take", args=[contact.pk])).status_code
        == 404
    )


def test_a_helper_reads_the_contact_while_it_is_open_and_seven_days_after(cast, browser, clock):
    routing.on_shift(cast.other_member, cast.elbe)
    routing.agreement(cast.isar, cast.elbe)
    contact = arrived(cast)
    helper, url = browser(cast.other_member), reverse("contact", args=[contact.pk])
    assert helper.get(url).status_code == 200
    services.accept(by=cast.other_member, contact_id=contact.pk)
    services.resolve(by=cast.other_member, contact_id=contact.pk)
    assert "You help Isar" in helper.get(url).text
    assert helper.get(queue(cast)).status_code == 404
    clock.move_to(NOW + dt.timedelta(days=6, hours=23))
    assert helper.get(url).status_code == 200
    clock.move_to(NOW + dt.timedelta(days=7, minutes=1))
    assert helper.get(url).status_code == 404


def test_who_declined_no_longer_reads_it(cast, browser):
    routing.on_shift(cast.other_member, cast.elbe)
    routing.agreement(cast.isar, cast.elbe)
    contact = arrived(cast)
    services.decline(by=cast.other_member, contact_id=contact.pk)
    assert browser(cast.other_member).get(reverse("contact", args=[contact.pk])).status_code == 404


def test_the_empty_queue_says_so(cast, browser):
    page = browser(cast.member).get(queue(cast)).text
    assert "Nobody waits" in page
    assert "Nobody is on shift" in page


def test_the_board_asks_the_database_the_same_whatever_waits(cast, browser, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = browser(cast.member)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(queue(cast)).status_code == 200
        return len(seen)

    routing.on_shift(cast.member, cast.isar)
    arrived(cast)
    client.get(queue(cast))
    one = queries()
    routing.on_shift(cast.second_member, cast.isar)
    for _ in range(3):
        arrived(cast, "chat")
        engine.round()
    assert queries() <= one


def test_the_main_job_without_javascript(cast, browser):
    client = browser(cast.member)
    contact = arrived(cast)
    client.post(reverse("presence"), {"state": "available", "next": queue(cast)})
    answer = client.post(reverse("take_next", args=[cast.isar.slug]))
    assert (answer.status_code, answer.url) == (303, reverse("contact", args=[contact.pk]))
    page = client.get(answer.url).text
    assert "On the phone with you" in page
    assert "Home is Isar" in page
    client.post(reverse("contact_note", args=[contact.pk]), {"text": "Third call"})
    assert "Third call" in client.get(answer.url).text
    refused = client.post(reverse("contact_resolve", args=[contact.pk]), {"resolution": "Credited"})
    assert refused.status_code == 422
    reason = customers.reason("Return not scanned")
    client.post(reverse("contact_end", args=[contact.pk]))
    done = client.post(reverse("contact_resolve", args=[contact.pk]), {"reason": reason.pk, "resolution": "Credited"})
    assert done.status_code == 303
    page = client.get(answer.url).text
    assert "/s/" in page
    assert "Credited" in page
    assert "/s/" not in client.get(answer.url).text
    client.post(reverse("contact_reopen", args=[contact.pk]))
    contact.refresh_from_db()
    assert (contact.state, contact.reopened_count) == ("waiting", 1)


def test_a_lost_race_is_told_with_the_name(cast, browser):
    routing.there(cast.member)
    routing.there(cast.second_member)
    contact = arrived(cast)
    services.take(by=cast.second_member, contact_id=contact.pk)
    answer = browser(cast.member).post(reverse("contact_take", args=[contact.pk]), headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert cast.second_member.name in answer.text


def test_handing_over_on_the_page(cast, browser):
    routing.there(cast.member)
    contact = arrived(cast)
    services.take(by=cast.member, contact_id=contact.pk)
    client = browser(cast.member)
    page = client.get(reverse("contact", args=[contact.pk])).text
    assert "It would be the first hand-over of this contact." in page
    url = reverse("contact_hand_over", args=[contact.pk])
    assert client.post(url, {"to": "", "why": ""}).status_code == 422
    answer = client.post(url, {"to": f"member:{cast.second_member.pk}", "why": "Knows the depot"})
    assert answer.status_code == 303
    contact.refresh_from_db()
    assert contact.state == "waiting"


def test_entering_a_contact_by_hand(cast, browser):
    routing.there(cast.member)
    client = browser(cast.member)
    url = reverse("new_contact", args=[cast.isar.slug])
    assert client.get(url).status_code == 200
    given = {"channel": "letter", "direction": "in", "subject": "Moved house", "mine": "on"}
    assert client.post(url, given | {"customer_number": "unknown"}).status_code == 422
    assert client.post(url, given).status_code == 303
    contact = Contact.objects.get()
    assert (contact.channel, contact.state, contact.person) == ("letter", "in_work", cast.member)


def test_a_heartbeat_counts_only_for_who_is_here(cast, browser):
    client = browser(cast.member)
    assert client.post(reverse("heartbeat")).json() == {"again": 0}
    client.post(reverse("presence"), {"state": "available"})
    assert client.post(reverse("heartbeat")).json()["again"] == 20
    client.post(reverse("presence"), {"state": "break"})
    assert client.post(reverse("heartbeat")).json() == {"again": 0}
    assert client.get(reverse("heartbeat")).status_code == 405


def test_presence_goes_back_only_to_our_own_pages(cast, browser):
    answer = browser(cast.member).post(reverse("presence"), {"state": "break", "next": "https://evil.example/"})
    assert answer.url == "/"


def test_an_agreement_from_proposal_to_pause(cast, browser):
    routing.there(cast.member)
    ours, theirs = browser(cast.member), browser(cast.other_member)
    new = reverse("new_overflow_agreement", args=[cast.isar.slug])
    assert ours.get(new).status_code == 200
    given = {
        "partner": cast.elbe.pk,
        "wait_phone": "0:19",
        "reserve": 1,
        "guard": 0,
        "cap_once": 2,
        "cap_hour": 8,
        "cap_day": 40,
        "when_closed": "on",
        "any_hours": "on",
    }
    refused = ours.post(new, given)
    assert refused.status_code == 409
    assert "80 % of the promise" in refused.text
    assert not OverflowAgreement.objects.exists()
    late = ours.post(new, given | {"wait_phone": "45"})
    assert "whoever goes out has waited too long" in late.text
    answer = ours.post(new, given | {"wait_phone": "10"})
    assert answer.status_code == 303
    made = OverflowAgreement.objects.get()
    assert "Nothing flows yet" in ours.get(answer.url).text
    seen = reverse("overflow_agreement", args=[cast.elbe.slug, made.pk])
    assert "Sign for Elbe" in theirs.get(seen).text
    sign = reverse("overflow_sign", args=[cast.elbe.slug, made.pk])
    assert theirs.post(sign, {"seen_version": 7}).status_code == 409
    assert theirs.post(sign, {}).status_code == 422
    assert theirs.post(sign, {"seen_version": 1}).status_code == 303
    made.refresh_from_db()
    assert made.state == "active"
    assert theirs.post(reverse("overflow_pause", args=[cast.elbe.slug, made.pk])).status_code == 303
    resumed = ours.post(reverse("overflow_resume", args=[cast.isar.slug, made.pk]))
    assert resumed.status_code == 409
    assert "Elbe paused it" in resumed.text
    change = reverse("change_overflow_agreement", args=[cast.isar.slug, made.pk])
    assert ours.get(change).status_code == 200
    changed = ours.post(change, given | {"wait_phone": "12", "seen_version": 1, "why": "Ask a little later"})
    assert changed.status_code == 303
    assert "version 1, in force" in ours.get(changed.url).text
    assert "→ 12 s" in ours.get(changed.url).text


def signed(cast, browser, wait="10", **more):
    """Isar's version, signed by Elbe by its page; the agreement and Elbe's address of taking it back."""
    given = {"partner": cast.elbe.pk, "wait_phone": wait, "reserve": 1, "guard": 0, "cap_once": 2, "cap_hour": 8}
    made = OverflowAgreement.objects.first()
    page = (
        reverse("change_overflow_agreement", args=[cast.isar.slug, made.pk])
        if made
        else reverse("new_overflow_agreement", args=[cast.isar.slug])
    )
    posted = browser(cast.member).post(page, given | {"cap_day": 40, "when_closed": "on", "any_hours": "on"} | more)
    assert posted.status_code == 303
    made = OverflowAgreement.objects.get()
    seen = made.versions.count()
    sign = reverse("overflow_sign", args=[cast.elbe.slug, made.pk])
    assert "data-undo" in browser(cast.other_member).post(sign, {"seen_version": seen}, follow=True).text
    return made, reverse("overflow_take_back", args=[cast.elbe.slug, made.pk])


def test_a_signature_is_taken_back_for_ten_minutes_by_the_pod_that_gave_it_last(cast, browser, clock):
    made, back = signed(cast, browser)
    theirs, ours = browser(cast.other_member), browser(cast.member)
    page = theirs.get(reverse("overflow_agreement", args=[cast.elbe.slug, made.pk])).text
    assert f'action="{back}"' in page
    assert "Take the signature back (until" in page
    assert "Every member of Isar or Elbe may sign for their pod" in page
    not_ours = reverse("overflow_take_back", args=[cast.isar.slug, made.pk])
    assert not_ours not in ours.get(reverse("overflow_agreement", args=[cast.isar.slug, made.pk])).text
    assert ours.post(not_ours).status_code == 409
    clock.shift(599)
    for _twice in range(2):
        assert theirs.post(back).status_code == 303
    made.refresh_from_db()
    assert made.state == "proposed"
    assert "Sign for Elbe" in theirs.get(reverse("overflow_agreement", args=[cast.elbe.slug, made.pk])).text
    assert theirs.post(reverse("overflow_sign", args=[cast.elbe.slug, made.pk]), {"seen_version": 1}).status_code == 303
    clock.shift(601)
    late = theirs.post(back)
    assert late.status_code == 409
    assert "within 10 minutes" in late.text
    made.refresh_from_db()
    assert made.state == "active"


def test_what_held_before_holds_again_when_a_signature_is_taken_back(cast, browser, clock):
    signed(cast, browser)
    clock.shift(3600)
    made, back = signed(cast, browser, "12", seen_version=1)
    assert browser(cast.other_member).post(back).status_code == 303
    made.refresh_from_db()
    assert made.state == "active"
    assert dict(made.versions.values_list("number", "state")) == {1: "in_force", 2: "proposed"}


@pytest.mark.parametrize("how", ["offered", "given"])
def test_a_signature_under_which_a_contact_went_out_stays(cast, browser, how):
    made, back = signed(cast, browser)
    helper = {"contact": arrived(cast), "person": cast.other_member, "pod": cast.elbe, "agreement": made}
    if how == "offered":
        Offer.objects.create(**helper, made_at=NOW, until=later(30))
    else:
        ContactAssignment.objects.create(**helper, source="offer", started_at=NOW)
    refused = browser(cast.other_member).post(back)
    assert refused.status_code == 409
    assert "A contact went out under this version already" in refused.text


def test_a_signature_is_not_taken_back_over_a_newer_proposal(cast, browser):
    made, back = signed(cast, browser)
    change = reverse("change_overflow_agreement", args=[cast.isar.slug, made.pk])
    given = {"partner": cast.elbe.pk, "wait_phone": "12", "reserve": 1, "guard": 0, "cap_once": 2, "cap_hour": 8}
    assert (
        browser(cast.member).post(change, given | {"cap_day": 40, "any_hours": "on", "seen_version": 1}).status_code
        == 303
    )
    refused = browser(cast.other_member).post(back)
    assert refused.status_code == 409
    assert "Another version was proposed" in refused.text


def test_a_refused_proposal_marks_each_field_and_speaks_as_the_fields_do(cast, browser):
    made, _back = signed(cast, browser)
    change = reverse("change_overflow_agreement", args=[cast.isar.slug, made.pk])
    given = {"wait_chat": "0:50", "reserve": 1, "guard": 0, "cap_once": 2, "cap_hour": 8, "cap_day": 80}
    refused = browser(cast.member).post(change, given | {"any_hours": "on", "seen_version": 1})
    assert refused.status_code == 409
    assert "Propose a change with Elbe" in refused.text
    for name, words in (
        ("wait_chat", "Chat: a wait of 0:50 is above 80 % of the promise of 1:00. Take 0:48 or less."),
        ("cap_day", "agreed to at most 60 in a day, not 80. Lower it."),
    ):
        field = refused.text.partition(f'for="id_{name}"')[2].partition('<div class="field')[0]
        assert 'aria-invalid="true"' in field
        assert words in field
    assert 'aria-invalid="true"' not in refused.text.partition('for="id_cap_hour"')[2].partition('<div class="field')[0]


@pytest.mark.parametrize(
    ("role", "status"),
    [("member", 200), ("coach", 200), ("operations_lead", 200), ("other_member", 404), ("stranger", 404)],
)
def test_agreements_are_read_by_the_pod_and_who_oversees_it(cast, browser, role, status):
    made = routing.agreement(cast.isar, cast.elbe)
    client = browser(cast[role])
    assert client.get(reverse("overflow_agreements", args=[cast.isar.slug])).status_code == status
    assert client.get(reverse("overflow_agreement", args=[cast.isar.slug, made.pk])).status_code == status
    acts = 303 if role == "member" else status if status == 404 else 403
    assert client.post(reverse("overflow_pause", args=[cast.isar.slug, made.pk])).status_code == acts


def test_the_decision_stands_on_the_page_in_plain_sentences(cast, browser, clock):
    people.skill("German", cast.member)
    routing.on_shift(cast.member, cast.isar)
    busy = arrived(cast)
    services.accept(by=cast.member, contact_id=busy.pk)
    clock.move_to(later(30))
    contact = arrived(cast)
    page = browser(cast.second_member).get(reverse("contact", args=[contact.pk])).text
    assert "Nobody was free" in page
    assert f"{cast.member.name}: busy with 1 contact." in page
