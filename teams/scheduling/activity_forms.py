"""Activities by the half hour: the rows of a pattern and of a shift, and the pattern's own form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from cxportal.core.fields import ClockField, ClockInput
from cxportal.core.periods import DAY, MINUTE, Period, to_instant
from teams.people.models import validate_zone
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.expansion import Part, PatternRule, empty_days, in_turn
from teams.scheduling.forms import WEEKDAYS
from teams.scheduling.models import Shift, ShiftPattern
from teams.skills.models import Skill
from teams.staffing.models import Activity

MOST_PARTS = 12
SHOWN_PARTS = 4  # rows that stand open; the others appear as they are filled


def _wall(starts: dt.time, offset: int) -> dt.time:
    return (dt.datetime.combine(dt.date(2026, 1, 5), starts) + offset * MINUTE).time()


def _offset(start: dt.time, wall: dt.time) -> int:
    return ((wall.hour - start.hour) * 60 + wall.minute - start.minute) % 1440


@dataclass(frozen=True)
class Bar:
    """An activity on the bar: where it begins and how long it is, in quarter hours."""

    start: int
    length: int
    name: str
    category: int
    span: str


class ActivityRows(forms.BaseForm):
    """Rows of an activity with a time from and to, which ``pattern.js`` draws as a bar."""

    by_pk: dict[int, Activity]
    known: int

    def add_rows(self, starts: dt.time | None, known: Sequence[Part]) -> None:
        """One field for each cell; ``known`` are the activities that stand already, from ``starts`` on."""
        self.by_pk = {a.pk: a for a in Activity.objects.filter(retired_at=None)}
        self.known = len(known)
        choices = [("", _("none")), *((str(a.pk), a.name) for a in self.by_pk.values())]
        for place in range(MOST_PARTS):
            part = known[place] if place < len(known) else None
            self.fields[f"activity_{place}"] = forms.ChoiceField(
                label=_("Activity"),
                choices=choices,
                required=place == 0,
                initial=str(part.activity) if part else "",
                error_messages={"required": _("A shift has at least one activity.")},
            )
            edges = (part.start, part.end) if part else (None, None)
            for name, edge, label in (("from", edges[0], _("From")), ("to", edges[1], _("To"))):
                wall = None if edge is None or starts is None else _wall(starts, edge)
                self.fields[f"{name}_{place}"] = ClockField(
                    label=label, required=False, until=name == "to", initial=wall
                )

    def part_rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField, bool]]:
        """The activity rows as the template draws them, and whether each stays folded; two spare ones stand open."""
        filled = [i for i in range(MOST_PARTS) if self.data.get(f"activity_{i}")]
        shown = max(SHOWN_PARTS, self.known + 2, *(i + 3 for i in filled))
        return [(self[f"activity_{i}"], self[f"from_{i}"], self[f"to_{i}"], i >= shown) for i in range(MOST_PARTS)]

    def palette(self) -> list[tuple[int, str, int]]:
        """What can be added: id, name and category of each activity."""
        return [(a.pk, a.name, a.category) for a in self.by_pk.values()]

    def bar(self, starts: dt.time, parts: Sequence[Part]) -> list[Bar]:
        """Activities as pieces of the bar, in quarter hours."""
        found = []
        for part in sorted(parts, key=lambda part: part.start):
            first, last = part.start // 15, -(-part.end // 15)
            if activity := self.by_pk.get(part.activity):
                span = words.wall_span(starts, part.start, part.end)
                found.append(Bar(first, last - first, activity.name, activity.category, span))
        return found

    def read_rows(self, data: dict[str, Any], starts: dt.time, length: int) -> list[Part]:
        """The rows as activities in wall-clock minutes from the start; what does not fit is told at its row."""
        found: list[Part] = []
        for place in range(MOST_PARTS):
            activity, start, end = (data.get(f"{name}_{place}") for name in ("activity", "from", "to"))
            if not activity:
                continue
            if start is None and end is None:
                start, end = starts, _wall(starts, length)
            if start is None or end is None:
                self.add_error(f"activity_{place}", _("An activity needs a time from and to."))
                continue
            first = _offset(starts, start)
            last = _offset(starts, end) or 1440
            if not first < last <= length:
                self.add_error(f"activity_{place}", _("This lies outside the shift."))
            elif any(first < p.end and p.start < last for p in found):
                self.add_error(f"activity_{place}", _("This overlaps another activity."))
            else:
                found.append(Part(int(activity), first, last))
        if not found and not self.errors:
            self.add_error("activity_0", _("A shift has at least one activity."))
        return found


class PatternForm(ActivityRows, forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable when it runs
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
        known = self.instance.segments.all() if self.instance.pk else ()
        self.add_rows(self.instance.starts, [Part(s.activity_id, s.start, s.end) for s in known])

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
            rule = PatternRule(data["starts"], data["ends"], frozenset(), self.pod.tzinfo)
            data["parts"] = self.read_rows(data, data["starts"], rule.wall_minutes)
            self._must_exist(data)
        return data

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


class PartsForm(ActivityRows, forms.Form):
    """The activities inside one shift, by wall times in its pod's zone."""

    def __init__(self, *args: Any, shift: Shift, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shift, zone = shift, shift.pod.tzinfo
        self.first = shift.span.start.astimezone(zone).replace(tzinfo=None)
        self.last = shift.span.end.astimezone(zone).replace(tzinfo=None)
        known = []
        for segment in shift.segments.all():
            start, end = (edge.astimezone(zone).replace(tzinfo=None) for edge in (segment.span.start, segment.span.end))
            known.append(Part(segment.activity_id, (start - self.first) // MINUTE, (end - self.first) // MINUTE))
        self.stored = known
        self.add_rows(self.first.time(), known)

    @property
    def wall_minutes(self) -> int:
        """The shift's length on the clock, which the bar shows; at most a day."""
        return min(1440, (self.last - self.first) // MINUTE)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["parts"] = self.read_rows(data, self.first.time(), self.wall_minutes)
        return data

    def parts(self) -> list[tuple[int, Period]]:
        """The activities as instants; one that the clocks swallow is left out."""
        found, zone, whole = [], self.shift.pod.tzinfo, self.shift.span
        for part in sorted(self.cleaned_data["parts"], key=lambda part: part.start):
            edges = [self.first + part.start * MINUTE, self.first + part.end * MINUTE]
            start, end = (to_instant(edge.date(), edge.time(), zone) for edge in edges)
            start = whole.start if part.start == 0 else start
            end = whole.end if edges[1] == self.last else end
            found.append((part.activity, start, end))
        return list(in_turn(found, whole))


class SplitForm(forms.Form):
    """The time of day at which a shift is cut."""

    at = ClockField(label=_("Split at"))

    def instant(self, shift: Shift) -> dt.datetime:
        """The instant inside the shift; a time before its start is on the next day."""
        zone, wall = shift.pod.tzinfo, self.cleaned_data["at"]
        begins = shift.span.start.astimezone(zone)
        day = begins.date() if wall > begins.time() else begins.date() + DAY
        return to_instant(day, wall, zone)
