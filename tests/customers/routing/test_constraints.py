"""What the database itself refuses, whoever writes."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from customers.routing.models import ContactAssignment, Offer, OverflowAgreement, OverflowTerms, Signature
from teams.presence.models import Presence
from tests.factories import customers, routing
from tests.factories.routing import NOW, later

pytestmark = pytest.mark.django_db


def refused(name, make):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        make()
    assert name in str(error.value)


def offer(contact, person, **fields):
    facts = {"pod": contact.home_pod, "made_at": NOW, "until": later(20)}
    return Offer.objects.create(contact=contact, person=person, **(facts | fields))


def test_one_open_offer_for_a_contact(cast):
    contact = customers.contact(cast.isar)
    offer(contact, cast.member, state="declined", ended_at=NOW)
    offer(contact, cast.member)
    refused("offer_one_open", lambda: offer(contact, cast.second_member))


def test_an_offer_lasts_and_ends_with_its_state(cast):
    contact = customers.contact(cast.isar)
    refused("offer_lasts", lambda: offer(contact, cast.member, until=NOW))
    refused("offer_ended_with_state", lambda: offer(contact, cast.member, state="lapsed"))


def test_one_open_assignment_for_a_contact(cast):
    contact = customers.contact(cast.isar)

    def assign(person, **fields):
        return ContactAssignment.objects.create(contact=contact, person=person, pod=cast.isar, started_at=NOW, **fields)

    assign(cast.member, ended_at=NOW)
    assign(cast.member)
    refused("assignment_one_open", lambda: assign(cast.second_member))
    refused("assignment_runs_forward", lambda: assign(cast.second_member, ended_at=later(-1)))


def test_one_living_agreement_between_two_pods_and_none_with_oneself(cast):
    made = routing.agreement(cast.isar, cast.elbe)
    refused("overflow_agreement_one_at_a_time", lambda: routing.agreement(cast.isar, cast.elbe))
    refused("overflow_agreement_two_pods", lambda: routing.agreement(cast.isar, cast.isar))
    refused(
        "overflow_agreement_ended_with_instant",
        lambda: OverflowAgreement.objects.filter(pk=made.pk).update(state="ended"),
    )
    OverflowAgreement.objects.filter(pk=made.pk).update(state="ended", ended_at=NOW)
    routing.agreement(cast.isar, cast.elbe)


def test_versions_are_numbered_one_in_force_one_proposed_and_signed_once(cast):
    made = routing.agreement(cast.isar, cast.elbe)

    def version(number, state, **fields):
        facts = {"starts_at": NOW, "proposed_for": cast.isar, "agreement": made}
        return OverflowTerms.objects.create(number=number, state=state, **(facts | fields))

    refused("overflow_terms_number", lambda: version(1, "withdrawn"))
    refused("overflow_terms_one_in_force", lambda: version(2, "in_force"))
    second = version(2, "proposed")
    refused("overflow_terms_one_proposed", lambda: version(3, "proposed"))
    refused("overflow_terms_caps", lambda: version(3, "withdrawn", cap_once=9, cap_hour=8))
    refused("overflow_terms_last", lambda: version(3, "withdrawn", ends_at=NOW))
    Signature.objects.create(terms=second, pod=cast.isar)
    refused("overflow_signature_once", lambda: Signature.objects.create(terms=second, pod=cast.isar))


def test_presence_knows_its_states(cast):
    refused("presence_state_known", lambda: Presence.objects.create(member=cast.member, state="asleep"))
    assert Presence.objects.create(member=cast.member, since=NOW - dt.timedelta(hours=1)).state == "offline"
