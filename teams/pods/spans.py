"""Opening hours as people write them: ``07:00–12:00, 13:00–20:00``. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

type Span = tuple[int, int]

MIDNIGHT = 24 * 60
_SPAN = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*[-–—]\s*(\d{1,2})(?::(\d{2}))?", re.ASCII)


def parse(text: str) -> list[Span]:
    """Spans in minutes after midnight; nothing for an empty text.

    Raises ``ValueError`` with a sentence for what cannot be read, lies outside the day or overlaps.
    """
    spans = []
    for part in filter(None, (piece.strip() for piece in re.split(r"[,;]", text))):
        found = _SPAN.fullmatch(part)
        if found is None:
            raise ValueError(_("“%(text)s” is no span. Write it like 07:00–20:00.") % {"text": part})
        opens, closes = (int(found[n]) * 60 + int(found[n + 1] or 0) for n in (1, 3))
        if not 0 <= opens < closes <= MIDNIGHT or int(found[2] or 0) > 59 or int(found[4] or 0) > 59:
            raise ValueError(_("“%(text)s” must begin before it ends, between 00:00 and 24:00.") % {"text": part})
        spans.append((opens, closes))
    spans.sort()
    if any(first[1] > second[0] for first, second in itertools.pairwise(spans)):
        raise ValueError(_("Two spans overlap."))
    return spans


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def words(spans: Sequence[Span]) -> str:
    """``07:00–12:00, 13:00–20:00``; empty when closed."""
    return ", ".join(f"{clock(opens)}–{clock(closes)}" for opens, closes in spans)


def summary(week: Mapping[int, Sequence[Span]]) -> list[tuple[str, str]]:
    """Neighbouring days with the same hours as one line: ``[("Mon–Fri", "07:00–20:00")]``, without closed days."""
    names = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    lines: list[tuple[str, str]] = []
    day = 0
    while day < 7:
        hours = words(week.get(day, ()))
        last = day
        while last < 6 and words(week.get(last + 1, ())) == hours:
            last += 1
        if hours:
            lines.append((names[day] if day == last else f"{names[day]}–{names[last]}", hours))
        day = last + 1
    return lines
