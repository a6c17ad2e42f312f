"""How rules and services say no: a list of reasons in words and numbers.

A rule returns ``Violation`` objects and never raises. A service raises one of the
exceptions below; pages, fragments and the API all translate them in one place
(``cxportal.core.http``), so a refusal looks the same at every door.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Text = str | Promise


@dataclass(frozen=True)
class Violation:
    """One broken rule.

    ``code`` is stable and machine-readable (``rest_before``); ``message`` is the sentence a
    person reads; ``numbers`` are the values behind it, JSON-serialisable; ``way_out`` says
    what would work instead, when the rule knows.
    """

    code: str
    message: Text
    numbers: Mapping[str, Any] = field(default_factory=dict)
    way_out: Text = ""

    def as_problem(self) -> dict[str, Any]:
        """The violation as a member of ``violations`` in a problem+json answer."""
        problem: dict[str, Any] = {"code": self.code, "message": str(self.message)}
        if self.way_out:
            problem["way_out"] = str(self.way_out)
        return problem | dict(self.numbers)


class Answer(Exception):
    """Base of every deliberate no; ``status`` is the HTTP status it becomes."""

    status = 400


class Refused(Answer):
    """A broken bound, a lost race or a stale version (409). Nothing was changed."""

    status = 409

    def __init__(self, violations: Violation | Iterable[Violation], *, retry_after: int | None = None) -> None:
        self.violations: tuple[Violation, ...] = (
            (violations,) if isinstance(violations, Violation) else tuple(violations)
        )
        self.retry_after = retry_after
        super().__init__("; ".join(str(v.message) for v in self.violations))

    @property
    def codes(self) -> set[str]:
        return {v.code for v in self.violations}


class Denied(Answer):
    """The person may know of the thing but lacks the role (403); ``reason`` names who can."""

    status = 403

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(str(reason))


class Gone(Answer):
    """A link that worked once and is finished or expired (410)."""

    status = 410

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(str(reason))


class Invalid(Answer):
    """Well-formed input with wrong values (422); ``fields`` maps field name to messages.

    The empty name stands for the input as a whole.
    """

    status = 422

    def __init__(self, fields: Mapping[str, Text | list[Text]]) -> None:
        self.fields: dict[str, list[str]] = {
            name: [str(m) for m in messages] if isinstance(messages, list) else [str(messages)]
            for name, messages in fields.items()
        }
        super().__init__("; ".join(f"{n}: {', '.join(m)}" if n else ", ".join(m) for n, m in self.fields.items()))


def busy() -> Refused:
    """Somebody else holds the lock for longer than we wait: try again."""
    return Refused(
        Violation("busy", _("Somebody else is changing this at the moment. Nothing was changed; try again.")),
        retry_after=2,
    )
