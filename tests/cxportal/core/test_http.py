"""Marks of views, and one place that turns a no into an answer."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from cxportal.core.http import Mark, answer, guarded, public, signed_in, verb
from cxportal.core.violations import Denied, Gone, Invalid, Refused, Violation, busy
from tests.cast import Cast

REST = Violation("rest_before", "Rest would be 10 h, the pod agreed 11 h.", {"hours": 10, "agreed": 11}, "Take 17:30.")


def request_of(user: object, **headers: str) -> HttpRequest:
    request = RequestFactory().get("/p/isar/week/", headers=headers)
    request.user = user  # type: ignore[assignment]
    return request


def fetch_word(user: object, word: str) -> str:
    """A predicate as the floors write them."""
    if word == "secret":
        raise Http404
    return word.upper()


@guarded(fetch_word)
def page(request: HttpRequest, word: str, *, week: str) -> HttpResponse:
    return HttpResponse(f"{word} {week}")


def test_a_guarded_view_receives_what_its_predicate_fetched(cast: Cast) -> None:
    response = page(request_of(cast.member), word="isar", week="2026-W48")
    assert isinstance(response, HttpResponse)
    assert response.content == b"ISAR 2026-W48"
    assert "no-store" in response["Cache-Control"]


def test_a_stranger_is_sent_to_sign_in_with_the_way_back() -> None:
    response = page(request_of(AnonymousUser()), word="isar", week="2026-W48")
    assert response.status_code == 302
    assert response["Location"].endswith("next=/p/isar/week/")


def test_inside_a_fragment_the_whole_page_is_sent_to_sign_in() -> None:
    request = request_of(AnonymousUser(), **{"HX-Request": "true", "HX-Current-URL": "/p/isar/queue/"})
    response = page(request, word="isar", week="2026-W48")
    assert response.status_code == 401
    assert response["HX-Redirect"].endswith("next=/p/isar/queue/")


def mark_of(view: object) -> Mark:
    mark = getattr(view, "mark", None)
    assert isinstance(mark, Mark)
    return mark


def test_marks_name_their_predicate_and_survive_the_verb() -> None:
    assert mark_of(page).name == "guarded:fetch_word"
    assert mark_of(verb(page)) == mark_of(page)
    assert mark_of(signed_in(lambda request: HttpResponse())).name == "signed_in"
    assert mark_of(public(lambda request: HttpResponse())).name == "public"


def test_a_verb_answers_get_with_405(cast: Cast) -> None:
    assert verb(page)(request_of(cast.member), word="isar", week="2026-W48").status_code == 405


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (Refused(REST), 409, "Rest would be 10 h"),
        (Denied("Only members can open this."), 403, "Only members"),
        (Gone("This link was used."), 410, "This link was used"),
        (Invalid({"start": "The start lies after the end."}), 422, "after the end"),
    ],
)
@pytest.mark.parametrize("fragment", [False, True])
def test_every_no_has_its_status_and_its_reason(
    cast: Cast, error: Refused | Denied | Gone | Invalid, status: int, text: str, fragment: bool
) -> None:
    response = answer(request_of(cast.member, **({"HX-Request": "true"} if fragment else {})), error)
    assert response.status_code == status
    assert text in response.content.decode()
    assert ("HX-Retarget" in response) is fragment


def test_busy_says_when_to_try_again(cast: Cast) -> None:
    assert answer(request_of(cast.member), busy())["Retry-After"] == "2"


def test_a_violation_carries_its_numbers_into_the_problem() -> None:
    assert json.loads(json.dumps(REST.as_problem())) == {
        "code": "rest_before",
        "message": "Rest would be 10 h, the pod agreed 11 h.",
        "way_out": "Take 17:30.",
        "hours": 10,
        "agreed": 11,
    }
