"""The first page of the settings, the company, tokens of everybody."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import found_or_404, guarded, verb
from cxportal.core.violations import Text
from teams import permissions
from teams.administration import queries
from teams.administration.forms import CompanyForm
from teams.administration.sections import sections
from teams.administration.views.forms import form_page
from teams.people import tokens
from teams.people.models import ApiToken, User
from teams.pods.models import Company
from teams.pods.services import set_company


@guarded(permissions.administrator)
def index(request: HttpRequest, _by: User) -> HttpResponse:
    """Everything that administrators keep, with what to do first while little is there."""
    company = Company.objects.filter(pk=1).first()
    counts = queries.counts()
    context = {"company": company, "counts": counts, "sections": sections(company, counts)}
    return render(request, "teams/administration/index.html", context)


@guarded(permissions.administrator)
def company(request: HttpRequest, by: User) -> HttpResponse:
    """The company's name, zone, country and currency."""
    found = Company.objects.filter(pk=1).first() or Company(name="")

    def keep(values: dict[str, Any]) -> Text:
        values |= {"country": values["country"].upper(), "currency": values["currency"].upper()}
        set_company(by=by, **values)
        return _("The company is saved.")

    initial = {name: getattr(found, name) for name in ("name", "zone", "country", "currency")}
    form = CompanyForm(request.POST or None, initial=initial)
    return form_page(request, form, keep, back=reverse("settings"), title=_("Company"), submit=_("Save"))


@guarded(permissions.administrator)
def all_tokens(request: HttpRequest, _by: User) -> HttpResponse:
    """API tokens of everybody that open something now."""
    return render(request, "teams/administration/tokens.html", {"tokens": queries.living_tokens()})


@verb
@guarded(permissions.administrator)
def revoke(request: HttpRequest, by: User, pk: int) -> HttpResponse:
    """End a token of anybody at once."""
    token = found_or_404(ApiToken.objects.filter(pk=pk).first())
    tokens.revoke_token(by=by, token=token)
    say(request, _("The token “%(name)s” opens nothing any more.") % {"name": token.name})
    return back_to(request, reverse("settings_tokens"))
