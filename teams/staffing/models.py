"""What work there is and how many people it needs: activities and typed or imported requirements."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from teams.audit.tracking import tracked
from teams.pods.channels import Channel
from teams.pods.models import Pod, same


@tracked()
class Activity(models.Model):
    """What somebody does during a part of a shift, with the channels that it covers.

    An activity without channels (training, a stand-up) is paid work that serves no customer.
    """

    name = models.CharField(_("name"), max_length=60, unique=True)
    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    channels = ArrayField(
        models.CharField(max_length=20, choices=Channel), verbose_name=_("covers"), default=list, blank=True
    )
    category = models.PositiveSmallIntegerField(
        _("colour"), default=1, validators=[MinValueValidator(1), MaxValueValidator(8)]
    )
    icon = models.CharField(_("icon"), max_length=40, default="circle")
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["position", "name"]
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return self.name


@tracked()
class Requirement(models.Model):
    """So many people are needed for an activity of a pod over a period: typed in or imported."""

    class Source(models.TextChoices):
        TYPED = "typed", _("typed in")
        IMPORTED = "imported", _("imported")
        FORECAST = "forecast", _("forecast")

    pod = models.ForeignKey(Pod, models.CASCADE, related_name="requirements")
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="+", verbose_name=_("activity"))
    period = DateTimeRangeField(_("period"))
    people = models.PositiveSmallIntegerField(_("people"))
    source = models.CharField(max_length=10, choices=Source, default=Source.TYPED)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(period__isempty=False), name="requirement_has_length"),
            ExclusionConstraint(
                name="requirement_once",
                expressions=[
                    (same("pod_id"), RangeOperators.OVERLAPS),
                    (
                        Func(F("activity_id"), F("activity_id"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.people} {self.activity}"
