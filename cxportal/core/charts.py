"""Where the parts of a chart stand: pure layout of numbers into SVG coordinates.

A template draws what these functions return. Every coordinate is finished text with a point as decimal sign, so that
no language setting can break a path, and everything visible is an attribute, so that the content security policy can
forbid styles. Colours come from classes and ``data-cat``; words and number formats come from the caller.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cxportal.core.statistics import Interval

#: Width of one character of 11 px and 12 px text in the widest of our faces; boxes are cut to it.
CHAR = 6.4
LINE = 16.0

#: Left, top, right and bottom of what is taken by a point or by words.
type Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """The drawing area: outer size and the edges of the plot inside it."""

    width: int = 800
    height: int = 440
    left: int = 44
    right: int = 778
    top: int = 12
    bottom: int = 400

    @property
    def plot_width(self) -> int:
        return self.right - self.left

    @property
    def plot_height(self) -> int:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing to draw as a point: ``y`` with its interval at ``x``.

    ``label`` is its whole name for a screen reader, ``tip`` the lines shown while it is pointed at or focused.
    A ``muted`` mark has too few answers: hollow, without a name beside it.
    """

    key: int
    name: str
    x: float
    y: float
    interval: Interval
    label: str
    tip: tuple[str, ...] = ()
    category: int = 8
    muted: bool = False
    selected: bool = False
    outside: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A value to draw right across the plot, with its words."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A limit over x: ``points`` are (x, y), ``kind`` its class."""

    points: tuple[tuple[float, float], ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words at a place; ``anchor`` is start, middle or end."""

    x: str
    y: str
    anchor: str
    words: str


@dataclass(frozen=True, slots=True)
class Tip:
    x: str
    y: str
    width: str
    height: str
    lines: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Dot:
    mark: Mark
    cx: str
    cy: str
    whisker: str
    diamond: str
    name: Text | None
    tip: Tip


@dataclass(frozen=True, slots=True)
class Path:
    kind: str
    d: str


@dataclass(frozen=True, slots=True)
class PointChart:
    """A finished scatter or funnel."""

    frame: Frame
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    level: str
    level_text: Text
    middle: str
    middle_text: Text | None
    curves: tuple[Path, ...]
    dots: tuple[Dot, ...]
    y_from: float


@dataclass(frozen=True, slots=True)
class Spark:
    """A small line: ``d`` may be in pieces where values are missing."""

    width: int
    height: int
    d: str
    end_x: str
    end_y: str
    launch: str


@dataclass(frozen=True, slots=True)
class RangeBar:
    """An interval on a common scale, with the point inside it and an optional line across.

    ``at`` is empty when the point lies off the scale; ``below`` and ``above`` are arrowheads (paths) where the
    interval runs off it.
    """

    x: str
    width: str
    at: str
    level: str
    below: str = ""
    above: str = ""


def number(value: float) -> str:
    """A coordinate: one decimal, never a comma, never -0.0."""
    return f"{value + 0.0:.1f}".replace("-0.0", "0.0")


def nice_ticks(low: float, high: float, about: int = 6) -> tuple[float, ...]:
    """Round values (steps of 1, 2, 5 times a power of ten) that enclose low to high, about this many."""
    if high - low <= 1e-9 * max(1.0, abs(low)):
        high = low + max(1.0, 1e-6 * abs(low))
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(i * step, 10) for i in range(first, last + 1))


def point_chart(
    marks: Sequence[Mark],
    *,
    level: Line,
    middle: Line | None = None,
    curves: Sequence[Curve] = (),
    x_format: Callable[[float], str],
    y_format: Callable[[float], str],
    frame: Frame | None = None,
    y_limits: tuple[float, float] = (0.0, 100.0),
    x_from_zero: bool = False,
) -> PointChart:
    """Lay out points with whiskers over two axes.

    The y axis covers every whisker of a mark that is not muted, every muted point itself, and the level, inside
    ``y_limits``. Names are set beside points where they cover neither a point nor another name, selected ones first.
    """
    frame = frame or Frame()
    y_ticks = _y_ticks(marks, level, y_limits)
    xs = [m.x for m in marks] + ([middle.value] if middle else [])
    x_low = 0.0 if x_from_zero else min(xs, default=0.0)
    spread = max(xs, default=1.0) - x_low or max(1.0, 0.2 * x_low)
    x_ticks = nice_ticks(max(0.0, x_low - 0.06 * spread), max(xs, default=1.0) + 0.06 * spread, 7)

    def to_x(value: float) -> float:
        share = (value - x_ticks[0]) / (x_ticks[-1] - x_ticks[0])
        return frame.left + share * (frame.right - frame.left)

    def to_y(value: float) -> float:
        inside = min(y_ticks[-1], max(y_ticks[0], value))
        share = (inside - y_ticks[0]) / (y_ticks[-1] - y_ticks[0])
        return frame.bottom - share * (frame.bottom - frame.top)

    at = [(m, to_x(m.x), to_y(m.y)) for m in marks]
    level_y = to_y(level.value)
    points = [(x - 7, y - 7, x + 7, y + 7) for _, x, y in at]
    whiskers = [(x - 2, to_y(m.interval.high), x + 2, to_y(m.interval.low)) for m, x, _ in at if not m.muted]
    level_text, level_box = _level_text(level_y, level.label, frame, points, whiskers)
    names = _names(at, frame, [*points, level_box])
    return PointChart(
        frame=frame,
        x_ticks=tuple(Tick(number(to_x(v)), x_format(v)) for v in x_ticks),
        y_ticks=tuple(Tick(number(to_y(v)), y_format(v)) for v in y_ticks),
        level=number(level_y),
        level_text=level_text,
        middle=number(to_x(middle.value)) if middle else "",
        middle_text=_middle_text(to_x(middle.value), middle.label, frame) if middle else None,
        curves=tuple(_curve(c, to_x, to_y, x_ticks[-1], (y_ticks[0], y_ticks[-1])) for c in curves),
        dots=tuple(
            Dot(
                mark=m,
                cx=number(x),
                cy=number(y),
                whisker=f"M{number(x)} {number(to_y(m.interval.high))}V{number(to_y(m.interval.low))}",
                diamond=f"M{number(x)} {number(y - 7)}l7 7-7 7-7-7z",
                name=names.get(m.key),
                tip=_tip(m, x, y, frame),
            )
            for m, x, y in at
        ),
        y_from=y_ticks[0],
    )


def spark(
    values: Sequence[float | None], *, width: int = 118, height: int = 26, launch: int | None = None, pad: float = 3.0
) -> Spark | None:
    """A line over equal steps; None where fewer than two values are known. ``launch`` marks a step by its index."""
    known = [v for v in values if v is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    step = (width - 2 * pad) / (len(values) - 1)

    def at(i: int, value: float) -> tuple[str, str]:
        share = 0.5 if high == low else (value - low) / (high - low)
        return number(pad + i * step), number(height - pad - share * (height - 2 * pad))

    parts, pen_down, end = [], False, ("", "")
    for i, value in enumerate(values):
        if value is None:
            pen_down = False
            continue
        end = at(i, value)
        parts.append(f"{'L' if pen_down else 'M'}{end[0]} {end[1]}")
        pen_down = True
    mark = "" if launch is None or not 0 <= launch < len(values) else number(pad + launch * step)
    return Spark(width, height, "".join(parts), end[0], end[1], mark)


def range_bar(
    interval: Interval, value: float, axis: Interval, *, level: float | None = None, width: float = 74.0
) -> RangeBar:
    """An interval as a bar on a common axis; where it runs off the axis an arrowhead says so."""
    span = axis.high - axis.low

    def at(v: float) -> float:
        return min(1.0, max(0.0, (v - axis.low) / span)) * width

    low, high = at(interval.low), at(interval.high)
    return RangeBar(
        x=number(low),
        width=number(max(2.0, high - low)),
        at=number(at(value)) if axis.low <= value <= axis.high else "",
        level="" if level is None else number(at(level)),
        below="M5 0L0 5L5 10" if interval.low < axis.low else "",
        above=f"M{number(width - 5)} 0L{number(width)} 5L{number(width - 5)} 10" if interval.high > axis.high else "",
    )


def _y_ticks(marks: Sequence[Mark], level: Line, limits: tuple[float, float]) -> tuple[float, ...]:
    ends = [level.value]
    for m in marks:
        ends += [m.y] if m.muted else [m.interval.low, m.interval.high]
    low, high = min(ends), max(ends)
    room = max(0.05 * (high - low), 1e-3 * (limits[1] - limits[0]))
    ticks = nice_ticks(max(limits[0], low - room), min(limits[1], high + room), 6)
    inside = tuple(t for t in ticks if limits[0] <= t <= limits[1])
    return inside if len(inside) > 1 else limits


def _curve(
    curve: Curve,
    to_x: Callable[[float], float],
    to_y: Callable[[float], float],
    last: float,
    axis: tuple[float, float],
) -> Path:
    """The parts of a curve that lie inside both axes."""
    parts, pen_down = [], False
    for x, y in curve.points:
        inside = x <= last and axis[0] <= y <= axis[1]
        if inside:
            parts.append(f"{'L' if pen_down else 'M'}{number(to_x(x))} {number(to_y(y))}")
        pen_down = inside
    return Path(curve.kind, "".join(parts))


def _level_text(y: float, words: str, frame: Frame, points: Sequence[Box], whiskers: Sequence[Box]) -> tuple[Text, Box]:
    """The words of the line across and the box they take: at the right, else further left, above or below the line,
    where no point is, and no whisker if that can be had."""
    length = len(words) * CHAR
    steps = [frame.left + 6 + i * frame.plot_width / 8 for i in range(8)]
    lefts = [frame.right - 6 - length, *(x for x in steps if x + length < frame.right)]
    spots = [
        (Text(number(left), number(y + dy), "start", words), (left, y + dy - 12, left + length, y + dy + 4))
        for left in lefts
        for dy in (-6, 15)
    ]
    free = [s for s in spots if not any(_cross(s[1], p) for p in points)] or spots
    return next((s for s in free if not any(_cross(s[1], w) for w in whiskers)), free[0])


def _middle_text(x: float, words: str, frame: Frame) -> Text:
    fits = x + 6 + len(words) * CHAR < frame.right
    return Text(number(x + 6 if fits else x - 6), number(frame.bottom - 24), "start" if fits else "end", words)


def _names(at: Sequence[tuple[Mark, float, float]], frame: Frame, taken: list[Box]) -> dict[int, Text]:
    """Names that cover nothing: tried right, left, above and below of their point, selected and flagged ones first."""
    names: dict[int, Text] = {}
    for m, x, y in sorted(at, key=lambda a: (not a[0].selected, not a[0].outside, a[2])):
        if m.muted and not m.selected:
            continue
        length = len(m.name) * CHAR
        for left, top, tx, ty, anchor in (
            (x + 9, y - 8, x + 11, y + 4, "start"),
            (x - 11 - length, y - 8, x - 11, y + 4, "end"),
            (x - length / 2, y - 25, x, y - 13, "middle"),
            (x - length / 2, y + 11, x, y + 22, "middle"),
        ):
            box = (left, top, left + length + 2, top + 16)
            inside = frame.left < box[0] and box[2] < frame.right and frame.top < box[1] and box[3] < frame.bottom
            if inside and not any(_cross(box, other) for other in taken):
                taken.append(box)
                names[m.key] = Text(number(tx), number(ty), anchor, m.name)
                break
    return names


def _cross(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _tip(mark: Mark, x: float, y: float, frame: Frame) -> Tip:
    """The box beside a point: to the right where it fits, else to the left, moved up or down into the frame."""
    width = max((len(line) for line in mark.tip), default=0) * CHAR + 24
    height = len(mark.tip) * LINE + 14
    left = x + 14 if x + 14 + width <= frame.width else max(0.0, x - 14 - width)
    top = min(max(float(frame.top), y - height / 2), frame.bottom - height)
    lines = tuple(
        Text(number(left + 12), number(top + 19 + i * LINE), "start", words) for i, words in enumerate(mark.tip)
    )
    return Tip(number(left), number(top), number(width), number(height), lines)
