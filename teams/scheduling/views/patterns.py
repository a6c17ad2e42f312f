"""Shift patterns: the list and the form."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded, verb
from teams import permissions
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import services, words
from teams.scheduling.forms import WEEKDAYS, PatternForm
from teams.scheduling.models import ShiftPattern
from teams.staffing.services import standard_activities


@dataclass(frozen=True)
class Line:
    """A pattern as its row shows it."""

    pattern: ShiftPattern
    times: str
    days: str
    activities: str
    hours: str


@guarded(permissions.week_pod)
def patterns(request: HttpRequest, pod: Pod) -> HttpResponseBase:
    """The patterns that the pod's weeks are made from."""
    rows = ShiftPattern.objects.filter(pod=pod, retired_at=None).select_related("skill")
    lines = [_line(row) for row in rows.prefetch_related("segments__activity")]
    return render(request, "teams/scheduling/patterns.html", {"pod": pod, "lines": lines})


def _line(row: ShiftPattern) -> Line:
    names = dict(WEEKDAYS)
    segments = list(row.segments.all())
    return Line(
        pattern=row,
        times=f"{row.starts:%H:%M}–{row.ends:%H:%M}",
        days=" ".join(str(names[day]) for day in sorted(row.weekdays)),
        activities=", ".join(dict.fromkeys(s.activity.name for s in segments)),
        hours=words.hours(sum(s.end - s.start for s in segments)),
    )


@guarded(permissions.member_pod)
def new(request: HttpRequest, pod: Pod) -> HttpResponseBase:
    """Write a pattern."""
    standard_activities()
    return _form(request, pod, ShiftPattern(pod=pod, zone=pod.zone))


@guarded(permissions.member_pattern)
def edit(request: HttpRequest, found: ShiftPattern) -> HttpResponseBase:
    """Change a pattern."""
    return _form(request, found.pod, found)


def _form(request: HttpRequest, pod: Pod, pattern: ShiftPattern) -> HttpResponseBase:
    assert isinstance(request.user, User)
    form = PatternForm(request.POST or None, instance=pattern, pod=pod)
    if request.method == "POST" and form.is_valid():
        services.save_pattern(by=request.user, pattern=form.instance, parts=form.cleaned_data["parts"])
        say(request, _("%(name)s is written down. Weeks made from now on use it.") % {"name": form.instance})
        return back_to(request, reverse("patterns", kwargs={"slug": pod.slug}))
    context = {"form": form, "pod": pod, "pattern": pattern if pattern.pk else None}
    return render(request, "teams/scheduling/pattern.html", context, status=422 if form.errors else 200)


@verb
@guarded(permissions.member_pattern)
def retire(request: HttpRequest, found: ShiftPattern) -> HttpResponseBase:
    """Take a pattern out of use."""
    assert isinstance(request.user, User)
    services.retire_pattern(by=request.user, pattern=found)
    say(request, _("%(name)s is retired. Weeks that exist keep their shifts.") % {"name": found})
    return back_to(request, reverse("patterns", kwargs={"slug": found.pod.slug}))
