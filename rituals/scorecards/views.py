"""The scorecards' page and its file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.text import slugify

from cxportal.core import periods
from cxportal.core.htmx import render
from cxportal.core.http import guarded
from rituals import permissions
from rituals.permissions import Sight
from rituals.scorecards import drawing, export
from rituals.scorecards.forms import FilterForm
from rituals.scorecards.presentation import present
from rituals.scorecards.queries import scorecard
from teams.pods.models import Company


@guarded(permissions.scorecards)
def scorecards(request: HttpRequest, sight: Sight) -> HttpResponse:
    """Satisfaction against customers served, pod by pod; every view of it is an address."""
    form = _form(request, sight)
    card = scorecard(sight, form.filters())
    context: dict[str, Any] = {
        "form": form,
        "sight": sight,
        "card": card,
        "view": present(card, request.GET),
        "chart": drawing.chart(card, lambda pk: toggled(request.GET, pk)),
        "export_url": f"{reverse('scorecards_csv')}?{request.GET.urlencode()}",
    }
    status = 422 if form.errors else 200
    return render(request, "rituals/scorecards/scorecards.html", context, status=status, oob=("export",))


@guarded(permissions.scorecards)
def scorecards_csv(request: HttpRequest, sight: Sight) -> HttpResponse:
    """The same numbers for a spreadsheet."""
    form = _form(request, sight)
    card = scorecard(sight, form.filters())
    name = slugify(f"scorecards {card.filters.start} {card.filters.last}")
    response = HttpResponse(export.csv_text(card), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def toggled(query: QueryDict, pod: int) -> str:
    """The address of this view with one pod more, or less, selected."""
    changed = query.copy()
    chosen = [value for value in changed.getlist("pod") if value != str(pod)]
    if len(chosen) == len(changed.getlist("pod")):
        chosen.append(str(pod))
    changed.setlist("pod", chosen)
    return f"?{changed.urlencode()}"


def _form(request: HttpRequest, sight: Sight) -> FilterForm:
    company = Company.objects.first()
    now = periods.now()
    today = periods.local_date(now, company.tzinfo) if company else now.date()
    return FilterForm(request.GET, sight=sight, today=today)
