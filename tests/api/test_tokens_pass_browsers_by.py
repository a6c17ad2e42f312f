"""A token call passes sessions and cross-site checks by; a browser never gets past them by a header."""

from django.test import Client

from tests.cast import Cast


def signed_in(cast: Cast) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.member, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_wrong_token_opens_nothing_even_beside_a_session(cast: Cast) -> None:
    answer = signed_in(cast).get("/api/v1/pods/", headers={"Authorization": "Bearer cxp_aaaaaaaa_" + "x" * 30})
    assert answer.status_code == 401


def test_a_header_that_is_no_token_does_not_pass_the_cross_site_check(cast: Cast) -> None:
    for header in ("Bearer", "Bearer nothing", "Basic eDp5", "bearer x"):
        answer = signed_in(cast).post(
            "/api/v1/contacts/", {}, content_type="application/json", headers={"Authorization": header}
        )
        assert answer.status_code == 401


def test_a_page_asks_for_the_session_whatever_the_header_says(cast: Cast) -> None:
    answer = signed_in(cast).post("/account/tokens/", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 403


def test_a_token_call_neither_needs_nor_gets_a_cookie(cast: Cast, caller) -> None:
    answer = caller(cast.member).get("/api/v1/pods/")
    assert answer.status_code == 200
    assert not answer.cookies
