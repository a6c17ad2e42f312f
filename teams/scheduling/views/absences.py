"""Reporting that one is away, and coming back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded, verb
from cxportal.core.periods import local_date, week_label
from teams import permissions
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import services
from teams.scheduling.forms import AbsenceForm
from teams.scheduling.models import Absence
from teams.scheduling.own_absences import own_absences


@guarded(permissions.member_pod)
def absence(request: HttpRequest, pod: Pod) -> HttpResponseBase:
    """Report an own absence; below it the own absences from now on."""
    assert isinstance(request.user, User)
    local = periods.now().astimezone(pod.tzinfo).replace(tzinfo=None, second=0, microsecond=0)
    form = AbsenceForm(
        request.POST or None, pod=pod, initial={"first": local, "last": local.replace(hour=23, minute=59)}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = services.record_absence(
            by=request.user, member=request.user, period=data["period"], kind=data["kind"], note=data["note"]
        )
        say(
            request,
            _("Reported. The others see that you are away, not why; your seats are open."),
            undo=_undo(pod, made),
        )
        week = week_label(local_date(data["period"].start, pod.tzinfo))
        return back_to(request, reverse("week", kwargs={"slug": pod.slug, "week": week}))
    rows = own_absences(request.user, pod.tzinfo, periods.now())
    context = {"form": form, "pod": pod, "rows": rows}
    return render(request, "teams/scheduling/absence.html", context, status=422 if form.errors else 200)


@verb
@guarded(permissions.member_pod)
def end(request: HttpRequest, pod: Pod, *, absence: int) -> HttpResponseBase:
    """One is back: the rest of the absence is taken out, and what it cut is given back."""
    assert isinstance(request.user, User)
    back = services.end_absence(by=request.user, absence=absence)
    said = [str(_("Welcome back. The absence is taken out."))]
    if back.restored:
        said.append(_("Yours again: %(shifts)s.") % {"shifts": "; ".join(back.restored)})
    if back.gone:
        said.append(_("Not yours any more: %(shifts)s") % {"shifts": " ".join(back.gone)})
    say(request, " ".join(said))
    return back_to(request, reverse("absence", kwargs={"slug": pod.slug}))


def _undo(pod: Pod, made: Absence) -> str:
    return reverse("end_absence", kwargs={"slug": pod.slug, "absence": made.pk})
