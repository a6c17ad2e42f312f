"""Lists as CSV: tried out before they are taken, with a line for every row, and taken back in one step.

What lists there are stands in ``cxportal.core.lists``; each brings a row through its room's own services. Trying
out runs the very same code in a transaction that is rolled back, so the preview never promises what the import refuses.
A row that cannot be taken is rejected with its line and the reason; the others are taken together.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cxportal.core import periods, rejections, tabular
from cxportal.core.database import LockClass, lock, lock_all
from cxportal.core.lists import ListFile, lists
from cxportal.core.models import ImportRun
from cxportal.core.violations import Invalid, Refused, Violation

MOST_ROWS = 5000
MOST_BYTES = 2 << 20
# What was tried out and never taken is forgotten with its content.
KEPT = dt.timedelta(days=7)
DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Line:
    """A row of the report: ``action`` is new, changed, same or rejected; ``words`` name it or say why not.

    ``thing`` says what a rejected row is about; empty where the row could not even be read.
    """

    number: int
    action: str
    words: str
    thing: str = ""


class _TriedOut(Exception):
    """Rolls the trial back."""


def try_out(*, by: Any, kind: str, name: str, content: bytes) -> ImportRun:
    """Read a file and say what would become of each row; nothing is changed. Kept as a run that may be taken.

    Raises ``Invalid`` when the file as a whole cannot be read: too long, no header, a column missing.
    """
    spec = lists()[kind]
    rows = list(_rows(spec, content))
    forgotten = periods.now() - KEPT
    ImportRun.objects.filter(state=ImportRun.State.TRIED, started_at__lt=forgotten).delete()
    lines: list[Line] = []
    try:
        with transaction.atomic():
            _hold(spec, [row for _number, row in rows if not isinstance(row, str)])
            lines, _undo = _bring(spec, by, rows)
            raise _TriedOut
    except _TriedOut:
        return ImportRun.objects.create(
            kind=f"list:{kind}",
            file_name=name[:255],
            state=ImportRun.State.TRIED,
            by_id=by.pk,
            by_name=by.name,
            rows=len(rows),
            rejected=sum(line.action == "rejected" for line in lines),
            report=[asdict(line) for line in lines],
            detail={"content": base64.b64encode(content).decode()},
        )


@transaction.atomic
def take(*, by: Any, run: ImportRun) -> ImportRun:
    """Take a tried list: the good rows together, the others rejected with their reasons. Repeating it changes nothing.

    The rows are judged again, since others may have changed something since. Locks all lists.
    """
    run = _held(run)
    if run.state != ImportRun.State.TRIED:
        return run
    spec = lists()[run.kind.removeprefix("list:")]
    rows = list(_rows(spec, base64.b64decode(run.detail["content"])))
    _hold(spec, [row for _number, row in rows if not isinstance(row, str)])
    lines, undo = _bring(spec, by, rows)
    rejected = sum(line.action == "rejected" for line in lines)
    run.state = ImportRun.State.DONE
    run.rows, run.rejected, run.imported = len(rows), rejected, len(rows) - rejected
    run.ended_at = periods.now()
    run.report = [asdict(line) for line in lines]
    run.undo = {"rows": undo}
    run.detail = {}
    run.by_id, run.by_name = by.pk, by.name
    run.save()
    return run


@transaction.atomic
def take_back(*, by: Any, run: ImportRun) -> ImportRun:
    """Undo a taken list, last row first, all or nothing. Repeating it changes nothing.

    Raises ``Refused`` with a violation for each row that cannot go back (used or changed meanwhile). Locks all lists.
    """
    run = _held(run)
    if run.state == ImportRun.State.UNDONE:
        return run
    if run.state != ImportRun.State.DONE or "rows" not in run.undo:
        raise Refused(Violation("not_taken", _("This list was not taken, so there is nothing to take back.")))
    spec = lists()[run.kind.removeprefix("list:")]
    _hold(spec, [entry["undo"] for entry in run.undo["rows"]])
    stuck: list[Violation] = []
    for entry in reversed(run.undo["rows"]):
        try:
            with transaction.atomic():
                spec.take_back(by, entry["undo"])
        except rejections.CAUGHT as error:
            why = rejections.in_words(error)
            words = _("Line %(line)s cannot be taken back: %(why)s") % {"line": entry["line"], "why": why}
            stuck.append(Violation("row_stays", words, {"line": entry["line"]}))
    if stuck:
        raise Refused(stuck[:20])
    run.state = ImportRun.State.UNDONE
    run.save(update_fields=["state"])
    return run


def _held(run: ImportRun) -> ImportRun:
    lock(LockClass.LIST, [0])
    return ImportRun.objects.get(pk=run.pk)


def _hold(spec: ListFile, entries: list[Mapping[str, Any]]) -> None:
    """One list at a time; what it changes in several classes is locked before its first row.

    The keys of a single class follow row by row: nobody beside a list takes two of them, so no circle closes.
    """
    lock(LockClass.LIST, [0])
    lock_all(*(spec.concerns(entries) if spec.concerns else ()))


def _bring(
    spec: ListFile, by: Any, rows: list[tuple[int, dict[str, str] | str]]
) -> tuple[list[Line], list[dict[str, Any]]]:
    """Each row in a savepoint of its own, so that one that fails leaves nothing behind."""
    lines: list[Line] = []
    undo: list[dict[str, Any]] = []
    for number, row in rows:
        if isinstance(row, str):
            lines.append(Line(number, "rejected", row))
            continue
        thing = rejections.thing_of(spec, row)
        if rejections.empty_columns(spec, row):
            lines.append(Line(number, "rejected", rejections.mistakes(spec, row), thing))
            continue
        try:
            with transaction.atomic():
                brought = spec.bring(by, row)
        except rejections.CAUGHT as error:
            lines.append(Line(number, "rejected", rejections.mistakes(spec, row, error), thing))
            continue
        lines.append(Line(number, brought.action, brought.label))
        if brought.action != "same":
            undo.append({"line": number, "undo": brought.undo})
    return lines, undo


def _rows(spec: ListFile, content: bytes) -> Iterator[tuple[int, dict[str, str] | str]]:
    """Line number and either the row by column or why it cannot be read."""
    if len(content) > MOST_BYTES:
        raise Invalid({"file": _("The file is larger than 2 MB. Split it.")})
    head = content.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    delimiter = max(DELIMITERS, key=lambda mark: head.count(mark.encode()))
    try:
        reader = tabular.Reader(io.BytesIO(content), tabular.Layout(delimiter=delimiter))
    except tabular.Unreadable as error:
        raise Invalid({"file": str(error)}) from None
    columns = tuple(name.strip().lower() for name in reader.columns)
    _check_header(spec, columns)
    for count, row in enumerate(reader, 1):
        if count > MOST_ROWS:
            raise Invalid({"file": _("The file has more than %(n)s rows. Split it.") % {"n": MOST_ROWS}})
        if isinstance(row, tabular.Spoilt):
            yield row.line, row.reason
            continue
        cells = {name: _cell(text) for name, text in zip(columns, row.fields, strict=True)}
        yield row.line, {column.name: cells.get(column.name, "") for column in spec.columns}


def _cell(text: str) -> str:
    """Our own exports guard formulas with an apostrophe; it falls away again."""
    text = text.strip()
    return text[1:] if text.startswith("'") and tabular.guarded_cell(text[1:]) == text else text


def _check_header(spec: ListFile, columns: tuple[str, ...]) -> None:
    known = {column.name for column in spec.columns}
    needed = [column.name for column in spec.columns if column.required or column.named]
    missing = [name for name in needed if name not in columns]
    strange = [name for name in columns if name not in known]
    faults = []
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        faults.append(_("The column %(names)s stands twice.") % {"names": ", ".join(twice)})
    if missing:
        faults.append(_("The file has no column %(names)s.") % {"names": ", ".join(missing)})
    if strange:
        faults.append(
            _("The column %(names)s is not known here; known are %(known)s.")
            % {"names": ", ".join(strange), "known": ", ".join(column.name for column in spec.columns)}
        )
    if faults:
        raise Invalid({"file": " ".join(faults)})
