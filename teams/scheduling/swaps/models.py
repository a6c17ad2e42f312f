"""Wishes to swap, and exchanges: legs that happen together or not at all, with everybody's consent."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cxportal.core.periods import Period
from teams.audit.tracking import tracked
from teams.pods.models import Pod
from teams.scheduling.models import Assignment, Seat, Shift


class Outcome(models.TextChoices):
    """What became of a wish or an exchange."""

    OPEN = "open", _("open")
    DONE = "done", _("done")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DECLINED = "declined", _("declined")
    EXPIRED = "expired", _("expired")
    CLOSED = "closed", _("closed by another act")
    UNDONE = "undone", _("undone")


@tracked()
class SwapWish(models.Model):
    """An own shift that somebody would swap, kept open while they look: others and rings find it.

    ``first`` and ``last`` are the days wanted in return (pod's zone); without them any day.
    """

    pod = models.ForeignKey(Pod, models.CASCADE, related_name="swap_wishes")
    assignment = models.ForeignKey(Assignment, models.SET_NULL, null=True, related_name="swap_wishes")
    shift = models.ForeignKey(Shift, models.CASCADE, related_name="swap_wishes")
    shift_version = models.PositiveIntegerField()
    period = DateTimeRangeField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="swap_wishes")
    first = models.DateField(_("in return, from"), null=True, blank=True)
    last = models.DateField(_("until"), null=True, blank=True)
    rings = models.BooleanField(_("rings of three and more"), default=True)
    ends_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    made_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["period", "pk"]
        indexes = [models.Index(fields=["pod", "outcome", "ends_at"], name="swap_wish_of_pod")]
        constraints = [
            models.UniqueConstraint(fields=["assignment"], name="swap_wish_once", condition=Q(outcome="open")),
            models.CheckConstraint(
                condition=Q(first=None) | Q(last=None) | Q(first__lte=F("last")), name="swap_wish_days"
            ),
            models.CheckConstraint(condition=Q(period__isempty=False), name="swap_wish_has_length"),
        ]

    def __str__(self) -> str:
        return f"{self.shift_id} by {self.owner_id}"

    @property
    def span(self) -> Period:
        return Period(self.period.lower, self.period.upper)


@tracked()
class Exchange(models.Model):
    """Legs that happen together when everybody concerned consents; ``ring`` is what it was found as.

    ``failed`` holds why the last consent did not apply it. ``warnings`` is what the pod wants logged.
    """

    pod = models.ForeignKey(Pod, models.CASCADE, related_name="exchanges")
    wish = models.ForeignKey(SwapWish, models.SET_NULL, null=True, related_name="exchanges")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    message = models.CharField(_("a word to the others"), max_length=200, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    made_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    judged_version = models.PositiveIntegerField(null=True)
    warnings = models.JSONField(default=list)

    UNDO_FOR = dt.timedelta(minutes=10)

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["pod", "outcome", "ends_at"], name="exchange_of_pod")]
        constraints = [
            models.CheckConstraint(condition=Q(outcome="open") | Q(closed_at__isnull=False), name="exchange_closed_at")
        ]

    def __str__(self) -> str:
        return f"{self.pk}, {self.outcome}"


@tracked()
class ExchangeLeg(models.Model):
    """``giver`` gives a period of an assignment to ``taker``; a moved shift is not followed."""

    exchange = models.ForeignKey(Exchange, models.CASCADE, related_name="legs")
    place = models.PositiveSmallIntegerField()
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    assignment = models.ForeignKey(Assignment, models.SET_NULL, null=True, related_name="legs")
    shift = models.ForeignKey(Shift, models.CASCADE, related_name="legs")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="+")
    shift_version = models.PositiveIntegerField()
    period = DateTimeRangeField()

    class Meta:
        ordering: ClassVar = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "place"], name="exchange_leg_place"),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="exchange_leg_between_two"),
            models.CheckConstraint(condition=Q(period__isempty=False), name="exchange_leg_has_length"),
        ]

    def __str__(self) -> str:
        return f"{self.exchange_id}: {self.giver_id} to {self.taker_id}"

    @property
    def span(self) -> Period:
        return Period(self.period.lower, self.period.upper)


@tracked()
class ExchangeConsent(models.Model):
    """Whether somebody concerned agrees. ``reminded_at``: when they were last told that it waits, asked included."""

    class Answer(models.TextChoices):
        WAITING = "waiting", _("asked")
        CONSENT = "consent", _("consents")
        DECLINE = "decline", _("declined")

    exchange = models.ForeignKey(Exchange, models.CASCADE, related_name="consents")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer, default=Answer.WAITING)
    answered_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exchange", "member"], name="exchange_consent_once")]

    def __str__(self) -> str:
        return f"{self.exchange_id} {self.member_id} {self.answer}"
