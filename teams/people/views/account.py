"""A person's own account: signed-in devices, API tokens, password."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.account import views as allauth_views
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import found_or_404, guarded, signed_in, verb
from teams import permissions
from teams.people import queries, services, tokens
from teams.people.forms import TokenForm
from teams.people.models import ApiToken, User


class OwnPassword(allauth_views.PasswordChangeView):  # type: ignore[misc]
    """The package's password change; afterwards the devices are shown, from which others were signed out."""

    success_url = reverse_lazy("sessions")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Somebody who never set a password (let in by another program) has none to change: say who can help."""
        if request.user.is_authenticated and not request.user.has_usable_password():
            return render(request, "teams/people/no_password.html", {}, status=409 if request.method == "POST" else 200)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer


change_password = signed_in(OwnPassword.as_view())


@guarded(permissions.oneself)
def sessions(request: HttpRequest, me: User) -> HttpResponseBase:
    """Where the person is signed in."""
    found = queries.sessions_of(me, request.session.session_key or "")
    return render(request, "teams/people/sessions.html", {"sessions": found})


@verb
@guarded(permissions.oneself)
def end_session(request: HttpRequest, me: User, pk: int) -> HttpResponseBase:
    """Sign out one device. Ending it again changes nothing."""
    session = UserSession.objects.filter(user=me, pk=pk).first()
    if session is not None:
        session.end()
    say(request, _("That device is signed out."))
    return back_to(request, reverse("sessions"))


@verb
@guarded(permissions.oneself)
def end_other_sessions(request: HttpRequest, me: User) -> HttpResponseBase:
    """Sign out every device but this one."""
    services.end_sessions(me, but=request.session.session_key or "")
    say(request, _("Every other device is signed out."))
    return back_to(request, reverse("sessions"))


@guarded(permissions.oneself)
def own_tokens(request: HttpRequest, me: User) -> HttpResponseBase:
    """The person's API tokens, and a form for a new one whose text is shown once."""
    form = TokenForm(request.POST or None)
    made = ""
    if request.method == "POST" and form.is_valid():
        valid_for = dt.timedelta(days=form.cleaned_data["days"])
        wanted = {"name": form.cleaned_data["name"], "scopes": form.cleaned_data["scopes"]}
        _token, made = tokens.create_token(by=me, user=me, valid_for=valid_for, **wanted)
        form = TokenForm()
    context = {"form": form, "made": made, "tokens": queries.tokens_of(me), "now": periods.now()}
    status = 422 if form.is_bound else 200
    return _unstored(render(request, "teams/people/tokens.html", context, status=status))


@verb
@guarded(permissions.oneself)
def revoke_token(request: HttpRequest, me: User, pk: int) -> HttpResponseBase:
    """End one of the person's tokens at once."""
    token = found_or_404(ApiToken.objects.filter(user=me, pk=pk).first())
    tokens.revoke_token(by=me, token=token)
    say(request, _("The token “%(name)s” opens nothing any more.") % {"name": token.name}, tone=messages.INFO)
    return back_to(request, reverse("tokens"))


def _unstored(response: HttpResponse) -> HttpResponse:
    """A page with a secret must not stay in any store."""
    response["Cache-Control"] = "no-store"
    return response
