"""The first page, the page More of the phone, and the numbers in the navigation."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_template

from cxportal.core.htmx import render
from cxportal.core.http import signed_in
from cxportal.today import badges as badge_sources
from teams.pods.queries import visible_pods


@signed_in
def today(request: HttpRequest) -> HttpResponse:
    """The first page of each role."""
    return render(request, "today/today.html", {})


@signed_in
def more(request: HttpRequest) -> HttpResponse:
    """Everything that the bar at the foot of a phone has no room for."""
    return render(request, "today/more.html", {})


@signed_in
def badges(request: HttpRequest) -> HttpResponse:
    """The live numbers, out of band, for the pod that the page shows (``pod`` in the query)."""
    slug = request.GET.get("pod", "")
    pod = visible_pods(request.user).filter(slug=slug).first() if slug else None  # type: ignore[arg-type]
    context = {"badges": badge_sources.badges_for(request.user, pod)}  # type: ignore[arg-type]
    return render_template(request, "today/badges.html", context)
