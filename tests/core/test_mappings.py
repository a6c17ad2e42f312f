"""A mapping is read strictly, with every mistake named; the database reads dates exactly as Python does."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as rounds
from hypothesis import strategies as st

from customers.contacts.imports.grammar import GRAMMAR as CONTACTS
from customers.directory.imports.grammar import GRAMMAR as CUSTOMERS
from cxportal.core import instants, mapped_functions, mapping
from cxportal.core.mapping import WrongMapping

LEAST = """
kind = "customers"
source = "crm"
[id]
column = "number"
"""


def mistakes(text: str, grammar: mapping.Grammar = CUSTOMERS) -> list[str]:
    with pytest.raises(WrongMapping) as error:
        mapping.parse(text, grammar)
    return error.value.mistakes


@pytest.mark.parametrize(
    "path", sorted((Path(settings.BASE_DIR) / "docs" / "mappings").glob("*.toml")), ids=lambda p: p.stem
)
def test_the_published_mappings_are_right(path: Path) -> None:
    text = path.read_text()
    grammar = CUSTOMERS if 'kind = "customers"' in text else CONTACTS
    assert mapping.parse(text, grammar).title


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind = ", "not TOML"),
        (LEAST.replace("customers", "people"), "this import takes 'customers'"),
        (LEAST.replace('source = "crm"', ""), "source: is missing"),
        (LEAST.replace('[id]\ncolumn = "number"', ""), "id: is missing"),
        (LEAST + '[fields]\nnmae = "x"', "'nmae' is not known here"),
        (LEAST + '[fields]\nname = { column = "a", constant = "b" }', "exactly one of"),
        (LEAST + "[fields]\nname = 3", "the name of a column or a table"),
        (LEAST + "[fields]\nname = { columns = [] }", "exactly one of"),
        (LEAST + "[fields]\nname = { first = [] }", "exactly one of"),
        (LEAST + '[fields]\nname = { first = [{ time = "last" }] }', "'time' is not known here"),
        (LEAST.replace('column = "number"', 'time = "last"'), "'time' is not known here"),
        (LEAST + '[fields]\nsince = "since"', "needs a format"),
        (LEAST + '[fields]\nsince = { column = "since", format = "%Q" }', "%Q is not known"),
        (LEAST + '[fields]\nsince = { column = "since", format = "%Y-%y" }', "exclude each other"),
        (LEAST + '[fields]\nlife_stage = { column = "s", values = { a = "old" } }', "'old' is not one of"),
        (LEAST + '[fields]\nname = { column = "a", format = "%Y" }', "only an instant or a date"),
        (LEAST + '[fields]\nname = { time = "last" }', "only an instant can name a time"),
        (LEAST + '[fields]\nname = { split = ["a"] }', "split and by belong together"),
        (LEAST + '[file]\ndelimiter = "ab"', "one ASCII character"),
        (LEAST + '[file]\nquote = ","', "must differ"),
        (LEAST + '[file]\nencoding = "utf-16"', "cannot be read line by line"),
        (LEAST + '[[skip]]\ncolumn = "x"', "needs a column and at least one value"),
        (LEAST + '[clock]\nzone = "Mars"', "not a time zone"),
        (LEAST + '[clock]\ntimes = ["a"]', "need the column of the date"),
        (LEAST + "[clock]\ntolerance_seconds = -1", "0 or more"),
        (LEAST + '[options]\nhome = "nowhere"', "must be one of rules, row"),
        (LEAST + "[create]\nsuns = true", "'suns' is not known here"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, words: str) -> None:
    assert any(words in mistake for mistake in mistakes(text)), mistakes(text)


def test_all_mistakes_are_named_at_once() -> None:
    assert len(mistakes(LEAST + '[fields]\nnmae = "x"\nsince = "y"\n[options]\nhome = "nowhere"')) == 3


def test_a_required_fact_must_be_mapped() -> None:
    found = mistakes(LEAST.replace("customers", "contacts"), CONTACTS)
    assert [mistake for mistake in found if "is missing" in mistake] == [
        "fields.channel: is missing.",
        "fields.state: is missing.",
        "fields.arrived_at: is missing.",
    ]


def test_a_missing_column_of_the_file_is_named() -> None:
    found = mapping.parse(LEAST + '[fields]\nname = { first = ["a", { column = "b" }] }', CUSTOMERS)
    assert found.used_columns() == ("number", "a", "b")
    with pytest.raises(WrongMapping, match="no column 'b'"):
        found.check_header(["number", "a"])


@given(st.text(max_size=200))
def test_no_text_breaks_the_parser(text: str) -> None:
    # A text of two hundred letters never names all that is needed.
    assert mistakes(text)


TOML = st.recursive(
    st.text(max_size=8) | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["column", "values", "by"]), inner),
    max_leaves=5,
)


# How quickly tables are drawn says how busy the machine is, and nothing of the parser.
@rounds(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["file", "id", "skip", "clock", "fields", "create", "options", "kind"]), TOML))
def test_no_shape_of_tables_breaks_the_parser(tables: dict[str, object]) -> None:
    parser_text = "\n".join(f"{name} = {_toml(value)}" for name, value in tables.items())
    with pytest.raises(WrongMapping):
        mapping.parse(parser_text, CUSTOMERS)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(f"\\u{ord(letter):04x}" for letter in value if ord(letter) < 0xD800) + '"'
    return str(value)


FORMS = [
    "%Y-%m-%d %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%m/%d/%Y",
    "%y%m%d",
    "%Y-%m-%dT%H:%M:%S%z",
    "%H:%M:%S",
    "%Y%m%d%H%M%S.%f",
]
NEAR = st.builds(
    lambda form, parts, tail: (
        form,
        "".join(str(parts.get(t[1], "")) if t.startswith("%") else t for t in instants._tokens(form)) + tail,
    ),
    st.sampled_from(FORMS),
    st.fixed_dictionaries(
        {
            "Y": st.sampled_from(["1999", "2026", "2000", "1900", "0000", "99"]),
            "y": st.sampled_from(["00", "68", "69", "99", "7"]),
            "m": st.sampled_from(["1", "02", "12", "13", "00", "3", "10"]),
            "d": st.sampled_from(["1", "28", "29", "30", "31", "32", "00"]),
            "H": st.sampled_from(["0", "02", "23", "24"]),
            "M": st.sampled_from(["00", "30", "59", "60"]),
            "S": st.sampled_from(["00", "59", "60"]),
            "f": st.sampled_from(["0", "5", "123456", "1234567"]),
            "z": st.sampled_from(["Z", "+01:00", "-0330", "+1", ""]),
        }
    ),
    st.sampled_from(["", "", "", " ", "x"]),
)


@pytest.mark.django_db
@rounds(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NEAR, st.sampled_from(["Europe/Berlin", "Asia/Jerusalem", "UTC"]))
def test_the_database_reads_an_instant_as_python_does(near: tuple[str, str], zone: str) -> None:
    form, text = near
    try:
        expected: dt.datetime | None = instants.read(text, form, ZoneInfo(zone))
    except ValueError:
        expected = None
    with connection.cursor() as cursor:
        cursor.execute(mapped_functions.instant_function("read_it", form, zone))
        cursor.execute("SELECT pg_temp.read_it(%s)", [text])
        assert cursor.fetchone() == (expected,)


@pytest.mark.django_db
@rounds(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["", "0:00:00", "7:2:5", "23:59:58", "0:00:03", "12:00:00", "24:00:00", "1:60:00", "x"])),
    st.sampled_from(["%H:%M:%S", "%H:%M:%S%%"]),
)
def test_a_clock_is_read_alike_by_the_quick_and_by_the_general_way(times: list[str], form: str) -> None:
    clock = mapping.Clock(
        date="day", time_format=form, times=tuple(map(str, range(len(times)))), did_not_happen=("0:00:00",),
        tolerance=5, next_day_after=43200,
    )  # fmt: skip
    given_times = [text + "%" if form.endswith("%%") and text not in ("", "0:00:00") else text for text in times]
    expected: list[float | None] = []
    reached: float | None = None
    nights, late, wrong = 0, 0.0, False
    for text in times:
        if text in ("", "0:00:00"):
            expected.append(None)
            continue
        if text in ("24:00:00", "1:60:00", "x"):
            wrong = True
            break
        told = sum(int(part) * weight for part, weight in zip(text.split(":"), (3600, 60, 1), strict=True)) + nights
        if reached is not None and told < reached - 43200:
            nights, told = nights + 86400, told + 86400
        late = max(late, (reached or 0) - told if reached is not None else 0)
        reached = max(reached or 0, told)
        expected.append(reached)
    with connection.cursor() as cursor:
        cursor.execute(mapped_functions.clock_function("a_clock", clock))
        cursor.execute("SELECT (pg_temp.a_clock(%s::text[])).*", [given_times])
        at, last, told_late, told_wrong = cursor.fetchone()
    assert (told_wrong is not None) == wrong
    if not wrong:
        assert (at or [], last, told_late) == (expected, reached, late)


@pytest.mark.parametrize(
    ("text", "form", "said"),
    [
        ("2026-02-29", "%Y-%m-%d", "does not exist"),
        ("2026-03-29 02:30", "%Y-%m-%d %H:%M", "the clocks skip it"),
        ("29/3/2026", "%Y-%m-%d", "does not look like"),
    ],
)
def test_a_time_that_does_not_exist_is_said_so(text: str, form: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        instants.read(text, form, ZoneInfo("Europe/Berlin"))


def test_a_wall_time_that_comes_twice_means_the_first() -> None:
    assert instants.read("2026-10-25 02:30", "%Y-%m-%d %H:%M", ZoneInfo("Europe/Berlin")).hour == 0
