"""Copying a week: choose where to, then do it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded
from cxportal.core.periods import DAY, week_label
from teams import permissions
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import services, words
from teams.scheduling.models import Week
from teams.scheduling.views.week import monday_or_404, week_or_404


@guarded(permissions.member_pod)
def copy(request: HttpRequest, pod: Pod, *, week: str) -> HttpResponseBase:
    """Copy this week's shifts into an empty week of the next quarter."""
    assert isinstance(request.user, User)
    source = week_or_404(pod, week)
    if request.method == "POST":
        made = services.copy_week(by=request.user, source=source, monday=monday_or_404(request.POST.get("to", "")))
        say(request, _("Week %(week)s has the shifts of %(source)s, without names.")
            % {"week": made.monday.isocalendar().week, "source": source.label})  # fmt: skip
        return back_to(request, reverse("week", kwargs={"slug": pod.slug, "week": made.label}))
    context = {"pod": pod, "source": source, "choices": _empty_weeks(pod, source)}
    return render(request, "teams/scheduling/copy_week.html", context)


def _empty_weeks(pod: Pod, source: Week) -> list[tuple[str, str]]:
    """The 13 weeks behind this one that have no shifts yet, as address and words."""
    mondays = [source.monday + 7 * n * DAY for n in range(1, 14)]
    full = set(
        Week.objects.filter(pod=pod, monday__in=mondays, shifts__isnull=False, shifts__cancelled_at=None).values_list(
            "monday", flat=True
        )
    )
    return [
        (
            week_label(m),
            _("Week %(week)s, %(days)s") % {"week": m.isocalendar().week, "days": words.days_span(m, m + 6 * DAY)},
        )
        for m in mondays
        if m not in full
    ]
