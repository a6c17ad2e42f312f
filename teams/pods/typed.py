"""Bounds as people type them: hours for minutes, a field for each plain value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from teams.pods.agreement import FRACTIONS, TYPED_FACTORS, TYPED_WORDS, BoundDefinition


def is_plain(bound: BoundDefinition) -> bool:
    """Whether one field holds the bound; lists have forms of their own."""
    return bound.check is None and isinstance(bound.default, bool | int | float | str)


def field(bound: BoundDefinition, value: Any) -> forms.Field:
    """The field of a bound with its stored value as people type it."""
    name, effect = str(bound.label), str(bound.effect)
    if bound.unit == "flag":
        return forms.BooleanField(label=name, required=False, initial=value, help_text=effect)
    if bound.unit == "choice":
        return forms.ChoiceField(label=name, choices=bound.choices, initial=value, help_text=effect)
    unit = TYPED_WORDS.get(bound.unit)
    label = _("%(bound)s, in %(unit)s") % {"bound": bound.label, "unit": unit} if unit else name
    return forms.DecimalField(label=label, initial=typed(bound, value), help_text=effect, min_value=0, max_digits=10)


def typed(bound: BoundDefinition, value: Any) -> str:
    """A stored number as it stands in its field."""
    return f"{value / TYPED_FACTORS.get(bound.unit, 1):g}"


def stored(bound: BoundDefinition, value: Any) -> Any:
    """What a validated field holds, as it is stored; a share keeps its decimals."""
    if isinstance(value, Decimal):
        number = float(value) * TYPED_FACTORS.get(bound.unit, 1)
        if bound.unit not in FRACTIONS or (bound.unit != "share" and number.is_integer()):
            return round(number)
        return number
    return value
