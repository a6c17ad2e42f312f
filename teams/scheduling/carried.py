"""What the people of a pod carried lately, as a room above this one counts it: registered at start-up.

So the board can say whose turn it is, without knowing what counts. It is for the pod alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from teams.pods.models import Pod


@dataclass(frozen=True)
class Carried:
    """In words, and how much above the fair share it is (below it: negative)."""

    words: str = ""
    above: float = 0


NOTHING = Carried()

type Counter = Callable[[Pod, Collection[int], dt.datetime], Mapping[int, Carried]]

_counters: list[Counter] = []


def register(counter: Counter) -> None:
    """Make the one that counts known; the same one again changes nothing. A second one raises ``ValueError``."""
    if _counters and counter not in _counters:
        raise ValueError("what people carried is counted already")
    _counters[:] = [counter]


def carried(pod: Pod, members: Collection[int], at: dt.datetime) -> Mapping[int, Carried]:
    """What each of some members carried up to an instant; empty while no room counts it."""
    return _counters[0](pod, members, at) if _counters else {}
