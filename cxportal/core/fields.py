"""Fields of a day, of a time and of a colour, the same on every form.

A browser shows its own time field by its own language, with AM and PM; the portal tells times by 24 hours. So a time
is a text field that reads what people type: ``9``, ``930``, ``9:30``, ``09.30``.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cxportal.core.instants import YEARS

_CLOCK = re.compile(r"(\d{1,2})(?:\s*[:.h]\s*([0-5]\d)?(?::[0-5]\d)?|([0-5]\d))?", re.ASCII | re.IGNORECASE)


def read_clock(text: str, *, until: bool = False) -> dt.time:
    """A time of day as people type it: ``9``, ``930``, ``0930``, ``9:30``, ``9.30``, ``9h30``; seconds fall away.

    ``until`` also takes 24:00, which is the midnight at the day's end (00:00). Raises ``ValueError`` for anything else.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    hour, minute = int(found[1]), int(found[2] or found[3] or 0)
    if until and (hour, minute) == (24, 0):
        return dt.time()
    return dt.time(hour, minute)


class ClockInput(forms.TextInput):
    """A time as text: the digits of a phone, no suggestions; ``clock.js`` completes it when it is left."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        own = {
            "inputmode": "numeric",
            "autocomplete": "off",
            "maxlength": 8,
            "data-clock": True,
            "class": "input clock",
        }
        super().__init__(own | (attrs or {}))

    def format_value(self, value: Any) -> str | None:
        return f"{value:%H:%M}" if isinstance(value, dt.time) else super().format_value(value)


class ClockField(forms.TimeField):
    """A time of day by 24 hours; the error names the field. ``until`` also takes 24:00."""

    widget = ClockInput

    def __init__(self, *, until: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.until = until

    def to_python(self, value: Any) -> dt.time | None:
        if value in self.empty_values or isinstance(value, dt.time):
            return value or None
        try:
            return read_clock(str(value), until=self.until)
        except ValueError:
            words = {"field": self.label, "words": str(value).strip()[:20]}
            raise forms.ValidationError(
                _("“%(field)s” takes a time like 09:30, not “%(words)s”.") % words, code="invalid"
            ) from None


class DayField(forms.DateField):
    """A day, with the browser's own calendar; ``years`` are those that can be meant."""

    def __init__(self, *, years: range = YEARS, **kwargs: Any) -> None:
        self.years = years
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **kwargs)

    def clean(self, value: Any) -> Any:
        """A day that can be meant: no calendar goes on behind its last day."""
        found = super().clean(value)
        if found is not None and found.year not in self.years:
            raise forms.ValidationError(_("The year %(year)s cannot be meant.") % {"year": found.year})
        return found


class InstantField(forms.DateTimeField):
    """An instant as a page wrote it into its own choices; in UTC, in a year that can be meant."""

    def to_python(self, value: Any) -> dt.datetime | None:
        found = super().to_python(value)
        if found is None:
            return None
        if found.year not in YEARS:
            raise forms.ValidationError(_("The year %(year)s cannot be meant.") % {"year": found.year})
        return found.astimezone(dt.UTC)


class MomentInput(forms.MultiWidget):
    """A day and a time beside it."""

    template_name = "django/forms/widgets/moment.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        day = forms.DateInput(attrs={"type": "date", "aria-label": _("Day")}, format="%Y-%m-%d")
        super().__init__({"day": day, "time": ClockInput({"aria-label": _("Time")})}, attrs)

    def decompress(self, value: Any) -> list[Any]:
        return [value.date(), value.time()] if isinstance(value, dt.datetime) else [None, None]


class MomentField(forms.MultiValueField):
    """A day and a time of day as a naive wall time; the form knows the zone."""

    widget = MomentInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(fields=(DayField(), ClockField(label=kwargs["label"])), **kwargs)

    def compress(self, data_list: list[Any]) -> dt.datetime | None:
        return dt.datetime.combine(*data_list) if data_list else None


# The categories of the tokens, by the word that fits them in the light and in the dark theme.
COLOURS = (
    (1, _("Blue")),
    (2, _("Orange")),
    (3, _("Teal")),
    (4, _("Sky")),
    (5, _("Rust")),
    (6, _("Plum")),
    (7, _("Gold")),
    (8, _("Slate")),
)


class Swatches(forms.RadioSelect):
    """Colours to choose from, each by its look and its word."""

    template_name = "django/forms/widgets/swatches.html"


class ColourField(forms.TypedChoiceField):
    """One of the eight categories that pods and people wear."""

    widget = Swatches

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Colour"), coerce=int, choices=COLOURS, required=False, **kwargs)
