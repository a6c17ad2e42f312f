"""What other values of the agreement would do to what is planned already, told before the vote.

The rooms that own a bound's meaning register how to look and how to tell. What was seen is kept with
the proposal as plain facts; its words are made when it is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cxportal.core.violations import Text
from teams.pods.agreement import Values
from teams.pods.models import Pod

type Facts = dict[str, Any]
type Look = Callable[[Pod, Values, Values, dt.datetime], Facts | None]


@dataclass(frozen=True)
class Told:
    """A sentence about the coming weeks with its tone; ``cases`` are single shifts and people in words."""

    words: Text
    tone: str = "watch"
    cases: tuple[str, ...] = ()


type Tell = Callable[[Pod, Mapping[str, Any]], Told]


@dataclass(frozen=True)
class Foresight:
    """One way to look ahead: for which bounds, how, and in which words; None from ``look`` says nothing."""

    kind: str
    keys: frozenset[str]
    look: Look
    tell: Tell


_known: dict[str, Foresight] = {}


def register(foresight: Foresight) -> None:
    """Make a way to look ahead known; the same kind replaces."""
    _known[foresight.kind] = foresight


def foresee(pod: Pod, before: Values, after: Values, changed: Collection[str], at: dt.datetime) -> list[Facts]:
    """What the changed bounds would do, as facts that can be stored. Constant queries for each way to look."""
    found = []
    for kind, known in sorted(_known.items()):
        if known.keys & set(changed) and (facts := known.look(pod, before, after, at)) is not None:
            found.append({"kind": kind, **facts})
    return found


def told(pod: Pod, effect: list[Facts], *, names: bool) -> list[Told]:
    """The facts in words; without ``names`` the single cases, which name people, are left out."""
    found = [known.tell(pod, facts) for facts in effect if (known := _known.get(facts.get("kind", "")))]
    return found if names else [Told(each.words, each.tone) for each in found]
