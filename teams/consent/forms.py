"""What people type for a vote: other values of the agreement, an answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext_lazy as _

from cxportal.core.fields import DayField
from cxportal.core.periods import to_instant
from teams.consent import entries
from teams.consent.models import Ballot
from teams.pods import agreement, typed
from teams.pods.agreement import BoundDefinition, Limit, Values
from teams.pods.models import Pod

EXTRA = 2


class ProposeForm(forms.Form):
    """Every bound with the value in force; whatever is changed is proposed."""

    title = forms.CharField(
        label=_("In a few words"), max_length=120, required=False, help_text=_("Left empty, the changes are the title.")
    )
    reason = forms.CharField(label=_("Why"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    day = DayField(label=_("In force from"), required=False, help_text=_("Left empty, as soon as it is adopted."))

    def __init__(
        self, *args: Any, pod: Pod, agreed: Values, limits: dict[str, Limit], wanted: dict[str, Any], alone: str = ""
    ) -> None:
        """``wanted`` are values that stand in the fields instead of those in force: what is amended.

        ``alone`` is the key of the one bound that stands open; the others are folded.
        """
        data = args[0] if args else None
        super().__init__(data)
        self.pod, self.agreed, self.limits, self.alone = pod, agreed, limits, alone
        self.plain = [bound for bound in agreement.definitions() if typed.is_plain(bound)]
        for bound in self.plain:
            value = wanted.get(bound.key, agreed[bound.key])
            field = self.fields[bound.key] = typed.field(bound, value)
            field.help_text = self._help(bound)
        self.lists: dict[str, BaseFormSet[Any]] = {}
        for bound in agreement.definitions():
            known = entries.find(bound.key)
            if known is not None:
                made = forms.formset_factory(known.form, extra=EXTRA, can_delete=True, max_num=60)
                initial = [known.initial(entry) for entry in wanted.get(bound.key, agreed[bound.key])]
                self.lists[bound.key] = made(data, initial=initial, prefix=bound.key, form_kwargs=known.choices())

    def _help(self, bound: BoundDefinition) -> str:
        limit = self.limits[bound.key]
        parts = [str(bound.effect)]
        if limit.least is not None or limit.most is not None:
            allowed = agreement.range_in_words(bound, limit.least, limit.most)
            parts.append(str(_("Allowed: %(range)s.") % {"range": allowed}))
        return " ".join(part for part in parts if part)

    def is_valid(self) -> bool:
        return super().is_valid() and all(rows.is_valid() for rows in self.lists.values())

    def groups(self) -> list[tuple[Any, list[Any], list[tuple[Any, BaseFormSet[Any]]]]]:
        """The bounds as the template draws them: group, fields, and lists with their label; without the one alone."""
        return self._drawn([bound for bound in agreement.definitions() if bound.key != self.alone])

    def opened(self) -> list[tuple[Any, list[Any], list[tuple[Any, BaseFormSet[Any]]]]]:
        """The one bound that stands open, drawn like the groups; empty when the whole form does."""
        return self._drawn([bound for bound in agreement.definitions() if bound.key == self.alone])

    def _drawn(self, bounds: list[BoundDefinition]) -> list[tuple[Any, list[Any], list[tuple[Any, BaseFormSet[Any]]]]]:
        found = []
        for key, label in agreement.GROUPS.items():
            fields = [self[b.key] for b in bounds if b.group == key and b.key in self.fields]
            lists = [(b.label, self.lists[b.key]) for b in bounds if b.group == key and b.key in self.lists]
            if fields or lists:
                found.append((label, fields, lists))
        return found

    def values(self) -> dict[str, Any]:
        """Stored values of everything that differs from what is in force; call after validation."""
        found = {bound.key: typed.stored(bound, self.cleaned_data[bound.key]) for bound in self.plain}
        for key, rows in self.lists.items():
            known = entries.find(key)
            assert known is not None
            kept = [row.cleaned_data for row in rows if row.cleaned_data and not row.cleaned_data.get("DELETE")]
            found[key] = [known.entry(data) for data in kept]
        return {key: value for key, value in found.items() if not self._same(key, value)}

    def _same(self, key: str, value: Any) -> bool:
        """Whether a field was left as it stood: what is stored may have more decimals than are typed."""
        agreed = self.agreed[key]
        if isinstance(agreed, float) and isinstance(value, float):
            bound = agreement.definition(key)
            return typed.typed(bound, agreed) == typed.typed(bound, value)
        return bool(value == agreed)

    def since(self) -> dt.datetime | None:
        """The chosen day as its first instant in the pod's zone; None for at once."""
        day = self.cleaned_data["day"]
        return to_instant(day, dt.time(), self.pod.tzinfo) if day else None


class AnswerForm(forms.Form):
    """Consent, stand aside, or object with a reason."""

    choice = forms.ChoiceField(choices=Ballot.Choice.choices)
    reason = forms.CharField(max_length=1000, required=False)


class AskForm(forms.Form):
    """Why the pod should make an exception."""

    reason = forms.CharField(label=_("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
