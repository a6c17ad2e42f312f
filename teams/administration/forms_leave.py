"""Forms of the administrators' pages about leave."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cxportal.core import periods
from cxportal.core.fields import DayField
from cxportal.core.violations import Invalid
from teams.administration import reading
from teams.leave.models import HalfHoliday, LeaveKind, LedgerEntry


class KindForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    """A kind of leave."""

    class Meta:
        model = LeaveKind
        fields = ("name", "from_balance", "days_a_year", "carry_months", "takes_place", "by_members")
        help_texts = {
            "from_balance": _("Otherwise it is granted without counting, as unpaid leave is."),
            "days_a_year": _("A part-timer gets the same weeks. Only for a kind with a balance."),
            "carry_months": _("0: what is left lapses with its year, once the member was told three months ahead."),
            "takes_place": _("Counts against the people whom the pod agreed may be away at the same time."),
            "by_members": _("Otherwise only an administrator writes it."),
        }


class HalfHolidayForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Half a holiday of every year."""

    class Meta:
        model = HalfHoliday
        fields = ("name", "day", "month", "region")
        help_texts = {"region": _("Like DE-BY or DE. Empty: everywhere.")}


class HoursField(forms.CharField):
    """Hours like ``7.5``, ``7:30``, with a minus in front for what is taken; cleaned to minutes."""

    def clean(self, value: Any) -> int:
        words = str(super().clean(value)).strip().replace("−", "-")
        try:
            minutes = reading.minutes(words.lstrip("+-"), "hours")
        except Invalid as error:
            raise forms.ValidationError(error.fields["hours"]) from None
        return -minutes if words.startswith("-") else minutes


def _year() -> int:
    return periods.now().year


class EntitlementForm(forms.Form):
    """What a person is due from a year on, where it differs from the kind's own figure."""

    kind = forms.ModelChoiceField(LeaveKind.objects.filter(from_balance=True), label=_("Kind"), empty_label=None)
    year = forms.IntegerField(label=_("From the year"), min_value=2000, max_value=2199, initial=_year)
    days = forms.DecimalField(
        label=_("Days a year, for a five-day week"),
        min_value=0,
        max_value=366,
        max_digits=5,
        decimal_places=2,
        required=False,
        help_text=_("Empty: what the kind says."),
    )


class CorrectionForm(forms.Form):
    """A line on somebody's leave."""

    kind = forms.ModelChoiceField(LeaveKind.objects.filter(from_balance=True), label=_("Kind"), empty_label=None)
    year = forms.IntegerField(label=_("Of the year"), min_value=2000, max_value=2199, initial=_year)
    minutes = HoursField(label=_("Hours"), max_length=12, help_text=_("Like 7.5 or 7:30; −8 takes eight hours."))
    until = DayField(label=_("Last day"), required=False, help_text=_("Only for what was carried over."))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LedgerEntry._meta.get_field("reason").max_length,
        help_text=_("The person reads it."),
    )


class TimeForm(forms.Form):
    """A line on somebody's time account."""

    on = DayField(label=_("Day"))
    minutes = HoursField(label=_("Hours"), max_length=12, help_text=_("Like 7.5 or 7:30; −8 takes eight hours."))
    reason = forms.CharField(label=_("Reason"), max_length=200, help_text=_("The person reads it."))


class WriteLeaveForm(forms.Form):
    """Leave that an administrator writes: notice, horizon and places do not bind it."""

    kind = forms.ModelChoiceField(LeaveKind.objects.filter(retired_at=None), label=_("Kind"), empty_label=None)
    first = DayField(label=_("First day"))
    last = DayField(label=_("Last day"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last and not 0 <= (last - first).days < 366:
            self.add_error("last", _("The last day follows the first within a year."))
        return data
