"""Cases for which a pod may allow an exception: the rooms above register theirs.

A case is stored with its proposal as plain values. The room that asked says how it reads and makes it
possible once the pod has consented.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cxportal.core.violations import Text
from teams.consent.models import Proposal
from teams.pods.models import Pod


@dataclass(frozen=True)
class Case:
    """One kind of exception.

    ``allow`` is called in the transaction of the decision, under the lock of the pod's agreement, and answers
    False when there is nothing left to allow. ``lines`` are what would be allowed, in words; ``url`` is where
    the person goes on, ``now`` what they can do there.
    """

    kind: str
    allow: Callable[[Proposal, dt.datetime], bool]
    lines: Callable[[Pod, Mapping[str, Any]], list[Text]]
    url: Callable[[Pod, Mapping[str, Any]], str]
    now: Text


_known: dict[str, Case] = {}


def register(case: Case) -> None:
    """Make a kind of exception known; the same kind replaces."""
    _known[case.kind] = case


def find(kind: str) -> Case:
    return _known[kind]


@dataclass(frozen=True)
class LogEntry:
    """Something beside the votes that the pod must see on the page of its agreement; ``undo`` takes it back.

    ``by`` is who did it: outside the pod they read their own alone.
    """

    at: dt.datetime
    title: str
    lines: tuple[str, ...]
    state: str
    undo: str = ""
    by: int | None = None


type Log = Callable[[Pod], Iterable[LogEntry]]

_logs: list[Log] = []


def register_log(log: Log) -> None:
    """Make entries of another room known; registering again changes nothing."""
    if log not in _logs:
        _logs.append(log)


def logged(pod: Pod, *, by: int | None = None) -> list[LogEntry]:
    """Everything that other rooms tell there, the newest first; of one person alone with ``by``. One query for each."""
    found = (entry for log in _logs for entry in log(pod) if by is None or entry.by == by)
    return sorted(found, key=lambda entry: entry.at, reverse=True)
