"""API tokens: shown once, stored as a keyed digest, bound to a person, scopes and time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from cxportal.core import periods
from cxportal.core.violations import Invalid
from teams.people import services, tokens
from teams.people.models import ApiToken, User
from tests.cast import Cast

type Browser = Callable[..., Client]


def made(cast: Cast, **options: object) -> str:
    wanted = {"by": cast.member, "user": cast.member, "name": "Sync", "scopes": ["contacts:read"]} | options
    _row, text = tokens.create_token(**wanted)  # type: ignore[arg-type]
    return f"Bearer {text}"


def test_a_token_names_its_person_and_scopes(cast: Cast) -> None:
    bearer = tokens.authenticate(made(cast))
    assert bearer is not None
    assert bearer.user == cast.member
    assert bearer.allows("contacts:read")
    assert not bearer.allows("contacts:write")


def test_without_a_header_nobody_is_there(db: None) -> None:
    assert tokens.authenticate(None) is None
    assert tokens.authenticate("") is None


@pytest.mark.parametrize(
    "header",
    ["Bearer x", "Basic abc", "Bearer cxp_aaaaaaaa_", "Bearer cxp_aaaaaaaa_" + "x" * 43, "cxp_a_b", "Bearer \x00" * 9],
)
def test_a_forged_header_opens_nothing(db: None, header: str) -> None:
    with pytest.raises(tokens.BadToken):
        tokens.authenticate(header)


def test_a_known_prefix_with_another_secret_opens_nothing(cast: Cast) -> None:
    header = made(cast)
    with pytest.raises(tokens.BadToken):
        tokens.authenticate(header[:-4] + "AAAA")


def test_a_revoked_and_an_expired_token_open_nothing(cast: Cast) -> None:
    header = made(cast, valid_for=dt.timedelta(days=1))
    with pytest.raises(tokens.BadToken, match="expired"):
        tokens.authenticate(header, at=periods.now() + dt.timedelta(days=1, seconds=1))
    tokens.revoke_token(by=cast.member, token=ApiToken.objects.get())
    with pytest.raises(tokens.BadToken):
        tokens.authenticate(header)


def test_a_copy_of_the_database_opens_nothing_elsewhere(cast: Cast) -> None:
    header = made(cast)
    assert header.rpartition("_")[2].encode() not in bytes(ApiToken.objects.get().digest)
    with override_settings(SECRET_KEY="another installation's key"), pytest.raises(tokens.BadToken):
        tokens.authenticate(header)


def test_scopes_and_days_are_checked(cast: Cast) -> None:
    wrongs: tuple[dict[str, object], ...] = (
        {"scopes": ["everything"]},
        {"scopes": []},
        {"valid_for": dt.timedelta(days=366)},
    )
    for wrong in wrongs:
        with pytest.raises(Invalid):
            made(cast, **wrong)


def test_the_use_of_a_token_is_noted_now_and_then(cast: Cast) -> None:
    header = made(cast)
    tokens.authenticate(header)
    first = ApiToken.objects.get().last_used_at
    tokens.authenticate(header)
    assert ApiToken.objects.get().last_used_at == first
    tokens.authenticate(header, at=periods.now() + dt.timedelta(minutes=6))
    assert ApiToken.objects.get().last_used_at != first


def test_deactivation_ends_every_way_in_at_once(cast: Cast, browser: Browser) -> None:
    ended: list[User] = []
    services.on_deactivation(ended.append)
    try:
        header, client = made(cast), browser(cast.member)
        assert client.get("/account/devices/").status_code == 200
        services.deactivate(by=cast.administrator, person=cast.member)
        assert client.get("/account/devices/").status_code == 302
        with pytest.raises(tokens.BadToken):
            tokens.authenticate(header)
        assert ended == [cast.member]
        services.reactivate(by=cast.administrator, person=cast.member)
        with pytest.raises(tokens.BadToken):
            tokens.authenticate(header)
    finally:
        services._endings.remove(ended.append)


def test_the_page_makes_a_token_shown_once_and_revokes_it(cast: Cast, browser: Browser) -> None:
    client = browser(cast.member)
    page = client.post("/account/tokens/", {"name": "Sync", "scopes": ["pods:read"], "days": "30"})
    assert "cxp_" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    token = ApiToken.objects.get()
    assert f"cxp_{token.prefix}_" in client.get("/account/tokens/").content.decode()
    assert browser(cast.second_member).post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    client.post(f"/account/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_a_token_without_scopes_is_told_under_the_field(cast: Cast, browser: Browser) -> None:
    answer = browser(cast.member).post("/account/tokens/", {"name": "Sync", "days": "30"})
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_create_token_prints_the_token_last(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_token", cast.member.email, "--scopes", "contacts:read, contacts:write", "--days", "7")
    text = capsys.readouterr().out.strip().splitlines()[-1]
    bearer = tokens.authenticate(f"Bearer {text}")
    assert bearer is not None
    assert bearer.scopes == {"contacts:read", "contacts:write"}


def test_create_token_says_which_scopes_there_are(cast: Cast) -> None:
    with pytest.raises(CommandError, match="contacts:write"):
        call_command("create_token", cast.member.email, "--scopes", "everything")
    with pytest.raises(CommandError, match="Nobody"):
        call_command("create_token", "nobody@example.org", "--scopes", "pods:read")
