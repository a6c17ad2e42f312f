"""What the company allows pods to agree, and what new pods start with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxportal.core.htmx import back_to, render, say
from cxportal.core.http import found_or_404, guarded, verb
from cxportal.core.violations import Text
from teams import permissions
from teams.administration import queries
from teams.administration.views.forms import form_page
from teams.people.models import User
from teams.pods import agreement, legal, typed, versions
from teams.pods.agreement import TYPED_FACTORS, TYPED_WORDS, BoundDefinition, Limit
from teams.pods.models import Company, OuterLimit


class LimitForm(forms.Form):
    """Least and most of one bound, everywhere or in a country."""

    country = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label=gettext_lazy("Country"),
        required=False,
        help_text=gettext_lazy("Two letters, like DE. Empty: everywhere."),
        error_messages={"invalid": gettext_lazy("Write two letters, like DE.")},
    )
    minimum = forms.DecimalField(label=gettext_lazy("Least"), required=False, decimal_places=2, max_digits=8)
    maximum = forms.DecimalField(label=gettext_lazy("Most"), required=False, decimal_places=2, max_digits=8)


def _bound(key: str) -> BoundDefinition:
    return found_or_404(next((bound for bound in agreement.limitable() if bound.key == key), None))


def usual_range(bound: BoundDefinition, law: Mapping[str, Limit]) -> str:
    """What holds without a limit of the company's own, for the company's country."""
    return agreement.range_in_words(bound, law[bound.key].least, law[bound.key].most)


@guarded(permissions.administrator)
def limits(request: HttpRequest, _by: User) -> HttpResponse:
    """Every bound that can be limited, with the limits of product and law, and the company's own."""
    company = Company.objects.filter(pk=1).first()
    law = agreement.lawful(company.country if company else "")
    rows = [
        (
            bound,
            usual_range(bound, law),
            [(limit, agreement.range_in_words(bound, limit.minimum, limit.maximum)) for limit in own],
        )
        for bound, own in queries.limits()
    ]
    context = {
        "rows": rows,
        "outside": versions.outside_limits(),
        "country": company.country if company else "",
        "law": legal.names(company.country if company else ""),
    }
    return render(request, "teams/administration/limits.html", context)


@guarded(permissions.administrator)
def limit(request: HttpRequest, by: User, key: str) -> HttpResponse:
    """Limit one bound."""
    bound = _bound(key)
    factor = TYPED_FACTORS.get(bound.unit, 1)

    def keep(values: dict[str, Any]) -> Text:
        low, high = (None if values[name] is None else values[name] * factor for name in ("minimum", "maximum"))
        versions.set_outer_limit(by=by, key=key, country=values["country"], minimum=low, maximum=high)
        return _("The limit is saved. Agreements in force stay; the next version must fit.")

    form = LimitForm(request.POST or None, initial={"country": request.GET.get("country", "")})
    intro = _(
        "In %(unit)s. Without both numbers the company's own limit falls; the law's and the product's hold: %(range)s."
    ) % {
        "unit": TYPED_WORDS.get(bound.unit, bound.unit),
        "range": agreement.range_in_words(bound, bound.least, bound.most),
    }
    words: dict[str, Any] = {"title": bound.label, "submit": _("Save"), "context": {"intro": intro}}
    return form_page(request, form, keep, back=reverse("settings_limits"), **words)


@verb
@guarded(permissions.administrator)
def remove_limit(request: HttpRequest, by: User, pk: int) -> HttpResponse:
    """Let the company's own limit fall."""
    held = OuterLimit.objects.filter(pk=pk).first()
    if held is not None:
        versions.set_outer_limit(by=by, key=held.key, country=held.country, minimum=None, maximum=None)
    say(request, _("The company's own limit is gone; the product's holds."))
    return back_to(request, reverse("settings_limits"))


class TemplateForm(forms.Form):
    """The values of every plain bound that new pods start with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        values = agreement.template_values()
        self.bounds = [bound for bound in agreement.definitions() if typed.is_plain(bound)]
        for bound in self.bounds:
            self.fields[bound.key] = typed.field(bound, values[bound.key])

    def values(self) -> dict[str, Any]:
        """Stored values by bound; call after validation."""
        return {bound.key: typed.stored(bound, self.cleaned_data[bound.key]) for bound in self.bounds}


@guarded(permissions.administrator)
def template(request: HttpRequest, by: User) -> HttpResponse:
    """What new pods agree as version 1; other pods keep theirs."""
    form = TemplateForm(request.POST or None)

    def keep(_values: dict[str, Any]) -> Text:
        versions.set_template(by=by, values=form.values())
        return _("The template is saved. New pods start with it.")

    intro = _("A new pod starts with these values as version 1. Pods that have an agreement keep theirs.")
    words: dict[str, Any] = {"title": _("What new pods start with"), "submit": _("Save"), "context": {"intro": intro}}
    return form_page(request, form, keep, back=reverse("settings_limits"), **words)
