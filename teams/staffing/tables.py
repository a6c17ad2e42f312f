"""A requirement as CSV: day, from, to, activity, people. Pure: bytes in, rows and reasons out."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from cxportal.core.instants import YEARS, read_date
from cxportal.core.periods import DAY, Period, to_instant
from cxportal.core.tabular import Layout, Reader, Spoilt, Unreadable
from teams.staffing.services import Wanted

COLUMNS = ("day", "from", "to", "activity", "people")
MOST_ROWS = 20_000
MOST_PEOPLE = 500


@dataclass(frozen=True)
class Row:
    """A line that can be written."""

    line: int
    day: dt.date
    wanted: Wanted
    words: str


@dataclass(frozen=True)
class Wrong:
    """A line that cannot, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Table:
    """What a file says."""

    rows: tuple[Row, ...]
    wrong: tuple[Wrong, ...]


def parse(content: bytes, zone: ZoneInfo, activities: Mapping[str, int]) -> Table:
    """Rows and reasons; ``activities`` maps short names and names in lower case to ids.

    The delimiter is the comma or, when the first line has more of them, the semicolon. A file
    that cannot be read at all has one reason, for line 1.
    """
    head = content[:2000].splitlines()[0] if content.strip() else b""
    layout = Layout(delimiter=";" if head.count(b";") > head.count(b",") else ",")
    rows: list[Row] = []
    wrong: list[Wrong] = []
    try:
        reader = Reader(io.BytesIO(content), layout)
        header = [name.strip().lower() for name in reader.columns]
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            return Table((), (Wrong(1, _("Missing columns: %(names)s.") % {"names": ", ".join(missing)}),))
        place = {name: header.index(name) for name in COLUMNS}
        for record in reader:
            if len(rows) + len(wrong) >= MOST_ROWS:
                wrong.append(Wrong(record.line, _("At most %(number)s lines at once.") % {"number": MOST_ROWS}))
                break
            if isinstance(record, Spoilt):
                wrong.append(Wrong(record.line, record.reason))
                continue
            try:
                fields = {name: record.fields[at].strip() for name, at in place.items()}
                rows.append(_row(record.line, fields, zone, activities))
            except IndexError:
                wrong.append(Wrong(record.line, _("The line has fewer fields than the first line.")))
            except ValueError as error:
                wrong.append(Wrong(record.line, str(error)))
    except Unreadable as error:
        wrong.append(Wrong(1, str(error)))
    return _without_doubles(rows, wrong)


def _row(line: int, fields: Mapping[str, str], zone: ZoneInfo, activities: Mapping[str, int]) -> Row:
    """One line; raises ValueError with the reason."""
    day = read_date(fields["day"])
    if day.year not in YEARS:
        raise ValueError(_("The year %(year)s cannot be meant.") % {"year": day.year})
    start, end = _time(fields["from"]), _time(fields["to"])
    activity = activities.get(fields["activity"].lower())
    if activity is None:
        raise ValueError(_("There is no activity “%(name)s”.") % {"name": fields["activity"]})
    if not fields["people"].isascii() or not fields["people"].isdigit() or int(fields["people"]) > MOST_PEOPLE:
        raise ValueError(_("“%(text)s” is no number of people from 0 to 500.") % {"text": fields["people"]})
    last = day if end > start else day + DAY
    first, until = to_instant(day, start, zone), to_instant(last, end, zone, is_end=True)
    if first >= until:
        raise ValueError(_("The clocks change then and nothing would be left of the time."))
    period = Period(first, until)
    words = f"{day.isoformat()} {fields['from']}–{fields['to']} {fields['activity']}"
    return Row(line, day, Wanted(activity, period, int(fields["people"])), words)


def _time(text: str) -> dt.time:
    hour, colon, minute = text.partition(":")
    numbers = hour.isascii() and hour.isdigit() and (not colon or (minute.isascii() and minute.isdigit()))
    if numbers and text == "24:00":
        return dt.time()
    if not numbers or int(hour) > 23 or int(minute or 0) > 59:
        raise ValueError(_("“%(text)s” is no time of day.") % {"text": text})
    return dt.time(int(hour), int(minute or 0))


def _without_doubles(rows: list[Row], wrong: list[Wrong]) -> Table:
    """Of two lines for one activity at one time the first counts; the other is told."""
    kept: list[Row] = []
    last: dict[int, Row] = {}
    for row in sorted(rows, key=lambda r: (r.wanted.activity, r.wanted.period, r.line)):
        before = last.get(row.wanted.activity)
        if before and before.wanted.period.end > row.wanted.period.start:
            wrong.append(Wrong(row.line, _("Line %(line)s speaks of the same time already.") % {"line": before.line}))
            continue
        last[row.wanted.activity] = row
        kept.append(row)
    return Table(tuple(sorted(kept, key=lambda r: r.line)), tuple(sorted(wrong, key=lambda w: w.line)))
