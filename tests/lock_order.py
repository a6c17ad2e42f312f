"""Sees every lock that a statement takes: a test in which the written order is broken fails.

Locks are read from the SQL itself, so raw statements and row locks count like ``lock()``: the rows
of contacts stand in the class CONTACT, those of presence in PERSON. A lock that the transaction
holds already never waits, nor does one that is only tried; every other one must come after all
that are held: by class, inside a class by key. A transaction that test code opens is a scene of many
services, which nobody else is there to wait for, and is not judged. ``taken_out`` makes the locks of some classes
harmless, for the controls of ``tests/races.py``.
"""

from __future__ import annotations

import contextlib
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.db import connection as default_connection
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.transaction import Atomic

from cxportal.core.database import LockClass

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
_SEVERAL = re.compile(r"pg_advisory_xact_lock\(c, k\) FROM unnest\(%s::int\[\], %s::int\[\]\)")
_ADVISORY = re.compile(r"pg_(?P<tries>try_)?advisory_xact_lock(?P<shared>_shared)?\(%s, (?:%s|k)\)")
_ROWS = re.compile(
    r"\b(?P<table>customers_contact|teams_presence)\b[^;]*?\b(?:id|member_id)\"? (?:= (?:ANY\()?|IN \()"
    r"(?P<keys>%s(?:, %s)*)\)?[^;]*?(?P<clause>FOR (?:NO KEY )?UPDATE(?: OF [^\s;]+)?)(?P<tries> SKIP LOCKED)?"
)
_CLASS_OF = {"customers_contact": LockClass.CONTACT, "teams_presence": LockClass.PERSON}

# A prepared statement is seen when it is prepared and known by its name from then on.
_PREPARE = re.compile(r"PREPARE (?P<name>\w+) AS (?P<text>[^;]+)")
_EXECUTE = re.compile(r"EXECUTE (?P<name>\w+)\((?:%s(?:, )?)+\)")
_prepared: dict[str, str] = {}

broken: list[str] = []
_out: set[LockClass] = set()
_scenes_too: list[bool] = []


@dataclass(frozen=True)
class Taking:
    """The locks of one class that a statement takes; ``place`` is the parameter with the class or the first key."""

    kind: LockClass
    keys: tuple[tuple[int, bool], ...]
    waits: bool
    place: int
    clause: tuple[int, int] | None = None


def takings(sql: str, params: Sequence[Any]) -> list[Taking]:
    """Every lock of a written class in a statement, in the order of the text."""
    if "advisory_xact" not in sql and " UPDATE" not in sql:
        return []
    found: list[tuple[int, Taking]] = []
    for hit in _ADVISORY.finditer(sql):
        place = sql.count("%s", 0, hit.start())
        if params[place] in set(LockClass):
            raw = params[place + 1]
            shared = hit["shared"] is not None
            keys = tuple((key, shared) for key in (raw if isinstance(raw, list | tuple) else [raw]))
            found.append((hit.start(), Taking(LockClass(params[place]), keys, hit["tries"] is None, place)))
    for hit in _SEVERAL.finditer(sql):
        place = sql.count("%s", 0, hit.start())
        for kind in sorted(set(params[place])):
            keys = tuple((k, False) for c, k in zip(params[place], params[place + 1], strict=True) if c == kind)
            found.append((hit.start(), Taking(LockClass(kind), keys, True, place)))
    for hit in _ROWS.finditer(sql):
        place = sql.count("%s", 0, hit.start("keys"))
        raw = params[place : place + hit["keys"].count("%s")]
        rows = raw[0] if isinstance(raw[0], list | tuple) else raw
        keys = tuple((int(key), False) for key in rows)
        kind = _CLASS_OF[hit["table"]]
        found.append((hit.start(), Taking(kind, keys, hit["tries"] is None, place, hit.span("clause"))))
    return [taking for _start, taking in sorted(found, key=lambda pair: pair[0])]


@contextmanager
def judging_scenes() -> Iterator[None]:
    """Judge the transactions of tests as well."""
    _scenes_too.append(True)
    try:
        yield
    finally:
        _scenes_too.pop()


@contextmanager
def taken_out(*kinds: LockClass) -> Iterator[None]:
    """The same statements, but the locks of these classes hold nobody up, on any connection."""
    _out.update(kinds)
    try:
        yield
    finally:
        _out.difference_update(kinds)


def _written_out(sql: str) -> str:
    """The text with prepared statements that take locks in the place of their names; the values keep their order."""
    for hit in _PREPARE.finditer(sql):
        if "advisory_xact" in hit["text"] or "FOR UPDATE" in hit["text"]:
            _prepared[hit["name"]] = re.sub(r"\$\d+(::\w+)?", "%s", hit["text"])
    return _EXECUTE.sub(lambda hit: _prepared.get(hit["name"], hit[0]), sql)


def _watch(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if isinstance(sql, str) and isinstance(params, list | tuple) and not many:
        text = _written_out(sql) if "EXECUTE " in sql else sql
        if seen := takings(text, params):
            _judge(context["connection"], [taking for taking in seen if taking.kind not in _out])
            if gone := [taking for taking in seen if taking.kind in _out]:
                sql, params = _harmless(text, list(params), gone)
    return execute(sql, params, many, context)


def _harmless(sql: str, params: list[Any], gone: list[Taking]) -> tuple[str, list[Any]]:
    """Row locks without their clause; advisory locks in a class that belongs to this thread alone."""
    for taking in gone:
        if taking.clause is None:
            mine, kinds = 1 << 30 | threading.get_native_id() % (1 << 30), params[taking.place]
            several = isinstance(kinds, list)
            params[taking.place] = [mine if kind == taking.kind else kind for kind in kinds] if several else mine
    for start, end in sorted((t.clause for t in gone if t.clause), reverse=True):
        sql = sql[:start] + sql[end:].removeprefix(" SKIP LOCKED")
    return sql, params


def _judge(connection: Any, seen: list[Taking]) -> None:
    blocks = (block for block in connection.atomic_blocks if not getattr(block, "_from_testcase", False))
    inside = next(blocks, None)
    if inside is None or not hasattr(connection, "locks_held"):
        connection.locks_held = set()
    held: set[tuple[LockClass, int, bool]] = connection.locks_held
    if getattr(connection, "is_a_scene", False) and not _scenes_too:
        return
    for taking in seen:
        # Rows of one statement are locked in the order in which they are found; lists come sorted by ``lock``.
        for key, shared in taking.keys:
            if (taking.kind, key, shared) in held or (taking.kind, key, False) in held:
                continue
            last = max(((kind, other) for kind, other, _shared in held), default=None)
            # A list file is the only one of its kind, and takes the keys of a class row by row.
            if last is not None and last[0] == taking.kind and (LockClass.LIST, 0, False) in held:
                last = None
            # Behind the rules a file import locks what it made itself.
            if (LockClass.LIST, 1, False) in held and taking.kind != LockClass.CUSTOMER:
                last = None
            if taking.waits and last is not None and (taking.kind, key) < last:
                broken.append(_words(taking.kind, key, last))
            held.add((taking.kind, key, shared))


def _words(kind: LockClass, key: int, last: tuple[LockClass, int]) -> str:
    frames = [
        f for f in traceback.extract_stack() if Path(f.filename).is_relative_to(ROOT) and ".venv" not in f.filename
    ]
    way = " < ".join(f"{Path(f.filename).relative_to(ROOT)}:{f.lineno}" for f in reversed(frames[-9:-3]))
    return f"{kind.name} {key} after {last[0].name} {last[1]}: {way}"


def _opener(frame: FrameType) -> Path:
    """The file of the block or of the decorated function that opens a transaction."""
    function = frame.f_locals.get("func") if frame.f_code.co_filename == contextlib.__file__ else None
    return Path(function.__code__.co_filename if function else frame.f_code.co_filename)


def _begun(enter: Callable[[Atomic], None]) -> Callable[[Atomic], None]:
    """A transaction begins without locks. One ``Atomic`` decorates all calls of a function, so it tells none apart."""

    def begin(self: Atomic) -> None:
        connection: Any = connections[self.using or "default"]
        if all(getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
            connection.locks_held = set()
            connection.is_a_scene = _opener(sys._getframe(1)).is_relative_to(TESTS)
        enter(self)

    return begin


def _install(*, connection: Any, **_about: Any) -> None:
    if _watch not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _watch)


@pytest.fixture(autouse=True, scope="session")
def _watch_every_connection() -> Iterator[None]:
    connection_created.connect(_install, dispatch_uid="lock order")
    _install(connection=default_connection)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Atomic, "__enter__", _begun(Atomic.__enter__))
        yield
    connection_created.disconnect(dispatch_uid="lock order")


@pytest.fixture(autouse=True)
def _locks_in_the_written_order(_watch_every_connection: None) -> Iterator[None]:
    broken.clear()
    yield
    if broken:
        pytest.fail("locks taken against the written order of LockClass:\n" + "\n".join(dict.fromkeys(broken)))
