"""What administrators write about reasons, regions, segments and ownership."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.causes.models import ReasonGroup
from customers.directory import queries
from customers.directory.models import Customer, Region, Segment
from cxportal.core import periods
from cxportal.core.fields import DayField
from teams.people.models import User
from teams.pods.models import Pod, RoleGrant


def product_owners() -> Any:
    """People who hold the role of a product owner today, by name."""
    day = periods.now().date()
    return User.objects.filter(
        role_grants__role=RoleGrant.Role.PRODUCT_OWNER, role_grants__period__contains=day, is_active=True
    ).distinct()


class NameForm(forms.Form):
    """A name."""

    name = forms.CharField(label=_("Name"), max_length=80)


class CauseForm(forms.Form):
    """A reason or a group of reasons; a reason names its group."""

    name = forms.CharField(label=_("Name"), max_length=120)
    group = forms.ModelChoiceField(
        ReasonGroup.objects.filter(retired_at=None),
        label=_("Group"),
        required=False,
        empty_label=_("none: a new group"),
        help_text=_("A reason stands in a group."),
    )
    owner = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Product owner"),
        required=False,
        empty_label=_("none"),
        help_text=_("Whose product causes it."),
    )

    def __init__(self, *args: Any, known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = product_owners()  # type: ignore[attr-defined]
        if known:
            del self.fields["group"]


class RuleForm(forms.Form):
    """An ownership rule: whom it names, the pod, from and until."""

    customer = forms.CharField(
        label=_("Customer number"), required=False, max_length=120, help_text=_("Only for a rule about one customer.")
    )
    region = forms.ModelChoiceField(
        Region.objects.all(), label=_("Region"), required=False, empty_label=_("every region")
    )
    segment = forms.ModelChoiceField(
        Segment.objects.all(),
        label=_("Segment"),
        required=False,
        empty_label=_("every segment"),
        help_text=_("Without number, region and segment: everybody else."),
    )
    pod = forms.ModelChoiceField(Pod.objects.filter(closed_at=None), label=_("Pod"), empty_label=_("Choose a pod"))
    starts = DayField(label=_("From the start of"), required=False, help_text=_("Empty: as soon as it is activated."))
    ends = DayField(label=_("Until the end of"), required=False)
    note = forms.CharField(label=_("Why"), required=False, max_length=200)

    def clean_customer(self) -> Customer | None:
        number = str(self.cleaned_data["customer"]).strip()
        if not number:
            return None
        found = queries.by_number(number)
        if found is None:
            raise forms.ValidationError(_("No customer, or more than one, has this number."))
        return found

    def values(self) -> dict[str, Any]:
        """The arguments of ``rulebook.add_rule``; days begin and end in the pod's zone."""
        data = dict(self.cleaned_data)
        zone = data["pod"].tzinfo
        starts, ends = data["starts"], data["ends"]
        data["starts"] = periods.to_instant(starts, dt.time(), zone) if starts else None
        data["ends"] = periods.day_period(ends, zone).end if ends else None
        return data


class HandOverForm(forms.Form):
    """To which pod a rule goes, and from which day on."""

    pod = forms.ModelChoiceField(Pod.objects.filter(closed_at=None), label=_("Pod"), empty_label=_("Choose a pod"))
    starts = DayField(label=_("From the start of"), required=False, help_text=_("Empty: now."))

    def instant(self) -> dt.datetime:
        starts = self.cleaned_data["starts"]
        zone: ZoneInfo = self.cleaned_data["pod"].tzinfo
        return max(periods.now(), periods.to_instant(starts, dt.time(), zone)) if starts else periods.now()
