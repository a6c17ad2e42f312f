"""What is known of a customer, by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.directory.models import Customer, Region, Segment
from cxportal.core.fields import DayField

FIELDS = ("name", "external_id", "email", "phone", "place", "region", "segment", "language", "life_stage", "since")


class CustomerForm(forms.Form):
    """A customer's details; a name or a number is needed, the service says so."""

    name = forms.CharField(label=_("Name"), max_length=160, required=False)
    external_id = forms.CharField(label=_("Customer number"), max_length=120, required=False)
    email = forms.EmailField(label=_("Email"), max_length=254, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    place = forms.CharField(
        label=_("Place"), max_length=160, required=False, help_text=_("As on a letter: 80337 Munich.")
    )
    region = forms.ModelChoiceField(
        Region.objects.all(),
        label=_("Region"),
        required=False,
        empty_label=_("not known"),
        help_text=_("The home pod follows from region and segment."),
    )
    segment = forms.ModelChoiceField(
        Segment.objects.all(), label=_("Segment"), required=False, empty_label=_("not known")
    )
    language = forms.CharField(label=_("Language"), max_length=12, required=False)
    life_stage = forms.ChoiceField(label=_("Stage"), choices=Customer.LifeStage, initial=Customer.LifeStage.SETTLED)
    since = DayField(label=_("With us since"), required=False, years=range(1900, 2200))

    @classmethod
    def of(cls, customer: Customer, data: Any = None) -> CustomerForm:
        """The form filled with what is known."""
        return cls(data, initial={name: getattr(customer, name) for name in FIELDS})
