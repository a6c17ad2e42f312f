"""The working agreement of a pod: its bounds inside the outer limits, what is under vote, and how it came to be."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from cxportal.core import periods
from cxportal.core.htmx import render
from cxportal.core.http import guarded
from teams import permissions
from teams.consent import queries, services
from teams.consent.cases import LogEntry, logged
from teams.people.models import User
from teams.permissions import FoundPod
from teams.pods import bounds_shown
from teams.pods.models import Pod
from teams.pods.queries import standing

TEMPLATE = "teams/consent/agreement.html"


@guarded(permissions.setup_pod)
def agreement(request: HttpRequest, found: FoundPod) -> HttpResponse:
    """Every bound in force with its rail, the open votes, and the versions so far."""
    return show(request, found.pod, found.by)


def show(request: HttpRequest, pod: Pod, by: User, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page after every vote is decided whose time has come."""
    now = periods.now()
    if services.is_due(pod, now):
        services.close_due(by=None, pod=pod)
    stand = standing(by)
    context = {
        "pod": pod,
        "shown": bounds_shown.in_force(pod, now, queries.under_vote(pod)),
        "cards": queries.open_cards(pod, by),
        "history": queries.history(pod, by, now),
        "logged": _logged(pod, by, inside=pod.pk in stand.pods),
        "may_start": permissions.may_set_up(by, pod),
        "at_home": stand.home == pod.pk,
        "inside": pod.pk in stand.pods,
        "administers": stand.is_administrator,
        "leads": permissions.may_lift(by, pod),
        **more,
    }
    return render(request, TEMPLATE, context, status=status)


def _logged(pod: Pod, by: User, *, inside: bool) -> list[LogEntry]:
    """The pod reads all; who leads from outside reads what they did themselves, and can take it back."""
    if inside:
        return logged(pod)
    return logged(pod, by=by.pk) if permissions.may_lift(by, pod) else []
