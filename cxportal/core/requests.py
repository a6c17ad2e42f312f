"""Around every request: its id, its log line, and the answer when the database is away."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views import defaults

from cxportal.core.logs import request_id

_started: ContextVar[float | None] = ContextVar("request_started", default=None)

logger = logging.getLogger("cxportal.requests")

_GIVEN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Connection lost (08), server shutting down or recovering (57P), too many connections (53), and none at all:
# psycopg reports a server that can't be reached without a code.
_AWAY = re.compile(r"(08...|57P0.|53...)?")
RETRY_AFTER = 5

type Handler = Callable[[HttpRequest], HttpResponseBase]


def started_at() -> float:
    """When this request began, in seconds since 1970: what its page can know at the latest."""
    return _started.get() or time.time()


def loggable_path(request: HttpRequest) -> str:
    """The path without what opens a door: secrets of invitations, one-time links and surveys."""
    path = request.path
    for name in ("secret", "token"):
        opening = request.resolver_match.kwargs.get(name) if request.resolver_match else None
        path = path.replace(opening, "…") if opening else path
    return path


class RequestLogMiddleware:
    """Gives each request an id (a proxy's, when it looks like one), answers with it, logs one line."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        current = given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        token = request_id.set(current)
        _started.set(time.time())
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = current
            if not request.path.startswith(("/health/", "/static/")):
                logger.info(
                    "request",
                    extra={
                        "method": request.method,
                        "path": loggable_path(request),
                        "status": response.status_code,
                        "ms": round((time.perf_counter() - started) * 1000, 1),
                    },
                )
        finally:
            request_id.reset(token)
        return response


def is_away(error: BaseException) -> bool:
    """True when a database error says that the server can't be used now, not that a statement was wrong."""
    return bool(_AWAY.fullmatch(getattr(error.__cause__, "sqlstate", None) or ""))


class DatabaseAwayMiddleware:
    """Answers 503 with a page that tries again by itself when the database can't be reached."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError) as error:
            # Raised by other middleware (the session's save); those of views arrive below.
            if not is_away(error):
                raise
            return away(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Called by Django for an exception in a view; None leaves it to the next."""
        if isinstance(error, OperationalError | InterfaceError) and is_away(error):
            return away(request)
        return None


def away(request: HttpRequest) -> HttpResponse:
    """503: nothing was saved, try again. The page needs no database; the API gets problem+json."""
    logger.warning("database away", extra={"path": loggable_path(request)})
    response: HttpResponse
    if request.path.startswith("/api/"):
        response = JsonResponse(
            {"type": "about:blank", "title": "The database can't be reached", "status": 503, "violations": []},
            status=503,
            content_type="application/problem+json",
        )
    else:
        response = HttpResponse(status=503)
        posted = request.method != "GET"
        again = "/" if posted else request.get_full_path()
        response.content = render_to_string("503.html", {"path": again, "posted": posted})
        if not posted:
            response["Refresh"] = str(RETRY_AFTER)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


def server_error(request: HttpRequest) -> HttpResponseBase:
    """500 in the words of the door that was used: problem+json for the API, the page for everybody else."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    title = _("Something went wrong on our side; the request's id helps to find it")
    body = {"type": "about:blank", "title": str(title), "status": 500, "request_id": request_id.get(), "violations": []}
    return JsonResponse(body, status=500, content_type="application/problem+json")
