"""Signing in: by email and password, with a brake that counts across workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import caches
from django.db import connection
from django.test import Client

from teams.notifications.models import Mail
from teams.people import services
from teams.people.models import OneTimeLink, User
from tests.cast import Cast
from tests.factories import people

type Browser = Callable[..., Client]


@pytest.fixture(autouse=True)
def _empty_counters(db: None) -> Iterator[None]:
    yield
    caches["default"].clear()


@pytest.fixture
def ada(db: None) -> User:
    return people.user("Ada Wolf", email="ada@example.org", password=people.PASSWORD)


def sign_in(client: Client, email: str = "ada@example.org", password: str = people.PASSWORD) -> object:
    return client.post("/account/login/", {"login": email, "password": password})


def test_an_empty_installation_says_how_to_begin(browser: Browser, db: None) -> None:
    page = browser().get("/account/login/").content.decode()
    assert "manage.py create_admin" in page
    assert "<form" not in page


def test_the_keyboard_goes_from_the_email_to_the_password(browser: Browser, ada: User) -> None:
    page = browser().get("/account/login/").content.decode()
    assert page.index('name="login"') < page.index('id="id_password"') < page.index("Forgot it?")


def test_the_right_pair_opens_the_portal(browser: Browser, ada: User) -> None:
    client = browser()
    answer = client.post("/account/login/", {"login": "ADA@example.org ", "password": people.PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert UserSession.objects.get().user == ada


def test_a_stranger_is_sent_to_sign_in_and_back(browser: Browser, ada: User) -> None:
    client = browser()
    answer = client.get("/account/devices/")
    assert answer["Location"] == "/account/login/?next=/account/devices/"
    answer = client.post(
        answer["Location"], {"login": ada.email, "password": people.PASSWORD, "next": "/account/devices/"}
    )
    assert answer["Location"] == "/account/devices/"


def test_unknown_email_and_wrong_password_look_alike(browser: Browser, ada: User) -> None:
    wrong = browser().post("/account/login/", {"login": ada.email, "password": "wrong wrong wrong"})
    unknown = browser().post("/account/login/", {"login": "bob@example.org", "password": "wrong wrong wrong"})
    words = [page.content.decode().replace("bob@", "ada@") for page in (wrong, unknown)]
    words = [text.split("<form", 1)[1].split("csrfmiddlewaretoken", 1)[1][80:] for text in words]
    assert words[0] == words[1]
    assert "Email and password do not match." in words[0]


def test_a_wrong_password_keeps_the_email(browser: Browser, ada: User) -> None:
    page = browser().post("/account/login/", {"login": ada.email, "password": "wrong wrong wrong"}).content.decode()
    assert 'value="ada@example.org"' in page
    assert 'aria-invalid="true"' in page


def test_a_wrong_pair_tells_how_many_tries_are_left_also_where_nobody_has_the_email(
    browser: Browser, ada: User
) -> None:
    def told(email: str) -> list[str]:
        wrong = {"login": email, "password": "wrong wrong wrong"}
        pages = [browser().post("/account/login/", wrong).content.decode() for _n in range(3)]
        # Another worker has its own cache object, but the same table.
        del caches["default"]
        pages += [browser().post("/account/login/", wrong).content.decode() for _n in range(3)]
        return [page.split('id="id_password_error"', 1)[1].split("</ul>")[0].split("<span>")[1] for page in pages]

    mine = told("ada@example.org")
    assert [words.split(".")[1].strip() for words in mine[:4]] == [f"{n} tries left" for n in (4, 3, 2)] + [
        "1 try left"
    ]
    assert "No try left: wait five minutes" in mine[4]
    assert "Too many tries" in mine[5]
    assert told("nobody@example.org") == mine


def test_the_right_pair_takes_no_try_away(browser: Browser, ada: User) -> None:
    sign_in(browser())
    wrong = browser().post("/account/login/", {"login": ada.email, "password": "wrong wrong wrong"})
    assert "4 tries left." in wrong.content.decode()


def test_the_limit_of_an_address_counts_down_too(browser: Browser, ada: User) -> None:
    for n in range(18):
        browser().post("/account/login/", {"login": f"guess{n}@example.org", "password": "wrong wrong wrong"})
    wrong = browser().post("/account/login/", {"login": ada.email, "password": "wrong wrong wrong"})
    assert "1 try left." in wrong.content.decode()


def test_five_failures_stop_the_sixth_try_even_with_the_right_password(browser: Browser, ada: User) -> None:
    for _n in range(5):
        browser().post("/account/login/", {"login": ada.email, "password": "wrong wrong wrong"})
    stopped = browser().post("/account/login/", {"login": ada.email, "password": people.PASSWORD})
    assert "Too many tries" in stopped.content.decode()
    assert not UserSession.objects.exists()


def test_the_brake_counts_in_the_database_so_that_workers_share_it(browser: Browser, ada: User) -> None:
    for _n in range(5):
        browser().post("/account/login/", {"login": ada.email, "password": "wrong wrong wrong"})
    # Another worker has its own cache object and its own connection, but the same table.
    del caches["default"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache")
        assert cursor.fetchone()[0] > 0
    stopped = browser().post("/account/login/", {"login": ada.email, "password": people.PASSWORD})
    assert "Too many tries" in stopped.content.decode()


def test_nobody_can_sign_up(browser: Browser, db: None) -> None:
    assert browser().get("/account/signup/").status_code == 404


def test_a_deactivated_person_cannot_sign_in(browser: Browser, cast: Cast) -> None:
    cast.member.set_password(people.PASSWORD)
    cast.member.save()
    services.deactivate(by=cast.administrator, person=cast.member)
    sign_in(browser(), cast.member.email or "")
    assert not UserSession.objects.exists()


def test_changing_the_password_signs_out_every_other_device(browser: Browser, ada: User) -> None:
    here, there = browser(), browser()
    sign_in(here)
    sign_in(there)
    answer = here.post(
        "/account/password/",
        {"oldpassword": people.PASSWORD, "password1": "another long phrase", "password2": "another long phrase"},
    )
    assert answer["Location"] == "/account/devices/"
    assert here.get("/account/devices/").status_code == 200
    assert there.get("/account/devices/").status_code == 302


def test_somebody_who_never_set_a_password_is_told_who_can_help(browser: Browser, cast: Cast) -> None:
    client = browser(cast.member)
    page = client.get("/account/password/")
    assert page.status_code == 200
    assert "You have no password yet" in page.content.decode()
    assert "administrator of your company can invite you" in page.content.decode()
    tried = {"oldpassword": "", "password1": "another long phrase", "password2": "another long phrase"}
    assert client.post("/account/password/", tried).status_code == 409
    cast.member.refresh_from_db()
    assert not cast.member.has_usable_password()


def test_a_device_can_be_signed_out_from_another(browser: Browser, ada: User) -> None:
    here, there = browser(), browser()
    sign_in(here)
    sign_in(there)
    other = UserSession.objects.get(session_key=there.session.session_key)
    assert "This device" in here.get("/account/devices/").content.decode()
    assert here.post(f"/account/devices/{other.pk}/end/").status_code == 303
    assert there.get("/account/devices/").status_code == 302
    assert here.post(f"/account/devices/{other.pk}/end/").status_code == 303


def test_nobody_ends_the_devices_of_somebody_else(browser: Browser, ada: User, cast: Cast) -> None:
    here = browser()
    sign_in(here)
    session = UserSession.objects.get()
    browser(cast.member).post(f"/account/devices/{session.pk}/end/")
    assert here.get("/account/devices/").status_code == 200


def test_signing_out_needs_a_post(browser: Browser, ada: User) -> None:
    client = browser()
    sign_in(client)
    assert client.get("/account/logout/").status_code == 200
    assert client.get("/account/devices/").status_code == 200
    assert client.post("/account/logout/").status_code == 302
    assert client.get("/account/devices/").status_code == 302


def test_a_forgotten_password_is_mailed_as_a_one_time_link(browser: Browser, ada: User) -> None:
    client = browser()
    answer = client.post("/account/password/forgot/", {"email": ada.email})
    assert answer["Location"] == "/account/password/sent/"
    mail = Mail.objects.get()
    assert mail.to == ada.email
    address = next(line for line in mail.body.splitlines() if "/account/link/" in line)
    answer = client.post(address.partition("testserver")[2], {"password": "another long phrase"})
    assert answer["Location"] == "/"
    assert sign_in(browser()).status_code != 302  # type: ignore[attr-defined]


def test_a_forgotten_password_of_nobody_looks_the_same_and_mails_nothing(browser: Browser, ada: User) -> None:
    answer = browser().post("/account/password/forgot/", {"email": "bob@example.org"})
    assert answer["Location"] == "/account/password/sent/"
    assert not Mail.objects.exists()
    assert not OneTimeLink.objects.exists()


def test_too_many_requests_are_told_when_to_come_back(browser: Browser, ada: User) -> None:
    answers = [browser().post("/account/password/forgot/", {"email": ada.email}) for _n in range(6)]
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "60"
    assert "Too many tries" in answers[-1].content.decode()
