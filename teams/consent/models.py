"""Proposals to a pod, who was asked, and what they answered."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from teams.audit.tracking import tracked
from teams.pods.models import AgreementVersion, Pod


@tracked()
class Proposal(models.Model):
    """Something that a pod decides by consent: other values of its agreement, or an exception for one case.

    Electorate and share are those of the instant at which the vote opened. ``subject`` names the case of
    an exception in the words of the room that asked for it; ``effect`` is what was foreseen then.
    """

    class Kind(models.TextChoices):
        CHANGE = "change", _("Change of the agreement")
        EXCEPTION = "exception", _("Exception for one case")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ADOPTED = "adopted", _("Adopted")
        OBJECTED = "objected", _("Objected to")
        LAPSED = "lapsed", _("Lapsed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Why(models.TextChoices):
        """Why a vote lapsed."""

        SHARE = "share", _("too few consented")
        LIMIT = "limit", _("outside what the company allows by now")
        GONE = "gone", _("the case has passed or changed")

    pod = models.ForeignKey(Pod, models.CASCADE, related_name="proposals")
    number = models.PositiveIntegerField(_("proposal"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CHANGE)
    title = models.CharField(_("title"), max_length=120)
    reason = models.CharField(_("why"), max_length=1000, blank=True)
    subject = models.JSONField(default=dict, blank=True)
    subject_key = models.CharField(max_length=80, blank=True)
    effect = models.JSONField(default=list, blank=True)
    effective_from = models.DateTimeField(_("in force from"), null=True, blank=True)
    share = models.DecimalField(_("share that must consent"), max_digits=5, decimal_places=4)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="proposals")
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    closes_at = models.DateTimeField(_("closes"))
    remind_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    why = models.CharField(_("why it lapsed"), max_length=10, choices=Why, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    amends = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="amendments")
    version = models.OneToOneField(
        AgreementVersion, models.SET_NULL, null=True, blank=True, related_name="proposal", verbose_name=_("version")
    )

    class Meta:
        ordering: ClassVar = ["pod_id", "-number"]
        indexes = [models.Index(fields=["closes_at"], name="proposal_due", condition=Q(state="open"))]
        constraints = [
            models.UniqueConstraint(fields=["pod", "number"], name="proposal_number"),
            models.UniqueConstraint(
                fields=["pod", "subject_key"],
                name="proposal_one_open_case",
                condition=Q(state="open") & ~Q(subject_key=""),
            ),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opened_at")), name="proposal_takes_time"),
            models.CheckConstraint(condition=Q(share__gte=0.5, share__lte=1), name="proposal_share"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="proposal_closed_once_decided",
            ),
            models.CheckConstraint(
                condition=Q(version__isnull=True) | Q(state="adopted", kind="change"), name="proposal_version_adopted"
            ),
            models.CheckConstraint(
                condition=(Q(state="lapsed") & ~Q(why="")) | (~Q(state="lapsed") & Q(why="")),
                name="proposal_lapsed_why",
            ),
        ]

    def __str__(self) -> str:
        return self.title


@tracked()
class ProposedValue(models.Model):
    """One bound that a proposal would change. While the vote is open nobody else proposes for that bound."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="values")
    pod = models.ForeignKey(Pod, models.CASCADE, related_name="+")
    key = models.CharField(_("bound"), max_length=60)
    value = models.JSONField(_("proposed"))
    was = models.JSONField(_("before"))
    open = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "key"], name="proposed_value_once"),
            models.UniqueConstraint(fields=["pod", "key"], name="proposed_value_one_open", condition=Q(open=True)),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"


@tracked()
class Elector(models.Model):
    """Somebody whose home pod it was when the vote opened."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="electors")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "member"], name="elector_once")]

    def __str__(self) -> str:
        return f"{self.member} in {self.proposal_id}"


@tracked()
class Ballot(models.Model):
    """An answer of an elector. The latest counts, those before it are kept."""

    class Choice(models.TextChoices):
        CONSENT = "consent", _("consents")
        ASIDE = "aside", _("stands aside")
        OBJECT = "object", _("objects")

    elector = models.ForeignKey(Elector, models.CASCADE, related_name="ballots")
    choice = models.CharField(_("answer"), max_length=10, choices=Choice)
    reason = models.CharField(_("why"), max_length=1000, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now)
    latest = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["elector"], name="ballot_one_counts", condition=Q(latest=True)),
            models.CheckConstraint(condition=~Q(choice="object", reason=""), name="ballot_objection_has_reason"),
            models.CheckConstraint(condition=Q(choice__in=["consent", "aside", "object"]), name="ballot_choice"),
        ]

    def __str__(self) -> str:
        return f"{self.elector_id}: {self.choice}"
