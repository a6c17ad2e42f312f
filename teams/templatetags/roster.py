"""The parts of the week that stand in it by the hundred, each drawn by its template and kept with what it draws.

A week of 150 people has hundreds of shifts in cells and a few dozen different ones, and opening it again shows
the same rows again. What is kept hangs on the value that was drawn (``drawn``), so it can never be of another.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from cxportal.core.templatetags.ui import avatar
from teams.scheduling.open_shifts import OpenCard
from teams.scheduling.picture import Person
from teams.scheduling.strips import Axis, Strip
from teams.scheduling.week_rows import Chip, Row

register = template.Library()


@register.filter
def at(found: dict[str, Any], key: str) -> Any:
    """What stands under a key, or nothing."""
    return found.get(key, ())


@register.filter
def on_day(cards: Iterable[OpenCard], day: dt.date) -> list[OpenCard]:
    """The open shifts of one day."""
    return [card for card in cards if card.day == day]


@register.filter
def off_day(cards: Iterable[OpenCard], day: dt.date) -> list[OpenCard]:
    """The open shifts of every other day."""
    return [card for card in cards if card.day != day]


def _drawn(name: str, context: dict[str, Any]) -> SafeString:
    return mark_safe(get_template(name).render(context))  # noqa: S308 (rendered by a template, which escaped it)


@register.simple_tag
def face(chip: Chip, axis: Axis) -> SafeString:
    """The hours and the timeline of a shift; the same shift over the same period is drawn once."""
    if axis not in chip.drawn:
        chip.drawn[axis] = _drawn("teams/scheduling/week/_face.html", {"chip": chip, "axis": axis})
    return chip.drawn[axis]


@register.simple_tag
def day_strip(strip: Strip) -> SafeString:
    """A day's strip of staffed against needed; it says all that it draws, so it is drawn once."""
    if not strip.drawn:
        strip.drawn.append(_drawn("teams/scheduling/_strip.html", {"strip": strip}))
    return strip.drawn[0]


@register.simple_tag(takes_context=True)
def member_row(context: template.Context, row: Row) -> SafeString:
    """One row of the grid, as htmx asks for it."""
    return member_rows(context, [row])


@register.simple_tag(takes_context=True)
def member_rows(context: template.Context, rows: Iterable[Row]) -> SafeString:
    """Every row of the grid: ``{% member_rows page.rows %}``; those that look as before are not drawn again."""
    shared = {name: context.get(name) for name in ("here", "path", "oob")} | {"axis": context["page"].axis}
    seen = (*shared.values(), get_language())
    return mark_safe("".join([_row(row, seen, shared) for row in rows]))  # noqa: S308 (drawn by templates)


def _row(row: Row, seen: object, shared: dict[str, Any]) -> SafeString:
    kept = row.drawn.get("")
    if kept is None or kept[0] != seen:
        kept = row.drawn[""] = (seen, _drawn("teams/scheduling/week/_row.html", {"row": row, **shared}))
    return kept[1]


@register.simple_tag
def present(colleagues: Iterable[tuple[Person, Chip]]) -> SafeString:
    """Who else is there on a day, as lines of a list: pairs of a person and their shift."""
    lines = [_colleague(person, chip.label) for person, chip in colleagues]
    return mark_safe("".join(lines))  # noqa: S308 (made by format_html)


@functools.lru_cache(maxsize=1024)
def _colleague(person: Person, hours: str) -> SafeString:
    mark = avatar(person)
    return format_html('<li>{}<span class="t"><b>{}</b><span>{}</span></span></li>', mark, person.name, hours)
