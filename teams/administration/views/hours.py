"""When a pod is open on each channel, what it promises there, and on which days it differs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core import lists, periods
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded, verb
from cxportal.core.violations import Invalid, Text
from teams import permissions
from teams.administration import queries
from teams.administration.forms import WEEKDAYS, ExceptionForm, PromiseForm
from teams.administration.views.forms import form_page
from teams.permissions import FoundPod
from teams.pods import opening, spans
from teams.pods.channels import HUMAN, Channel
from teams.pods.models import OpeningException, Pod, Promise


class WeekForm(forms.Form):
    """Spans of seven days as text, and other channels that get the same."""

    def __init__(self, *args: Any, channel: Channel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, label in enumerate(WEEKDAYS):
            self.fields[f"day_{number}"] = forms.CharField(
                label=label,
                required=False,
                max_length=80,
                widget=forms.TextInput(attrs={"placeholder": _("closed"), "autocomplete": "off"}),
            )
        others = [(c.value, c.label) for c in Channel if c.human and c != channel]
        self.fields["also"] = forms.MultipleChoiceField(
            label=gettext_lazy("The same hours also for"),
            required=False,
            choices=others,
            widget=forms.CheckboxSelectMultiple,
        )

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[f"day_{number}"] for number in range(7)]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        week = {}
        for number in range(7):
            try:
                week[number] = spans.parse(found.get(f"day_{number}", ""))
            except ValueError as error:
                self.add_error(f"day_{number}", str(error))
        return {"week": week, "also": found.get("also", [])}


def _page(pod: Pod) -> str:
    return reverse("settings_pod_hours", kwargs={"slug": pod.slug})


def _channel(name: str) -> Channel:
    if name not in HUMAN:
        raise Http404
    return Channel(name)


@guarded(permissions.any_pod)
def hours(request: HttpRequest, found: FoundPod) -> HttpResponse:
    """Hours and promise of each channel, and the days that differ."""
    today = periods.local_date(periods.now(), found.pod.tzinfo)
    exceptions = OpeningException.objects.filter(pod=found.pod, day__gte=today)
    rows = [
        (row, row.get_channel_display() if row.channel else _("all channels"), spans.words(_spans_of(row)))
        for row in exceptions
    ]
    context = {
        "pod": found.pod,
        "channels": queries.channels_of(found.pod),
        "exceptions": rows,
        "files": lists.of_kinds("hours", "days", "promises"),
    }
    return render(request, "teams/administration/hours.html", context)


def _spans_of(row: OpeningException) -> list[spans.Span]:
    return [] if row.opens is None or row.closes is None else [(row.opens, row.closes)]


@guarded(permissions.any_pod)
def hours_of(request: HttpRequest, found: FoundPod, channel: str) -> HttpResponse:
    """The week of one channel, by weekday."""
    of = _channel(channel)

    def keep(values: dict[str, Any]) -> Text:
        with transaction.atomic():
            for each in [of.value, *values["also"]]:
                opening.set_hours(by=found.by, pod=found.pod, channel=each, week=values["week"])
        return _("The opening hours are saved.")

    week = queries.weeks_of(found.pod)[of.value]
    initial = {f"day_{day}": spans.words(week.get(day, [])) for day in range(7)}
    form = WeekForm(request.POST or None, initial=initial, channel=of)
    context = {"pod": found.pod, "channel": of}
    title = _("Opening hours: %(channel)s") % {"channel": of.label}
    words: dict[str, Any] = {"title": title, "submit": _("Save"), "template": "teams/administration/hours_of.html"}
    return form_page(request, form, keep, back=_page(found.pod), context=context, **words)


@guarded(permissions.any_pod)
def promise(request: HttpRequest, found: FoundPod, channel: str) -> HttpResponse:
    """What the pod promises on a channel."""
    of = _channel(channel)

    def keep(_values: dict[str, Any]) -> Text:
        counted = form.cleaned_data["in_opening_time"]
        opening.set_promise(
            by=found.by, pod=found.pod, channel=of.value, seconds=form.seconds(), in_opening_time=counted
        )
        return _("The promise is saved.") if form.seconds() else _("There is no promise on this channel any more.")

    form = PromiseForm(request.POST or None, initial=_promised(found.pod, of))
    title = _("Promise: %(channel)s") % {"channel": of.label}
    intro = _("Routing and the service level measure against it.")
    context = {"sub": found.pod, "intro": intro}
    return form_page(request, form, keep, back=_page(found.pod), title=title, submit=_("Save"), context=context)


def _promised(pod: Pod, channel: Channel) -> dict[str, Any]:
    held = Promise.objects.filter(pod=pod, channel=channel).first()
    if held is None:
        return {"unit": 1 if channel.live else 3600, "in_opening_time": True}
    unit = next(unit for unit in (3600, 60, 1) if held.seconds % unit == 0)
    return {"amount": held.seconds // unit, "unit": unit, "in_opening_time": held.in_opening_time}


@guarded(permissions.any_pod)
def exception(request: HttpRequest, found: FoundPod) -> HttpResponse:
    """A day on which the pod opens otherwise or not at all."""

    def add(values: dict[str, Any]) -> Text:
        try:
            parsed = spans.parse(values.pop("hours"))
        except ValueError as error:
            raise Invalid({"hours": str(error)}) from error
        if len(parsed) > 1:
            raise Invalid({"hours": _("Write one span for the day.")})
        opening.add_exception(by=found.by, pod=found.pod, span=parsed[0] if parsed else None, **values)
        return _("The day is saved.")

    form = ExceptionForm(request.POST or None)
    words: dict[str, Any] = {"title": _("A day that differs"), "submit": _("Add"), "context": {"sub": found.pod}}
    return form_page(request, form, add, back=_page(found.pod), **words)


@verb
@guarded(permissions.any_pod)
def remove_exception(request: HttpRequest, found: FoundPod, row: int) -> HttpResponse:
    """Back to the usual hours on that day."""
    held = OpeningException.objects.filter(pod=found.pod, pk=row).first()
    if held is not None:
        opening.remove_exception(by=found.by, exception=held)
    say(request, _("The usual hours hold on that day."))
    return back_to(request, _page(found.pod))
