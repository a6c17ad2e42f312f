"""What is asked of the page of a whole pattern: which pattern, over which days, and which days are left out."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core.fields import DayField, MomentField
from cxportal.core.periods import DAY, to_instant
from teams.scheduling.forms import WEEKDAYS
from teams.scheduling.opening.rules import Line

LONGEST = 92  # days


class SeriesForm(forms.Form):
    """A pattern, a span of days and weekdays; what is left empty means the usual."""

    pattern = forms.TypedChoiceField(label=gettext_lazy("Pattern"), coerce=int, required=False, empty_value=None)
    first = DayField(label=gettext_lazy("From"), required=False)
    last = DayField(label=gettext_lazy("Until"), required=False)
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekdays"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, patterns: list[tuple[int, str]], usual: tuple[dt.date, dt.date], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.usual = usual
        self.fields["pattern"].choices = patterns  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first") or self.usual[0], data.get("last") or self.usual[1]
        if "first" not in self.errors and "last" not in self.errors:
            if last < first:
                self.add_error("last", _("The days run from first to last."))
            elif last - first >= LONGEST * DAY:
                self.add_error("last", _("At most %(days)s days at once.") % {"days": LONGEST})
        data["first"], data["last"] = first, last
        return data


class QuietForm(forms.Form):
    """The moment by which somebody else may take the shift, in the pod's zone."""

    falls_at = MomentField(label=gettext_lazy("By"))

    def instant(self, zone: ZoneInfo) -> dt.datetime:
        """The wall time as an instant."""
        typed: dt.datetime = self.cleaned_data["falls_at"]
        return to_instant(typed.date(), typed.time(), zone)


def lines_in(data: QueryDict, name: str) -> list[Line]:
    """The lines that a form carries under a name; what cannot be read is left out."""
    return [line for token in data.getlist(name) if (line := Line.read(token))]


def left_out(data: QueryDict) -> set[int]:
    """The shifts that were shown and are not marked."""
    marked = {line.shift for name in ("take", "want") for line in lines_in(data, name)}
    return {line.shift for line in lines_in(data, "shown")} - marked
