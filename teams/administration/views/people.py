"""The list of people and a new one."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core import lists, periods
from cxportal.core.htmx import render
from cxportal.core.http import guarded
from cxportal.core.violations import Text
from teams import permissions
from teams.administration import queries
from teams.administration.forms import NewPersonForm
from teams.administration.views.forms import form_page
from teams.people import services
from teams.people.links import invite
from teams.people.messages import send_invitation
from teams.people.models import User
from teams.pods.memberships import join_pod
from teams.pods.models import Pod

ACCESS = (
    ("all", gettext_lazy("Everybody")),
    ("in", gettext_lazy("Can sign in")),
    ("invited", gettext_lazy("Invited")),
    ("out", gettext_lazy("Not invited")),
    ("deactivated", gettext_lazy("Deactivated")),
)


@guarded(permissions.administrator)
def people(request: HttpRequest, _by: User) -> HttpResponse:
    """Everybody, found by name, email or external id, by access and by pod."""
    query, access, pod = (request.GET.get(name, "") for name in ("q", "access", "pod"))
    pages = Paginator(queries.people(query, access or "all", pod), queries.PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "total": pages.count,
        "query": query,
        "access": access or "all",
        "pod": pod,
        "choices": ACCESS,
        "pods": Pod.objects.filter(closed_at=None),
        "files": lists.of_kinds("contracts"),
    }
    return render(request, "teams/administration/people.html", context)


@guarded(permissions.administrator)
def new_person(request: HttpRequest, by: User) -> HttpResponse:
    """Add somebody, with a home pod and an invitation if wanted; then their page opens."""
    made: list[User] = []

    def add(values: dict[str, Any]) -> Text:
        pod, invited = values.pop("pod"), values.pop("invite")
        with transaction.atomic():  # a person without the pod that was asked for would stand in the way of a second try
            person = _add(by, values, pod)
            if invited and person.email:
                invitation, secret = invite(by=by, person=person)
                _show_once(request, send_invitation(invitation, secret, request), person)
        made.append(person)
        return _("%(name)s is added.") % {"name": made[0]}

    initial = {"pod": Pod.objects.filter(slug=request.GET.get("pod", "")).first()}
    form = NewPersonForm(request.POST or None, initial=initial)
    response = form_page(request, form, add, back=reverse("settings_people"), title=_("New person"), submit=_("Add"))
    if made and response.has_header("Location"):
        response["Location"] = reverse("settings_person", kwargs={"pk": made[0].pk})
    return response


def _add(by: User, values: dict[str, Any], pod: Pod | None) -> User:
    values["category"] = values["category"] or 1
    values["external_id"] = values["external_id"] or None
    person = services.add_person(by=by, **values)
    if pod is not None:
        join_pod(by=by, member=person, pod=pod, first=periods.now().date())
    return person


def _show_once(request: HttpRequest, address: str, person: User) -> None:
    """Keep a fresh link for the next page: it is shown once and stored nowhere else."""
    request.session[f"fresh-link-{person.pk}"] = address
