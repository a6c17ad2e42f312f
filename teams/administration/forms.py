"""Forms of the administrators' pages."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cxportal.core import periods
from cxportal.core.fields import ColourField, DayField
from teams.people.models import validate_zone
from teams.pods.channels import Channel
from teams.pods.models import Area, Membership, PartnerCompany, Pod, PodStage, RoleGrant, SubTeam
from teams.skills.models import Skill
from teams.skills.services import LEVELS

WEEKDAYS = [_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")]
ZONES = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))


class ZoneField(forms.CharField):
    """A time zone by its name; the browser offers the known ones."""

    default_validators = [validate_zone]

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"list": "zones", "autocomplete": "off", "placeholder": "Europe/Berlin"}
        super().__init__(label=_("Time zone"), widget=forms.TextInput(attrs=attrs), **kwargs)


class PeriodForm(forms.Form):
    """From and until, both days included; an empty end means until further notice."""

    first = DayField(label=_("From"), initial=lambda: periods.now().date())
    last = DayField(label=_("Until"), required=False, help_text=_("Included. Empty: until further notice."))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("first") and found.get("last") and found["last"] < found["first"]:
            self.add_error("last", _("The last day lies before the first."))
        return found


class NameForm(forms.Form):
    """The name of an area, a partner company or a skill."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class CompanyForm(forms.Form):
    """The company: its name and the defaults of new pods."""

    name = forms.CharField(label=_("Name"), max_length=120)
    zone = ZoneField()
    country = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label=_("Country"),
        help_text=_("Two letters, like DE. Outer limits and public holidays go by it."),
        error_messages={"invalid": _("Write two letters, like DE.")},
    )
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label=_("Currency"),
        help_text=_("Three letters, like EUR."),
        error_messages={"invalid": _("Write three letters, like EUR.")},
    )


class PodForm(forms.Form):
    """What a pod is called and where it stands."""

    name = forms.CharField(label=_("Name"), max_length=80)
    area = forms.ModelChoiceField(Area.objects.all(), label=_("Area"), empty_label=None)
    letters = forms.CharField(
        label=_("Two letters"), max_length=2, required=False, help_text=_("On its mark. Empty: from the name.")
    )
    category = ColourField()
    purpose = forms.CharField(label=_("Whom it serves"), max_length=200, required=False)
    zone = ZoneField()
    country = forms.RegexField(
        r"^[A-Za-z]{2}$", label=_("Country"), error_messages={"invalid": _("Write two letters, like DE.")}
    )
    partner = forms.ModelChoiceField(
        PartnerCompany.objects.filter(ended_at=None),
        label=_("Partner company"),
        required=False,
        empty_label=_("none: our own pod"),
    )


class NewPodForm(PodForm):
    """A new pod also has a short name for its addresses."""

    slug = forms.SlugField(
        label=_("Short name"),
        max_length=40,
        required=False,
        help_text=_("In addresses: /p/isar/. Empty: from the name."),
    )
    field_order = ["name", "area", "slug", "letters", "category", "purpose", "zone", "country", "partner"]


class StageForm(forms.Form):
    """How a pod works from a day on."""

    stage = forms.ChoiceField(label=_("Stage"), choices=PodStage.Stage.choices)
    starts_on = DayField(label=_("From"))


class PersonForm(forms.Form):
    """Who somebody is."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(
        label=_("Email"),
        required=False,
        help_text=_("They sign in with it. Without one they cannot."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    external_id = forms.CharField(
        label=_("External id"),
        max_length=120,
        required=False,
        help_text=_("Their number in other systems, for imports."),
    )
    category = ColourField(initial=1)


class NewPersonForm(PersonForm):
    """A new person may get a home pod at once."""

    pod = forms.ModelChoiceField(
        Pod.objects.filter(closed_at=None), label=_("Home pod"), required=False, empty_label=_("none yet")
    )
    invite = forms.BooleanField(
        label=_("Invite now"),
        required=False,
        initial=True,
        help_text=_("Makes a link that works once, for seven days."),
    )


class MembershipForm(PeriodForm):
    """A place in a pod."""

    pod = forms.ModelChoiceField(Pod.objects.filter(closed_at=None), label=_("Pod"), empty_label=None)
    kind = forms.ChoiceField(label=_("As"), choices=Membership.Kind.choices)
    is_lead = forms.BooleanField(label=_("Leads the pod"), required=False)
    field_order = ["pod", "kind", "first", "last", "is_lead"]


class MoveForm(forms.Form):
    """Another home pod from a day on."""

    pod = forms.ModelChoiceField(Pod.objects.filter(closed_at=None), label=_("New home pod"), empty_label=None)
    first = DayField(label=_("From"), initial=lambda: periods.now().date())


class EditMembershipForm(forms.Form):
    """What changes inside a membership: lead, sub-team, end."""

    is_lead = forms.BooleanField(label=_("Leads the pod"), required=False)
    sub_team = forms.ModelChoiceField(
        SubTeam.objects.none(), label=_("Sub-team"), required=False, empty_label=_("none")
    )
    last = DayField(label=_("Until"), required=False, help_text=_("Included. Empty: until further notice."))

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["sub_team"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = SubTeam.objects.filter(pod=membership.pod_id)


class RoleForm(PeriodForm):
    """A role over the company, or over an area."""

    role = forms.ChoiceField(label=_("Role"), choices=RoleGrant.Role.choices)
    area = forms.ModelChoiceField(
        Area.objects.all(),
        label=_("Only in area"),
        required=False,
        empty_label=_("the whole company"),
        help_text=_("For operations leads."),
    )
    field_order = ["role", "area", "first", "last"]


class SkillForm(forms.Form):
    """A skill at a level."""

    skill = forms.ModelChoiceField(Skill.objects.filter(retired_at=None), label=_("Skill"), empty_label=None)
    level = forms.TypedChoiceField(
        label=_("Level"), coerce=int, choices=[(n, f"{n}: {words}") for n, words in LEVELS.items()], initial=2
    )


class ContractForm(PeriodForm):
    """Working conditions: hours by weekday, zone, region, pay."""

    zone = ZoneField()
    region = forms.CharField(
        label=_("Region"), max_length=12, required=False, help_text=_("For public holidays, like DE-BY.")
    )
    pay = forms.DecimalField(
        label=_("Pay an hour"),
        max_digits=8,
        decimal_places=2,
        min_value=0,
        required=False,
        help_text=_("Only administrators read it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, label in enumerate(WEEKDAYS):
            self.fields[f"day_{number}"] = forms.DecimalField(
                label=label, min_value=0, max_value=24, decimal_places=2, initial=8 if number < 5 else 0
            )

    @property
    def days(self) -> list[forms.BoundField]:
        """The fields of the seven weekdays, in hours."""
        return [self[f"day_{number}"] for number in range(7)]

    @property
    def others(self) -> list[forms.BoundField]:
        return [self[name] for name in ("first", "last", "zone", "region", "pay")]

    def weekday_minutes(self) -> list[int]:
        """Minutes of Monday to Sunday; call after validation."""
        return [round(self.cleaned_data[f"day_{number}"] * 60) for number in range(7)]

    def pay_cents(self) -> int | None:
        pay = self.cleaned_data["pay"]
        return None if pay is None else round(pay * 100)


class PromiseForm(forms.Form):
    """An answer within a time on a channel."""

    UNITS = (("1", _("seconds")), ("60", _("minutes")), ("3600", _("hours")))

    amount = forms.IntegerField(
        label=_("Answered within"), min_value=0, required=False, help_text=_("Empty: no promise on this channel.")
    )
    unit = forms.TypedChoiceField(label=_("Unit"), coerce=int, choices=UNITS)
    in_opening_time = forms.BooleanField(label=_("Only opening time counts"), required=False)

    def seconds(self) -> int | None:
        """The promise in seconds; None for none."""
        amount = self.cleaned_data["amount"]
        return amount * int(self.cleaned_data["unit"]) if amount else None


class ExceptionForm(forms.Form):
    """Another opening on one day."""

    day = DayField(label=_("Day"))
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=[("", _("all channels")), *Channel.choices])
    hours = forms.CharField(
        label=_("Open"), required=False, help_text=_("Like 08:00–12:00. Empty: closed."), max_length=40
    )
    label = forms.CharField(label=_("Why"), max_length=80, required=False)
