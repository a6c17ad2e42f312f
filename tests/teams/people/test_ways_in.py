"""Invitations and one-time links: they work once, in time, for one person; a stranger learns nothing."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Callable

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from cxportal.core import periods
from cxportal.core.violations import Gone, Refused
from teams.people import digests, links, services
from teams.people.models import Invitation, OneTimeLink, User
from teams.pods.models import RoleGrant
from tests.cast import Cast, make_cast

type Browser = Callable[..., Client]

GOOD = "a long enough phrase"


@pytest.fixture
def nora(cast: Cast) -> User:
    return services.add_person(by=cast.administrator, name="Nora Neu", email="nora@example.org")


def test_an_invitation_lets_the_person_in_once(cast: Cast, nora: User, browser: Browser) -> None:
    _row, secret = links.invite(by=cast.administrator, person=nora)
    client = browser()
    assert "Welcome, Nora" in client.get(f"/account/invitation/{secret}/").content.decode()
    answer = client.post(f"/account/invitation/{secret}/", {"password": GOOD})
    assert answer["Location"] == "/"
    assert client.get("/account/devices/").status_code == 200
    again = browser().get(f"/account/invitation/{secret}/")
    assert again.status_code == 410
    assert "works once" in again.content.decode()


def test_an_invitation_tells_its_end_in_the_companys_zone_and_can_be_copied(
    cast: Cast, nora: User, browser: Browser
) -> None:
    with time_machine.travel(dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC)):
        desk = browser(cast.administrator)
        page = desk.post(f"/settings/people/{nora.pk}/invite/", follow=True).text
        assert 'data-copy="#fresh-link"' in page
        assert "js/copy" in page
        assert "open until 9 Jul 2026, 00:30 (Europe/Berlin)" in page
        found = re.search(r"/account/invitation/[\w-]+/", page)
        assert found
        assert "until 9 July 2026, 00:30 (Europe/Berlin)" in browser().get(found[0]).text


def test_opening_a_link_changes_nothing(cast: Cast, nora: User, browser: Browser) -> None:
    _row, secret = links.invite(by=cast.administrator, person=nora)
    for _n in range(3):
        browser().get(f"/account/invitation/{secret}/")
    assert Invitation.objects.get().accepted_at is None


def test_an_invitation_ends_after_seven_days(cast: Cast, nora: User, browser: Browser) -> None:
    _row, secret = links.invite(by=cast.administrator, person=nora)
    with time_machine.travel(periods.now() + dt.timedelta(days=7, seconds=1)):
        assert browser().get(f"/account/invitation/{secret}/").status_code == 410
        assert browser().post(f"/account/invitation/{secret}/", {"password": GOOD}).status_code == 410
    nora.refresh_from_db()
    assert not nora.has_usable_password()


def test_a_new_invitation_ends_the_old_one(cast: Cast, nora: User, browser: Browser) -> None:
    _row, old = links.invite(by=cast.administrator, person=nora)
    _row, new = links.invite(by=cast.administrator, person=nora)
    assert browser().get(f"/account/invitation/{old}/").status_code == 410
    assert browser().get(f"/account/invitation/{new}/").status_code == 200


def test_a_withdrawn_invitation_opens_nothing(cast: Cast, nora: User, browser: Browser) -> None:
    row, secret = links.invite(by=cast.administrator, person=nora)
    links.withdraw(by=cast.administrator, invitation=row)
    assert browser().post(f"/account/invitation/{secret}/", {"password": GOOD}).status_code == 410


@pytest.mark.parametrize("place", ["invitation", "link"])
def test_a_forged_link_looks_like_any_unknown_page(db: None, browser: Browser, place: str) -> None:
    forged = browser().get(f"/account/{place}/{'x' * 43}/")
    assert forged.status_code == 404
    assert browser().get(f"/account/{place}/%00/").status_code == 404


def test_no_log_line_holds_the_secret_of_a_link(
    cast: Cast, nora: User, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    _row, secret = links.invite(by=cast.administrator, person=nora)
    with caplog.at_level("INFO"):
        browser().get(f"/account/invitation/{secret}/")
    paths = [record.__dict__.get("path", "") for record in caplog.records]
    assert "/account/invitation/…/" in paths
    assert not [path for path in paths if secret in path]


def test_a_secret_of_one_purpose_opens_no_other(cast: Cast, nora: User, browser: Browser) -> None:
    _row, secret = links.invite(by=cast.administrator, person=nora)
    assert browser().get(f"/account/link/{secret}/").status_code == 404
    assert digests.digest(links.INVITATION, secret) != digests.digest(links.LINK, secret)


def test_the_database_holds_no_secret(cast: Cast, nora: User) -> None:
    _row, secret = links.invite(by=cast.administrator, person=nora)
    stored = bytes(Invitation.objects.get().digest)
    assert secret.encode() not in stored
    assert len(stored) == 32


def test_a_weak_password_is_refused_under_the_field_and_the_link_stays(
    cast: Cast, nora: User, browser: Browser
) -> None:
    _row, secret = links.invite(by=cast.administrator, person=nora)
    answer = browser().post(f"/account/invitation/{secret}/", {"password": "1234"})
    assert answer.status_code == 422
    assert "too short" in answer.content.decode()
    assert browser().get(f"/account/invitation/{secret}/").status_code == 200


def test_nobody_without_an_email_or_with_a_password_is_invited(cast: Cast) -> None:
    bare = services.add_person(by=cast.administrator, name="Bare")
    with pytest.raises(Refused) as refused:
        links.invite(by=cast.administrator, person=bare)
    assert refused.value.codes == {"no_email"}
    cast.member.set_password(GOOD)
    cast.member.save()
    with pytest.raises(Refused) as refused:
        links.invite(by=cast.administrator, person=cast.member)
    assert refused.value.codes == {"can_sign_in"}


def test_an_administrators_link_sets_a_password_and_signs_out_everywhere(cast: Cast, browser: Browser) -> None:
    desk, phone = browser(cast.administrator), browser(cast.member)
    desk.post(f"/settings/people/{cast.member.pk}/link/")
    page = desk.get(f"/settings/people/{cast.member.pk}/").content.decode()
    found = re.search(r"http://testserver(/account/link/[\w-]+/)", page)
    assert found is not None
    client = browser()
    assert client.post(found[1], {"password": GOOD})["Location"] == "/"
    assert phone.get("/account/devices/").status_code == 302
    assert client.get("/account/devices/").status_code == 200


def test_a_coach_makes_no_link(cast: Cast, browser: Browser) -> None:
    assert browser(cast.coach).post(f"/settings/people/{cast.member.pk}/link/").status_code == 403
    assert not OneTimeLink.objects.exists()


def test_a_link_ends_after_a_day(cast: Cast) -> None:
    _row, secret = links.make_link(by=cast.administrator, person=cast.member)
    with pytest.raises(Gone):
        links.open_link(secret, at=periods.now() + dt.timedelta(hours=24, seconds=1))


def test_create_admin_prints_a_link_that_lets_the_first_administrator_in(
    db: None, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("create_admin", "Ada.Wolf@example.org")
    printed = capsys.readouterr().out
    found = re.search(r"http://localhost:\d+(/account/link/[\w-]+/)", printed)
    assert found is not None, printed
    client = browser()
    assert client.post(found[1], {"password": GOOD})["Location"] == "/"
    assert client.get("/settings/").status_code == 200
    ada = User.objects.get()
    assert (ada.name, ada.email) == ("Ada Wolf", "ada.wolf@example.org")
    assert RoleGrant.objects.get().role == "administrator"


def test_create_admin_again_makes_a_new_link_and_ends_the_old(
    db: None, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    for _n in range(2):
        call_command("create_admin", "ada@example.org")
    old, new = re.findall(r"(/account/link/[\w-]+/)", capsys.readouterr().out)
    assert browser().get(old).status_code == 410
    assert browser().get(new).status_code == 200
    assert RoleGrant.objects.count() == 1


def test_create_admin_says_what_is_wrong_with_an_email(db: None) -> None:
    with pytest.raises(CommandError, match="is no email address"):
        call_command("create_admin", "ada")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "negative control"])
def test_of_two_parallel_uses_of_a_link_one_wins(guarded: bool) -> None:
    """Both open the page, then both set a password. Without the check under the lock both succeed."""
    cast = make_cast()
    _row, secret = links.make_link(by=cast.administrator, person=cast.member)
    ways = [links.open_link(secret) for _n in range(2)]
    barrier = threading.Barrier(2)
    won: list[str] = []

    def use(number: int) -> None:
        way = ways[number]
        assert way is not None
        barrier.wait()
        try:
            if guarded:
                links.set_password(by=way.user, way=way, password=f"{GOOD} {number}")
            else:
                way.user.set_password(f"{GOOD} {number}")
                way.user.save(update_fields=["password"])
            won.append(f"{GOOD} {number}")
        except Gone:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=use, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cast.member.refresh_from_db()
    assert len(won) == (1 if guarded else 2)
    if guarded:
        assert cast.member.check_password(won[0])
