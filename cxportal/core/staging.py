"""One import from file to database: staged by COPY, checked in sets, all or nothing.

``run`` reads the file through a mapping into a temporary table, lets a loader take what is good, writes
the report of every rejected line and commits once. A kill at any moment leaves the data as it was; the
run is then shown as stopped. Counts add up: imported + rejected = rows of the file.
"""

import csv
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.db import connection, connections, transaction
from django.db.utils import DEFAULT_DB_ALIAS
from django.utils import timezone
from psycopg import Cursor

from cxportal.core import mapped_sql, tabular
from cxportal.core.mapping import FileMapping, Grammar
from cxportal.core.models import ImportRun

STAGE, FACTS = "import_stage", "import_facts"
# The class of session locks that say "this run is alive"; beside those of core.database.
ALIVE = 31
SECONDS_BETWEEN_WORDS = 1.0
SHOWN_LINES = 1000

Say = Callable[[str], None]
Loader = Callable[["Cursor[Any]", FileMapping, str], "Loaded"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a loader did. ``faults`` is the table of lines that it refused (line, reason); ``numbers`` are shown."""

    imported: int
    faults: str
    numbers: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a run. ``rows`` = ``imported`` + ``rejected``."""

    rows: int
    imported: int
    rejected: int
    numbers: dict[str, int]
    report: Path
    run_id: int
    ends_cleanly: bool


class Watch:
    """Shows progress in words and in the run's row, over a connection of its own so that others see it."""

    def __init__(self, run_id: int, size: int, say: Say) -> None:
        self.run_id, self.size, self.say = run_id, size, say
        self._side = connections.create_connection(DEFAULT_DB_ALIAS)
        self._next = time.monotonic() + SECONDS_BETWEEN_WORDS
        with self._side.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [ALIVE, run_id])

    def read(self, rows: int, position: int) -> None:
        """Called for every block of rows; speaks once a second."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SECONDS_BETWEEN_WORDS
        share = f"{100 * position // self.size} %" if self.size else ""
        self.tell(f"read {rows:,} rows {share}".rstrip(), rows=rows)

    def tell(self, words: str, **numbers: int) -> None:
        self.say(words)
        with self._side.cursor() as cursor:
            cursor.execute(
                "UPDATE core_importrun SET detail = detail || jsonb_build_object('doing', %s::text), "
                "rows = greatest(rows, %s) WHERE id = %s",
                [words, numbers.get("rows", 0), self.run_id],
            )

    def fail(self, words: str) -> None:
        with self._side.cursor() as cursor:
            cursor.execute(
                "UPDATE core_importrun SET state = 'failed', ended_at = now(), "
                "detail = detail || jsonb_build_object('error', %s::text) WHERE id = %s",
                [words, self.run_id],
            )

    def close(self) -> None:
        with self._side.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [ALIVE, self.run_id])
        self._side.close()


def settle_stopped() -> int:
    """Mark runs as failed whose process is gone; how many. They imported nothing: nothing was committed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_importrun SET state = 'failed', ended_at = now(), "
            "detail = detail || jsonb_build_object('error', 'stopped before its end; nothing was imported') "
            "WHERE state = 'running' AND pg_try_advisory_xact_lock(%s, id::int)",
            [ALIVE],
        )
        return int(cursor.rowcount)


@contextmanager
def _watched(kind: str, path: Path, say: Say, by: tuple[int | None, str]) -> Iterator[tuple[ImportRun, Watch]]:
    settle_stopped()
    run = ImportRun.objects.create(kind=kind, file_name=path.name[:255], by_id=by[0], by_name=by[1])
    watch = Watch(run.pk, path.stat().st_size, say)
    try:
        yield run, watch
    except BaseException as error:
        watch.fail(str(error)[:500] or type(error).__name__)
        raise
    finally:
        watch.close()


def run(
    path: Path,
    mapping: FileMapping,
    grammar: Grammar,
    load: Loader,
    *,
    report: Path,
    say: Say,
    by: tuple[int | None, str] = (None, ""),
) -> Outcome:
    """Import a file. Raises ``Unreadable``, ``WrongMapping`` or what the loader raises; then nothing is changed.

    Locks the source of the mapping, so that two imports of one source follow one another.
    """
    with path.open("rb") as source:
        reader = tabular.Reader(source, mapping.layout, mapping.columns)
        mapping.check_header(reader.columns)
        with _watched(mapping.kind, path, say, by) as (record, watch), transaction.atomic():
            cursor = cast("Cursor[Any]", connection.cursor())
            key = int.from_bytes(hashlib.blake2b(mapping.source.encode(), digest_size=4).digest(), signed=True)
            cursor.execute("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '64MB'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ALIVE + 1, key])
            rows = _stage(cursor, source, reader, mapping, watch)
            watch.tell(f"read {rows:,} rows; checking", rows=rows)
            _check(cursor, mapping, grammar)
            loaded = load(cursor, mapping, FACTS)
            watch.tell("writing the report")
            part = report.with_name(report.name + ".part")
            rejected, shown = _report(cursor, loaded.faults, part)
            if loaded.imported + rejected != rows:
                raise RuntimeError(f"{loaded.imported} imported and {rejected} rejected are not {rows} rows")
            ImportRun.objects.filter(pk=record.pk).update(
                state=ImportRun.State.DONE,
                ended_at=timezone.now(),
                rows=rows,
                imported=loaded.imported,
                rejected=rejected,
                report=shown,
                report_file=str(report),
                detail=dict(loaded.numbers),
            )
    part.replace(report)
    return Outcome(rows, loaded.imported, rejected, loaded.numbers, report, record.pk, reader.ends_cleanly)


def _stage(cursor: "Cursor[Any]", source: BinaryIO, reader: tabular.Reader, mapping: FileMapping, watch: Watch) -> int:
    """Copy the used columns as text, refused lines with their reason. Returns the rows of the file."""
    used = mapping.used_columns()
    places = [reader.columns.index(name) for name in used]
    columns = "".join(f", c{place} text" for place in range(len(used)))
    cursor.execute(f"CREATE TEMP TABLE {STAGE} (line bigint, spoilt text, digest text{columns}) ON COMMIT DROP")
    nothing = [None] * len(used)
    digested = mapping.id is None
    rows = 0
    with cursor.copy(f"COPY {STAGE} FROM STDIN") as copy:
        write = copy.write_row
        for row in reader:
            rows += 1
            if isinstance(row, tabular.Spoilt):
                write([row.line, row.reason, None, *nothing])
            else:
                cells = row.fields
                write([row.line, None, _digest(cells) if digested else None, *[cells[place] for place in places]])
            if rows % 2000 == 0:
                watch.read(rows, source.tell())
    cursor.execute(f"ANALYZE {STAGE}")
    return rows


def _digest(cells: list[str]) -> str:
    return hashlib.blake2b("\x1f".join(cells).encode(), digest_size=16).hexdigest()


def _check(cursor: "Cursor[Any]", mapping: FileMapping, grammar: Grammar) -> None:
    functions, query = mapped_sql.typed(mapping, grammar.targets, STAGE)
    for function in functions:
        cursor.execute(function)
    cursor.execute(f"CREATE TEMP TABLE {FACTS} ON COMMIT DROP AS {query}")
    cursor.execute(f"ANALYZE {FACTS}")


def _report(cursor: "Cursor[Any]", faults: str, part: Path) -> tuple[int, list[dict[str, Any]]]:
    """Write line and reason of every rejected row; the number and the first thousand for the page."""
    part.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    shown: list[dict[str, Any]] = []
    with part.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(["line", "reason"])
        query = f"COPY (SELECT line, reason FROM {faults} ORDER BY line) TO STDOUT"  # noqa: S608
        with cursor.copy(query) as copy:
            copy.set_types(["int8", "text"])
            for line, reason in copy.rows():
                count += 1
                writer.writerow([line, tabular.guarded_cell(reason)])
                if count <= SHOWN_LINES:
                    shown.append({"line": line, "reason": reason})
        target.flush()
        os.fsync(target.fileno())
    return count, shown
