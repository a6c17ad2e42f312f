"""Whole addresses of pages, for links that leave the portal."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def absolute(name: str, request: HttpRequest | None = None, **kwargs: str) -> str:
    """The whole address of a page: the installation's origin, else the request's, else this machine's."""
    return whole(reverse(name, kwargs=kwargs or None), request)


def whole(path: str, request: HttpRequest | None = None) -> str:
    """The same for a path that is known."""
    if settings.ORIGIN:
        return f"{settings.ORIGIN}{path}"
    if request is not None:
        return request.build_absolute_uri(path)
    host = "localhost" if settings.HOST in {"127.0.0.1", "0.0.0.0", "::1", "::"} else settings.HOST  # noqa: S104
    return f"http://{host}:{settings.PORT}{path}"
