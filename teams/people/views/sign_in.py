"""Ways in: sign-in, invitations, one-time links, and the words on a forgotten password."""

from __future__ import annotations

import functools
from typing import Any

from allauth.account import views as allauth_views
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from cxportal.core.http import View, found_or_404, public
from cxportal.core.violations import Invalid
from teams.people import links
from teams.people.forms import NewPasswordForm
from teams.people.links import Way
from teams.people.models import User


class SignIn(allauth_views.LoginView):  # type: ignore[misc]
    """The package's sign-in, and how to begin on an empty installation."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"nobody": not User.objects.exists()}


def patient(view: View) -> View:
    """Tell who tried too often when to come back."""

    @functools.wraps(view)
    def patient_view(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        response = view(request, **kwargs)
        if response.status_code == 429:
            response["Retry-After"] = "60"
        return response

    return patient_view


sign_in = public(patient(SignIn.as_view()))
forgot = public(patient(allauth_views.password_reset))


@public
@never_cache
def invitation(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Accept an invitation by setting a password. Opening the page changes nothing."""
    return _set_password(request, found_or_404(links.open_invitation(secret)), "account/invitation.html")


@public
@never_cache
def one_time_link(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Set a new password by a link that works once. Opening the page changes nothing."""
    return _set_password(request, found_or_404(links.open_link(secret)), "account/one_time_link.html")


def _set_password(request: HttpRequest, way: Way, template: str) -> HttpResponseBase:
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = links.set_password(by=way.user, way=way, password=form.cleaned_data["password"])
        except Invalid as error:
            form.add_error("password", error.fields["password"])
        else:
            # Somebody else may be signed in on this device; the link's person takes over.
            request.session.flush()
            entered: HttpResponse = perform_login(request, Login(user=person, redirect_url="/"))
            return entered
    context = {"form": form, "way": way}
    return render(request, template, context, status=422 if form.is_bound else 200)
