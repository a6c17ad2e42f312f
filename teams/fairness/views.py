"""The account of fairness, open to the people of the pod and to nobody else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from cxportal.core import periods
from cxportal.core.htmx import render
from cxportal.core.http import guarded
from teams import permissions
from teams.fairness import export, queries, services
from teams.people.models import User
from teams.pods.models import Pod


@guarded(permissions.member_pod)
def fairness(request: HttpRequest, pod: Pod) -> HttpResponseBase:
    """Own points with their reasons, and the pod side by side. What was worked meanwhile comes in first."""
    assert isinstance(request.user, User)
    services.settle(pod=pod)
    page = queries.read_fairness(pod, request.user, at=periods.now())
    return render(request, "teams/fairness/fairness.html", {"pod": pod, "page": page})


@guarded(permissions.member_pod)
def fairness_csv(request: HttpRequest, pod: Pod) -> HttpResponseBase:
    """The whole ledger of the pod as a file."""
    services.settle(pod=pod)
    entries = pod.point_entries.select_related("member").order_by("happened_at", "pk")
    answer = StreamingHttpResponse(export.lines(entries, pod.tzinfo), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="fairness-{pod.slug}-{periods.now():%Y-%m-%d}.csv"'
    return answer
