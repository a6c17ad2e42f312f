"""Health for machines, status for people."""

from __future__ import annotations

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from cxportal.core.htmx import render
from cxportal.core.http import guarded, public
from cxportal.serve import queries
from teams import permissions
from teams.people.models import User


@public
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """200 while this process answers at all."""
    return JsonResponse({"status": "ok"})


@public
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when pages can be served, 503 while the database is away."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return JsonResponse({"status": "database away"}, status=503, headers={"Retry-After": "5"})
    return JsonResponse({"status": "ok"})


@guarded(permissions.operator)
def status(request: HttpRequest, user: User) -> HttpResponse:
    """Services, jobs, mail, imports and version on one page."""
    return render(request, "serve/status.html", {"status": queries.status()})
