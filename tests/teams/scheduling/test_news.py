"""What others changed while a week is open is told in words; own acts and claims are not."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from django.test import Client

from cxportal.core.periods import week_label
from teams.people.models import User
from teams.scheduling import services, words
from teams.scheduling.expansion import Part
from tests.cast import Cast
from tests.factories import scheduling
from tests.factories.scheduling import MONDAY, span

type SignIn = Callable[..., Client]
BEFORE = "0"


@pytest.fixture
def news(cast: Cast, browser: SignIn) -> Callable[..., str]:
    """``news(cast.member)`` is what the open page of that person would say, as plain words."""

    def read(reader: User, since: str = BEFORE, **more: str) -> str:
        path = f"/p/{cast.isar.slug}/week/{week_label(MONDAY)}/"
        headers = {"HX-Request": "true", "HX-Target": "news"}
        answer = browser(reader).get(path, {"since": since, **more}, headers=headers)
        assert answer.status_code == 200
        words = re.sub(r"<[^>]*>", " ", answer.content.decode())
        return " ".join(words.split())

    return read


def test_who_is_away_is_told_by_name_and_never_why(cast: Cast, news: Callable[..., str]) -> None:
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 3, "09:00", "17:00"))
    period = span(cast.isar, 3, "00:00", "23:00")
    services.record_absence(by=cast.member, member=cast.member, period=period, kind="sick", note="Flu")
    told = news(cast.second_member)
    assert f"{cast.member.name} is now away on Thu 4." in told
    assert "your own shifts are as you left them" in told
    assert "sick" not in told
    assert "Flu" not in told
    assert news(cast.member) == ""


def test_a_moved_shift_is_told_and_the_reader_hears_that_it_is_theirs(cast: Cast, news: Callable[..., str]) -> None:
    shift = scheduling.shift(cast.isar, 2, "09:00", "17:00")
    scheduling.seated(cast.second_member, shift)
    services.move_shift(by=cast.member, shift=shift.pk, period=span(cast.isar, 2, "10:00", "18:00"))
    told = news(cast.second_member)
    assert (
        f"{cast.member.name} moved a shift to {words.day_span(span(cast.isar, 2, '10:00', '18:00'), cast.isar.tzinfo)}."
        in told
    )
    assert "your own shifts too" in told
    assert "as you left them" in news(cast.lead)
    assert news(cast.member) == ""


def test_a_cancelled_shift_of_the_reader_is_not_called_untouched(cast: Cast, news: Callable[..., str]) -> None:
    shift = scheduling.shift(cast.isar, 2, "09:00", "17:00")
    scheduling.seated(cast.second_member, shift)
    services.cancel_shift(by=cast.member, shift=shift.pk)
    told = news(cast.second_member)
    assert f"{cast.member.name} cancelled {words.day_span(shift.span, cast.isar.tzinfo)}." in told
    assert "your own shifts too" in told


def test_two_changes_are_worded_and_the_others_counted(cast: Cast, news: Callable[..., str]) -> None:
    parts = [Part(scheduling.activity().pk, 0, 240)]
    for day in range(4):
        period = span(cast.isar, day, "09:00", "13:00")
        services.add_shift(by=cast.member, pod=cast.isar, period=period, parts=parts)
    told = news(cast.second_member)
    assert told.count(f"{cast.member.name} added") == 2
    assert "And 2 more changes." in told


def test_a_claim_is_no_news(cast: Cast, news: Callable[..., str]) -> None:
    shift = scheduling.shift(cast.isar, 2, "09:00", "17:00")
    services.claim(by=cast.member, shift=shift.pk)
    assert news(cast.second_member) == ""


def test_closed_news_and_news_from_before_the_page_are_not_told(cast: Cast, news: Callable[..., str]) -> None:
    shift = scheduling.shift(cast.isar, 2, "09:00", "17:00")
    services.cancel_shift(by=cast.member, shift=shift.pk)
    assert news(cast.second_member, since=f"{time.time() + 1:.3f}") == ""
    assert news(cast.second_member, seen="1") == ""
    assert "cancelled" in news(cast.second_member)


@pytest.mark.parametrize("since", ["", "x", "1e400", "nan", "-5", "99999999999999999"])
def test_an_instant_that_cannot_be_read_is_no_news(cast: Cast, news: Callable[..., str], since: str) -> None:
    assert "Traceback" not in news(cast.second_member, since=since)
