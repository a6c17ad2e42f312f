"""What people type about contacts and agreements, parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from customers.causes.models import Reason
from customers.contacts.models import Contact
from customers.directory.models import Customer
from customers.routing.services import Arrival
from cxportal.core import periods
from cxportal.core.violations import Invalid
from teams.people.models import User
from teams.pods.channels import Channel
from teams.pods.models import Pod
from teams.pods.queries import members_on
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


class ResolveForm(forms.Form):
    """How a contact was solved."""

    reason = GroupedReasons(label=_("Reason"), empty_label=_("Choose what it was about"))
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


class HandOverForm(forms.Form):
    """Who gets it, and why."""

    to = forms.ChoiceField(label=_("To"))
    why = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The next person reads it first."),
    )

    def __init__(self, *args: Any, contact: Contact, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pod = contact.serving_pod_id or contact.home_pod_id
        mates = members_on(pod, periods.now().date()).filter(is_active=True).exclude(pk=viewer.pk).distinct()
        others = Pod.objects.filter(closed_at__isnull=True).exclude(pk=pod)
        ordered = sorted(others, key=lambda p: (p.pk != contact.home_pod_id, p.name))
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose who gets it")),
            (_("Colleagues"), [(f"member:{m.pk}", m.name) for m in mates]),
            (_("Other pods"), [(f"pod:{p.pk}", p.name) for p in ordered]),
        ]

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
