"""Standing wishes of members, painted on a week, and the days that differ."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teams.audit.tracking import tracked
from teams.scheduling.availability import rules


@tracked()
class WishedTime(models.Model):
    """One part of a weekday, or of one day, for which a member said something. What is merely possible has no row."""

    class Wish(models.TextChoices):
        GLADLY = rules.Wish.GLADLY.value, _("gladly")
        POSSIBLE = rules.Wish.POSSIBLE.value, _("possible")
        RATHER_NOT = rules.Wish.RATHER_NOT.value, _("rather not")
        CANNOT = rules.Wish.CANNOT.value, _("cannot")

    class Part(models.TextChoices):
        EARLY = rules.Part.EARLY.value, _("early, to 12:00")
        MIDDAY = rules.Part.MIDDAY.value, _("midday, to 17:00")
        LATE = rules.Part.LATE.value, _("late, to midnight")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="wished_times", db_index=False)
    weekday = models.PositiveSmallIntegerField(null=True)
    day = models.DateField(null=True)
    part = models.CharField(max_length=6, choices=Part)
    wish = models.CharField(max_length=10, choices=Wish)

    class Meta:
        ordering: ClassVar = ["member", "day", "weekday", "part"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "weekday", "day", "part"], name="wished_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(weekday__isnull=False, weekday__range=(1, 7), day=None)
                | Q(weekday=None, day__isnull=False),
                name="wished_weekday_or_day",
            ),
            models.CheckConstraint(condition=Q(wish__in=[wish.value for wish in rules.Wish]), name="wish_known"),
            models.CheckConstraint(condition=Q(part__in=[part.value for part in rules.Part]), name="wish_part_known"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.day or self.weekday} {self.part}: {self.wish}"
