"""Somebody leaves: what will happen is told before it is done, and taken back while the day lies ahead."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import found_or_404, guarded, verb
from cxportal.core.violations import Invalid, Text
from cxportal.departures import queries, services
from cxportal.departures.forms import LeavingForm
from teams import permissions
from teams.people import services as people
from teams.permissions import Found
from teams.pods.memberships import keep_membership
from teams.pods.models import Membership


def _page(found: Found) -> str:
    return reverse("settings_person", kwargs={"pk": found.person.pk})


@guarded(permissions.any_person)
def leaving(request: HttpRequest, found: Found) -> HttpResponse:
    """What ends when somebody leaves on a day, counted before anything is done; the POST does it."""
    now = periods.now()
    asked = request.POST or request.GET
    data = asked if "what" in asked else None
    form = LeavingForm(data, person=found.person, today=now.date(), initial=queries.suggested(found.person, now))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _done(request, found, form)
            except Invalid as error:
                form.add_error(None, [text for texts in error.fields.values() for text in texts])
    context = {"form": form, "subject": found.person, "planned": queries.planned(found.person, now.date())}
    return render(request, "departures/leaving.html", context | _preview(found, form, now), status=status)


def _preview(found: Found, form: LeavingForm, now: Any) -> dict[str, Any]:
    if not form.is_bound or not form.is_valid():
        return {"lines": None}
    last, row = form.cleaned_data["last"], form.membership
    if row is None:
        going = queries.leaving_company(found.person, last, now)
    else:
        going = queries.leaving_pod(found.person, row.pod, last or now.date() - periods.DAY, now)
    what = row.pod.name if row else _("the company")
    return {"lines": queries.preview(going), "ahead": not queries.is_due(going), "last": last, "what": what}


def _done(request: HttpRequest, found: Found, form: LeavingForm) -> HttpResponse:
    """Do it, and say what ended; while the day lies ahead undo takes it back."""
    last, row = form.cleaned_data["last"], form.membership
    if row is None:
        ended = services.leave_company(by=found.by, person=found.person, last=last)
        said = _("%(name)s is deactivated and signed out everywhere.") % {"name": found.person}
        undo = reverse("settings_person_stay", kwargs={"pk": found.person.pk})
    else:
        until = last or periods.now().date() - periods.DAY
        ended = services.leave_pod(by=found.by, membership=row, last=until)
        said = _("%(name)s has left %(pod)s.") % {"name": found.person, "pod": row.pod}
        undo = reverse("settings_membership_stay", kwargs={"pk": found.person.pk, "row": row.pk})
    if last is not None and last >= periods.now().date():
        said = _("%(name)s leaves after %(day)s.") % {"name": found.person, "day": date_format(last, "j M Y")}
        say(request, said, undo=undo)
    elif row is None:
        say(
            request,
            _with_ended(said, ended),
            undo=reverse("settings_person_reactivate", kwargs={"pk": found.person.pk}),
        )
    else:
        say(request, _with_ended(said, ended))
    return back_to(request, _page(found))


def _with_ended(said: Text, ended: list[queries.Line]) -> str:
    """The sentence, and how many shifts are open again."""
    opened = [line.words for line in ended if line.key == "shifts"]
    return f"{said} {_('Open again: %(shifts)s.') % {'shifts': opened[0]}}" if opened else str(said)


@verb
@guarded(permissions.any_person)
def stay(request: HttpRequest, found: Found) -> HttpResponse:
    """They stay in the company: the planned day is taken back."""
    services.stay(by=found.by, person=found.person)
    say(request, _("%(name)s stays.") % {"name": found.person})
    return back_to(request, _page(found))


@verb
@guarded(permissions.any_person)
def stay_in_pod(request: HttpRequest, found: Found, row: int) -> HttpResponse:
    """They stay in the pod: the membership goes on without an end."""
    held = found_or_404(Membership.objects.select_related("pod", "member").filter(member=found.person, pk=row).first())
    keep_membership(by=found.by, membership=held)
    say(request, _("%(name)s stays in %(pod)s.") % {"name": found.person, "pod": held.pod})
    return back_to(request, _page(found))


@verb
@guarded(permissions.any_person)
def deactivate(request: HttpRequest, found: Found) -> HttpResponse:
    """End every way in at once, and pass on what they have; undo lets them in again with the old password."""
    ended = services.leave_company(by=found.by, person=found.person)
    undo = reverse("settings_person_reactivate", kwargs={"pk": found.person.pk})
    said = _("%(name)s is deactivated and signed out everywhere.") % {"name": found.person}
    say(request, _with_ended(said, ended), undo=undo)
    return back_to(request, _page(found))


@verb
@guarded(permissions.any_person)
def reactivate(request: HttpRequest, found: Found) -> HttpResponse:
    """Let them in again; tokens and links stay ended, and what was passed on stays with whoever has it."""
    people.reactivate(by=found.by, person=found.person)
    say(request, _("%(name)s is active again.") % {"name": found.person})
    return back_to(request, _page(found))
