"""What somebody wants in return, and whom they ask."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cxportal.core.fields import DayField, InstantField
from cxportal.core.instants import YEARS
from cxportal.core.periods import DAY, Period, parse_week

MODES = ("swap", "gift", "part")
DATES = "dates"


class OfferForm(forms.Form):
    """How an own shift is offered: for something in return or as a gift, whole or a part of it.

    ``wanted`` is what the select says: nothing (any day), an ISO week, an ISO date, or ``dates`` for
    ``first`` and ``last``. After cleaning ``first`` and ``last`` say the same in days.
    """

    mode = forms.ChoiceField(choices=[(m, m) for m in MODES], required=False)
    wanted = forms.CharField(label=_("In return, on"), max_length=12, required=False)
    first = DayField(label=_("From"), required=False)
    last = DayField(label=_("until"), required=False)
    rings = forms.BooleanField(label=_("Rings of three and more"), required=False)
    start = InstantField(label=_("From"), required=False)
    end = InstantField(label=_("until"), required=False)
    message = forms.CharField(max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if (wanted := found.get("wanted")) and wanted != DATES:
            try:
                found["first"], found["last"] = _days(wanted)
            except ValueError:
                self.add_error("wanted", _("This day could not be read."))
        elif wanted == "" and "wanted" in self.data:
            found["first"] = found["last"] = None
        first, last = found.get("first"), found.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first."))
        start, end = found.get("start"), found.get("end")
        if found.get("mode") == "part" and (bool(start) != bool(end) or (start and end and end <= start)):
            self.add_error("end", _("The part ends after it begins."))
        return found

    def part(self) -> Period | None:
        """The part that the form names, if it names one."""
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if self.cleaned_data.get("mode") != "part" or not start or not end:
            return None
        return Period(start, end)


def _days(wanted: str) -> tuple[dt.date, dt.date]:
    """The days of an ISO week or the one day; raises ``ValueError``."""
    if "W" in wanted:
        monday = parse_week(wanted)
        return monday, monday + 6 * DAY
    day = dt.date.fromisoformat(wanted)
    if day.year not in YEARS:
        raise ValueError(wanted)
    return day, day
