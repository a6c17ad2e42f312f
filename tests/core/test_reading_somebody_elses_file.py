"""Any bytes can be read: bounded memory, every bad line with its number and reason, the good ones all."""

from __future__ import annotations

import csv
import io
import tracemalloc
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxportal.core import tabular
from cxportal.core.tabular import Layout, Reader, Record, Spoilt, Unreadable

COMMAS = Layout()
TABS = Layout(delimiter="\t", quote="")


def rows(data: bytes, layout: Layout = COMMAS) -> list[Record | Spoilt]:
    return list(Reader(io.BytesIO(data), layout))


def fields(data: bytes, layout: Layout = COMMAS) -> list[list[str]]:
    return [row.fields for row in rows(data, layout) if isinstance(row, Record)]


def spoilt(data: bytes, layout: Layout = COMMAS) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in rows(data, layout) if isinstance(row, Spoilt)]


class Endless(io.RawIOBase):
    """A header, one line of so many bytes without an end, then a good line."""

    def __init__(self, length: int, between: bytes = b"x") -> None:
        self.parts = [b"a,b\n", b"\n1,2\n"]
        self.left = length
        self.between = between

    def read(self, size: int = -1) -> bytes:
        if len(self.parts) == 2:
            return self.parts.pop(0)
        if self.left > 0:
            self.left -= size
            return self.between * size
        return self.parts.pop(0) if self.parts else b""


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_all_line_ends_are_line_ends(end: bytes) -> None:
    assert fields(end.join([b"a,b", b"1,2", b"3,4", b""])) == [["1", "2"], ["3", "4"]]


def test_a_line_of_two_gigabytes_costs_that_line_and_no_memory() -> None:
    tracemalloc.start()
    reader = Reader(Endless(2 << 30), Layout())  # type: ignore[arg-type]
    read = list(reader)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read == [Spoilt(2, "line longer than 1024 KiB"), Record(3, ["1", "2"])]
    assert peak < 8 << 20


def test_a_wrong_byte_is_named_with_its_place() -> None:
    assert spoilt(b"a,b\nM\xfcller,1\nx,2\n") == [(2, "not UTF-8: byte 2 of the line is 0xfc")]
    assert fields(b"a,b\nM\xfcller,1\nx,2\n", Layout(encoding="latin-1")) == [["Müller", "1"], ["x", "2"]]


def test_a_nul_byte_costs_its_line() -> None:
    assert spoilt(b"a,b\n1,\x002\n3,4\n") == [(2, "contains a NUL byte")]


def test_a_quote_that_is_never_closed_costs_its_line_only() -> None:
    data = b'a,b\n1,"open\n3,4\n5,"six\nseven"\n'
    assert spoilt(b'a,b\n1,"open\n3,4\n') == [(2, "a quote is opened and never closed")]
    assert fields(b'a,b\n1,"open\n3,4\n') == [["3", "4"]]
    assert len(rows(data)) >= 2


def test_a_quote_never_closed_in_a_long_file_is_given_up_after_some_lines() -> None:
    data = b'a,b\n1,"open\n' + b"3,4\n" * 1000
    assert spoilt(data) == [(2, "a quote is opened and never closed")]
    assert len(fields(data)) == 1000


def test_a_quoted_field_may_hold_delimiters_and_line_ends() -> None:
    assert fields(b'a,b\n"x, ""y""","1\r\n2"\n3,4\n') == [['x, "y"', "1\r\n2"], ["3", "4"]]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    assert [row.line for row in rows(b'a,b\n\n"1\n2",3\n\n4,5\n')] == [3, 6]


def test_a_file_cut_in_the_middle_says_so_and_keeps_the_whole_lines() -> None:
    reader = Reader(io.BytesIO(b"a,b,c\n1,2,3\n4,5"), Layout())
    assert list(reader) == [Record(2, ["1", "2", "3"]), Spoilt(3, "has 2 fields, the header has 3")]
    assert not reader.ends_cleanly


def test_a_file_with_a_last_line_end_ends_cleanly() -> None:
    reader = Reader(io.BytesIO(b"a\n1\n"), Layout())
    assert len(list(reader)) == 1
    assert reader.ends_cleanly


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert Reader(io.BytesIO(b"\xef\xbb\xbfa,b\n"), Layout()).columns == ("a", "b")


@pytest.mark.parametrize("data", [b"", b"\n1,2\n", b"\xff\xfea\x00,\x00b\x00\n\x00", b"a,a\n1,2\n", b"\xff,b\n"])
def test_a_file_without_a_usable_header_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        rows(data)


@pytest.mark.parametrize("name", ["utf-16", "utf-32", "no such encoding", "utf_7", "base64"])
def test_an_encoding_whose_lines_cannot_be_cut_is_refused(name: str) -> None:
    assert not tabular.known_encoding(name)


@pytest.mark.parametrize("name", ["utf-8", "ascii", "latin-1", "cp1252", "iso8859-15", "cp1255"])
def test_usual_encodings_are_known(name: str) -> None:
    assert tabular.known_encoding(name)


@given(st.binary(max_size=3000), st.sampled_from([Layout(), TABS, Layout(delimiter=";", encoding="latin-1")]))
def test_no_bytes_break_the_reader_and_lines_only_grow(data: bytes, layout: Layout) -> None:
    lines = [row.line for row in Reader(io.BytesIO(b"a\n" + data), layout)]
    assert lines == sorted(set(lines))


CELL = st.text(st.characters(blacklist_characters="\x00", blacklist_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=20))
def test_what_csv_writes_is_read_back(table: list[tuple[str, str, str]]) -> None:
    target = io.StringIO(newline="")
    writer = csv.writer(target, quoting=csv.QUOTE_ALL)
    writer.writerow(["a", "b", "c"])
    writer.writerows(table)
    assert fields(target.getvalue().encode()) == [list(row) for row in table]


@given(st.binary(max_size=2000), st.integers(1, 50))
def test_where_blocks_are_cut_makes_no_difference(data: bytes, size: int) -> None:
    class Slow(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            return super().read(size)

    source: BinaryIO = Slow(b"a,b\n" + data)
    assert list(Reader(source, Layout())) == rows(b"a,b\n" + data)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_a_formula_is_shown_as_text(text: str) -> None:
    assert tabular.guarded_cell(text) == "'" + text
    assert tabular.guarded_cell("plain") == "plain"
