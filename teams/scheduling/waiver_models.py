"""Exceptions that were allowed: what is lifted for whom on which shift, by whose word, and what came of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from teams.audit.tracking import tracked
from teams.consent.models import Proposal
from teams.scheduling.models import Shift


@tracked()
class Waiver(models.Model):
    """Some bounds are lifted for one member on one shift; the claim or give-back that needs it uses it up.

    ``grants`` holds for each broken bound by its code the number that would be left and the agreed one.
    ``assignment`` is the work that was claimed or given back under it. ``rest_duty`` is the working day
    whose rest the claim cut, of ``rest_minutes`` before.
    """

    class Act(models.TextChoices):
        CLAIM = "claim", _("claiming it")
        RELEASE = "release", _("giving it back")

    class Source(models.TextChoices):
        CONSENT = "consent", _("the pod consented")
        OVERRIDE = "override", _("emergency override")

    shift = models.ForeignKey(Shift, models.CASCADE, related_name="waivers", verbose_name=_("shift"))
    shift_version = models.PositiveIntegerField()
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="waivers", verbose_name=_("for"))
    act = models.CharField(_("for"), max_length=10, choices=Act, default=Act.CLAIM)
    grants = models.JSONField(_("lifted"), default=dict)
    source = models.CharField(_("by"), max_length=10, choices=Source)
    proposal = models.OneToOneField(Proposal, models.SET_NULL, null=True, blank=True, related_name="waiver")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(_("why"), max_length=1000)
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    assignment = models.BigIntegerField(null=True, blank=True)
    rest_duty = models.BigIntegerField(null=True, blank=True)
    rest_minutes = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["member"], name="waiver_alive", condition=Q(used_at=None, ended_at=None)),
            models.Index(fields=["assignment"], name="waiver_of_assignment", condition=Q(assignment__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "member", "act"], name="waiver_once", condition=Q(used_at=None, ended_at=None)
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_reason"),
            models.CheckConstraint(
                condition=Q(used_at=None, assignment=None) | Q(used_at__isnull=False, assignment__isnull=False),
                name="waiver_used_by_a_claim",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} on {self.shift}"
