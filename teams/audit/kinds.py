"""What of the recorded changes may be read, by whom and in which words.

The audit knows no model: each room registers its own at start-up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pghistory.core
from django.db import models

from cxportal.core.violations import Text


@dataclass(frozen=True)
class Kind:
    """One tracked model in the history.

    ``belongs`` maps a thing that has a history of its own (``person``, ``pod``) to the lookup on
    the event that names it; ``subject`` are the fields whose words name the row; ``hidden`` are
    never shown; ``shown`` turns a field's value into words. ``settings`` puts it into the
    administrators' history; ``inside`` keeps it to the members of the pod.
    """

    key: str
    model: type[models.Model]
    label: Text
    subject: tuple[str, ...]
    belongs: Mapping[str, str] = field(default_factory=dict)
    settings: bool = True
    inside: bool = False
    hidden: frozenset[str] = frozenset()
    shown: Mapping[str, Callable[[Any], Text]] = field(default_factory=dict)

    @property
    def events(self) -> Any:
        """The model of its recorded events."""
        return pghistory.core.event_models(tracks_model=self.model)[0]


_kinds: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Make kinds known; the same key replaces."""
    for kind in kinds:
        _kinds[kind.key] = kind


def all_kinds() -> Iterator[Kind]:
    yield from _kinds.values()


def kind(key: str) -> Kind | None:
    return _kinds.get(key)
