"""The person's own page of preferences: theme, single-letter shortcuts, time zone."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import signed_in, verb
from teams.people import services
from teams.people.models import User, validate_zone


class PreferencesForm(forms.Form):
    """How the portal looks and listens for one person."""

    theme = forms.ChoiceField(
        label=gettext_lazy("Theme"), choices=User.Theme.choices, required=False, widget=forms.RadioSelect
    )
    shortcuts = forms.BooleanField(
        label=gettext_lazy("Single-letter shortcuts"),
        required=False,
        help_text=gettext_lazy("C claims, U undoes, ? lists them all. Ctrl K works in any case."),
    )
    zone = forms.CharField(
        label=gettext_lazy("Time zone of notices"),
        required=False,
        validators=[validate_zone],
        help_text=gettext_lazy("Empty: the zone of your pod. Weeks and shifts always show the pod's own time."),
        widget=forms.TextInput(attrs={"placeholder": "Europe/Berlin", "autocomplete": "off"}),
    )


@signed_in
def preferences(request: HttpRequest) -> HttpResponse:
    """Show and change the preferences."""
    user: User = request.user  # type: ignore[assignment]
    if request.method == "POST":
        form = PreferencesForm(request.POST)
        if form.is_valid():
            services.change_person(by=user, person=user, **form.cleaned_data)
            say(request, _("Your preferences are saved."))
            return back_to(request, reverse("preferences"))
    else:
        form = PreferencesForm(initial={"theme": user.theme, "shortcuts": user.shortcuts, "zone": user.zone})
    status = 422 if form.is_bound else 200
    return render(request, "teams/people/preferences.html", {"form": form}, status=status)


@verb
@signed_in
def theme(request: HttpRequest) -> HttpResponse:
    """Change the theme alone, from the palette; back to where the person was."""
    user: User = request.user  # type: ignore[assignment]
    wanted = request.POST.get("theme", "")
    if wanted in User.Theme.values:
        services.change_person(by=user, person=user, theme=wanted)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back_to(request, back if safe else reverse("preferences"))
