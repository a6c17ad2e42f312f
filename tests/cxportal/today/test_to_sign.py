"""What a pod has to sign follows from its agreements, whoever was told; a notice of what is settled is no news."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.test import Client

from customers.routing import agreements
from customers.routing.models import OverflowTerms
from customers.routing.terms import Terms
from cxportal.today.badges import badges_for
from teams.notifications.queries import notices_of
from teams.people.models import User
from teams.pods.models import Pod
from tests.cast import Cast
from tests.factories import people, routing

type Browser = Callable[..., Client]

TERMS = Terms(thresholds={"phone": 10}, cap_once=1, cap_hour=4, cap_day=10, reserve=1, guard=0)


def proposed(cast: Cast) -> OverflowTerms:
    """Isar and Elbe help each other; Isar proposes version 2."""
    made = routing.agreement(cast.isar, cast.elbe)
    return agreements.propose(by=cast.member, pod=cast.isar, terms=TERMS, agreement_id=made.pk, seen_version=1)


def first_page(browser: Browser, person: User) -> str:
    text = browser(person).get("/").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def waiting(person: User, pod: Pod) -> int:
    return next(badge.count for badge in badges_for(person, pod) if badge.key == "signs")


def test_who_joined_after_the_proposal_sees_it_too(cast: Cast, browser: Browser) -> None:
    proposed(cast)
    late = people.member(cast.elbe, "Nele Kurz")
    said = first_page(browser, late)
    assert "Version 2 of the overflow agreement with Isar waits for the signature of Elbe" in said
    assert waiting(late, cast.elbe) == 1
    assert "waits for the signature" not in first_page(browser, cast.member)
    assert waiting(cast.member, cast.isar) == 0


def test_what_is_signed_is_neither_to_do_nor_news(cast: Cast, browser: Browser) -> None:
    version = proposed(cast)
    signer = cast.other_member
    assert [told.words for told in notices_of(signer, unread_only=True)] == [
        "Isar proposed version 2 of an overflow agreement."
    ]
    agreements.sign(by=signer, pod=cast.elbe, agreement_id=version.agreement_id, seen_version=2)
    assert "waits for the signature" not in first_page(browser, signer)
    assert waiting(signer, cast.elbe) == 0
    assert notices_of(signer, unread_only=True) == []


def test_what_was_taken_back_or_replaced_is_no_news(cast: Cast) -> None:
    version = proposed(cast)
    agreements.propose(
        by=cast.member, pod=cast.isar, terms=TERMS, agreement_id=version.agreement_id, seen_version=version.number
    )
    told = [each.words for each in notices_of(cast.other_member, unread_only=True)]
    assert told == ["Isar proposed version 3 of an overflow agreement."]
    agreements.withdraw(by=cast.member, pod=cast.isar, agreement_id=version.agreement_id)
    assert notices_of(cast.other_member, unread_only=True) == []
