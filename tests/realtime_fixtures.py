"""What a test's own thread published: the fixture ``published``."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection


class Published(list[tuple[str, str, dict[str, Any]]]):
    """A list of (topic, event, ids), one entry for each topic, also of what is not committed yet."""

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Django's execute wrapper: looks at notifications and lets every statement pass."""
        if "pg_notify" in sql and params:
            # A notification may travel in one trip with other statements.
            told = [text for name, text in itertools.pairwise(params) if name == "cxportal"]
            for message in map(json.loads, told):
                self.extend((topic, message["e"], message["i"]) for topic in message["t"])
        return execute(sql, params, many, context)

    @property
    def events(self) -> set[str]:
        """The names of the events, without their topics."""
        return {event for _, event, _ in self}


@pytest.fixture
def published() -> Iterator[Published]:
    """Collects what services publish through this thread's connection."""
    seen = Published()
    with connection.execute_wrapper(seen):
        yield seen
