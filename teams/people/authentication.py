"""Who calls the API: a bearer token, or a browser that is signed in on this origin."""

from __future__ import annotations

from typing import cast

from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from teams.people import tokens
from teams.people.models import User


class BearerAuthentication(BaseAuthentication):
    """``Authorization: Bearer cxp_<prefix>_<secret>``; anything else in the header is refused."""

    def authenticate(self, request: Request) -> tuple[User, tokens.Bearer] | None:
        try:
            bearer = tokens.authenticate(request.headers.get("Authorization"))
        except tokens.BadToken as error:
            raise exceptions.AuthenticationFailed(str(error.reason)) from error
        return (bearer.user, bearer) if bearer else None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="cxportal"'


class BrowserAuthentication(SessionAuthentication):
    """The session cookie, with the cross-site check on every method that writes."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        # DRF's own class lets an inactive user's session through a custom backend; ours never does.
        found = super().authenticate(request)
        user = cast("User | None", found[0] if found else None)
        return (user, None) if user is not None and user.is_active else None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="cxportal"'
