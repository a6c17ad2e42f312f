"""The customer's form: two scales and a comment, each of which may be left out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.feedback.services import Answer

SATISFIED = tuple(range(1, 6))
RECOMMEND = tuple(range(11))
LONGEST = 1000


class AnswerForm(forms.Form):
    """Parses the answer; whether the link still takes one is the service's question."""

    recommend = forms.TypedChoiceField(
        choices=[(n, str(n)) for n in RECOMMEND], coerce=int, required=False, empty_value=None
    )
    satisfied = forms.TypedChoiceField(
        choices=[(n, str(n)) for n in SATISFIED], coerce=int, required=False, empty_value=None
    )
    comment = forms.CharField(
        max_length=LONGEST,
        required=False,
        error_messages={"max_length": _("Your words are longer than 1,000 characters. Shorten them a little.")},
    )
    may_contact = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """An answer needs at least one part."""
        data = super().clean() or {}
        if not self.errors and self.answer(data).empty:
            raise forms.ValidationError(_("Choose a number or write a line. You may leave out the rest."))
        return data

    def answer(self, data: dict[str, Any] | None = None) -> Answer:
        """What was chosen, for the service."""
        data = self.cleaned_data if data is None else data
        return Answer(
            csat=data.get("satisfied"),
            nps=data.get("recommend"),
            comment=data.get("comment", ""),
            may_contact=data.get("may_contact", False),
        )
