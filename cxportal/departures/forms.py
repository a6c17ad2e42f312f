"""What somebody leaves, and their last day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxportal.core.fields import DayField
from teams.people.models import User
from teams.pods.models import Membership

COMPANY = "company"


class LeavingForm(forms.Form):
    """The company or one pod, after a day or now. A pod is named by the membership that ends."""

    what = forms.ChoiceField(label=_("Leaves"), widget=forms.RadioSelect)
    last = DayField(label=_("Last day"), required=False, help_text=_("Included. Empty: now, in the middle of the day."))

    def __init__(self, *args: Any, person: User, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ahead = Q(period__endswith=None) | Q(period__endswith__gt=today)
        rows = Membership.objects.select_related("pod").filter(ahead, member=person)
        self.memberships = {str(row.pk): row for row in rows.order_by("pod__name", "pk")}
        pods = [(key, _pod_words(row)) for key, row in self.memberships.items()]
        self.fields["what"].choices = [(COMPANY, _("The company")), *pods]  # type: ignore[attr-defined]

    @property
    def membership(self) -> Membership | None:
        """The membership that ends; None when it is the company."""
        return self.memberships.get(self.cleaned_data["what"])


def _pod_words(row: Membership) -> str:
    return f"{row.pod} ({row.get_kind_display()})"
