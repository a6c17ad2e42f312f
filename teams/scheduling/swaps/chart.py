"""The drawing of a ring: people on a circle, an arrow for each leg. Pure; coordinates are the chart's own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# As wide as the ring with its names; the words of the legs stand outside of it where there is room for them.
WIDTH, HEIGHT = 400, 340
CENTRE_X, CENTRE_Y, RADIUS, NODE = 200.0, 176.0, 112.0, 25.0


@dataclass(frozen=True)
class Node:
    """A person on the ring; the label stands outside the circle. Numbers are written for an attribute."""

    x: str
    y: str
    label_x: str
    label_y: str
    anchor: str


@dataclass(frozen=True)
class Arrow:
    """A leg as an arc with its head, and where its words stand."""

    path: str
    head: str
    label_x: str
    label_y: str
    anchor: str


@dataclass(frozen=True)
class Ring:
    """A drawing of so many legs; legs run clockwise, the first from the top."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    view: str = f"0 0 {WIDTH} {HEIGHT}"


def ring(number: int) -> Ring:
    """The drawing for two to six legs that form one ring."""
    step = 2 * math.pi / number
    angles = [place * step - math.pi / 2 for place in range(number)]
    gap = (NODE + 8) / RADIUS
    return Ring(
        tuple(_node(angle) for angle in angles),
        tuple(_arrow(angle + gap, angle + step - gap) for angle in angles),
    )


def is_ring(legs: Sequence[tuple[int, int]]) -> bool:
    """Whether legs, as (giver, taker), run through everybody once and back."""
    if len(legs) < 2:
        return False
    after = dict(legs)
    seen, here = [legs[0][0]], legs[0][1]
    while here != seen[0]:
        if here not in after or here in seen:
            return False
        seen.append(here)
        here = after[here]
    return len(seen) == len(legs)


def _at(angle: float, radius: float = RADIUS) -> tuple[float, float]:
    return round(CENTRE_X + radius * math.cos(angle), 1), round(CENTRE_Y + radius * math.sin(angle), 1)


def _anchor(angle: float) -> str:
    side = math.cos(angle)
    return "middle" if abs(side) < 0.2 else ("start" if side > 0 else "end")


def _node(angle: float) -> Node:
    x, y = _at(angle)
    label_x, label_y = _at(angle, RADIUS + NODE + 8)
    if abs(math.cos(angle)) < 0.2:
        label_y = y - NODE - 9 if math.sin(angle) < 0 else y + NODE + 18
    else:
        label_y = y + 5
    return Node(f"{x:g}", f"{y:g}", f"{label_x:g}", f"{label_y:.1f}", _anchor(angle))


def _arrow(start: float, end: float) -> Arrow:
    (x1, y1), (x2, y2) = _at(start), _at(end)
    large = 1 if end - start > math.pi else 0
    path = f"M{x1} {y1}A{RADIUS:g} {RADIUS:g} 0 {large} 1 {x2} {y2}"
    # The head stands along the arc where it ends: a chord a little before it gives the direction.
    before_x, before_y = _at(end - 0.09)
    along = math.atan2(y2 - before_y, x2 - before_x)
    wings = [(x2 - 10 * math.cos(along + turn), y2 - 10 * math.sin(along + turn)) for turn in (0.45, -0.45)]
    head = f"M{wings[0][0]:.1f} {wings[0][1]:.1f}L{x2} {y2}L{wings[1][0]:.1f} {wings[1][1]:.1f}"
    middle = (start + end) / 2
    label_x, label_y = _at(middle, RADIUS + 16)
    below = 12 if math.sin(middle) > 0.9 else 0
    return Arrow(path, head, f"{label_x:g}", f"{label_y + below:g}", _anchor(middle))
