"""Quiet offers: "I take it if nobody else does by …"."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cxportal.core.periods import Period
from teams.audit.tracking import tracked
from teams.scheduling.models import Shift


@tracked()
class QuietOffer(models.Model):
    """A member takes an open seat of a shift at an instant, unless somebody else does before.

    It holds the version of its shift: when the shift is changed, the offer ends.
    ``closed_by`` is who sat down on what was offered; ``why`` is a reason as ``reasons.kept`` keeps it.
    """

    class Outcome(models.TextChoices):
        OPEN = "open", _("open")
        CLAIMED = "claimed", _("claimed")
        OVERTAKEN = "overtaken", _("somebody else was first")
        REFUSED = "refused", _("did not fit")
        CHANGED = "changed", _("the shift was changed")
        CANCELLED = "cancelled", _("the shift was cancelled")
        WITHDRAWN = "withdrawn", _("withdrawn")

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="quiet_offers")
    shift_version = models.PositiveIntegerField()
    period = DateTimeRangeField()
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="quiet_offers")
    falls_at = models.DateTimeField(_("taken at"))
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    made_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    why = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["made_at", "pk"]
        indexes = [models.Index(fields=["falls_at"], name="quiet_offer_due", condition=Q(outcome="open"))]
        constraints = [
            models.UniqueConstraint(fields=["shift", "member"], name="quiet_offer_once", condition=Q(outcome="open")),
            models.CheckConstraint(condition=Q(period__isempty=False), name="quiet_offer_has_length"),
            models.CheckConstraint(condition=Q(falls_at__lt=F("period__startswith")), name="quiet_offer_before_shift"),
        ]

    def __str__(self) -> str:
        return f"{self.shift_id} by {self.member_id}"

    @property
    def span(self) -> Period:
        return Period(self.period.lower, self.period.upper)
