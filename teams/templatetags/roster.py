"""``{% face chip %}``: the inside of a shift in the grid, drawn once for all who work the same hours.

A week of 150 people has hundreds of shifts in cells and a few dozen different ones.
"""

from __future__ import annotations

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from teams.scheduling.week import Chip, WeekPage

register = template.Library()


@register.simple_tag(takes_context=True)
def face(context: template.Context, chip: Chip) -> SafeString:
    """The hours and the timeline of a shift; the same shift over the same period is rendered once a page."""
    page: WeekPage = context["page"]
    key = (chip.shift, chip.span, chip.offered)
    if key not in page.faces:
        drawn = get_template("teams/scheduling/week/_face.html").render({"chip": chip, "axis": page.axis})
        page.faces[key] = mark_safe(drawn)  # noqa: S308 (rendered by a template, which escaped it)
    return page.faces[key]
