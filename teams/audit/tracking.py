"""Audit by triggers: every change of a tracked table is recorded by PostgreSQL itself.

Events are append-only and recorded per statement (a bulk change costs one pass). The person and
the service come from ``acting``; a change without it is recorded too, without a name.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pghistory
import pghistory.trigger
import pgtrigger
from django.db import models, transaction

if TYPE_CHECKING:
    from teams.people.models import User


# PostgreSQL plans a trigger's statement once a session, for as many rows as its first call had, and one row is
# joined by a nested loop, which takes minutes for many. A full join has none. What it adds (old rows whose key was
# changed away) is kept out in a form from which the planner cannot conclude that a plain join would do; see
# docs/decisions/0017-updates-are-recorded-by-a-full-join.md.
_JOIN = re.compile(r'FROM old_values JOIN new_values ON \((old_values\."\w+")\) = \((new_values\."\w+")\) WHERE ')
_FULL_JOIN = r"FROM old_values FULL JOIN new_values ON (\1) = (\2) WHERE num_nulls(\2) = 0 AND "


class _RecordedUpdate(pghistory.trigger.Event):
    """The trigger of an update: as quick for many rows after one as without."""

    def render_func(self, model: models.Model) -> str:
        return _JOIN.sub(_FULL_JOIN, super().render_func(model))


class _UpdateEvent(pghistory.UpdateEvent):
    """An update whose trigger is ours; the library has no way to name another."""

    def add_event_trigger(self, event_model: Any) -> None:
        trigger = _RecordedUpdate(  # type: ignore[no-untyped-call]
            event_model=event_model,
            label=self.label,
            name=self.trigger_name,
            row=self.row,
            operation=self.operation,
            condition=self.condition,
            level=self.level,
        )
        pgtrigger.register(trigger)(event_model.pgh_tracked_model)


def tracked[M: models.Model](*, exclude: list[str] | None = None) -> Callable[[type[M]], type[M]]:
    """Class decorator: record inserts, updates and deletes of the model.

    ``exclude`` names fields that must not be copied into the history (digests, secrets) or
    that change too often to mean anything (heartbeats).
    """
    options: dict[str, Any] = {"exclude": exclude} if exclude else {}
    level = pgtrigger.Statement
    decorator: Callable[[type[M]], type[M]] = pghistory.track(
        pghistory.InsertEvent(level=level),
        _UpdateEvent(level=level),
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
