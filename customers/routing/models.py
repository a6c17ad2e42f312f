"""What routing decided and who was asked: decisions, offers, assignments, load, agreements between pods."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.contacts.models import Contact
from teams.audit.tracking import tracked
from teams.pods.models import Pod


@tracked()
class OverflowAgreement(models.Model):
    """One pod asks another for help. What holds is its terms in force; both pods signed those."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ACTIVE = "active", _("In force")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")

    home = models.ForeignKey(Pod, models.PROTECT, related_name="overflow_out", verbose_name=_("pod that asks"))
    partner = models.ForeignKey(Pod, models.PROTECT, related_name="overflow_in", verbose_name=_("pod that helps"))
    order = models.PositiveSmallIntegerField(_("order among the partners"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    paused_by = models.ForeignKey(Pod, models.PROTECT, null=True, blank=True, related_name="+")
    paused_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["home_id", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["home", "partner"], condition=~Q(state="ended"), name="overflow_agreement_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(home=F("partner")), name="overflow_agreement_two_pods"),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False) | (~Q(state="ended") & Q(ended_at__isnull=True)),
                name="overflow_agreement_ended_with_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.home} → {self.partner}"


@tracked()
class OverflowTerms(models.Model):
    """One version of an agreement. Its terms never change once both pods signed.

    ``thresholds``: channel → opening seconds waited before the partner is asked; its keys are the
    channels that are covered. ``skill_ids`` empty means whatever the partner's people can do.
    ``hours``: seven [from, until] pairs of minutes in the partner's zone, Monday first, null for
    no help on that day; null altogether means whenever the partner is open.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        IN_FORCE = "in_force", _("In force")
        REPLACED = "replaced", _("Replaced")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    agreement = models.ForeignKey(OverflowAgreement, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    thresholds = models.JSONField(_("wait before overflow, seconds by channel"), default=dict)
    skill_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    when_closed = models.BooleanField(_("when the pod is closed"), default=True)
    when_nobody = models.BooleanField(_("when nobody with the skill is there"), default=True)
    expected_wait = models.PositiveIntegerField(_("or an expected wait above, seconds"), null=True, blank=True)
    reserve = models.PositiveSmallIntegerField(_("kept free"), default=1)
    guard = models.PositiveSmallIntegerField(_("own contacts that may wait"), default=0)
    cap_once = models.PositiveSmallIntegerField(_("at once"), default=2)
    cap_hour = models.PositiveSmallIntegerField(_("in an hour"), default=8)
    cap_day = models.PositiveSmallIntegerField(_("in a day"), default=40)
    hours = models.JSONField(_("hours"), null=True, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    why = models.CharField(_("why"), max_length=200, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    proposed_for = models.ForeignKey(Pod, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    in_force_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["agreement_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="overflow_terms_number"),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(state="in_force"), name="overflow_terms_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(state="proposed"), name="overflow_terms_one_proposed"
            ),
            models.CheckConstraint(
                condition=Q(cap_once__lte=F("cap_hour")) & Q(cap_hour__lte=F("cap_day")), name="overflow_terms_caps"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="overflow_terms_last"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}, version {self.number}"


@tracked()
class Signature(models.Model):
    """A pod's yes to one version."""

    terms = models.ForeignKey(OverflowTerms, models.CASCADE, related_name="signatures")
    pod = models.ForeignKey(Pod, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["terms", "pod"], name="overflow_signature_once")]

    def __str__(self) -> str:
        return f"{self.pod_id}: {self.terms_id}"


class RoutingDecision(models.Model):
    """One answer of ``decision.decide`` with its whole trace, clock and the versions it was judged by."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="decisions", db_index=False)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=6)
    why = models.CharField(max_length=10)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    pod = models.ForeignKey(Pod, models.PROTECT, null=True, related_name="+", db_index=False)
    agreement = models.ForeignKey(OverflowAgreement, models.PROTECT, null=True, related_name="+", db_index=False)
    due = models.DateTimeField(null=True)
    opens_at = models.DateTimeField(null=True)
    call_back = models.BooleanField(default=False)
    nobody_holds_skill = models.BooleanField(default=False)
    trace = models.JSONField(default=list)
    inputs = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["contact", "at"], name="routing_decision_of_contact")]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.outcome}"


class Offer(models.Model):
    """A contact offered to one person until an instant. At most one is open for a contact."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        LAPSED = "lapsed", _("Lapsed")
        RECALLED = "recalled", _("Recalled")

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="offers", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="offers", db_index=False)
    pod = models.ForeignKey(Pod, models.PROTECT, related_name="+", db_index=False)
    agreement = models.ForeignKey(OverflowAgreement, models.PROTECT, null=True, related_name="offers", db_index=False)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact"], condition=Q(state="open"), name="offer_one_open"),
            models.CheckConstraint(condition=Q(until__gt=F("made_at")), name="offer_lasts"),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True) | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="offer_ended_with_state",
            ),
        ]
        indexes = [
            models.Index(fields=["person"], condition=Q(state="open"), name="offer_open_of_person"),
            models.Index(fields=["until"], condition=Q(state="open"), name="offer_open_until"),
            models.Index(fields=["contact", "ended_at"], name="offer_of_contact"),
            models.Index(
                fields=["agreement", "made_at"], condition=Q(agreement__isnull=False), name="offer_of_agreement"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} to {self.person_id}"


class ContactAssignment(models.Model):
    """One person's time with a contact. At most one is open for a contact, held by the database."""

    class Source(models.TextChoices):
        OFFER = "offer", _("Offered")
        TAKE = "take", _("Taken")
        REPORT = "report", _("Reported by telephony")

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="assignments", db_index=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="contact_assignments", db_index=False
    )
    pod = models.ForeignKey(Pod, models.PROTECT, related_name="+", db_index=False)
    agreement = models.ForeignKey(
        OverflowAgreement, models.PROTECT, null=True, related_name="assignments", db_index=False
    )
    source = models.CharField(max_length=10, choices=Source, default=Source.OFFER)
    started_at = models.DateTimeField()
    after_work_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact"], condition=Q(ended_at__isnull=True), name="assignment_one_open"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="assignment_runs_forward"
            ),
        ]
        indexes = [
            models.Index(fields=["person"], condition=Q(ended_at__isnull=True), name="assignment_open_of_person"),
            models.Index(fields=["contact", "started_at"], name="assignment_of_contact"),
            models.Index(
                fields=["agreement", "started_at"],
                condition=Q(agreement__isnull=False),
                name="assignment_of_agreement",
            ),
            models.Index(fields=["person", "ended_at"], name="assignment_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} with {self.person_id}"


class LoadEvent(models.Model):
    """One change of what a person has in hand, appended: with PresenceEvent it rebuilds any moment."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=12)
    channel = models.CharField(max_length=20)
    delta = models.SmallIntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["person", "at"], name="load_event_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.kind}"
