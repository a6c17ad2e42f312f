"""One way to show a form, do what it asks and say no beside its fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from cxportal.core.htmx import back_to, render, say
from cxportal.core.violations import Invalid, Refused, Text


def form_page(
    request: HttpRequest,
    form: forms.BaseForm,
    act: Callable[[dict[str, Any]], Text],
    *,
    back: str,
    title: Text,
    submit: Text,
    context: dict[str, Any] | None = None,
    template: str = "teams/administration/form.html",
) -> HttpResponse:
    """Show the form; on a valid POST do ``act`` with its values, say what it returns and go back.

    Refusals stand in the form with the values kept: wrong fields (422) under their fields, a
    broken rule (409) above them.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                said = act(form.cleaned_data)
            except Invalid as error:
                _under_fields(form, error)
            except Refused as error:
                status = 409
                for violation in error.violations:
                    form.add_error(None, " ".join(filter(None, (str(violation.message), str(violation.way_out)))))
            else:
                say(request, said)
                return back_to(request, back)
    words = {"form": form, "title": title, "submit": submit, "back": back}
    return render(request, template, words | (context or {}), status=status)


def _under_fields(form: forms.BaseForm, error: Invalid) -> None:
    for name, messages in error.fields.items():
        form.add_error(name if name in form.fields else None, messages)
