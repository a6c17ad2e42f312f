"""Kinds of notices: each room registers its own at start-up, so this room knows none of them.

A notice stores its kind and plain values; the words are made when it is read, in the reader's
language. A kind that is no longer registered shows its stored fallback line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cxportal.core.violations import Text

type Words = Callable[[Mapping[str, Any]], Text]


@dataclass(frozen=True)
class Kind:
    """How notices of one kind look: an icon of the icon set, a tone, and the sentence from the stored values."""

    key: str
    icon: str
    words: Words
    tone: str = "plain"


_KINDS: dict[str, Kind] = {}


def register(key: str, *, icon: str, words: Words, tone: str = "plain") -> None:
    """Make a kind known; called from ``AppConfig.ready``. A key that is taken raises ValueError."""
    known = _KINDS.get(key)
    if known is not None and known.words is not words:
        raise ValueError(f"the kind of notice {key!r} is registered twice")
    _KINDS[key] = Kind(key, icon, words, tone)


def find(key: str) -> Kind | None:
    """The kind with this key, or None."""
    return _KINDS.get(key)
