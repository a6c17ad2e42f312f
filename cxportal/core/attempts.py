"""Trying what a form asks for: what is refused stands beside its fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from cxportal.core.violations import Invalid, Refused


def attempt[T](form: forms.Form, act: Callable[[dict[str, Any]], T]) -> tuple[T | None, int]:
    """Do ``act`` with the form's values: its result and 200; or None and the status of the refusal.

    Wrong values stand under their fields (422), a broken rule above them (409).
    """
    if not form.is_valid():
        return None, 422
    try:
        return act(form.cleaned_data), 200
    except Invalid as error:
        for name, messages in error.fields.items():
            form.add_error(name if name in form.fields else None, messages)
        return None, 422
    except Refused as error:
        for violation in error.violations:
            form.add_error(None, f"{violation.message} {violation.way_out}".strip())
        return None, 409
