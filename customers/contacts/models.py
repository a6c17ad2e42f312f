"""Contacts: one wish of a customer over one channel, from arrival to its last closing."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.causes.models import Reason
from customers.directory.models import Customer, Segment
from teams.pods.channels import Channel
from teams.pods.models import Area, Pod
from teams.skills.models import Skill


class Contact(models.Model):
    """One contact. ``home_pod``, ``area`` and ``segment`` are as they were at arrival and never change.

    ``business_day`` is the day of the last closing in the home pod's zone, fixed when written and
    empty while the contact is open. ``work_seconds`` and ``after_work_seconds`` add up over reopenings.
    A contact may have no known customer: it counts in volumes, never in customers served. Its
    history is ``ContactEvent``, so the table itself is not audited row by row.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        OFFERED = "offered", _("Offered")
        IN_WORK = "in_work", _("In work")
        AFTER_WORK = "after_work", _("After-work")
        RESOLVED = "resolved", _("Resolved")
        ABANDONED = "abandoned", _("Abandoned")

    class Direction(models.TextChoices):
        IN = "in", _("Inbound")
        OUT = "out", _("Outbound")

    OPEN = (State.WAITING, State.OFFERED, State.IN_WORK, State.AFTER_WORK)
    CLOSED = (State.RESOLVED, State.ABANDONED)

    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.IN)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    state_since = models.DateTimeField(null=True, blank=True)

    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="contacts", db_index=False
    )
    caller = models.CharField(_("who it is, as told"), max_length=120, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    home_pod = models.ForeignKey(Pod, models.PROTECT, related_name="contacts", db_index=False)
    by_default_rule = models.BooleanField(default=False)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    segment = models.ForeignKey(Segment, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    serving_pod = models.ForeignKey(Pod, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="contacts", db_index=False
    )
    required_skill = models.ForeignKey(Skill, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    wished_skills = ArrayField(models.BigIntegerField(), default=list, blank=True)
    priority = models.PositiveSmallIntegerField(default=5)
    due_at = models.DateTimeField(_("the router's next look"), null=True, blank=True)
    skill_missing = models.BooleanField(_("nobody holds the skill"), default=False)

    arrived_at = models.DateTimeField(_("arrived"))
    first_response_at = models.DateTimeField(_("first answered by a person"), null=True, blank=True)
    closed_at = models.DateTimeField(_("last closed"), null=True, blank=True)
    business_day = models.DateField(null=True, blank=True)
    work_seconds = models.PositiveIntegerField(default=0)
    after_work_seconds = models.PositiveIntegerField(default=0)
    reopened_count = models.PositiveSmallIntegerField(default=0)

    reason = models.ForeignKey(Reason, models.PROTECT, null=True, blank=True, related_name="contacts", db_index=False)
    resolution = models.CharField(_("how it was solved"), max_length=500, blank=True)
    complaint = models.BooleanField(_("complaint"), default=False)
    started_digitally = models.BooleanField(_("started digitally"), default=False)
    automated = models.BooleanField(_("without a person"), default=False)

    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=160, null=True, blank=True, db_collation="C")
    imported = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["customer", "-arrived_at"], name="contact_of_customer", condition=Q(customer__isnull=False)
            ),
            models.Index(fields=["home_pod", "arrived_at"], name="contact_of_pod"),
            models.Index(
                fields=["home_pod", "business_day", "customer"],
                name="contact_served",
                condition=Q(state="resolved", customer__isnull=False),
            ),
            models.Index(
                fields=["business_day", "home_pod"],
                include=["area", "segment", "channel"],
                name="contact_closed_on",
                condition=Q(state="resolved", automated=False),
            ),
            models.Index(
                fields=["home_pod", "channel", "arrived_at"],
                name="contact_open",
                condition=Q(state__in=["waiting", "offered", "in_work", "after_work"]),
            ),
            models.Index(
                fields=["serving_pod"],
                name="contact_waits_elsewhere",
                condition=Q(serving_pod__isnull=False, state__in=["waiting", "offered"]),
            ),
            models.Index(fields=["due_at"], name="contact_due", condition=Q(state__in=["waiting", "offered"])),
            models.Index(fields=["person", "-arrived_at"], name="contact_of_person", condition=Q(person__isnull=False)),
            models.Index(
                fields=["serving_pod", "arrived_at"],
                name="contact_overflowed",
                condition=Q(serving_pod__isnull=False) & ~Q(serving_pod=F("home_pod")),
            ),
            models.Index(fields=["reason", "arrived_at"], name="contact_of_reason", condition=Q(reason__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="contact_external_id_once"),
            models.CheckConstraint(
                name="contact_closed_with_state",
                condition=Q(state__in=["resolved", "abandoned"], closed_at__isnull=False, business_day__isnull=False)
                | Q(
                    state__in=["waiting", "offered", "in_work", "after_work"],
                    closed_at__isnull=True,
                    business_day__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="contact_runs_forward",
                condition=(Q(closed_at__isnull=True) | Q(closed_at__gte=F("arrived_at")))
                & (Q(first_response_at__isnull=True) | Q(first_response_at__gte=F("arrived_at"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.arrived_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class ContactEvent(models.Model):
    """What happened to a contact. Written once; ``at`` is when it happened, ``recorded_at`` when we learned of it."""

    class Kind(models.TextChoices):
        ARRIVED = "arrived", _("Arrived")
        OFFERED = "offered", _("Offered")
        DECLINED = "declined", _("Declined")
        LAPSED = "lapsed", _("Offer lapsed")
        RECALLED = "recalled", _("Offer recalled")
        ACCEPTED = "accepted", _("Accepted")
        TAKEN = "taken", _("Taken")
        OVERFLOWED = "overflowed", _("Offered to a partner")
        RETURNED = "returned", _("Back at home")
        ENDED = "ended", _("Conversation ended")
        RESOLVED = "resolved", _("Resolved")
        REOPENED = "reopened", _("Reopened")
        ABANDONED = "abandoned", _("Abandoned")
        HANDED_OVER = "handed_over", _("Handed over")
        TAKEN_BACK = "taken_back", _("Hand-over undone")
        NOTED = "noted", _("Note written")
        CHANGED = "changed", _("Changed")

    UNDO_FOR = dt.timedelta(minutes=10)  # how long a hand-over can be undone

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    pod = models.ForeignKey(Pod, models.PROTECT, null=True, related_name="+", db_index=False)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["contact", "at", "id"], name="contact_event_in_order")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class Note(models.Model):
    """What somebody wrote down about a contact; read by those who may read the contact."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(_("note"), max_length=4000)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]
