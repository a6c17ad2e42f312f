"""The grammar of an import mapping: which column of somebody's file is which fact of ours.

A mapping is a TOML file. ``parse`` turns it into data classes or raises ``WrongMapping`` with every mistake found,
each with the place where it stands. Nothing here reads rows or knows a database; ``mapped_sql`` turns a
mapping into SQL.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cxportal.core import instants, tabular

Kind = Literal["text", "choice", "number", "flag", "instant", "date"]


class WrongMapping(Exception):
    """The mapping cannot be used; ``mistakes`` are plain sentences, each starting with the place."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Target:
    """A fact that a mapping may fill: its kind, whether it must be there, and its words if they are fixed."""

    name: str
    kind: Kind = "text"
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when the column has one of the values."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """Where a fact comes from: exactly one of columns, constant, first (the first that is known) or split.

    ``values`` translates; a text it does not list is refused unless ``other`` says "keep" or gives a replacement.
    Texts in ``unknown`` (and empty ones) mean that the fact is not known. ``split`` deals ``by`` evenly over its names.
    """

    columns: tuple[str, ...] = ()
    join: str = "-"
    constant: str | None = None
    first: tuple["Value", ...] = ()
    split: tuple[str, ...] = ()
    by: "Value | None" = None
    values: Mapping[str, str] = field(default_factory=dict)
    other: str | None = None
    unknown: tuple[str, ...] = ()
    format: str = ""
    time: str = ""
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """Wall times of one row in the order in which they happen.

    A time behind the one before it by up to ``tolerance`` seconds is set to that one and counted; by more than
    ``next_day_after`` seconds it belongs to the next day; anything between is refused.
    """

    zone: str = "UTC"
    date: str = ""
    date_format: str = "%Y-%m-%d"
    time_format: str = "%H:%M:%S"
    times: tuple[str, ...] = ()
    did_not_happen: tuple[str, ...] = ()
    tolerance: int = 0
    next_day_after: int = 0


@dataclass(frozen=True, slots=True)
class FileMapping:
    """A whole mapping, checked."""

    kind: str
    source: str
    title: str
    layout: tabular.Layout
    columns: tuple[str, ...]
    id: Value | None
    skips: tuple[Condition, ...]
    clock: Clock
    fields: Mapping[str, Value]
    create: Mapping[str, Value | bool]
    options: Mapping[str, str]

    def used_columns(self) -> tuple[str, ...]:
        """Every column that the mapping reads, in the order of first use."""
        found: dict[str, None] = {}
        for value in (self.id, *self.fields.values(), *(v for v in self.create.values() if isinstance(v, Value))):
            for name in _columns_of(value):
                found[name] = None
        for skip in self.skips:
            found[skip.column] = None
        for name in (self.clock.date, *self.clock.times):
            if name:
                found[name] = None
        return tuple(found)

    def check_header(self, columns: Collection[str]) -> None:
        """Raises ``WrongMapping`` when the file lacks a column that the mapping reads."""
        missing = [name for name in self.used_columns() if name not in columns]
        if missing:
            raise WrongMapping([f"The file has no column {name!r}; it has {', '.join(columns)}." for name in missing])


@dataclass(frozen=True, slots=True)
class Grammar:
    """What one kind of import understands: its targets, what it can create, and its options with their words."""

    kind: str
    targets: tuple[Target, ...]
    creates: tuple[str, ...] = ()
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _columns_of(value: Value | None) -> list[str]:
    if value is None:
        return []
    own = [*value.columns, *([value.when.column] if value.when else [])]
    for inner in (*value.first, *([value.by] if value.by else [])):
        own += _columns_of(inner)
    return own


class _Parser:
    """Walks the TOML tables and collects mistakes instead of stopping at the first."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self.mistakes: list[str] = []

    def fault(self, place: str, sentence: str) -> None:
        self.mistakes.append(f"{place}: {sentence}")

    def only(self, place: str, table: Mapping[str, Any], names: Collection[str]) -> None:
        for name in table:
            if name not in names:
                self.fault(place, f"{name!r} is not known here; known are {', '.join(sorted(names))}.")

    def table(self, whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        found = whole.get(name, {})
        if not isinstance(found, dict):
            self.fault(name, "must be a table.")
            return {}
        return found

    def text(self, place: str, table: Mapping[str, Any], name: str, default: str = "") -> str:
        found = table.get(name, default)
        if not isinstance(found, str):
            self.fault(f"{place}.{name}", "must be a text in quotes.")
            return default
        return found

    def seconds(self, place: str, table: Mapping[str, Any], name: str) -> int:
        found = table.get(name, 0)
        if isinstance(found, bool) or not isinstance(found, int) or found < 0:
            self.fault(f"{place}.{name}", "must be a whole number, 0 or more.")
            return 0
        return found

    def texts(self, place: str, table: Mapping[str, Any], name: str) -> tuple[str, ...]:
        found = table.get(name, [])
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            self.fault(f"{place}.{name}", "must be a list of texts.")
            return ()
        return tuple(found)

    def condition(self, place: str, found: object) -> Condition | None:
        if not isinstance(found, dict):
            self.fault(place, "must be a table with column and values.")
            return None
        self.only(place, found, {"column", "values"})
        column, values = self.text(place, found, "column"), self.texts(place, found, "values")
        if not column or not values:
            self.fault(place, "needs a column and at least one value.")
            return None
        return Condition(column, values)

    def value(self, place: str, found: object, *, timed: bool = False) -> Value:
        if isinstance(found, str):
            return Value(columns=(found,))
        if not isinstance(found, dict):
            self.fault(place, "must be the name of a column or a table.")
            return Value()
        known = {
            "column",
            "columns",
            "join",
            "constant",
            "first",
            "split",
            "by",
            "values",
            "other",
            "unknown",
            "format",
        }
        self.only(place, found, known | ({"time", "when"} if timed else {"when"}))
        columns = self.texts(place, found, "columns")
        if "column" in found:
            columns = (self.text(place, found, "column"),)
        first = found.get("first", [])
        if not isinstance(first, list):
            self.fault(f"{place}.first", "must be a list.")
            first = []
        values = found.get("values", {})
        if not isinstance(values, dict) or not all(isinstance(item, str) for item in values.values()):
            self.fault(f"{place}.values", "must translate texts to texts.")
            values = {}
        split = self.texts(place, found, "split")
        if bool(split) != ("by" in found):
            self.fault(place, "split and by belong together.")
        sources = [name for name in ("column", "columns", "constant", "first", "split", "time") if name in found]
        if len(sources) != 1 or found[sources[0]] == []:
            self.fault(place, "needs exactly one of column, columns, constant, first, split, time.")
        return Value(
            columns=columns,
            join=self.text(place, found, "join", "-"),
            constant=self.text(place, found, "constant") if "constant" in found else None,
            first=tuple(self.value(f"{place}.first", item) for item in first),
            split=split,
            by=self.value(f"{place}.by", found["by"]) if "by" in found else None,
            values=values,
            other=self.text(place, found, "other") if "other" in found else None,
            unknown=self.texts(place, found, "unknown"),
            format=self.text(place, found, "format"),
            time=self.text(place, found, "time"),
            when=self.condition(f"{place}.when", found["when"]) if "when" in found else None,
        )

    def layout(self, whole: Mapping[str, Any]) -> tuple[tabular.Layout, tuple[str, ...]]:
        table = self.table(whole, "file")
        self.only("file", table, {"delimiter", "quote", "encoding", "columns"})
        delimiter = self.text("file", table, "delimiter", ",")
        quote = self.text("file", table, "quote", '"')
        encoding = self.text("file", table, "encoding", "utf-8")
        columns = self.texts("file", table, "columns")
        if len(delimiter) != 1 or not delimiter.isascii() or delimiter in "\r\n\x00":
            self.fault("file.delimiter", "must be one ASCII character.")
            delimiter = ","
        if len(quote) > 1 or not quote.isascii() or (quote and quote in "\r\n\x00"):
            self.fault("file.quote", "must be one ASCII character, or empty when nothing is quoted.")
            quote = '"'
        if quote == delimiter:
            self.fault("file.quote", "must differ from the delimiter.")
        if not tabular.known_encoding(encoding):
            self.fault("file.encoding", f"{encoding!r} cannot be read line by line; save the file as UTF-8.")
        return tabular.Layout(delimiter, quote, encoding, header=not columns), columns

    def clock(self, whole: Mapping[str, Any]) -> Clock:
        table = self.table(whole, "clock")
        known = {"zone", "date", "date_format", "time_format", "times", "did_not_happen", "tolerance_seconds"}
        self.only("clock", table, known | {"next_day_after_hours"})
        zone = self.text("clock", table, "zone", "UTC")
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.fault("clock.zone", f"{zone!r} is not a time zone; write it like Europe/Berlin.")
        clock = Clock(
            zone=zone,
            date=self.text("clock", table, "date"),
            date_format=self.text("clock", table, "date_format", "%Y-%m-%d"),
            time_format=self.text("clock", table, "time_format", "%H:%M:%S"),
            times=self.texts("clock", table, "times"),
            did_not_happen=self.texts("clock", table, "did_not_happen"),
            tolerance=self.seconds("clock", table, "tolerance_seconds"),
            next_day_after=3600 * self.seconds("clock", table, "next_day_after_hours"),
        )
        if clock.times and not clock.date:
            self.fault("clock.times", "need the column of the date in clock.date.")
        for name in ("date_format", "time_format"):
            for sentence in instants.faults(getattr(clock, name)):
                self.fault(f"clock.{name}", sentence)
        return clock

    def identity(self, whole: Mapping[str, Any]) -> Value | None:
        if "id" not in whole:
            self.fault("id", "is missing: name the columns that identify a row, or write digest = true.")
            return None
        table = self.table(whole, "id")
        if table.get("digest") is True:
            self.only("id", table, {"digest"})
            return None
        return self.value("id", table)

    def fields(self, whole: Mapping[str, Any], clock: Clock) -> dict[str, Value]:
        table = self.table(whole, "fields")
        targets = {target.name: target for target in self.grammar.targets}
        self.only("fields", table, targets)
        found = {n: self.value(f"fields.{n}", item, timed=True) for n, item in table.items() if n in targets}
        for name, target in targets.items():
            if name in found:
                self._fits(f"fields.{name}", target, found[name], clock)
            elif target.required:
                self.fault(f"fields.{name}", "is missing.")
        return found

    def _fits(self, place: str, target: Target, value: Value, clock: Clock) -> None:
        words = [*value.values.values(), *([value.constant] if value.constant is not None else []), *value.split]
        if value.other not in (None, "keep", "unknown"):
            words.append(str(value.other))
        if target.choices:
            for word in words:
                if word not in target.choices:
                    self.fault(place, f"{word!r} is not one of {', '.join(target.choices)}.")
        if target.kind != "instant" and value.time:
            self.fault(place, "only an instant can name a time of the clock.")
        if target.kind in ("instant", "date"):
            if value.time and value.time != "last" and value.time not in clock.times:
                self.fault(place, f"{value.time!r} is not one of clock.times.")
            if not value.time:
                if not value.format:
                    self.fault(place, "needs a format such as %Y-%m-%d %H:%M.")
                for sentence in instants.faults(value.format) if value.format else ():
                    self.fault(f"{place}.format", sentence)
        elif value.format:
            self.fault(place, "only an instant or a date has a format.")

    def create(self, whole: Mapping[str, Any]) -> dict[str, Value | bool]:
        table = self.table(whole, "create")
        self.only("create", table, self.grammar.creates)
        found: dict[str, Value | bool] = {}
        for name, item in table.items():
            if name in self.grammar.creates:
                found[name] = item if isinstance(item, bool) else self.value(f"create.{name}", item)
        return found

    def options(self, whole: Mapping[str, Any]) -> dict[str, str]:
        table = self.table(whole, "options")
        self.only("options", table, self.grammar.options)
        found = {name: words[0] for name, words in self.grammar.options.items()}
        for name in table:
            if name in self.grammar.options:
                found[name] = self.text("options", table, name)
                if found[name] not in self.grammar.options[name]:
                    self.fault(f"options.{name}", f"must be one of {', '.join(self.grammar.options[name])}.")
        return found


def parse(text: str, grammar: Grammar) -> FileMapping:
    """Reads a mapping for one kind of import. Raises ``WrongMapping`` with all mistakes."""
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongMapping([f"The mapping is not TOML: {error}"]) from None
    parser = _Parser(grammar)
    known = {"kind", "source", "title", "file", "id", "skip", "clock", "fields", "create", "options"}
    parser.only("mapping", whole, known)
    kind = parser.text("mapping", whole, "kind")
    if kind != grammar.kind:
        parser.fault("kind", f"is {kind!r}, and this import takes {grammar.kind!r}.")
    source = parser.text("mapping", whole, "source")
    if not source:
        parser.fault("source", "is missing: the name under which the ids of this file are unique.")
    layout, columns = parser.layout(whole)
    clock = parser.clock(whole)
    skips = whole.get("skip", [])
    if not isinstance(skips, list):
        parser.fault("skip", "must be a list of tables: write [[skip]].")
        skips = []
    conditions = [parser.condition(f"skip {n}", item) for n, item in enumerate(skips, 1)]
    found = FileMapping(
        kind=kind,
        source=source,
        title=parser.text("mapping", whole, "title"),
        layout=layout,
        columns=columns,
        id=parser.identity(whole),
        skips=tuple(item for item in conditions if item is not None),
        clock=clock,
        fields=parser.fields(whole, clock),
        create=parser.create(whole),
        options=parser.options(whole),
    )
    if parser.mistakes:
        raise WrongMapping(parser.mistakes)
    return found
