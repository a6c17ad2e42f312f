"""The working agreement of a pod: its bounds inside the company's limits, and how it came to be."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from cxportal.core.htmx import render
from cxportal.core.http import guarded
from teams import permissions
from teams.permissions import FoundPod
from teams.pods import bounds_shown


@guarded(permissions.setup_pod)
def agreement(request: HttpRequest, found: FoundPod) -> HttpResponse:
    """Every bound in force with its rail, and the versions so far."""
    context = {
        "pod": found.pod,
        "shown": bounds_shown.in_force(found.pod),
        "versions": bounds_shown.versions(found.pod),
        "may_start": permissions.may_set_up(found.by, found.pod),
    }
    return render(request, "teams/pods/agreement.html", context)
