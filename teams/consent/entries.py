"""Bounds that are lists: the room that owns one says how an entry is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms


@dataclass(frozen=True)
class Entries:
    """How one bound's entries are typed: the form of an entry, and its values from and to what is stored."""

    key: str
    form: type[forms.Form]
    initial: Callable[[Mapping[str, Any]], dict[str, Any]]
    entry: Callable[[Mapping[str, Any]], dict[str, Any]]
    choices: Callable[[], dict[str, Any]] = dict  # what every row's form takes, asked once


_known: dict[str, Entries] = {}


def register(entries: Entries) -> None:
    """Make the form of a list known; the same key replaces."""
    _known[entries.key] = entries


def find(key: str) -> Entries | None:
    return _known.get(key)
