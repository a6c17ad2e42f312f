"""Find or do: a page of its own, and the results inside the palette."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from cxportal.core.htmx import render
from cxportal.core.http import signed_in
from cxportal.find import queries
from cxportal.shell import Shell


@signed_in
def find(request: HttpRequest) -> HttpResponse:
    """Results of ``q``; without it, where the person can go and what they can do."""
    query = request.GET.get("q", "").strip()
    shell = Shell(request, request.user)  # type: ignore[arg-type]
    return render(request, "find/find.html", {"results": queries.find(shell, query), "query": query})
