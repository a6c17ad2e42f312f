"""What people type about weeks: parsed here, decided by the rules, written by the services."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from cxportal.core.fields import ClockField, ClockInput, MomentField
from cxportal.core.periods import DAY, Period, each_day, to_instant
from teams.people.models import User, validate_zone
from teams.pods.models import Pod
from teams.pods.queries import members_on
from teams.scheduling import words
from teams.scheduling.expansion import Part, PatternRule, empty_days
from teams.scheduling.models import Absence, Shift, ShiftPattern
from teams.skills.models import Skill
from teams.staffing.models import Activity

WEEKDAYS = ((1, _("Mon")), (2, _("Tue")), (3, _("Wed")), (4, _("Thu")), (5, _("Fri")), (6, _("Sat")), (7, _("Sun")))
MOST_PARTS = 12
SHOWN_PARTS = 4  # rows that stand open; the others appear as they are filled


class PartForm(forms.Form):
    """A claim of a part: two instants, or nothing for the whole shift."""

    start = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M:%S%z"])
    end = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M:%S%z"])
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


class PatternForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
    """A shift pattern with up to twelve activities; times outside every activity are breaks."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"), choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    skill = forms.ModelChoiceField(
        Skill.objects.filter(retired_at=None),
        label=_("Skill that every seat needs"),
        required=False,
        empty_label=_("none"),
    )
    zone = forms.CharField(label=_("Time zone"), required=False, widget=forms.TextInput({"list": "zones"}))

    class Meta:
        model = ShiftPattern
        fields = ("name", "starts", "ends", "zone", "weekdays", "seats", "skill", "clock_change")
        field_classes = {"starts": ClockField, "ends": ClockField}
        widgets = {"starts": ClockInput, "ends": ClockInput, "clock_change": forms.RadioSelect}
        help_texts = {
            "ends": _("Not after the start means the next day."),
            "clock_change": _("A night shift is an hour shorter in spring and longer in autumn, or ends an hour off."),
        }

    def __init__(self, *args: Any, pod: Pod, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pod = pod
        activities = list(Activity.objects.filter(retired_at=None))
        self.by_pk = {a.pk: a for a in activities}
        choices = [("", _("none")), *((str(a.pk), a.name) for a in activities)]
        known = list(self.instance.segments.all()) if self.instance.pk else []
        self.known = len(known)
        for place in range(MOST_PARTS):
            part = known[place] if place < len(known) else None
            self.fields[f"activity_{place}"] = forms.ChoiceField(
                label=_("Activity"),
                choices=choices,
                required=place == 0,
                initial=str(part.activity_id) if part else "",
                error_messages={"required": _("A shift has at least one activity.")},
            )
            for name, edge, label in (("from", part and part.start, _("From")), ("to", part and part.end, _("To"))):
                self.fields[f"{name}_{place}"] = ClockField(
                    label=label,
                    required=False,
                    until=name == "to",
                    initial=None if edge is None else self._wall(edge),
                )

    def _wall(self, offset: int) -> dt.time:
        return (dt.datetime.combine(dt.date(2026, 1, 5), self.instance.starts) + dt.timedelta(minutes=offset)).time()

    def part_rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField, bool]]:
        """The activity rows as the template draws them, and whether each stays folded; two spare ones stand open."""
        filled = [i for i in range(MOST_PARTS) if self.data.get(f"activity_{i}")]
        shown = max(SHOWN_PARTS, self.known + 2, *(i + 3 for i in filled))
        return [(self[f"activity_{i}"], self[f"from_{i}"], self[f"to_{i}"], i >= shown) for i in range(MOST_PARTS)]

    def clean_zone(self) -> str:
        """The zone of the wall times; the pod's when left out. ``validate_zone`` stands on the model."""
        zone = str(self.cleaned_data["zone"]).strip() or self.pod.zone
        validate_zone(zone)
        return zone

    def rule(self) -> PatternRule | None:
        """The pattern as it is typed, for a look at what it makes; None while something is missing."""
        data = self.cleaned_data
        if not {"starts", "ends", "weekdays", "clock_change", "zone"} <= data.keys():
            return None
        return PatternRule(
            data["starts"],
            data["ends"],
            frozenset(data["weekdays"]),
            ZoneInfo(data["zone"]),
            data["clock_change"],
            tuple(data.get("parts", ())),
        )

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        same = ShiftPattern.objects.filter(pod=self.pod, name=name, retired_at=None).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError(_("The pod has a pattern of this name already."))
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if {"starts", "ends", "weekdays", "clock_change", "zone"} <= data.keys():
            data["parts"] = self._parts(data)
            self._must_exist(data)
        return data

    def _parts(self, data: dict[str, Any]) -> list[Part]:
        rule = PatternRule(data["starts"], data["ends"], frozenset(), self.pod.tzinfo)
        length = rule.wall_minutes
        found: list[Part] = []
        for place in range(MOST_PARTS):
            activity, start, end = (data.get(f"{name}_{place}") for name in ("activity", "from", "to"))
            if not activity:
                continue
            if start is None and end is None:
                start, end = data["starts"], data["ends"]
            if start is None or end is None:
                self.add_error(f"activity_{place}", _("An activity needs a time from and to."))
                continue
            first = _offset(data["starts"], start)
            last = _offset(data["starts"], end) or 1440
            if not first < last <= length:
                self.add_error(f"activity_{place}", _("This lies outside the shift."))
            elif any(first < p.end and p.start < last for p in found):
                self.add_error(f"activity_{place}", _("This overlaps another activity."))
            else:
                found.append(Part(int(activity), first, last))
        if not found and not self.errors:
            self.add_error("activity_0", _("A shift has at least one activity."))
        return found

    def _must_exist(self, data: dict[str, Any]) -> None:
        rule = self.rule()
        assert rule is not None
        today = dt.datetime.now(rule.zone).date()
        if swallowed := empty_days(rule, today, today + 730 * DAY):
            self.add_error(
                "ends",
                _("The clocks change on %(day)s and nothing would be left of the shift. Let it keep its length.")
                % {"day": swallowed[0].isoformat()},
            )


def _offset(start: dt.time, wall: dt.time) -> int:
    return ((wall.hour - start.hour) * 60 + wall.minute - start.minute) % 1440


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
