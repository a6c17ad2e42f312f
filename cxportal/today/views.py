"""The first page, the page More of the phone, and the numbers in the navigation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_template

from cxportal.core import periods
from cxportal.core.htmx import render, target_name
from cxportal.core.http import signed_in
from cxportal.shell import Shell
from cxportal.today import badges as badge_sources
from cxportal.today import cards


@signed_in
def today(request: HttpRequest) -> HttpResponse:
    """The first page of each role: each card stands for one question that the person has in the morning."""
    shell = Shell(request, request.user)  # type: ignore[arg-type]
    context: dict[str, Any] = cards.for_person(shell, periods.now(), only=target_name(request))
    return render(request, "today/today.html", context)


@signed_in
def more(request: HttpRequest) -> HttpResponse:
    """Everything that the bar at the foot of a phone has no room for."""
    return render(request, "today/more.html", {})


@signed_in
def badges(request: HttpRequest) -> HttpResponse:
    """The live numbers, out of band, for the pod that the page shows (``pod`` in the query)."""
    shell = Shell(request, request.user)  # type: ignore[arg-type]
    pod = shell.pod_named(request.GET.get("pod", ""))
    context = {
        "badges": badge_sources.badges_for(request.user, pod, fresh="fresh" in request.GET),  # type: ignore[arg-type]
        "line": badge_sources.own_line(request.user, shell.zone),  # type: ignore[arg-type]
    }
    return render_template(request, "today/badges.html", context)
