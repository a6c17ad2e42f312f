"""Two answers over one link at the same time: one is kept, with and without each guard."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from customers.feedback import queries, services
from customers.feedback.models import Response, Survey
from customers.feedback.services import SurveyLink
from cxportal.core import periods
from tests.cast import Cast
from tests.factories import customers as make

UNIQUE = {
    "customers_response_survey_id_key": "UNIQUE (survey_id)",
    "response_once_per_contact": "UNIQUE (contact_id, kind)",
}

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def link(cast: Cast) -> SurveyLink:
    cache.clear()
    with transaction.atomic():
        contact = make.closed(cast.isar, make.customer(cast.isar), at=periods.now() - dt.timedelta(hours=1))
        made = services.invite(by=cast.member, contact=contact)
    assert made is not None
    return made


def find_together(*, locked: bool) -> Callable[..., Survey]:
    """``find`` that lets both writers look before either writes, as far as locks allow."""
    both_looked = threading.Barrier(2)

    def find(token: str, **_kwargs: bool) -> Survey:
        survey = queries.find(token, locked=locked)
        with contextlib.suppress(threading.BrokenBarrierError):
            both_looked.wait(0.7)
        return survey

    return find


def post_both(link: SurveyLink) -> list[int]:
    """Post a 5 and a 1 at the same time; returns the statuses, sorted."""
    statuses: list[int] = []

    def post(satisfied: str) -> None:
        client = Client(raise_request_exception=False)
        statuses.append(client.post(link.path, {"satisfied": satisfied}).status_code)
        connection.close()

    threads = [threading.Thread(target=post, args=(n,)) for n in "51"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15)
    return sorted(statuses)


def test_two_different_answers_at_once_keep_one(link: SurveyLink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "find", find_together(locked=True))
    assert post_both(link) == [200, 410]
    assert Response.objects.count() == 1


def test_without_the_lock_the_unique_constraint_still_keeps_one(
    link: SurveyLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "find", find_together(locked=False))
    assert post_both(link) == [200, 409]
    assert Response.objects.count() == 1


def test_without_lock_and_constraint_both_are_kept(link: SurveyLink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "find", find_together(locked=False))
    with connection.cursor() as cursor:
        for name in UNIQUE:
            cursor.execute(f"ALTER TABLE customers_response DROP CONSTRAINT {name}")
    try:
        assert post_both(link) == [200, 200]
        assert Response.objects.count() == 2
    finally:
        Response.objects.all().delete()
        with connection.cursor() as cursor:
            for name, what in UNIQUE.items():
                cursor.execute(f"ALTER TABLE customers_response ADD CONSTRAINT {name} {what}")
