"""Secret addresses under which a calendar program reads somebody's shifts."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from teams.audit.tracking import tracked
from teams.pods.models import Pod


@tracked(exclude=["digest", "read_at"])
class CalendarFeed(models.Model):
    """One member's address for one pod; only the digest of its secret is stored. A revoked one opens nothing again.

    ``read_at`` is about when a calendar program came last.
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feeds")
    pod = models.ForeignKey(Pod, models.CASCADE, related_name="calendar_feeds")
    digest = models.BinaryField(unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "pod"], name="calendar_feed_once", condition=models.Q(revoked_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.pod_id}"
