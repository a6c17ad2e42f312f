"""History pages: of the settings, of one person, of a pod."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from cxportal.core.htmx import render
from cxportal.core.http import guarded
from teams import permissions
from teams.audit import queries
from teams.audit.kinds import Kind, all_kinds
from teams.audit.queries import Place
from teams.people.models import User
from teams.permissions import Found, FoundPod
from teams.pods.queries import reader_zone, standing


def _page(request: HttpRequest, kinds: list[Kind], context: dict[str, Any], zone: str, **of: Any) -> HttpResponse:
    """One page of the history of some kinds in a zone, narrowed to one kind when the address names it."""
    wanted = request.GET.get("kind", "")
    shown = [kind for kind in kinds if kind.key == wanted] if wanted else kinds
    words = {"kinds": kinds, "wanted": wanted, "later": "before" in request.GET, "zone": zone}
    with timezone.override(zone):
        page = queries.history(shown, before=Place.parse(request.GET.get("before", "")), **of)
        return render(request, "teams/audit/history.html", words | {"page": page} | context)


@guarded(permissions.administrator)
def history(request: HttpRequest, by: User) -> HttpResponse:
    """Every change of the settings, newest first; nothing of rosters, contacts and rituals."""
    kinds = [kind for kind in all_kinds() if kind.settings]
    context = {"title": _("History"), "sub": _("Who changed what in the settings")}
    return _page(request, kinds, context, reader_zone(by))


@guarded(permissions.any_person)
def history_of_person(request: HttpRequest, found: Found) -> HttpResponse:
    """What changed about one person in the settings."""
    kinds = [kind for kind in all_kinds() if kind.settings and "person" in kind.belongs]
    context = {"title": _("History of %(name)s") % {"name": found.person}, "sub": ""}
    return _page(request, kinds, context, reader_zone(found.by), of="person", pk=found.person.pk)


@guarded(permissions.setup_pod)
def history_of_pod(request: HttpRequest, found: FoundPod) -> HttpResponse:
    """What changed about a pod; rosters and the like only for its own people."""
    inside = found.pod.pk in standing(found.by).pods
    kinds = [kind for kind in all_kinds() if "pod" in kind.belongs and (inside or not kind.inside)]
    if not kinds:
        raise Http404
    context = {"title": _("History of %(pod)s") % {"pod": found.pod}, "sub": found.pod.area.name}
    return _page(request, kinds, context, found.pod.zone, of="pod", pk=found.pod.pk)
