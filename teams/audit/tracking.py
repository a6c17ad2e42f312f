"""Audit by triggers: every change of a tracked table is recorded by PostgreSQL itself.

Events are append-only and recorded per statement (a bulk change costs one pass). The person and
the service come from ``acting``; a change without it is recorded too, without a name.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pghistory
import pgtrigger
from django.db import models, transaction

if TYPE_CHECKING:
    from teams.people.models import User


def tracked[M: models.Model](*, exclude: list[str] | None = None) -> Callable[[type[M]], type[M]]:
    """Class decorator: record inserts, updates and deletes of the model.

    ``exclude`` names fields that must not be copied into the history (digests, secrets) or
    that change too often to mean anything (heartbeats).
    """
    options: dict[str, Any] = {"exclude": exclude} if exclude else {}
    level = pgtrigger.Statement
    decorator: Callable[[type[M]], type[M]] = pghistory.track(
        pghistory.InsertEvent(level=level),
        pghistory.UpdateEvent(level=level),
        pghistory.DeleteEvent(level=level),
        append_only=True,
        **options,
    )
    return decorator


@contextmanager
def acting(*, by: User | None, service: str, **about: str | int) -> Iterator[None]:
    """Attach the person, the service and more words to every change made inside.

    ``by`` is None when the product acts by itself (the router, a job).
    """
    context: dict[str, Any] = {"service": service, **about}
    if by is not None:
        context |= {"user": by.pk, "name": by.name}
    with pghistory.context(**context):
        yield


def recorded[**P, R](service: Callable[P, R]) -> Callable[P, R]:
    """Decorator of a service with a keyword ``by``: one transaction, recorded with person and verb."""

    @functools.wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        by: Any = kwargs.get("by")
        with transaction.atomic(), acting(by=by, service=service.__name__):
            return service(*args, **kwargs)

    return run
