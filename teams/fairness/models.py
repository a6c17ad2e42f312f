"""The ledger of fairness: points with reasons, only ever added to."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from teams.fairness.rules import Kind
from teams.pods.models import Pod


class PointEntry(models.Model):
    """Points of a member in a pod for one reason. Never changed: what was wrong is set right by a further entry.

    ``source`` says what it stands for (``shift:12``, ``contact:42``; ``shift:12:2`` for the first further
    entry about the same) and holds once for a member and kind. ``happened_at`` is when the work began;
    ``numbers`` are what its sentence names.
    """

    class Reason(models.TextChoices):
        NIGHT = Kind.NIGHT.value, _("Night")
        LATE = Kind.LATE.value, _("Late")
        WEEKEND = Kind.WEEKEND.value, _("Weekend")
        HOLIDAY = Kind.HOLIDAY.value, _("Public holiday")
        SHORT_NOTICE = Kind.SHORT_NOTICE.value, _("Short notice")
        HELP = Kind.HELP.value, _("Help to other pods")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="point_entries")
    pod = models.ForeignKey(Pod, models.PROTECT, related_name="point_entries", db_index=False)
    kind = models.CharField(max_length=12, choices=Reason)
    points = models.DecimalField(max_digits=7, decimal_places=2)
    happened_at = models.DateTimeField()
    source = models.CharField(max_length=80)
    numbers = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-happened_at", "-pk"]
        verbose_name_plural = "point entries"
        indexes = [models.Index(fields=["pod", "happened_at"], name="points_of_pod")]
        constraints = [
            models.UniqueConstraint(fields=["member", "kind", "source"], name="points_once"),
            models.CheckConstraint(condition=~Q(points=0), name="points_count"),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in Kind]), name="points_kind_known"),
            models.CheckConstraint(condition=~Q(source=""), name="points_have_a_source"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.member_id} {self.kind} {self.points} {self.source}"
