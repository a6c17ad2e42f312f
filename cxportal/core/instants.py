"""Dates and times as other people's files write them: formats in strptime's letters, read strictly.

``read`` and the SQL that ``mapped_sql`` builds from ``pattern`` accept exactly the same texts; a test holds
them together.
"""

import datetime as dt
import functools
import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

_DIGITS = {"Y": 4, "y": 2, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
SECOND_OF_CENTURY = 69
# What a day that somebody types can mean: a calendar's ends are nobody's plan.
YEARS = range(1970, 2200)


def _tokens(text: str) -> list[str]:
    """Splits a format into directives (``%Y``) and literal characters."""
    return re.findall(r"%.|.", text, flags=re.DOTALL)


def faults(text: str) -> list[str]:
    """What is wrong with a format, as sentences; empty when it can be used."""
    letters = [token[1:] for token in _tokens(text) if token.startswith("%")]
    found = [
        f"%{letter or ' at the end'} is not known; known are %Y %y %m %d %H %M %S %f %z."
        for letter in letters
        if letter not in {*_DIGITS, "f", "z", "%"}
    ]
    found += [
        f"%{letter} stands twice." for letter in dict.fromkeys(letters) if letters.count(letter) > 1 and letter != "%"
    ]
    if "Y" in letters and "y" in letters:
        found.append("%Y and %y exclude each other.")
    if not letters:
        found.append("names no part of a date or a time.")
    return found


@functools.cache
def pattern(text: str) -> tuple[str, tuple[str, ...]]:
    """A format as a regular expression (valid for Python and PostgreSQL) and the letters of its groups, in order.

    A part that touches another part has its full width; one that stands alone may lack its leading zero.
    """
    tokens = _tokens(text)
    expression, letters = "", []
    for place, token in enumerate(tokens):
        if not token.startswith("%") or token == "%%":  # noqa: S105 - a directive, not a secret
            literal = token[-1]
            expression += literal if literal.isalnum() or literal == " " else "\\" + literal
            continue
        letter = token[1]
        letters.append(letter)
        touches = any(
            other.startswith("%") and other != "%%"
            for other in (*tokens[max(0, place - 1) : place], *tokens[place + 1 : place + 2])
        )
        if letter == "z":
            expression += "(Z|[+-][0-9]{2}:?[0-9]{2})"
        elif letter == "f":
            expression += "([0-9]{1,6})"
        elif letter == "Y":
            expression += "([0-9]{4})"
        else:
            expression += "([0-9]{2})" if touches or letter == "y" else "([0-9]{1,2})"
    return f"^{expression}$", tuple(letters)


def read_parts(text: str, form: str) -> dict[str, str]:
    """The parts of a date or time by letter; raises ``ValueError`` when the text does not look like the format."""
    expression, letters = pattern(form)
    found = re.fullmatch(expression[1:-1], text, flags=re.ASCII)
    if found is None:
        raise ValueError(f'"{text}" does not look like {form}')
    return dict(zip(letters, found.groups(), strict=True))


def full_year(parts: dict[str, str]) -> int:
    """The year of the parts; two digits mean 1969 to 2068."""
    if "Y" in parts:
        return int(parts["Y"])
    if "y" in parts:
        return int(parts["y"]) + (1900 if int(parts["y"]) >= SECOND_OF_CENTURY else 2000)
    return 1970


def read(text: str, form: str, zone: ZoneInfo) -> dt.datetime:
    """An instant (UTC) from a text; raises ``ValueError`` with a sentence when there is no such instant.

    A wall time that the zone skips does not exist; one that comes twice means the first. An offset in the text decides.
    """
    parts = read_parts(text, form)
    try:
        wall = dt.datetime(  # noqa: DTZ001 - a wall time; its zone follows
            full_year(parts),
            int(parts.get("m", 1)),
            int(parts.get("d", 1)),
            int(parts.get("H", 0)),
            int(parts.get("M", 0)),
            int(parts.get("S", 0)),
            int(parts.get("f", "0").ljust(6, "0")),
        )
    except ValueError:
        raise ValueError(f'"{text}" does not exist') from None
    if "z" in parts:
        return (wall - dt.timedelta(seconds=offset_seconds(parts["z"]))).replace(tzinfo=dt.UTC)
    instant = wall.replace(tzinfo=zone).astimezone(dt.UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != wall:
        raise ValueError(f'"{text}" does not exist in {zone.key}: the clocks skip it')
    return instant


def read_date(text: str, forms: Sequence[str] = ("%Y-%m-%d", "%d.%m.%Y")) -> dt.date:
    """A day in the first format that fits; raises ``ValueError`` with a sentence."""
    for form in forms:
        try:
            parts = read_parts(text, form)
        except ValueError:
            continue
        try:
            return dt.date(full_year(parts), int(parts["m"]), int(parts["d"]))
        except ValueError:
            raise ValueError(f'"{text}" does not exist') from None
    raise ValueError(f'"{text}" does not look like {forms[0]}')


def offset_seconds(text: str) -> int:
    """Seconds east of UTC of ``Z``, ``+01:00`` or ``+0100``."""
    if text == "Z":
        return 0
    digits = text[1:].replace(":", "")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if text[0] == "-" else seconds
