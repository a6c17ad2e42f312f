"""What every test may ask for: the cast, and a browser in which somebody is signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from teams.people.models import User
from tests.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    """The named people and pods of ``tests/cast.py``."""
    return make_cast()


@pytest.fixture
def browser() -> Callable[..., Client]:
    """``browser(cast.member)`` is a client in which that person is signed in; ``browser()`` in which nobody is."""

    def sign_in(user: User | None = None, **options: Any) -> Client:
        client = Client(**options)
        if user is not None:
            client.force_login(user)
        return client

    return sign_in
