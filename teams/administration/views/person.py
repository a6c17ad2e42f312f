"""One person: who they are, how they get in, where they belong, on which contract."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import guarded, verb
from cxportal.core.violations import Invalid, Refused, Text
from teams import permissions
from teams.administration import queries
from teams.administration.forms import PersonForm
from teams.people import links, services
from teams.people.messages import mails_leave, send_invitation, send_link
from teams.people.models import User
from teams.pods.models import Membership
from teams.skills.models import MemberSkill


@guarded(permissions.any_person)
def person(request: HttpRequest, found: permissions.Found) -> HttpResponse:
    """Everything about one person; the form changes who they are."""
    form = PersonForm(request.POST or None, initial=_initial(found.person))
    status = 200
    if request.method == "POST":
        status = _keep(form, found)
        if status == 303:
            say(request, _("%(name)s is saved.") % {"name": form.cleaned_data["name"]})
            return back_to(request, request.path)
    response = render(request, "teams/administration/person.html", _context(request, found, form), status=status)
    response["Cache-Control"] = "no-store"
    return response


def _initial(person: User) -> dict[str, Any]:
    return {name: getattr(person, name) for name in ("name", "email", "external_id", "category")}


def _keep(form: PersonForm, found: permissions.Found) -> int:
    """Change the person; answers the status, with refusals in the form."""
    if not form.is_valid():
        return 422
    values = form.cleaned_data | {"external_id": form.cleaned_data["external_id"] or None}
    try:
        services.change_person(by=found.by, person=found.person, **values)
    except Invalid as error:
        for name, messages in error.fields.items():
            form.add_error(name or None, messages)
        return 422
    except Refused as error:
        form.add_error("email", [str(violation.message) for violation in error.violations])
        return 409
    return 303


def _context(request: HttpRequest, found: permissions.Found, form: PersonForm) -> dict[str, Any]:
    person = found.person
    memberships = Membership.objects.filter(member=person).select_related("pod", "sub_team")
    return {
        "form": form,
        "subject": person,
        "himself": person.pk == found.by.pk,
        "access": queries.access_of(person),
        "fresh": request.session.pop(f"fresh-link-{person.pk}", ""),
        "mails_leave": mails_leave(),
        "memberships": queries.dated(list(memberships)),
        "contracts": queries.contracts_of(person),
        "roles": queries.roles_of(person),
        "skills": MemberSkill.objects.filter(member=person).select_related("skill").order_by("skill__name"),
        "devices": UserSession.objects.filter(user=person).count(),
    }


@verb
@guarded(permissions.any_person)
def invite(request: HttpRequest, found: permissions.Found) -> HttpResponse:
    """Invite them, or again; the link can be copied once from the page."""
    invitation, secret = links.invite(by=found.by, person=found.person)
    return _with_link(request, found.person, send_invitation(invitation, secret, request), _("The invitation is made."))


@verb
@guarded(permissions.any_person)
def one_time_link(request: HttpRequest, found: permissions.Found) -> HttpResponse:
    """Make a link that sets a new password, to be handed over by the administrator."""
    link, secret = links.make_link(by=found.by, person=found.person)
    return _with_link(request, found.person, send_link(link, secret, request), _("The link is made."))


def _with_link(request: HttpRequest, person: User, address: str, said: Text) -> HttpResponse:
    request.session[f"fresh-link-{person.pk}"] = address
    say(request, said)
    return back_to(request, reverse("settings_person", kwargs={"pk": person.pk}))


@verb
@guarded(permissions.any_person)
def withdraw(request: HttpRequest, found: permissions.Found) -> HttpResponse:
    """Withdraw the open invitation."""
    invitation = queries.access_of(found.person).invitation
    if invitation is not None:
        links.withdraw(by=found.by, invitation=invitation)
    say(request, _("The invitation is withdrawn. Its link opens nothing any more."))
    return back_to(request, reverse("settings_person", kwargs={"pk": found.person.pk}))


@verb
@guarded(permissions.any_person)
def sign_out(request: HttpRequest, found: permissions.Found) -> HttpResponse:
    """Sign them out of every device."""
    services.end_sessions(found.person, but=request.session.session_key or "")
    say(request, _("%(name)s is signed out everywhere.") % {"name": found.person})
    return back_to(request, reverse("settings_person", kwargs={"pk": found.person.pk}))
