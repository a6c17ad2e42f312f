"""The days of the holiday planner: 365 cells that differ in little, so they are written here and not by a template."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from cxportal.core.templatetags.ui import icon
from teams.leave.queries import Cell, Month, Year

register = template.Library()

NO_DAY = '<td class="no"></td>'


@register.simple_tag
def year_rows(year: Year, days_path: str, today: dt.date) -> SafeString:
    """A row a month, a cell a day; the only tab stop is today, or the first day of another year."""
    stop = today if today.year == year.number else dt.date(year.number, 1, 1)
    flag, path = icon("flag", 12), escape(days_path)
    rows = "".join(_row(month, path, stop, today, flag) for month in year.months)
    return mark_safe(rows)  # noqa: S308 (escaped below)


def _row(month: Month, path: str, stop: dt.date, today: dt.date, flag: str) -> str:
    cells = "".join(_cell(cell, path, stop, today, flag) if cell else NO_DAY for cell in month.cells)
    name, long = escape(month.name), escape(month.long)
    return f'<tr><th scope="row"><span aria-hidden="true">{name}</span><span class="vh">{long}</span></th>{cells}</tr>'


def _cell(cell: Cell, path: str, stop: dt.date, today: dt.date, flag: str) -> str:
    iso, marks = cell.iso, f' class="{cell.marks}"' if cell.marks else ""
    tab = 0 if cell.day == stop else -1
    now = ' aria-current="date"' if cell.day == today else ""
    shown = cell.n or (flag if cell.flag else "")
    return (
        f'<td{marks}><a href="{path}{iso}/" id="day--{iso}" data-day tabindex="{tab}"{now}'
        f' aria-label="{escape(cell.name)}"><i data-n="{cell.level}">{shown}</i></a></td>'
    )
