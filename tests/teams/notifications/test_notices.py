"""Notices: written once, read by their receiver only, in the words of their kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from teams.notifications import kinds
from teams.notifications.models import Notice
from teams.notifications.queries import notices_of, unread_count
from teams.notifications.services import mark_read, notify
from tests.cast import Cast

Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def _kind() -> Iterator[None]:
    kinds.register("test_taken", icon="calendar-check", words=_taken)
    yield
    kinds._KINDS.pop("test_taken")


def _taken(data: object) -> str:
    return "Bela took Sat 26"


def test_the_one_who_acted_gets_no_notice(cast: Cast) -> None:
    notify(to=[cast.member, cast.second_member], kind="test_taken", by=cast.second_member)
    assert unread_count(cast.member) == 1
    assert unread_count(cast.second_member) == 0


def test_a_repeat_of_the_same_act_adds_nothing(cast: Cast) -> None:
    for _ in range(2):
        notify(to=[cast.member], kind="test_taken", source="shift:1:taken")
    assert Notice.objects.count() == 1


def test_a_notice_is_told_in_the_words_of_its_kind(cast: Cast, browser: Browser) -> None:
    notify(to=[cast.member], kind="test_taken", url="/more/")
    assert "Bela took Sat 26" in browser(cast.member).get("/notices/").content.decode()


def test_a_kind_that_is_gone_does_not_break_the_page(cast: Cast, browser: Browser) -> None:
    Notice.objects.create(recipient=cast.member, kind="forgotten")
    assert browser(cast.member).get("/notices/").status_code == 200


def test_opening_a_notice_reads_it_and_goes_where_it_points(cast: Cast, browser: Browser) -> None:
    notify(to=[cast.member], kind="test_taken", url="/more/")
    notice = Notice.objects.get()
    assert browser(cast.member).post(f"/notices/{notice.pk}/open/")["Location"] == "/more/"
    assert unread_count(cast.member) == 0


def test_somebody_else_s_notice_does_not_exist(cast: Cast, browser: Browser) -> None:
    notify(to=[cast.member], kind="test_taken", url="/more/")
    notice = Notice.objects.get()
    assert browser(cast.second_member).post(f"/notices/{notice.pk}/open/").status_code == 404
    assert unread_count(cast.member) == 1


def test_all_are_read_at_once(cast: Cast) -> None:
    for number in range(3):
        notify(to=[cast.member], kind="test_taken", source=str(number))
    assert mark_read(by=cast.member) == 3
    assert mark_read(by=cast.member) == 0
    assert [told.unread for told in notices_of(cast.member)] == [False] * 3


def test_a_key_belongs_to_one_kind() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        kinds.register("test_taken", icon="bell", words=lambda data: "other")


def test_the_bell_shows_the_count(cast: Cast, browser: Browser) -> None:
    assert (
        'id="badge-notices" hx-swap-oob="true" data-tone="accent" hidden'
        in browser(cast.member).get("/badges/").content.decode()
    )
    notify(to=[cast.member], kind="test_taken")
    assert "1 new notice" in browser(cast.member).get("/badges/").content.decode()
