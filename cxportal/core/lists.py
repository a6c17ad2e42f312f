"""The administrators' lists as files: one registry of what comes in as CSV and goes out in the same columns.

A room registers a ``ListFile`` for each of its lists at start-up. ``cxportal.core.imports`` runs the imports;
an export is written here, row by row, so that a list of any length needs no more memory than one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from cxportal.core import tabular
from cxportal.core.database import LockClass
from cxportal.core.violations import Refused, Text, Violation

type Row = Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """A column of the list; one that is ``required`` must be in the header and not empty.

    One that is ``named`` must be in the header and may be empty: its emptiness says something, so a file that
    forgets the column must not say it. ``check`` reads a filled cell as ``bring`` does, and raises what is wrong with
    it in words; it tells a person every mistake of a rejected row.
    """

    name: str
    required: bool = False
    hint: Text = ""
    named: bool = False
    check: Callable[[Row], object] | None = None


@dataclass(frozen=True)
class Brought:
    """What became of a row: ``new``, ``changed`` or ``same``; ``undo`` is what ``take_back`` needs (JSON-ready)."""

    action: str
    label: str
    undo: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ListFile:
    """One list: ``bring(by, row)`` takes a row, ``take_back(by, undo)`` undoes it, ``rows()`` are the export.

    The first two run inside a transaction and raise ``Refused``, ``Invalid`` or ``ValueError`` with words.
    ``rows`` yields cells in the order of ``columns``; a list without it is only imported. ``page`` is the name of
    the address at which the list stands. A list whose rows take locks of several classes names those of its rows,
    or of what an undo needs, by ``concerns``. ``names`` are the columns that together say what a row is about, when
    that is more than its first filled cell.
    """

    kind: str
    title: Text
    columns: tuple[Column, ...]
    bring: Callable[[Any, Row], Brought]
    take_back: Callable[[Any, dict[str, Any]], None]
    rows: Callable[[], Iterable[Sequence[Any]]] | None = None
    page: str = "settings"
    concerns: Callable[[Iterable[Mapping[str, Any]]], Iterable[tuple[LockClass, Iterable[int]]]] | None = None
    names: tuple[str, ...] = ()

    @property
    def exported(self) -> bool:
        """True when the list also goes out as a file."""
        return self.rows is not None


_lists: dict[str, ListFile] = {}


def register(made: ListFile) -> None:
    """Make a list known; the same kind replaces."""
    _lists[made.kind] = made


def lists() -> dict[str, ListFile]:
    """Every list that comes as a file, by kind."""
    return dict(_lists)


def of_kinds(*kinds: str) -> list[ListFile]:
    """The lists of these kinds, in this order."""
    return [_lists[kind] for kind in kinds]


def export_lines(made: ListFile) -> Iterator[str]:
    """The list as lines of CSV, its columns first; comes back through the import without a change.

    Raises ``ValueError`` for a list that is only imported.
    """
    if made.rows is None:
        raise ValueError(f"the list {made.kind} is not exported")
    yield from tabular.csv_lines([[column.name for column in made.columns]])
    yield from tabular.csv_lines(made.rows())


def changed_since(name: object) -> Refused:
    """The refusal of an undo over somebody's later work."""
    return Refused(Violation("changed_since", _("%(row)s was changed since the import.") % {"row": name}))


def stands_as_left(name: object, present: object, left: object) -> None:
    """Raises ``Refused`` (``changed_since``) where something else stands than the import left."""
    if present != left:
        raise changed_since(name)


@dataclass(frozen=True)
class Kept[T]:
    """How a row that is one thing of ours goes back: a new one is removed, a changed one gets its old values.

    ``find`` gives the thing by its id (None: somebody removed it, so nothing is left to do), ``told`` what it says
    under some names (JSON-ready); ``write`` and ``remove`` go through the services.
    """

    find: Callable[[int], T | None]
    told: Callable[[T, Iterable[str]], dict[str, Any]]
    write: Callable[[Any, T, dict[str, Any]], None]
    remove: Callable[[Any, T], None]

    def change(self, by: Any, thing: T, pk: int, values: dict[str, Any]) -> dict[str, Any]:
        """Write the values; returns what ``take_back`` needs."""
        before = self.told(thing, values)
        self.write(by, thing, values)
        return {"pk": pk, "before": before, "now": self.told(thing, values)}

    def take_back(self, by: Any, undo: dict[str, Any]) -> None:
        """Undo a row; raises ``Refused`` (``changed_since``) over somebody's later work."""
        thing = self.find(undo["pk"])
        if thing is None:
            return
        if "now" not in undo:
            self.remove(by, thing)
            return
        stands_as_left(thing, self.told(thing, undo["before"]), undo["now"])
        self.write(by, thing, undo["before"])


@dataclass(frozen=True)
class Keyed:
    """How rows of one value under one key are read and written; key and value are JSON-ready.

    ``parse(row)`` gives both, ``read(key)`` what stands there (None: nothing), ``write(by, key, value)`` goes
    through the services (None removes). ``name(key)`` and ``words(key, value)`` tell them to people.
    """

    parse: Callable[[Row], tuple[dict[str, Any], Any]]
    read: Callable[[dict[str, Any]], Any]
    write: Callable[[Any, dict[str, Any], Any], None]
    name: Callable[[dict[str, Any]], str]
    words: Callable[[dict[str, Any], Any], str]

    def bring(self, by: Any, row: Row) -> Brought:
        """Write the row's value where another stands."""
        key, value = self.parse(row)
        before = self.read(key)
        label = f"{self.name(key)}: {self.words(key, value)}"
        if before == value:
            return Brought("same", label)
        self.write(by, key, value)
        undo = {"key": key, "before": before, "now": self.read(key)}
        if before is None:
            return Brought("new", label, undo)
        return Brought("changed", f"{self.name(key)}: {self.words(key, before)} → {self.words(key, value)}", undo)

    def take_back(self, by: Any, undo: dict[str, Any]) -> None:
        """Write the old value again; raises ``Refused`` (``changed_since``) where something else stands by now."""
        stands_as_left(self.name(undo["key"]), self.read(undo["key"]), undo["now"])
        self.write(by, undo["key"], undo["before"])


def of_values(
    kind: str,
    title: Text,
    columns: tuple[Column, ...],
    how: Keyed,
    rows: Callable[[], Iterable[Sequence[Any]]],
    *,
    page: str,
    names: tuple[str, ...] = (),
) -> ListFile:
    """A list whose rows are one value each."""
    return ListFile(kind, title, columns, how.bring, how.take_back, rows, page, names=names)


@dataclass(frozen=True)
class Names:
    """How a list of names with short names is read and written.

    ``code`` is the attribute of the short name, ``short(cell, name)`` the short name that a row means.
    """

    find: Callable[..., Any | None]
    add: Callable[[Any, str, str], Any]
    rename: Callable[[Any, Any, str], None]
    remove: Callable[[Any, Any], None]
    code: str
    short: Callable[[str, str], str]

    @property
    def kept(self) -> Kept[Any]:
        return Kept(
            lambda pk: self.find(pk=pk),
            lambda thing, names: {name: getattr(thing, name) for name in names},
            lambda by, thing, values: self.rename(by, thing, values["name"]),
            self.remove,
        )

    def bring(self, by: Any, row: Row) -> Brought:
        """Add the name, or rename the thing that has its short name."""
        name = row["name"]
        code = self.short(row[self.code], name)
        found = self.find(**{self.code: code})
        if found is None:
            made = self.add(by, name, code)
            return Brought("new", str(made), {"pk": made.pk})
        if found.name == name:
            return Brought("same", str(found))
        before = found.name
        return Brought("changed", f"{before} → {name}", self.kept.change(by, found, found.pk, {"name": name}))


def of_names(
    kind: str,
    title: Text,
    how: Names,
    rows: Callable[[], Iterable[Sequence[Any]]],
    *,
    hint: Text = "",
) -> ListFile:
    """A list of names with short names."""
    columns = (Column("name", required=True), Column(how.code, hint=hint))
    return ListFile(kind, title, columns, how.bring, how.kept.take_back, rows, page=f"settings_{kind}")
