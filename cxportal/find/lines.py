"""A line of find or do, and how a query is held against words."""

from __future__ import annotations

from dataclasses import dataclass

from cxportal.core.violations import Text

MOST = 6


@dataclass(frozen=True)
class Found:
    """One line: where it leads, or for an act the address that it posts to with one value.

    ``also`` holds further words by which people ask for it; they are not shown.
    """

    words: Text
    note: Text
    icon: str
    url: str
    keys: str = ""
    post: tuple[str, str] | None = None
    also: Text = ""


def words_match(query: str, *texts: object) -> bool:
    """Every word of a query stands somewhere in the texts."""
    haystack = " ".join(str(text) for text in texts).casefold()
    return all(word in haystack for word in query.casefold().split())
