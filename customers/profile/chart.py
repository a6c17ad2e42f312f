"""A customer's contacts as points over time and channel, with the issue that is going on. Pure.

Positions are in the units of the drawing; nothing here reads a database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

LEFT, RIGHT, TOP, STEP = 96, 790, 30, 34
MONTHS_SHOWN = 5
DAY_SECONDS = 86400


@dataclass(frozen=True)
class Point:
    """One contact to draw: ``tone`` good (resolved), watch (came back or open), or plain (no person)."""

    id: int
    at: dt.datetime
    channel: str
    tone: str
    words: str
    episode: bool = False


@dataclass(frozen=True)
class Dot:
    """A drawn contact."""

    id: int
    x: int
    y: int
    tone: str
    words: str


@dataclass(frozen=True)
class Lane:
    """A channel's line."""

    label: str
    y: int
    text_y: int


@dataclass(frozen=True)
class Tick:
    """A month's (or year's) begin."""

    at: dt.date
    x: int
    text_x: int


@dataclass(frozen=True)
class Drawing:
    """Everything the template writes, finished."""

    lanes: list[Lane]
    ticks: list[Tick]
    dots: list[Dot]
    thread: str
    box_x: int
    box_width: int
    bottom: int
    height: int
    yearly: bool


def drawing(points: Sequence[Point], labels: dict[str, str], start: dt.datetime, end: dt.datetime) -> Drawing:
    """Place points between two instants; ``labels`` maps the channels, top to bottom, to their names."""
    rows = {channel: TOP + STEP * place for place, channel in enumerate(labels)}
    bottom = TOP + STEP * (len(rows) - 1) + 14
    span = max((end - start).total_seconds(), DAY_SECONDS)
    width = RIGHT - LEFT - 20

    def across(at: dt.datetime) -> int:
        return LEFT + 10 + round(width * min(1.0, max(0.0, (at - start).total_seconds() / span)))

    shown = sorted((p for p in points if start <= p.at <= end and p.channel in rows), key=lambda p: (p.at, p.id))
    dots = [Dot(p.id, across(p.at), rows[p.channel], p.tone, p.words) for p in shown]
    issue = [dot for p, dot in zip(shown, dots, strict=True) if p.episode]
    thread = "M" + "L".join(f"{dot.x} {dot.y}" for dot in issue) if len(issue) > 1 else ""
    box_x = max(LEFT, issue[0].x - 10) if thread else 0
    yearly = span > 550 * DAY_SECONDS
    return Drawing(
        lanes=[Lane(label, rows[channel], rows[channel] + 4) for channel, label in labels.items()],
        ticks=[Tick(day, x, x + 4) for day, x in _ticks(start, end, across, yearly=yearly)],
        dots=dots,
        thread=thread,
        box_x=box_x,
        box_width=min(RIGHT, issue[-1].x + 12) - box_x if thread else 0,
        bottom=bottom,
        height=bottom + 28,
        yearly=yearly,
    )


def _ticks(
    start: dt.datetime, end: dt.datetime, across: Callable[[dt.datetime], int], *, yearly: bool
) -> list[tuple[dt.date, int]]:
    """Begins of months, or of years when the span is long."""
    found: list[tuple[dt.date, int]] = []
    year, month = start.year, start.month
    while True:
        month, year = (1, year + 1) if yearly or month == 12 else (month + 1, year)
        at = dt.datetime(year, month, 1, tzinfo=start.tzinfo)
        if at > end:
            return found
        found.append((at.date(), across(at)))
