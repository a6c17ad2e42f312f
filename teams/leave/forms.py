"""What is typed about leave: days that are tried out or asked for, and a peak."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cxportal.core.fields import ClockField, DayField, MomentField
from cxportal.core.periods import each_day, parse_week, to_instant, week_label
from teams.leave.models import LeaveKind, Peak
from teams.leave.rules import Asked
from teams.leave.services.peaks import Share
from teams.pods.models import Pod

LONGEST = 366
SENT = ("first", "last", "kind", "begins", "ends", "out")


class LeaveForm(forms.Form):
    """First and last day, the kind, weeks that are left out, and for one day its part."""

    first = DayField(label=_("First day"))
    last = DayField(label=_("Last day"), required=False)
    kind = forms.ModelChoiceField(
        LeaveKind.objects.none(),
        label=_("Kind"),
        empty_label=None,
        help_text=_("Only you and administrators read the kind."),
    )
    begins = ClockField(label=_("From"), required=False)
    ends = ClockField(label=_("Until"), required=False)

    def __init__(self, *args: Any, kinds: Sequence[LeaveKind] | None = None, **kwargs: Any) -> None:
        """``kinds`` are those that can be chosen, where they are known already."""
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = LeaveKind.objects.filter(retired_at=None, by_members=True)
        if kinds is not None:
            field.choices = [(kind.pk, str(kind)) for kind in kinds]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last") or data.get("first")
        data["last"] = last
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first."))
        elif first and last and (last - first).days >= LONGEST:
            self.add_error("last", _("At most a year at once."))
        begins, ends = data.get("begins"), data.get("ends")
        if (begins is None) != (ends is None):
            self.add_error("ends", _("A part of a day needs both times."))
        elif begins is not None and ends is not None and ends <= begins:
            self.add_error("ends", _("The part ends before it begins."))
        elif begins is not None and first != last:
            self.add_error("ends", _("Only a single day can be asked for in part."))
        return data

    def sent(self) -> list[tuple[str, str]]:
        """What was typed, so that a request carries exactly what was tried out."""
        assert isinstance(self.data, QueryDict)
        return [(name, str(value)) for name in SENT for value in self.data.getlist(name)]

    @property
    def out(self) -> set[str]:
        """Weeks that are left out, as their labels."""
        found = set()
        for label in self.data.getlist("out") if isinstance(self.data, QueryDict) else ():
            try:
                found.add(week_label(parse_week(label)))
            except ValueError:
                continue
        return found

    def asked(self) -> list[Asked]:
        """The days asked for; call after validation."""
        data = self.cleaned_data
        if data["begins"] is not None:
            minutes = [time.hour * 60 + time.minute for time in (data["begins"], data["ends"])]
            return [Asked(data["first"], *minutes)]
        out = self.out
        return [Asked(day) for day in each_day(data["first"], data["last"]) if week_label(day) not in out]


class PeakForm(forms.Form):
    """Weeks that are shared out: name, the weeks, rounds, and when it begins and ends."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Like Christmas 2027."))
    first = DayField(label=_("First day"))
    last = DayField(label=_("Last day"), help_text=_("The days are cut into calendar weeks; each is a share."))
    rounds = forms.IntegerField(label=_("Rounds"), min_value=1, max_value=9, initial=1)
    opens_at = MomentField(label=_("Begins"))
    free_at = MomentField(label=_("What is left opens to all"))

    field_order = ("name", "rounds", "first", "last", "opens_at", "free_at")

    def __init__(self, *args: Any, pod: Pod, rule: str, **kwargs: Any) -> None:
        """``rule`` is how the pod agreed to share out; only rounds are counted."""
        super().__init__(*args, **kwargs)
        self.pod = pod
        if rule != Peak.Rule.ROUNDS:
            del self.fields["rounds"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and not first <= last <= first + dt.timedelta(days=84):
            self.add_error("last", _("The last day follows the first within twelve weeks."))
        elif first and last:
            data["shares"] = shares_of(first, last)
        for name in ("opens_at", "free_at"):
            if data.get(name):
                local: dt.datetime = data[name]
                data[name] = to_instant(local.date(), local.time(), self.pod.tzinfo)
        return data


def shares_of(first: dt.date, last: dt.date) -> list[Share]:
    """Days cut into calendar weeks."""
    weeks: dict[str, list[dt.date]] = {}
    for day in each_day(first, last):
        weeks.setdefault(week_label(day), []).append(day)
    names = {label: str(_("Week %(number)s") % {"number": int(label[-2:])}) for label in weeks}
    return [Share(names[label], days[0], days[-1]) for label, days in weeks.items()]
