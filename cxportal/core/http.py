"""Who may open a view, and what a no looks like over HTTP.

Every view carries exactly one mark: ``@guarded(fetch)``, ``@signed_in`` or ``@public``.
``tests/test_permission_marks.py`` walks the URL configuration and fails on a view without one.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate

from django.contrib.auth.views import redirect_to_login
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from cxportal.core.database import LOCK_NOT_AVAILABLE, sqlstate
from cxportal.core.violations import Answer, Denied, Gone, Invalid, Refused, busy

type View = Callable[..., HttpResponseBase]

TEMPLATES = {400: "400.html", 403: "403.html", 404: "404.html", 409: "409.html", 410: "410.html", 422: "422.html"}


@dataclass(frozen=True)
class Mark:
    """The permission mark of a view: how it is guarded, and by which predicate."""

    kind: str
    fetch: Callable[..., Any] | None = None

    @property
    def name(self) -> str:
        """``guarded:own_pod``, ``signed_in`` or ``public``: what the permission matrix lists."""
        return f"{self.kind}:{self.fetch.__name__}" if self.fetch else self.kind


def _sign_in(request: HttpRequest) -> HttpResponseBase:
    """Send a stranger to the sign-in page, also from inside a fragment."""
    response = redirect_to_login(request.get_full_path())
    if request.headers.get("HX-Request"):
        back = request.headers.get("HX-Current-URL", request.get_full_path())
        fragment = HttpResponse(status=401)
        fragment["HX-Redirect"] = redirect_to_login(back).headers["Location"]
        return fragment
    return response


def guarded[T](
    fetch: Callable[..., T],
) -> Callable[[Callable[Concatenate[HttpRequest, T, ...], HttpResponseBase]], View]:
    """Fetch and authorise in one step.

    ``fetch(user, **its_url_kwargs)`` returns the object, raises ``Http404`` for strangers and
    ``Denied`` for a missing role. The view receives the object in place of the URL parameters
    that ``fetch`` names; the others stay keyword arguments.
    """
    names = list(inspect.signature(fetch).parameters)[1:]

    def decorate(view: Callable[..., HttpResponseBase]) -> View:
        @functools.wraps(view)
        @never_cache
        def guarded_view(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _sign_in(request)
            found = fetch(request.user, **{name: kwargs.pop(name) for name in names if name in kwargs})
            return view(request, found, **kwargs)

        guarded_view.mark = Mark("guarded", fetch)  # type: ignore[attr-defined]
        return guarded_view

    return decorate


def signed_in(view: Callable[..., HttpResponseBase]) -> View:
    """Any signed-in person; what they see follows from who they are."""

    @functools.wraps(view)
    @never_cache
    def signed_in_view(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return view(request, **kwargs) if request.user.is_authenticated else _sign_in(request)

    signed_in_view.mark = Mark("signed_in")  # type: ignore[attr-defined]
    return signed_in_view


def public(view: Callable[..., HttpResponseBase]) -> View:
    """Open to the world."""

    @functools.wraps(view)
    def public_view(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return view(request, **kwargs)

    public_view.mark = Mark("public")  # type: ignore[attr-defined]
    return public_view


def verb(view: View) -> View:
    """A view that changes something: POST only. Keeps the permission mark."""
    posted = require_POST(view)
    if (mark := getattr(view, "mark", None)) is not None:
        posted.mark = mark  # type: ignore[attr-defined]
    return posted


class AnswersMiddleware:
    """Translate deliberate refusals, waits for a lock that took too long and unreadable addresses, in one place."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # PostgreSQL keeps no NUL and would raise on one; forms and the API refuse it with their own words.
        if "\0" in request.path_info:
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", "") and not request.path_info.startswith("/api/"):
            return answer(request, Answer())
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Called by Django for an exception in a view; None leaves it to the next."""
        if isinstance(error, OperationalError) and sqlstate(error) == LOCK_NOT_AVAILABLE:
            return answer(request, busy())
        return answer(request, error) if isinstance(error, Answer) else None


def answer(request: HttpRequest, error: Answer) -> HttpResponse:
    """The page, or for htmx the refusal dialog, that tells a no with its reasons."""
    context: dict[str, Any] = {"error": error, "back": request.headers.get("Referer", "/")}
    if isinstance(error, Refused):
        context["violations"] = error.violations
    elif isinstance(error, Invalid):
        context["fields"] = error.fields
    elif isinstance(error, Denied | Gone):
        context["reason"] = error.reason
    if request.headers.get("HX-Request"):
        response = render(request, "components/_refusal.html", context, status=error.status)
        response["HX-Retarget"] = "#dialogs"
        response["HX-Reswap"] = "innerHTML"
    else:
        response = render(request, TEMPLATES[error.status], context, status=error.status)
    if isinstance(error, Refused) and error.retry_after:
        response["Retry-After"] = str(error.retry_after)
    return response


def found_or_404[T](found: T | None) -> T:
    """The object, or ``Http404`` for nothing: unknown, another pod's and forged look alike."""
    if found is None:
        raise Http404
    return found
