"""Kinds of notices: each room registers its own at start-up, so this room knows none of them.

A notice stores its kind and plain values; the words are made when it is read, in the reader's
language. A kind that is no longer registered shows its stored fallback line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from cxportal.core.violations import Text

type Words = Callable[[Mapping[str, Any]], Text]


@dataclass(frozen=True)
class Kind:
    """How notices of one kind look: an icon of the icon set, a tone, and the sentence from the stored values."""

    key: str
    icon: str
    words: Words
    tone: str = "plain"
    group: str = "other"


@dataclass(frozen=True)
class Group:
    """Kinds that a person switches together for email; ``usual`` is what holds until they choose."""

    key: str
    label: Text
    hint: Text
    usual: str


AT_ONCE, DIGEST, NEVER = "at_once", "digest", "never"
GROUPS = {
    group.key: group
    for group in (
        Group("shifts", _("My shifts"), _("Moved, cancelled, taken over."), AT_ONCE),
        Group("urgent", _("Help at short notice"), _("A shift opened because somebody is away from now on."), AT_ONCE),
        Group("offers", _("Shifts on offer"), _("A colleague offers a shift."), DIGEST),
        Group("exchanges", _("Exchanges"), _("A swap waits for you, was accepted or has ended."), AT_ONCE),
        Group("leave", _("Leave"), _("Requests, wait list, balances that expire."), AT_ONCE),
        Group("agreement", _("The pod’s agreement"), _("Proposals, votes and exceptions."), DIGEST),
        Group("other", _("Everything else"), _("What fits nowhere above."), DIGEST),
    )
}
_KINDS: dict[str, Kind] = {}


def register(key: str, *, icon: str, words: Words, tone: str = "plain", group: str = "other") -> None:
    """Make a kind known; called from ``AppConfig.ready``. A key that is taken raises ValueError.

    ``group`` is one of ``GROUPS``: with which others a person switches it for email.
    """
    if group not in GROUPS:
        raise ValueError(f"there is no group of notices {group!r}")
    known = _KINDS.get(key)
    if known is not None and known.words is not words:
        raise ValueError(f"the kind of notice {key!r} is registered twice")
    _KINDS[key] = Kind(key, icon, words, tone, group)


def find(key: str) -> Kind | None:
    """The kind with this key, or None."""
    return _KINDS.get(key)


def groups() -> list[Group]:
    """The groups of which a kind is registered, in their order."""
    used = {kind.group for kind in _KINDS.values()}
    return [group for key, group in GROUPS.items() if key in used]


def group_of(key: str) -> str:
    """The group of a kind; of one that is gone, the last."""
    kind = _KINDS.get(key)
    return kind.group if kind else "other"
