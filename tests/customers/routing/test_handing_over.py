"""Closing a contact and passing it on: what is missing is said at its field, and a hand-over can be undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from customers.contacts.models import Contact
from customers.routing import services
from customers.routing.models import ContactAssignment, Offer
from cxportal.core.violations import Refused
from teams.people.models import User
from teams.pods.models import Pod
from teams.presence.models import Presence
from tests.cast import Cast
from tests.factories import customers, people, routing
from tests.factories.routing import NOW, later

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]
Clock = time_machine.Traveller


@pytest.fixture(autouse=True)
def clock() -> Iterator[Clock]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def in_hand(cast: Cast, home: Pod | None = None, **about: object) -> Contact:
    """A contact that the member has taken."""
    routing.there(cast.member)
    home = home or cast.isar
    made = customers.contact(home, customers.customer(home), at=NOW, **about)
    return services.take(by=cast.member, contact_id=made.pk)


def url(name: str, contact: Contact) -> str:
    return reverse(f"contact_{name}", args=[contact.pk])


def page(client: Client, contact: Contact) -> str:
    return client.get(reverse("contact", args=[contact.pk])).content.decode()


def part(html: str, name: str) -> str:
    """The element of a field of this name, with what it holds."""
    return html.partition(f'name="{name}"')[2].partition("</select>")[0]


# --- closing ------------------------------------------------------------------------------------


def test_a_missing_reason_is_told_at_its_field_which_has_the_focus(cast: Cast, browser: Browser) -> None:
    contact, client = in_hand(cast), browser(cast.member)
    form = page(client, contact).partition(url("resolve", contact))[2]
    assert form.partition(">")[0].endswith("novalidate"), "the browser's own bubble would come first"
    answer = client.post(url("resolve", contact), {"resolution": "Explained"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Choose what it was about: a contact is closed with its reason." in html
    field = part(html, "reason").partition(">")[0]
    assert "autofocus" in field
    assert 'aria-invalid="true"' in field
    assert html.count("autofocus") == 2, "the field, and the palette that is folded away"


def test_the_reason_that_a_contact_carries_is_chosen_already(cast: Cast, browser: Browser) -> None:
    unclear = customers.reason("Invoice unclear")
    contact = in_hand(cast, reason=unclear)
    assert f'<option value="{unclear.pk}" selected>' in part(page(browser(cast.member), contact), "reason")


def test_after_closing_the_page_leads_to_the_next_contact(cast: Cast, browser: Browser, clock: Clock) -> None:
    contact, client = in_hand(cast, channel="email"), browser(cast.member)
    other = in_hand(cast, channel="email", subject="Moved house")
    services.resolve(by=cast.member, contact_id=contact.pk)
    assert f"Next in your hands: {other.customer}" in page(client, contact)
    services.resolve(by=cast.member, contact_id=other.pk)
    assert f"Nothing waits in {cast.isar}" in page(client, contact)
    customers.contact(cast.isar, customers.customer(cast.isar), at=NOW)
    html = page(client, contact)
    assert f"1 waits in {cast.isar}" in html
    assert reverse("take_next", args=[cast.isar.slug]) in html
    routing.there(cast.member, state="break")
    assert reverse("take_next", args=[cast.isar.slug]) not in page(client, contact)
    clock.move_to(later(16 * 60))
    assert f"waits in {cast.isar}" not in page(client, contact), "later it is read, not finished"


def test_a_colleague_who_reads_a_closed_contact_is_not_led_on(cast: Cast, browser: Browser) -> None:
    contact = in_hand(cast)
    services.resolve(by=cast.member, contact_id=contact.pk)
    assert "Nothing waits in" not in page(browser(cast.second_member), contact)


# --- passing on ---------------------------------------------------------------------------------


def test_who_is_there_stands_first_and_says_what_they_do(cast: Cast, browser: Browser) -> None:
    routing.on_shift(cast.second_member, cast.isar)
    away = people.member(cast.isar, "Zoe Away")
    paused = people.member(cast.isar, "Mia Paused")
    routing.on_shift(paused, cast.isar)
    routing.there(paused, state="break")
    to = part(page(browser(cast.member), in_hand(cast)), "to")
    order = ["There now", cast.second_member.name, "Away for the moment", "Mia Paused", "Not on shift today", away.name]
    places = [to.index(word) for word in [*order, "Other pods", cast.elbe.name]]
    assert places == sorted(places)
    assert f"{cast.second_member.name} · Phone until" in to
    assert "0 of 1 place taken" in to
    assert "On a break" in to


@pytest.mark.parametrize(("given", "words"), [({"why": "x"}, "Choose who gets it."), ({}, "Say why")])
def test_what_misses_in_a_hand_over_is_told_in_its_open_form(
    cast: Cast, browser: Browser, given: dict[str, str], words: str
) -> None:
    contact = in_hand(cast)
    answer = browser(cast.member).post(url("hand_over", contact), given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "data-unfold open" in answer.content.decode()


def handed(cast: Cast, contact: Contact, to: User | Pod) -> Contact:
    receiver = {"to_pod_id": to.pk} if isinstance(to, Pod) else {"to_member_id": to.pk}
    return services.hand_over(by=cast.member, contact_id=contact.pk, why="Knows them", **receiver)  # type: ignore[arg-type]


def test_a_hand_over_is_undone_from_its_message_and_counts_as_none(cast: Cast, browser: Browser) -> None:
    contact, client = in_hand(cast), browser(cast.member)
    given = {"to": f"pod:{cast.elbe.pk}", "why": "Wrong pod"}
    queue = client.post(url("hand_over", contact), given, follow=True).content.decode()
    assert f"Handed over to {cast.elbe}. It keeps its age." in queue
    assert f'action="{url("take_back", contact)}"' in queue
    for _ in range(2):
        assert client.post(url("take_back", contact)).status_code == 303
    contact.refresh_from_db()
    assert (contact.state, contact.person, contact.serving_pod) == ("in_work", cast.member, cast.isar)
    html = page(client, contact)
    assert "It would be the first hand-over of this contact." in html
    assert "took the hand-over back" in html
    assert ContactAssignment.objects.filter(contact=contact, ended_at__isnull=True).count() == 1


def test_who_wrote_up_writes_up_again(cast: Cast, clock: Clock) -> None:
    contact = in_hand(cast)
    clock.move_to(later(60))
    services.end(by=cast.member, contact_id=contact.pk)
    clock.move_to(later(70))
    handed(cast, contact, cast.elbe)
    clock.move_to(later(90))
    contact = services.take_back(by=cast.member, contact_id=contact.pk)
    assert (contact.state, contact.work_seconds) == ("after_work", 60)
    assert Presence.objects.get(pk=cast.member.pk).state == "after_work"


def test_the_offer_to_the_receiver_is_taken_away_again(cast: Cast) -> None:
    contact = in_hand(cast)
    routing.on_shift(cast.second_member, cast.isar)
    handed(cast, contact, cast.second_member)
    assert services.offer(by=None, contact_id=contact.pk) == "offer"
    services.take_back(by=cast.member, contact_id=contact.pk)
    assert Offer.objects.get(contact=contact).state == "recalled"


def refused(cast: Cast, contact: Contact, by: str = "member") -> set[str]:
    with pytest.raises(Refused) as refusal:
        services.take_back(by=cast[by], contact_id=contact.pk)
    return refusal.value.codes


def test_what_a_colleague_has_taken_stays_with_them(cast: Cast) -> None:
    contact = in_hand(cast)
    routing.there(cast.second_member)
    handed(cast, contact, cast.second_member)
    services.take(by=cast.second_member, contact_id=contact.pk)
    assert refused(cast, contact) == {"built_on"}
    services.hand_over(by=cast.second_member, contact_id=contact.pk, why="Back", to_pod_id=cast.elbe.pk)
    assert refused(cast, contact) == {"built_on"}, "the hand-over that stands is somebody else's"


def test_after_ten_minutes_a_hand_over_stands(cast: Cast, clock: Clock) -> None:
    contact = in_hand(cast)
    handed(cast, contact, cast.elbe)
    clock.move_to(later(601))
    assert refused(cast, contact) == {"undo_late"}


def test_full_hands_take_nothing_back(cast: Cast) -> None:
    contact = in_hand(cast)
    handed(cast, contact, cast.elbe)
    in_hand(cast)
    assert refused(cast, contact) == {"full"}


def test_only_who_handed_it_over_takes_it_back(cast: Cast, browser: Browser) -> None:
    contact = in_hand(cast)
    handed(cast, contact, cast.elbe)
    assert refused(cast, contact, "second_member") == {"built_on"}
    assert browser(cast.second_member).post(url("take_back", contact)).status_code == 409
    assert browser(cast.stranger).post(url("take_back", contact)).status_code == 404


def test_what_was_passed_on_to_a_third_pod_is_taken_back_though_it_is_not_read_any_more(
    cast: Cast, browser: Browser, clock: Clock
) -> None:
    """The contact of Elbe was handed to Isar, whose member passes it on to a pod of which they read nothing."""
    third = Pod.objects.create(name="Inn", slug="inn", area=cast.south, opens_at=NOW - dt.timedelta(days=9))
    contact = customers.contact(cast.elbe, customers.customer(cast.elbe), at=NOW)
    routing.there(cast.other_member)
    services.take(by=cast.other_member, contact_id=contact.pk)
    services.hand_over(by=cast.other_member, contact_id=contact.pk, why="x", to_pod_id=cast.isar.pk)
    routing.there(cast.member)
    services.take(by=cast.member, contact_id=contact.pk)
    handed(cast, contact, third)
    client = browser(cast.member)
    clock.move_to(later(599))
    assert client.post(url("take_back", contact)).status_code == 303
    contact.refresh_from_db()
    assert (contact.person, contact.serving_pod) == (cast.member, cast.isar)


def test_a_helper_has_it_back_under_the_same_agreement(cast: Cast) -> None:
    agreed = routing.agreement(cast.elbe, cast.isar)
    contact = in_hand(cast)
    ContactAssignment.objects.filter(contact=contact).update(agreement=agreed)
    handed(cast, contact, cast.elbe)
    services.take_back(by=cast.member, contact_id=contact.pk)
    assert ContactAssignment.objects.get(contact=contact, ended_at__isnull=True).agreement == agreed
