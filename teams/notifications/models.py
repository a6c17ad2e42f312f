"""Notices inside the portal, and the mail that leaves it or is kept when it cannot."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """Something that happened to one person's shifts, pod or contacts.

    ``kind`` and ``data`` make the sentence (``kinds.py``); ``source`` tells notices of the same
    happening apart from repeats of the same act. ``created_at`` is when it is heard: of a question that
    somebody puts in quiet hours their end, and nothing shows it before.
    """

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["recipient", "-created_at"], name="notice_of_person"),
            models.Index(fields=["recipient"], name="notice_unread", condition=Q(read_at__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "kind", "source"], name="notice_once", condition=~Q(source=""))
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient_id}"


class Mail(models.Model):
    """A message to one address. Without a mail server it is kept, and administrators pass it on.

    The body of a message that was sent or passed on is emptied: it may carry a one-time link. ``once`` names what a
    message tells (``digest:12:2026-11-24``), so that a repeated job writes no second one; ``group`` is what its reader
    can stop by one press.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        KEPT = "kept", _("Kept, could not be mailed")
        DONE = "done", _("Passed on by hand")

    to = models.EmailField(_("to"))
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="mails"
    )
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    once = models.CharField(max_length=80, null=True, blank=True)
    group = models.CharField(max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(_("why"), max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "-created_at"], name="mail_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "done"]) | Q(body=""), name="mail_settled_without_body"
            ),
            models.UniqueConstraint(fields=["once"], name="mail_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"


class MailChoice(models.Model):
    """How one person wants a group of notices by email; without a row the group's usual way holds."""

    class How(models.TextChoices):
        AT_ONCE = "at_once", _("at once")
        DIGEST = "digest", _("in the daily summary")
        NEVER = "never", _("not by email")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_choices")
    group = models.CharField(max_length=20)
    how = models.CharField(max_length=10, choices=How)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "group"], name="mail_choice_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.group}: {self.how}"


class MailRhythm(models.Model):
    """When a person gets no email, and when the daily summary comes; wall times in the person's zone.

    ``days_off`` are ISO weekdays. Without a row the defaults hold.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="mail_rhythm"
    )
    quiet_from = models.TimeField(default=dt.time(20))
    quiet_until = models.TimeField(default=dt.time(7))
    days_off = ArrayField(models.PositiveSmallIntegerField(), default=list)
    digest_at = models.TimeField(default=dt.time(7, 30))

    def __str__(self) -> str:
        return f"{self.person_id} {self.quiet_from}–{self.quiet_until}"
