"""What people type about weeks: parsed here, decided by the rules, written by the services."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cxportal.core.fields import ClockField, InstantField, MomentField
from cxportal.core.periods import DAY, Period, each_day, to_instant
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import members_on
from teams.scheduling import words
from teams.scheduling.expansion import Part
from teams.scheduling.models import Absence, Shift
from teams.skills.models import Skill
from teams.staffing.models import Activity

WEEKDAYS = ((1, _("Mon")), (2, _("Tue")), (3, _("Wed")), (4, _("Thu")), (5, _("Fri")), (6, _("Sat")), (7, _("Sun")))


class PartForm(forms.Form):
    """A claim of a part: two instants, or nothing for the whole shift."""

    start = InstantField(required=False, input_formats=["%Y-%m-%dT%H:%M:%S%z"])
    end = InstantField(required=False, input_formats=["%Y-%m-%dT%H:%M:%S%z"])
    seen = forms.IntegerField(required=False, min_value=0)

    def part(self) -> Period | None:
        """The part, or None for the whole; an end before its start counts as nothing named."""
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        return Period(start, end) if start and end and start < end else None


class TimesForm(forms.Form):
    """A time of day from and to; an end not after the start is on the next day."""

    start = ClockField(label=_("From"))
    end = ClockField(label=_("To"), until=True)

    def period(self, day: dt.date, pod: Pod) -> Period:
        """The wall times on a day as instants. Raises ``ValueError`` when the clocks swallow them."""
        start, end = self.cleaned_data["start"], self.cleaned_data["end"]
        last = day if end > start else day + DAY
        return Period(to_instant(day, start, pod.tzinfo), to_instant(last, end, pod.tzinfo, is_end=True))


class AddShiftForm(TimesForm):
    """A shift by hand: a day of the week, times, one activity, a number of people."""

    day = forms.TypedChoiceField(label=_("Day"), coerce=dt.date.fromisoformat)
    activity = forms.ModelChoiceField(Activity.objects.none(), label=_("Activity"), empty_label=None)
    seats = forms.IntegerField(label=_("People"), min_value=1, max_value=200, initial=1)
    skill = forms.ModelChoiceField(
        Skill.objects.none(), label=_("Skill that every seat needs"), required=False, empty_label=_("none")
    )

    field_order = ("day", "start", "end", "activity", "seats", "skill")

    def __init__(self, *args: Any, monday: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = each_day(monday, monday + 6 * DAY)
        self.fields["day"].choices = [(d.isoformat(), words.long_day(d)) for d in days]  # type: ignore[attr-defined]
        self.fields["activity"].queryset = Activity.objects.filter(retired_at=None)  # type: ignore[attr-defined]
        self.fields["skill"].queryset = Skill.objects.filter(retired_at=None)  # type: ignore[attr-defined]

    def parts(self, minutes: int) -> list[Part]:
        """The one activity over the shift, with the agreed break of half an hour after four hours when it is long."""
        pk = self.cleaned_data["activity"].pk
        if minutes <= 360:
            return [Part(pk, 0, minutes)]
        return [Part(pk, 0, 240), Part(pk, 270, minutes)]


class AbsenceForm(forms.Form):
    """A report that one is away: kind, from and to in the pod's zone."""

    kind = forms.ChoiceField(
        label=_("What is it"),
        choices=[
            (k.value, k.label) for k in (Absence.Kind.SICK, Absence.Kind.LATE, Absence.Kind.EARLY, Absence.Kind.OTHER)
        ],
        initial=Absence.Kind.SICK,
        widget=forms.RadioSelect,
        help_text=_("Others see only that you are away."),
    )
    first = MomentField(label=_("From"))
    last = MomentField(label=_("Until"))
    note = forms.CharField(label=_("Note, for you and administrators"), max_length=300, required=False)

    def __init__(self, *args: Any, pod: Pod, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pod = pod

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first"), data.get("last")
        if first and last:
            edges = [
                to_instant(t.date(), t.time(), self.pod.tzinfo, is_end=e) for t, e in ((first, False), (last, True))
            ]
            if edges[0] >= edges[1]:
                self.add_error("last", _("The absence ends after it begins."))
            elif edges[1] - edges[0] > 366 * DAY:
                self.add_error("last", _("An absence lasts at most a year."))
            else:
                data["period"] = Period(*edges)
        return data


class RequirementForm(TimesForm):
    """So many people for an activity on some weekdays of a week; 0 clears the time."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"), choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple, initial=[1, 2, 3, 4, 5]
    )
    activity = forms.ModelChoiceField(Activity.objects.none(), label=_("Activity"), empty_label=None)
    people = forms.IntegerField(label=_("People"), min_value=0, max_value=500, help_text=_("0 clears the time."))

    field_order = ("activity", "people", "start", "end", "weekdays")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["activity"].queryset = Activity.objects.filter(retired_at=None)  # type: ignore[attr-defined]


class FloorForm(TimesForm):
    """One row of the coverage floor: at least so many people for an activity at a time of the week."""

    activity = forms.ChoiceField(label=_("Activity"))
    people = forms.IntegerField(label=_("People"), min_value=1, max_value=200, initial=1)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"), choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple, initial=[1, 2, 3, 4, 5]
    )
    skill = forms.ChoiceField(label=_("With the skill"), required=False)

    field_order = ("activity", "people", "start", "end", "skill", "weekdays")

    def __init__(
        self, *args: Any, activities: list[tuple[str, str]], skills: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        known = (kwargs.get("initial") or {}).get("activity")
        retired = [(known, known)] if known and known not in dict(activities) else []
        self.fields["activity"].choices = [("", "—"), *activities, *retired]  # type: ignore[attr-defined]
        self.fields["skill"].choices = [("", _("none")), *skills]  # type: ignore[attr-defined]

    @staticmethod
    def choices() -> dict[str, list[tuple[str, str]]]:
        """What every row chooses from. Two queries for any number of rows."""
        known = (model.objects.filter(retired_at=None).values_list("slug", "name") for model in (Activity, Skill))
        activities, skills = map(list, known)
        return {"activities": activities, "skills": skills}

    def has_changed(self) -> bool:
        """A row without an activity is an empty one, whatever else it proposes."""
        return bool(self.data.get(self.add_prefix("activity"))) if self.is_bound else False


class OverrideForm(forms.Form):
    """A shift with room, somebody of the pod, and why."""

    shift = forms.ModelChoiceField(Shift.objects.none(), label=_("Shift"), empty_label=_("Choose a shift"))
    member = forms.ModelChoiceField(
        User.objects.none(), label=_("Who should be able to claim it"), empty_label=_("Choose a person")
    )
    reason = forms.CharField(
        label=_("What the emergency is"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, pod: Pod, now: dt.datetime, chosen: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shift: Any = self.fields["shift"]
        soon = Shift.objects.filter(pod=pod, cancelled_at=None, period__endswith__gt=now)
        shift.queryset = soon.filter(period__startswith__lt=now + 14 * DAY).order_by("period", "pk")
        shift.label_from_instance = lambda row: words.moments(row.span, pod.tzinfo)
        shift.initial = chosen if chosen.isdecimal() else None
        member: Any = self.fields["member"]
        member.queryset = members_on(pod, now.date())


class RequirementFileForm(forms.Form):
    """A CSV of the requirement, as a file or as text carried over from the preview."""

    file = forms.FileField(label=_("CSV file"), required=False)
    text = forms.CharField(required=False, widget=forms.HiddenInput, max_length=2_000_000, strip=False)
