"""The scorecards as a file for a spreadsheet: the page's numbers, unrounded, with n and limits."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from cxportal.core.tabular import guarded_cell
from rituals.scorecards.queries import PodScore, Scorecard

COLUMNS = (
    "pod",
    "area",
    "stage",
    "first_day",
    "last_day",
    "segment",
    "customers_served",
    "contacts_closed",
    "answers",
    "satisfied",
    "satisfaction",
    "satisfaction_low",
    "satisfaction_high",
    "satisfaction_expected",
    "against_all_pods",
    "p",
    "nps",
    "nps_low",
    "nps_high",
    "nps_answers",
    "answers_before",
    "satisfied_before",
)


def csv_text(card: Scorecard) -> str:
    """One line a pod in the page's order. Shares are 0 to 1; what has no value is empty, never 0.

    Cells that a spreadsheet would take for a formula are guarded.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for score in card.pods:
        writer.writerow(_cell(value) for value in _row(card, score))
    return out.getvalue()


def _row(card: Scorecard, score: PodScore) -> Iterable[object]:
    filters, judged = card.filters, score.judgement
    yield from (score.pod.name, score.pod.area.name, score.stage, filters.start, filters.last)
    yield filters.segment.name if filters.segment else ""
    yield from (score.served, score.closed, score.share.n, score.share.hits, score.share.value)
    yield from (judged.interval.low, judged.interval.high) if judged.interval else (None, None)
    yield judged.expected
    yield judged.word.value
    yield judged.p if score.enough else None
    nps = score.nps
    yield from (nps.score, nps.interval.low, nps.interval.high, nps.n) if nps else (None, None, None, 0)
    yield from (score.before.n, score.before.hits)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return guarded_cell(str(value)) if isinstance(value, str) else str(value)
