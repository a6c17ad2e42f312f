"""Every no of the API as problem+json (RFC 9457), with the violations that the page shows too."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.response import Response

from cxportal.core.database import LOCK_NOT_AVAILABLE, sqlstate
from cxportal.core.violations import Answer, Denied, Gone, Invalid, Refused, Text, busy

logger = logging.getLogger("cxportal.api")

CONTENT_TYPE = "application/problem+json"
NOT_FOUND = _("There is nothing here for you at this address.")
TITLES: dict[int, Text] = {
    400: _("The request could not be read"),
    401: _("Sign in or send a token"),
    403: _("You lack the role for this"),
    404: _("Not found"),
    405: _("This address does not do that"),
    406: _("Only JSON is answered"),
    409: _("Refused: a rule or a change in the meantime"),
    410: _("This link has ended"),
    413: _("The request is too large"),
    415: _("Send JSON"),
    422: _("Some fields do not fit"),
    429: _("Too many requests"),
    503: _("The database can't be reached"),
}


class TooLarge(exceptions.APIException):
    """The body is longer than any request of this API needs to be."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The body is larger than 2 MB.")


def problem(
    code: int,
    *,
    detail: Text = "",
    violations: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """One refusal. ``violations`` is always there, empty when the status says it all."""
    body = {
        "type": "about:blank",
        "title": str(TITLES.get(code, _("The request failed"))),
        "status": code,
        "detail": str(detail),
        "violations": violations or [],
    }
    return Response(body, status=code, headers=headers, content_type=CONTENT_TYPE)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: None for what is no deliberate answer, which then is raised on."""
    if isinstance(error, OperationalError) and sqlstate(error) == LOCK_NOT_AVAILABLE:
        error = busy()
    if isinstance(error, Answer):
        return _answer(error)
    if isinstance(error, Http404):
        return problem(404, detail=NOT_FOUND)
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    if isinstance(error, PermissionDenied):
        return problem(403, detail=str(error))
    if isinstance(error, exceptions.APIException):
        return _framework(error)
    return None


def _answer(error: Answer) -> Response:
    if isinstance(error, Refused):
        if "key_reused" in error.codes:
            return problem(422, detail=str(error), violations=[v.as_problem() for v in error.violations])
        headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
        violations = [violation.as_problem() for violation in error.violations]
        return problem(409, detail=str(error), violations=violations, headers=headers)
    if isinstance(error, Invalid):
        return problem(422, detail=str(error), violations=fields(error.fields))
    if isinstance(error, Denied | Gone):
        return problem(error.status, detail=error.reason)
    return problem(error.status, detail=str(error))


def _framework(error: exceptions.APIException) -> Response:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    wait = getattr(error, "wait", None)
    if wait:
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(error, exceptions.ValidationError):
        found = fields(flatten(error.get_full_details()))
        return problem(422, detail="; ".join(item["message"] for item in found), violations=found)
    detail = error.detail if isinstance(error.detail, str) else ""
    return problem(error.status_code, detail=detail, headers=headers)


def fields(messages: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Field errors as violations with the code ``invalid`` and the field's name."""
    return [{"code": "invalid", "field": name, "message": text} for name, texts in messages.items() for text in texts]


def flatten(details: Any, place: str = "") -> dict[str, list[str]]:
    """DRF's nested details by dotted field name; ``non_field_errors`` becomes the empty name."""
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        return {place: [str(details["message"])]}
    found: dict[str, list[str]] = {}
    parts = details.items() if isinstance(details, dict) else enumerate(details)
    for name, inner in parts:
        leaf = isinstance(details, list) and isinstance(inner, dict) and set(inner) == {"message", "code"}
        path = place if leaf or name == "non_field_errors" else f"{place}.{name}".lstrip(".")
        for key, texts in flatten(inner, path).items():
            found.setdefault(key, []).extend(texts)
    return found


def not_found(request: HttpRequest) -> HttpResponse:
    """404 for an address that the API does not know, in the words of every other 404."""
    body = {"type": "about:blank", "title": str(TITLES[404]), "status": 404, "detail": str(NOT_FOUND), "violations": []}
    compact = {"separators": (",", ":"), "ensure_ascii": False}
    return JsonResponse(body, status=404, content_type=CONTENT_TYPE, json_dumps_params=compact)
