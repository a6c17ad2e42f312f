"""Who is there right now, and every change of it since the first day."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """What a person says, or does, at this moment."""

    AVAILABLE = "available", _("Available")
    BREAK = "break", _("On a break")
    AFTER_WORK = "after_work", _("Writing up")
    AWAY = "away", _("Away")
    OFFLINE = "offline", _("Offline")


class Presence(models.Model):
    """The present state of one person. Its row is what services lock before they give work.

    ``heartbeat_at`` is the last sign of life of an open page; without a fresh one nobody counts
    as available, whatever ``state`` says; the router notes the moment in ``silent_since``.
    ``idle_since`` is when the hands became empty.
    """

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="presence", verbose_name=_("member")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OFFLINE)
    since = models.DateTimeField(_("since"), default=timezone.now)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    silent_since = models.DateTimeField(_("silent since"), null=True, blank=True)
    idle_since = models.DateTimeField(_("idle since"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="presence_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.state}"


class PresenceEvent(models.Model):
    """One change of presence, appended and never changed: replay reads these.

    ``silent`` marks the moment a person stopped counting for want of a sign of life. ``at`` is when
    it happened, ``recorded_at`` when we learnt of it.
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="presence_events")
    state = models.CharField(max_length=10, choices=State)
    silent = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["member", "at"], name="presence_event_of_member"),
            models.Index(fields=["at"], name="presence_event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.state}"
