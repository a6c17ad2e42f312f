"""A caller of the API: somebody's token, and the answers as they come over the wire."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from teams.people.models import User
from teams.people.tokens import SCOPES, create_token


@pytest.fixture
def caller() -> Callable[..., Client]:
    """``caller(cast.member)`` speaks by a token with all scopes, ``caller(cast.member, "pods:read")`` with one."""

    def make(user: User | None, *scopes: str) -> Client:
        headers = {}
        if user is not None:
            _token, text = create_token(by=user, user=user, name="test", scopes=scopes or SCOPES)
            headers = {"Authorization": f"Bearer {text}"}
        return Client(headers=headers)

    return make
