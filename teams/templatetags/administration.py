"""What the administrators' templates need besides values."""

from __future__ import annotations

from django import template

from teams.administration.forms import ZONES

register = template.Library()


@register.filter
def zones(_nothing: str) -> list[str]:
    """Every time zone that can be chosen."""
    return ZONES
