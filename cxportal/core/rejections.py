"""Why a row of a list is rejected: what the row is about, and every mistake in it at once.

A row is brought by its room's services, which stop at the first mistake. Only then the other columns are read one by
one, so that a person mends the row once; a row without a mistake costs nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from cxportal.core.lists import ListFile, Row
from cxportal.core.violations import Answer, Invalid, Refused

CAUGHT = (Answer, ValueError, ValidationError, DatabaseError)


def thing_of(spec: ListFile, row: Row) -> str:
    """What the row is about: the cells of the columns that name it, else its first filled cell."""
    named = [row[name] for name in spec.names if row[name]]
    return ", ".join(named) or next(filter(None, row.values()), "")


def empty_columns(spec: ListFile, row: Row) -> list[str]:
    """Required columns that the row leaves empty."""
    return [column.name for column in spec.columns if column.required and not row[column.name]]


def mistakes(spec: ListFile, row: Row, error: Exception | None = None) -> str:
    """Every mistake of the row as one line, in the order of the columns; ``error`` is why bringing it stopped."""
    told = [_("%(column)s is empty.") % {"column": name} for name in empty_columns(spec, row)]
    checks = {column.check: column.name for column in reversed(spec.columns) if column.check and row[column.name]}
    known: set[str] = set()
    for check, column in reversed(checks.items()):
        try:
            check(row)
        except (Answer, ValueError, ValidationError) as wrong:
            for name, words in _parts(wrong):
                # A check may trip over another column's cell, which has been told by then.
                if words in known and name not in {"", column}:
                    continue
                known.add(words)
                told.append(f"{column}: {words}")
    for name, words in _parts(error) if error else ():
        if words not in known:
            told.append(f"{name}: {words}" if name else words)
    return " ".join(_ended(words) for words in told)


def in_words(error: Exception) -> str:
    """What a person reads."""
    return "; ".join(f"{name}: {words}" if name else words for name, words in _parts(error))


def _parts(error: Exception) -> Iterator[tuple[str, str]]:
    """Column and words of each reason; a database's own words are not for people."""
    if isinstance(error, Refused):
        yield "", " ".join(str(violation.message) for violation in error.violations)
    elif isinstance(error, Invalid):
        yield from ((name, " ".join(messages)) for name, messages in error.fields.items())
    elif isinstance(error, ValidationError):
        yield "", " ".join(error.messages)
    elif isinstance(error, DatabaseError):
        yield "", _("It contradicts something that stands already.")
    else:
        yield "", str(error)


def _ended(words: str) -> str:
    """As a sentence, so that the next one can follow it."""
    return words if words.endswith((".", "!", "?", "。")) else f"{words}."
