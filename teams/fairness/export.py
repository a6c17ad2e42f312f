"""The ledger of a pod as a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from cxportal.core import tabular
from teams.fairness import words
from teams.fairness.models import PointEntry

COLUMNS = ("day", "member", "reason", "points", "why", "source")
POINTS = COLUMNS.index("points")


def rows(entries: Iterable[PointEntry], zone: ZoneInfo) -> Iterator[list[str]]:
    """One line an entry under a heading; points with a plain point, days in the pod's zone."""
    yield list(COLUMNS)
    for entry in entries:
        yield [
            entry.happened_at.astimezone(zone).date().isoformat(),
            entry.member.name,
            entry.kind,
            f"{entry.points.normalize():f}",
            words.why(entry.kind, entry.numbers),
            entry.source,
        ]


def lines(entries: Iterable[PointEntry], zone: ZoneInfo) -> Iterator[str]:
    """The same as text; names and sentences that a spreadsheet would take for a formula are guarded."""
    for row in rows(entries, zone):
        line = io.StringIO()
        csv.writer(line).writerow(
            [cell if place == POINTS else tabular.guarded_cell(cell) for place, cell in enumerate(row)]
        )
        yield line.getvalue()
