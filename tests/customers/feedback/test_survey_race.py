"""Two answers over one link at the same time: one is kept, with and without each guard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.test import Client

from customers.contacts.models import Contact
from customers.feedback import queries, services
from customers.feedback.models import Response, Survey
from customers.feedback.services import SurveyLink
from cxportal.core import periods
from tests.cast import Cast
from tests.factories import customers as make
from tests.races import Outcome, meeting, together, without_constraints

ONE_ANSWER = ("customers_response_survey_id_key", "response_once_per_contact")

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def link(cast: Cast) -> SurveyLink:
    cache.clear()
    with transaction.atomic():
        contact = make.closed(cast.isar, make.customer(cast.isar), at=periods.now() - dt.timedelta(hours=1))
        made = services.invite(by=cast.member, contact=contact)
    assert made is not None
    return made


@contextmanager
def without_the_rows_lock() -> Iterator[None]:
    def unlocked(token: str, **_locked: bool) -> Survey:
        return queries.find(token)

    with patch.object(services, "find", unlocked):
        yield


def post(link: SurveyLink, satisfied: str) -> int:
    return Client(raise_request_exception=False).post(link.path, {"satisfied": satisfied}).status_code


def post_both(link: SurveyLink) -> list[int]:
    """Post a 5 and a 1 when both have looked at the survey, as far as locks allow; the statuses, sorted."""
    with meeting((services, "find")):
        return sorted(together(partial(post, link, satisfied) for satisfied in "51").answers)


@contextmanager
def without_the_contacts_lock() -> Iterator[None]:
    """The contact is read instead of locked."""
    with patch.object(services, "Contact", SimpleNamespace(objects=_Unlocked(), State=Contact.State)):
        yield


class _Unlocked:
    def select_for_update(self, **_how: object) -> QuerySet[Contact]:
        return Contact.objects.all()


def two_links(cast: Cast) -> Outcome:
    """Two make the first link of one contact when both have asked whether it is due, as far as locks allow."""
    contact = make.closed(cast.isar, make.customer(cast.isar), at=periods.now() - dt.timedelta(hours=1))
    by = (cast.member, cast.second_member)
    with meeting((services, "_asked")):
        return together((partial(services.new_link, by=who, contact=contact) for who in by), tolerate=(IntegrityError,))


def test_two_who_make_the_first_link_of_a_contact_at_once_both_get_one(cast: Cast) -> None:
    told = two_links(cast)
    assert (len(told.answers), told.refusals, told.errors) == (2, [], [])
    assert Survey.objects.count() == 1


def test_control_without_the_contacts_lock_the_second_first_link_breaks(cast: Cast) -> None:
    with without_the_contacts_lock():
        assert len(two_links(cast).errors) == 1


def test_two_different_answers_at_once_keep_one(link: SurveyLink) -> None:
    assert post_both(link) == [200, 410]
    assert Response.objects.count() == 1


def test_without_the_lock_the_unique_constraint_still_keeps_one(link: SurveyLink) -> None:
    with without_the_rows_lock():
        assert post_both(link) == [200, 409]
    assert Response.objects.count() == 1


def test_control_without_lock_and_constraint_both_are_kept(link: SurveyLink) -> None:
    with without_the_rows_lock(), without_constraints(*ONE_ANSWER):
        assert post_both(link) == [200, 200]
        assert Response.objects.count() == 2
