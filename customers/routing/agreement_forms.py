"""The editor of an agreement's terms: seconds by channel, caps, hours, parsed into `Terms`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.routing.agreements import terms_of
from customers.routing.models import OverflowAgreement, OverflowTerms
from customers.routing.sentences import with_unit
from customers.routing.terms import SHORTEST_WAIT, Terms, longest_wait
from cxportal.core import periods
from cxportal.core.fields import ClockField, ClockInput, DayField
from cxportal.core.violations import Violation
from teams.pods.channels import Channel
from teams.pods.models import Pod, Promise
from teams.skills.models import Skill

WEEKDAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
CLOCK = re.compile(r"(?:(\d{1,3}) ?h ?)?(?:(\d{1,4}):)?(\d{1,6})?(?: ?(s|min))?")


# Which field a broken bound belongs to; waits are found by their channel.
FIELD_OF = {
    "cap_once": "cap_once",
    "cap_hour": "cap_hour",
    "cap_day": "cap_day",
    "caps_order": "cap_once",
    "reserve": "reserve",
    "ends_first": "ends_on",
}


class WaitField(forms.CharField):
    """A wait as people write it: 90, 90 s, 1:30, 1:30 min, 5 min, 1 h 30 → seconds."""

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        found = CLOCK.fullmatch(text.strip())
        if found is None or not any(found.groups()[:3]):
            raise forms.ValidationError(_("Write a time like 90 s, 1:30 min or 2 h 30."))
        hours, minutes, last = (int(part or 0) for part in found.groups()[:3])
        if found.group(1) or (found.group(4) == "min" and not found.group(2)):
            return hours * 3600 + (minutes or last) * 60
        return minutes * 60 + last


class SeenForm(forms.Form):
    """Which version the page showed when its button was pressed."""

    seen_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class TermsForm(forms.Form):
    """One version of an agreement. A channel without a wait is not covered."""

    partner = forms.ModelChoiceField(
        label=_("Pod that helps"), queryset=Pod.objects.none(), empty_label=_("Choose a pod")
    )
    when_closed = forms.BooleanField(label=_("When the pod is closed"), required=False, initial=True)
    when_nobody = forms.BooleanField(label=_("When nobody with the skill is there"), required=False, initial=True)
    expected_wait = WaitField(label=_("Or an expected wait above"), required=False)
    reserve = forms.IntegerField(
        label=_("Kept free"), min_value=0, max_value=50, initial=1, help_text=_("idle people whom the helper keeps")
    )
    guard = forms.IntegerField(
        label=_("Own contacts that may wait"),
        min_value=0,
        max_value=50,
        initial=0,
        help_text=_("in the helper’s own queue"),
    )
    cap_once = forms.IntegerField(label=_("Contacts at once"), min_value=1, max_value=1000, initial=2)
    cap_hour = forms.IntegerField(label=_("Contacts in an hour"), min_value=1, max_value=1000, initial=8)
    cap_day = forms.IntegerField(label=_("Contacts in a day"), min_value=1, max_value=10000, initial=40)
    skills = forms.ModelMultipleChoiceField(
        label=_("Only these skills"),
        queryset=Skill.objects.filter(retired_at__isnull=True),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: whatever the helping pod's people can do."),
    )
    ends_on = DayField(label=_("Until the end of"), required=False)
    why = forms.CharField(label=_("Why"), required=False, max_length=200)
    any_hours = forms.BooleanField(label=_("Whenever the helping pod is open"), required=False, initial=True)
    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, home: Pod, agreement: OverflowAgreement | None = None, new: bool = False, **kwargs: Any
    ) -> None:
        self.home, self.agreement = home, agreement
        newest = agreement.versions.order_by("-number").first() if agreement else None
        kwargs.setdefault("initial", self._initial(newest) if newest else {})
        super().__init__(*args, **kwargs)
        self._add_waits(home, newest)
        self._add_hours()
        if new:
            taken = OverflowAgreement.objects.filter(home=home).exclude(state=OverflowAgreement.State.ENDED)
            others = Pod.objects.filter(closed_at__isnull=True).exclude(pk=home.pk)
            self.fields["partner"].queryset = others.exclude(  # type: ignore[attr-defined]
                pk__in=taken.values("partner_id")
            )
        else:
            del self.fields["partner"]

    def _add_waits(self, home: Pod, newest: OverflowTerms | None) -> None:
        self.channels: list[str] = []
        for promise in Promise.objects.filter(pod=home):
            if not Channel(promise.channel).human:
                continue
            most = longest_wait(promise.seconds)
            known = newest.thresholds.get(promise.channel) if newest else None
            self.channels.append(promise.channel)
            self.fields[f"wait_{promise.channel}"] = WaitField(
                label=Channel(promise.channel).label,
                required=False,
                initial=with_unit(known) if known else "",
                help_text=_("Promised within %(promise)s, so a wait of %(least)s to %(most)s. Empty: not covered.")
                % {"promise": with_unit(promise.seconds), "least": with_unit(SHORTEST_WAIT), "most": with_unit(most)},
            )

    def _add_hours(self) -> None:
        for day, name in enumerate(WEEKDAYS):
            for part, label in (("from", _("from")), ("to", _("until"))):
                words = f"{name}, {label}"
                clock = ClockInput({"aria-label": words})
                self.fields[f"{part}_{day}"] = ClockField(label=words, required=False, until=part == "to", widget=clock)

    def _initial(self, newest: OverflowTerms) -> dict[str, Any]:
        terms = terms_of(newest)
        found: dict[str, Any] = {
            key: getattr(terms, key)
            for key in ("when_closed", "when_nobody", "reserve", "guard", "cap_once", "cap_hour", "cap_day")
        }
        found |= {
            "expected_wait": with_unit(terms.expected_wait) if terms.expected_wait else "",
            "skills": list(terms.skill_ids),
            "any_hours": terms.hours is None,
            "seen_version": newest.number,
            "ends_on": periods.local_date(terms.ends_at, self.home.tzinfo) - periods.DAY if terms.ends_at else None,
        }
        for day, span in enumerate(terms.hours or ()):
            if span is not None:
                found[f"from_{day}"] = dt.time(span[0] // 60, span[0] % 60)
                found[f"to_{day}"] = "24:00" if span[1] >= 1440 else dt.time(span[1] // 60, span[1] % 60)
        return found

    @property
    def waits(self) -> list[forms.BoundField]:
        return [self[f"wait_{channel}"] for channel in self.channels]

    @property
    def days(self) -> list[tuple[Any, forms.BoundField, forms.BoundField]]:
        return [(name, self[f"from_{day}"], self[f"to_{day}"]) for day, name in enumerate(WEEKDAYS)]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for day in range(7):
            start, end = given.get(f"from_{day}"), given.get(f"to_{day}")
            if not given.get("any_hours") and (start is None) != (end is None):
                self.add_error(f"to_{day}" if end is None else f"from_{day}", _("A span needs both times."))
        return given

    def _hours(self) -> tuple[tuple[int, int] | None, ...] | None:
        if self.cleaned_data["any_hours"]:
            return None
        spans: list[tuple[int, int] | None] = []
        for day in range(7):
            start, end = self.cleaned_data.get(f"from_{day}"), self.cleaned_data.get(f"to_{day}")
            if start is None or end is None:
                spans.append(None)
                continue
            last = 1440 if (end.hour, end.minute) in ((0, 0), (23, 59)) else end.hour * 60 + end.minute
            spans.append((start.hour * 60 + start.minute, last))
        return tuple(spans)

    def refuse(self, violations: Iterable[Violation]) -> list[Violation]:
        """Mark the fields that break a bound, each with its reason; returns what belongs to no field."""
        rest = []
        for violation in violations:
            name = FIELD_OF.get(violation.code, "")
            if violation.code.startswith("threshold_") or violation.code == "no_promise":
                name = f"wait_{violation.numbers['channel']}"
            if name in self.fields:
                self.add_error(name, f"{violation.message} {violation.way_out}".strip())
            else:
                rest.append(violation)
        return rest

    def proposal(self) -> dict[str, Any]:
        """Keyword arguments of `agreements.propose`."""
        given = self.cleaned_data
        waits = {c: given[f"wait_{c}"] for c in self.channels if given.get(f"wait_{c}") is not None}
        ends = given["ends_on"]
        terms = Terms(
            thresholds=waits,
            skill_ids=tuple(s.pk for s in given["skills"]),
            when_closed=given["when_closed"],
            when_nobody=given["when_nobody"],
            expected_wait=given["expected_wait"],
            reserve=given["reserve"],
            guard=given["guard"],
            cap_once=given["cap_once"],
            cap_hour=given["cap_hour"],
            cap_day=given["cap_day"],
            hours=self._hours(),
            ends_at=periods.day_period(ends, self.home.tzinfo).end if ends else None,
            why=given["why"],
        )
        partner = given.get("partner")
        return {
            "terms": terms,
            "partner_id": partner.pk if partner else None,
            "seen_version": given.get("seen_version"),
        }
