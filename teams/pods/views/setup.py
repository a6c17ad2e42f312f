"""What a pod needs before it opens, and its opening instant."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core import periods
from cxportal.core.fields import ClockField, DayField
from cxportal.core.htmx import back_to, render, say, wants_fragment
from cxportal.core.http import guarded, verb
from teams import permissions
from teams.permissions import FoundPod
from teams.pods import setup, versions
from teams.pods.consequences import consequences
from teams.pods.models import Pod
from teams.pods.queries import standing


class OpeningForm(forms.Form):
    """The opening as day and time in the pod's zone."""

    day = DayField(label=gettext_lazy("Day"))
    time = ClockField(label=gettext_lazy("Time"))

    def instant(self, pod: Pod) -> dt.datetime:
        """The chosen wall time as an instant; call after validation."""
        return periods.to_instant(self.cleaned_data["day"], self.cleaned_data["time"], pod.tzinfo)


def _proposed(pod: Pod) -> dict[str, object]:
    """The planned opening, else Monday of next week at 00:00."""
    if pod.opens_at is not None:
        local = pod.opens_at.astimezone(pod.tzinfo)
        return {"day": local.date(), "time": local.time()}
    today = periods.local_date(periods.now(), pod.tzinfo)
    return {"day": periods.monday(today) + 7 * periods.DAY, "time": dt.time()}


def _context(found: FoundPod, form: OpeningForm) -> dict[str, object]:
    steps = setup.progress(found.pod)
    now = periods.now()
    pod, stand = found.pod, standing(found.by)
    works, administers = pod.pk in stand.member_of, stand.is_administrator
    return {
        "pod": pod,
        "steps": [(step, step.who(works=works, administers=administers)) for step in steps],
        "done": sum(step.state.done for step in steps),
        "ready": all(step.state.done for step in steps),
        "is_open": pod.opens_at is not None and pod.opens_at <= now,
        "planned": pod.opens_at is not None and pod.opens_at > now,
        "opens": pod.opens_at.astimezone(pod.tzinfo).replace(tzinfo=None) if pod.opens_at else None,
        "may_open": permissions.may_set_up(found.by, pod),
        "administers": administers,
        "form": form,
    }


@guarded(permissions.setup_pod)
def pod_setup(request: HttpRequest, found: FoundPod) -> HttpResponse:
    """Each step with its state; the opening when nothing is missing."""
    form = OpeningForm(initial=_proposed(found.pod))
    return render(request, "teams/pods/setup.html", _context(found, form))


@verb
@guarded(permissions.opening_pod)
def open_pod(request: HttpRequest, found: FoundPod) -> HttpResponse:
    """Plan the opening instant, or move it."""
    form = OpeningForm(request.POST)
    if not form.is_valid():
        return render(request, "teams/pods/setup.html", _context(found, form), status=422)
    pod = setup.plan_opening(by=found.by, pod=found.pod, opens_at=form.instant(found.pod))
    say(request, _("%(pod)s opens then; until then contacts stay where they are.") % {"pod": pod})
    return back_to(request, reverse("pod_setup", kwargs={"slug": pod.slug}))


@guarded(permissions.opening_pod)
def open_now(request: HttpRequest, found: FoundPod) -> HttpResponse:
    """Ask first what can hardly be taken back, with what it brings; a POST opens at this instant."""
    if request.method != "POST":
        context = {"pod": found.pod, "told": consequences(found.pod), "missing": setup.missing(found.pod)}
        part = "dialog" if wants_fragment(request) else None
        return render(request, "teams/pods/open_now.html", context, partial=part)
    pod = setup.plan_opening(by=found.by, pod=found.pod, opens_at=periods.now())
    say(request, _("%(pod)s is open.") % {"pod": pod})
    return back_to(request, reverse("pod_setup", kwargs={"slug": pod.slug}))


@verb
@guarded(permissions.opening_pod)
def withdraw_opening(request: HttpRequest, found: FoundPod) -> HttpResponse:
    """Take the planned opening back."""
    pod = setup.withdraw_opening(by=found.by, pod=found.pod)
    say(request, _("The opening of %(pod)s is withdrawn.") % {"pod": pod})
    return back_to(request, reverse("pod_setup", kwargs={"slug": pod.slug}))


@verb
@guarded(permissions.opening_pod)
def start_agreement(request: HttpRequest, found: FoundPod) -> HttpResponse:
    """Version 1 from the company's template."""
    versions.start_agreement(by=found.by, pod=found.pod)
    say(request, _("Version 1 is in force. The pod can change it later by consent."))
    return back_to(request, reverse("pod_setup", kwargs={"slug": found.pod.slug}))
