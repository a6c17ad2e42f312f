"""Shift patterns: the list and the form."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded, verb
from cxportal.core.periods import local_date
from teams import permissions
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import standing
from teams.scheduling import services, words
from teams.scheduling.activity_forms import PatternForm
from teams.scheduling.expansion import PatternRule
from teams.scheduling.forms import WEEKDAYS
from teams.scheduling.models import ShiftPattern
from teams.scheduling.preview import preview
from teams.scheduling.services.weeks import pattern_rule
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
    works_here = pod.pk in standing(request.user).member_of
    return render(request, "teams/scheduling/patterns.html", {"pod": pod, "lines": lines, "works_here": works_here})


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
    looks = "look" in request.POST
    if request.method == "POST" and form.is_valid() and not looks:
        changed = services.save_pattern(
            by=request.user, pattern=form.instance, parts=form.cleaned_data["parts"], replan="replan" in request.POST
        )
        say(request, _saved(form.instance, changed))
        return back_to(request, reverse("patterns", kwargs={"slug": pod.slug}))
    rule = form.rule() if form.is_bound else _rule(pattern)
    today = local_date(periods.now(), pod.tzinfo)
    context = {
        "form": form,
        "pod": pod,
        "pattern": pattern if pattern.pk else None,
        "title": ShiftPattern.objects.get(pk=pattern.pk).name if pattern.pk else "",
        "preview": preview(rule, today) if rule else None,
        "bar": form.bar(rule.start, rule.parts) if rule else (),
        "length": -(-rule.wall_minutes // 15) if rule else 0,
        "use": services.use_of(pattern) if pattern.pk else services.Use(),
        "palette": form.palette(),
    }
    status = 422 if form.errors and not looks else 200
    return render(request, "teams/scheduling/pattern.html", context, status=status)


def _saved(pattern: ShiftPattern, changed: int) -> str:
    said = _("%(name)s is written down. Weeks made from now on use it.") % {"name": pattern}
    if not changed:
        return said
    more = ngettext("%(number)s shift of made weeks follows it.", "%(number)s shifts of made weeks follow it.", changed)
    return f"{said} {more % {'number': changed}}"


def _rule(pattern: ShiftPattern) -> PatternRule | None:
    return pattern_rule(pattern) if pattern.pk else None


@verb
@guarded(permissions.member_pattern)
def retire(request: HttpRequest, found: ShiftPattern) -> HttpResponseBase:
    """Take a pattern out of use."""
    assert isinstance(request.user, User)
    services.retire_pattern(by=request.user, pattern=found)
    say(request, _("%(name)s is retired. Weeks that exist keep their shifts.") % {"name": found})
    return back_to(request, reverse("patterns", kwargs={"slug": found.pod.slug}))
