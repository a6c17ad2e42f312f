"""What people type about contacts and agreements, parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from customers.causes.models import Reason
from customers.contacts.models import Contact
from customers.directory.models import Customer
from customers.routing.queries.receivers import receivers
from customers.routing.services import Arrival
from cxportal.core.violations import Invalid
from teams.people.models import User
from teams.pods.channels import Channel
from teams.pods.models import Pod
from teams.skills.models import Skill

BY_HAND = tuple((c.value, c.label) for c in Channel if c.human)


if TYPE_CHECKING:
    OneReason = forms.ModelChoiceField[Reason]
else:
    OneReason = forms.ModelChoiceField


class GroupedReasons(OneReason):
    """Reasons in use, under their groups."""

    def __init__(self, **options: Any) -> None:
        rows: QuerySet[Reason] = Reason.objects.filter(retired_at__isnull=True).select_related("group")
        super().__init__(queryset=rows, **options)

    def label_from_instance(self, obj: Reason) -> str:
        return f"{obj.group.name}: {obj.name}"


class FocusedForm(forms.Form):
    """A form that comes back with the focus in the first field that was not accepted."""

    def add_error(self, field: Any, error: Any) -> None:
        super().add_error(field, error)
        if field in self.fields and not any("autofocus" in f.widget.attrs for f in self.fields.values()):
            self.fields[field].widget.attrs["autofocus"] = True


class NewContactForm(forms.Form):
    """A contact entered by hand."""

    channel = forms.ChoiceField(label=_("Channel"), choices=BY_HAND)
    direction = forms.ChoiceField(label=_("Direction"), choices=Contact.Direction, initial="in")
    customer_number = forms.CharField(
        label=_("Customer number"), required=False, max_length=120, help_text=_("Leave empty when nobody knows it.")
    )
    caller = forms.CharField(label=_("Who it is, as told"), required=False, max_length=120)
    subject = forms.CharField(label=_("What it is about"), max_length=200)
    skill = forms.ModelChoiceField(
        label=_("Needs the skill"),
        queryset=Skill.objects.filter(retired_at__isnull=True),
        required=False,
        empty_label=_("none"),
    )
    complaint = forms.BooleanField(label=_("It is a complaint"), required=False)
    mine = forms.BooleanField(label=_("I work on it now"), required=False, initial=True)
    customer = forms.ModelChoiceField(queryset=Customer.objects.all(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, pod: Pod, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pod = pod

    def arrival(self) -> Arrival:
        """The cleaned values as the intake takes them; without a customer the own pod has it."""
        given = self.cleaned_data
        return Arrival(
            channel=given["channel"],
            direction=given["direction"],
            customer_id=given["customer"].pk if given["customer"] else None,
            customer_number=given["customer_number"] or None,
            pod_id=self.pod.pk,
            subject=given["subject"],
            caller=given["caller"],
            skill_id=given["skill"].pk if given["skill"] else None,
            complaint=given["complaint"],
        )

    def add_refusal(self, refusal: Invalid) -> None:
        """Show what the intake did not accept beside its field."""
        known = {"customer": "customer_number", "skill": "skill", "channel": "channel"}
        for name, words in refusal.fields.items():
            self.add_error(known.get(name, name) if known.get(name, name) in self.fields else None, words)


class ResolveForm(FocusedForm):
    """How a contact was solved; the reason that it carries already is chosen."""

    reason = GroupedReasons(
        label=_("Reason"),
        empty_label=_("Choose what it was about"),
        error_messages={"required": _("Choose what it was about: a contact is closed with its reason.")},
    )
    resolution = forms.CharField(
        label=_("How it was solved"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    complaint = forms.BooleanField(label=_("It was a complaint"), required=False)

    def __init__(self, *args: Any, instance: Contact, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "reason": instance.reason_id,
            "resolution": instance.resolution,
            "complaint": instance.complaint,
        }
        super().__init__(*args, **kwargs)

    def answers(self) -> dict[str, Any]:
        """Keyword arguments of `services.resolve`."""
        given = self.cleaned_data
        return {
            "reason_id": given["reason"].pk,
            "resolution": given["resolution"],
            "complaint": given["complaint"],
        }


class HandOverForm(FocusedForm):
    """Who gets it, and why: people first, those who are there before the others, then pods."""

    to = forms.ChoiceField(label=_("To"), error_messages={"required": _("Choose who gets it.")})
    why = forms.CharField(
        label=_("Why"),
        error_messages={"required": _("Say why, the next person reads it first.")},
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The next person reads it first."),
    )

    def __init__(self, *args: Any, contact: Contact, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = receivers(contact, viewer)
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose who gets it")),
            *((group.label, [(one.value, one.words) for one in group.receivers]) for group in self.groups),
        ]

    @property
    def receiver_name(self) -> str:
        """The name of who gets it, without what stands beside it in the list."""
        chosen = self.cleaned_data["to"]
        return next(one.name for group in self.groups for one in group.receivers if one.value == chosen)

    def receiver(self) -> dict[str, Any]:
        """Keyword arguments of `services.hand_over`."""
        kind, _colon, ident = self.cleaned_data["to"].partition(":")
        key = "to_member_id" if kind == "member" else "to_pod_id"
        return {"why": self.cleaned_data["why"], key: int(ident)}


class NoteForm(forms.Form):
    """A note for the next person."""

    text = forms.CharField(
        label=_("Add a note"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("The next person reads it first."), "data-key": "n"}),
    )
