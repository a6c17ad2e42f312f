"""What the database refuses about surveys and answers, whoever writes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from customers.contacts.models import Contact
from customers.feedback.models import Response, Survey
from customers.feedback.queries import answered
from customers.feedback.services import copied
from cxportal.core import periods
from cxportal.core.statistics import Share
from tests.cast import Cast
from tests.factories import customers as make

DAY = dt.date(2026, 1, 5)
NOON = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)


@pytest.fixture
def contact(cast: Cast) -> Contact:
    return make.closed(cast.isar, make.customer(cast.isar), at=NOON)


def write(contact: Contact, **fields: Any) -> Response:
    return Response.objects.create(**{"kind": "imported"} | copied(contact) | fields)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"csat": 0}, "response_csat"),
        ({"csat": 6}, "response_csat"),
        ({"nps": 11}, "response_nps"),
        ({"kind": "survey", "csat": 5}, "response_of_one_kind"),
        ({"kind": "disputed"}, "response_of_one_kind"),
        ({"kind": "disputed", "disputed": True, "csat": 5}, "response_of_one_kind"),
        ({"kind": "imported", "csat": 5, "disputed": False}, "response_of_one_kind"),
    ],
)
def test_a_response_outside_its_scale_or_kind_is_refused(
    contact: Contact, fields: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write(contact, **fields)


def test_one_response_of_a_kind_per_contact(contact: Contact) -> None:
    write(contact, csat=5)
    with pytest.raises(IntegrityError, match="response_once_per_contact"), transaction.atomic():
        write(contact, csat=4)


def test_a_survey_ends_after_it_begins(contact: Contact) -> None:
    now = periods.now()
    with pytest.raises(IntegrityError, match="survey_lasts"), transaction.atomic():
        Survey.objects.create(contact=contact, digest=b"x" * 32, invited_at=now, expires_at=now)


def test_answers_are_counted_for_the_pod_that_owned_the_customer(cast: Cast) -> None:
    consumers = make.segment("Consumers")
    scores = [
        (cast.isar, 5, 10, consumers),
        (cast.isar, 3, 7, None),
        (cast.isar, None, 2, None),
        (cast.elbe, 4, 9, None),
    ]
    for pod, csat, nps, segment in scores:
        contact = make.closed(pod, make.customer(pod), at=NOON, segment=segment, serving_pod=cast.elbe)
        write(contact, csat=csat, nps=nps)
    write(make.closed(cast.isar, make.customer(cast.isar), at=NOON), kind="disputed", disputed=True)
    found = answered(DAY, DAY + dt.timedelta(days=1))
    isar = found.pods[cast.isar.pk]
    assert isar.csat == Share(1, 2)
    assert (isar.promoters, isar.passives, isar.detractors) == (1, 1, 1)
    assert isar.nps is not None
    assert isar.nps.score == 0
    assert found.areas[cast.south.pk].csat == found.company.csat == Share(2, 3)
    assert answered(DAY, DAY + dt.timedelta(days=1), consumers.pk).company.csat == Share(1, 1)
    nothing = answered(DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=9))
    assert nothing.pods == nothing.areas == {}
    assert nothing.company.csat.value is None
