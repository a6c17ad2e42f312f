"""Middleware that serves browsers only: a call of the API that brings a token passes it by.

Sessions, the cross-site check, the session's person and messages mean nothing to a token: DRF authenticates it
by itself, first, and a header that no browser sends by itself needs no cross-site check. What is
behind an `Authorization: Bearer` is never a session, not even when the token is wrong.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware


def by_token(request: HttpRequest) -> bool:
    """Is this a call of the API that says who it is by a bearer token?"""
    return request.path_info.startswith("/api/") and request.META.get("HTTP_AUTHORIZATION", "").startswith("Bearer ")


class PassedByTokens:
    """In front of a middleware: token calls go on to the next one."""

    def __call__(self, request: HttpRequest) -> Any:
        if by_token(request):
            return self.get_response(request)  # type: ignore[attr-defined]
        return super().__call__(request)  # type: ignore[misc]


class Sessions(PassedByTokens, SessionMiddleware):
    """Sessions, but for token calls."""


class CrossSite(PassedByTokens, CsrfViewMiddleware):
    """The cross-site check, but for token calls."""

    def process_view(self, request: HttpRequest, *view: Any) -> Any:
        return None if by_token(request) else super().process_view(request, *view)


class People(PassedByTokens, AuthenticationMiddleware):
    """The session's person; nobody yet in a token call, where DRF finds out."""

    def __call__(self, request: HttpRequest) -> Any:
        if by_token(request):
            request.user = AnonymousUser()
        return super().__call__(request)


class Messages(PassedByTokens, MessageMiddleware):
    """Messages of the last page, but for token calls."""
