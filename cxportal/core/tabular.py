"""Reads delimited text as a stream: bounded memory, and a reason for every line that cannot be read.

Nothing here knows what the columns mean. A file of any size is read in blocks; a line without end, a wrong encoding,
a NUL byte or a quote that is never closed costs that line only, and the lines behind it are read as if it were absent.
"""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

BLOCK_BYTES = 1 << 18
LONGEST_RECORD_BYTES = 1 << 20
MOST_LINES_IN_A_RECORD = 200
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Unreadable(Exception):
    """The file as a whole cannot be read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file separates its fields. ``quote`` is empty when the file quotes nothing."""

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    header: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """One readable row: the number of its first line (counted from 1) and its fields as text."""

    line: int
    fields: list[str]


@dataclass(frozen=True, slots=True)
class Spoilt:
    """One unreadable row: the number of its first line and why it cannot be read."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    raw: bytes
    too_long: bool = False


def known_encoding(name: str) -> bool:
    """Whether files in this encoding can be cut into lines byte by byte."""
    try:
        return bytes(range(128)).decode(name) == "".join(map(chr, range(128)))
    except (LookupError, UnicodeError):
        return False


def read_lines(source: BinaryIO) -> Iterator[_Line]:
    """Cuts a binary stream into lines at LF, CR LF or CR, holding at most one record's length in memory."""
    number = 0
    tail = b""
    dropping = False
    while block := source.read(BLOCK_BYTES):
        pending = tail + block
        # A block that ends with CR may be the first half of CR LF: wait for the next byte.
        held = b""
        if pending.endswith(b"\r"):
            pending, held = pending[:-1], b"\r"
        lines = pending.splitlines(keepends=True)
        tail = b""
        if lines and not lines[-1].endswith((b"\n", b"\r")):
            tail = lines.pop()
        for raw in lines:
            number += 1
            yield _Line(number, b"" if dropping else raw, dropping or len(raw) > LONGEST_RECORD_BYTES)
            dropping = False
        if len(tail) > LONGEST_RECORD_BYTES:
            dropping = True
        if dropping:
            tail = b""
        tail += held
    if dropping or tail:
        number += 1
        yield _Line(number, b"" if dropping else tail, dropping or len(tail) > LONGEST_RECORD_BYTES)


class Reader:
    """Iterates over the rows of a file: ``Record`` or ``Spoilt``, in order, without blank lines.

    ``columns`` holds the header once it is read (or what the caller gave for a file without one).
    ``ends_cleanly`` is False when the last line had no line end: the file may be cut.
    Raises ``Unreadable`` when the file has no usable header or is not cut into lines by single bytes.
    """

    def __init__(self, source: BinaryIO, layout: Layout, columns: tuple[str, ...] = ()) -> None:
        if not known_encoding(layout.encoding):
            raise Unreadable(
                f"The encoding {layout.encoding!r} is not one that can be read line by line; save as UTF-8."
            )
        self.layout = layout
        self.columns = columns
        self.ends_cleanly = True
        self.last_line = 0
        self._lines = read_lines(source)
        self._again: deque[_Line] = deque()
        if layout.header:
            self.columns = self._header()
        elif not columns:
            raise Unreadable("A file without a header needs the names of its columns in the mapping.")

    def __iter__(self) -> Iterator[Record | Spoilt]:
        width = len(self.columns)
        plain = self.layout.quote == ""
        quote = self.layout.quote.encode() or b"\x00"
        delimiter, encoding = self.layout.delimiter, self.layout.encoding
        while (line := self._next()) is not None:
            # The common row first: no quote, nothing odd. It is split directly, which is ten times as fast as csv.
            if not line.too_long and b"\x00" not in line.raw and (plain or quote not in line.raw):
                try:
                    text = line.raw.decode(encoding)
                except UnicodeDecodeError as error:
                    yield Spoilt(line.number, _encoding_reason(encoding, error))
                    continue
                text = text.rstrip("\r\n")
                if not text:
                    continue
                fields = text.split(delimiter)
                yield Record(line.number, fields) if len(fields) == width else _miscounted(line.number, fields, width)
                continue
            row = self._odd(line)
            if isinstance(row, Record) and len(row.fields) != width:
                yield _miscounted(row.line, row.fields, width)
            else:
                yield row

    def _next(self) -> _Line | None:
        line = self._again.popleft() if self._again else next(self._lines, None)
        if line is not None and line.number > self.last_line:
            self.last_line = line.number
            self.ends_cleanly = line.raw.endswith((b"\n", b"\r")) or (line.too_long and not line.raw)
        return line

    def _header(self) -> tuple[str, ...]:
        first = self._next()
        if first is None or not first.raw.strip(b"\r\n"):
            raise Unreadable("The file is empty: it has no header line.")
        if first.raw.startswith(UTF16_MARKS):
            raise Unreadable("The file is UTF-16; save it as UTF-8.")
        if self.layout.encoding.lower().replace("_", "-") in {"utf-8", "utf8"}:
            first = _Line(first.number, first.raw.removeprefix(codecs.BOM_UTF8), first.too_long)
        row = self._odd(first)
        if isinstance(row, Spoilt):
            raise Unreadable(f"The header line cannot be read: {row.reason}.")
        names = tuple(name.strip() for name in row.fields)
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise Unreadable(f"The header names a column twice: {', '.join(doubled)}.")
        return names

    def _odd(self, first: _Line) -> Record | Spoilt:
        """A row with quotes, over several lines, or spoilt. A quote never closed costs its first line only."""
        if first.too_long:
            return Spoilt(first.number, f"line longer than {LONGEST_RECORD_BYTES // 1024} KiB")
        if b"\x00" in first.raw:
            return Spoilt(first.number, "contains a NUL byte")
        quote = self.layout.quote.encode()
        taken = [first]
        raw = first.raw
        if quote:
            open_quotes = raw.count(quote) % 2
            while open_quotes:
                following = self._next()
                if following is not None:
                    taken.append(following)
                broken = following is None or following.too_long or b"\x00" in following.raw
                if broken or len(taken) > MOST_LINES_IN_A_RECORD or len(raw) > LONGEST_RECORD_BYTES:
                    self._again.extendleft(reversed(taken[1:]))
                    return Spoilt(first.number, "a quote is opened and never closed")
                assert following is not None
                raw += following.raw
                open_quotes ^= following.raw.count(quote) % 2
        return self._split(first.number, raw)

    def _split(self, number: int, raw: bytes) -> Record | Spoilt:
        try:
            text = raw.decode(self.layout.encoding)
        except UnicodeDecodeError as error:
            return Spoilt(number, _encoding_reason(self.layout.encoding, error))
        text = text.rstrip("\r\n")
        if not self.layout.quote:
            return Record(number, text.split(self.layout.delimiter))
        try:
            rows = list(
                csv.reader(
                    io.StringIO(text, newline=""),
                    delimiter=self.layout.delimiter,
                    quotechar=self.layout.quote,
                    strict=True,
                )
            )
        except csv.Error as error:
            if "field limit" in str(error):
                return Spoilt(number, "a field is longer than 128 KiB")
            return Spoilt(number, "a quote stands in the middle of a field")
        if len(rows) != 1:
            return Spoilt(number, "a quote stands in the middle of a field")
        return Record(number, rows[0])


def _encoding_reason(encoding: str, error: UnicodeDecodeError) -> str:
    return f"not {encoding.upper()}: byte {error.start + 1} of the line is 0x{error.object[error.start]:02x}"


def _miscounted(line: int, fields: list[str], width: int) -> Spoilt:
    return Spoilt(line, f"has {len(fields)} fields, the header has {width}")


def guarded_cell(text: str) -> str:
    """A cell that a spreadsheet shows as text: a leading ``= + - @``, tab or CR is put behind an apostrophe."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Lines of CSV, one row at a time; None is empty, and cells that a spreadsheet would compute are guarded."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([guarded_cell("" if cell is None else str(cell)) for cell in row])
        yield line.getvalue()
