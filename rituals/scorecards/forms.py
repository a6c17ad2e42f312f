"""The filters of the scorecards, as they stand in the address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from customers.directory.models import Segment
from cxportal.core.periods import DAY
from rituals.permissions import Sight
from teams.pods.models import Area

WEEKS = {"4w": 4, "13w": 13, "26w": 26, "52w": 52}
PERIODS = [
    ("4w", _("Last 4 weeks")),
    ("13w", _("Last 13 weeks")),
    ("26w", _("Last 26 weeks")),
    ("52w", _("Last 52 weeks")),
    ("own", _("Own dates")),
]
USUAL = "13w"
LONGEST = dt.timedelta(days=10 * 366)
SORTS = [("name", _("By name")), ("served", _("By customers served")), ("satisfaction", _("By satisfaction"))]
CHARTS = [("scatter", _("Scatter")), ("funnel", _("Funnel"))]
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(9000, 1, 1)


@dataclass(frozen=True)
class Filters:
    """What is asked for: business days [start, end), and what of it."""

    start: dt.date
    end: dt.date
    area: Area | None = None
    segment: Segment | None = None
    chosen: tuple[int, ...] = ()
    sort: str = "name"
    chart: str = "scatter"

    @property
    def last(self) -> dt.date:
        """The last day of the period."""
        return self.end - DAY

    @property
    def before(self) -> tuple[dt.date, dt.date]:
        """The period before, as long as this one, [start, end)."""
        return max(dt.date.min, self.start - (self.end - self.start)), self.start


class FilterForm(forms.Form):
    """Parses the query; areas that a person may not see don't exist for them (404, as unknown ones)."""

    area = forms.ModelChoiceField(Area.objects.none(), required=False, empty_label=_("All I may see"))
    segment = forms.ModelChoiceField(Segment.objects.all(), required=False, empty_label=_("All"))
    period = forms.ChoiceField(choices=PERIODS, required=False)
    start = forms.DateField(required=False, label=_("from"), widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(required=False, label=_("to"), widget=forms.DateInput({"type": "date"}))
    pod = forms.TypedMultipleChoiceField(required=False, coerce=int)
    sort = forms.ChoiceField(choices=SORTS, required=False)
    chart = forms.ChoiceField(choices=CHARTS, required=False)

    def __init__(self, data: Any, *, sight: Sight, today: dt.date) -> None:
        super().__init__(data)
        self.today = today
        areas: Any = self.fields["area"]
        areas.queryset = sight.areas_seen()
        pods: Any = self.fields["pod"]
        pods.choices = lambda: [(pk, str(pk)) for pk in sight.pods().values_list("pk", flat=True)]

    def clean(self) -> dict[str, Any]:
        """Own dates need both ends in order; what does not exist for the person is not found."""
        for name in ("area", "segment", "pod"):
            if name in self.errors:
                raise Http404
        data = super().clean() or {}
        if data.get("period") == "own" and "start" not in self.errors and "until" not in self.errors:
            start, until = data.get("start"), data.get("until")
            if start is None or until is None:
                raise forms.ValidationError(_("Own dates need a first and a last day."))
            if until < start:
                raise forms.ValidationError(_("The last day lies before the first. Swap them."))
            if until - start > LONGEST or not EARLIEST <= start <= until < LATEST:
                raise forms.ValidationError(_("A period is at most ten years long."))
        return data

    def filters(self) -> Filters:
        """The filters, with what was not given filled in; for an invalid form the usual ones."""
        data = self.cleaned_data if self.is_valid() else {}
        period = data.get("period") or USUAL
        if period == "own":
            start, end = data["start"], data["until"] + DAY
        else:
            end = self.today + DAY
            start = end - dt.timedelta(weeks=WEEKS[period])
        return Filters(
            start=start,
            end=end,
            area=data.get("area"),
            segment=data.get("segment"),
            chosen=tuple(dict.fromkeys(data.get("pod") or ())),
            sort=data.get("sort") or "name",
            chart=data.get("chart") or "scatter",
        )
