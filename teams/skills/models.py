"""What people can do: a skill, and who holds it at which level."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from teams.audit.tracking import tracked


@tracked()
class Skill(models.Model):
    """Something a contact or a seat may need: a language, a product, a channel."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked()
class MemberSkill(models.Model):
    """A member holds a skill at a level from 1 (with help) to 4 (teaches it)."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="holders")
    level = models.PositiveSmallIntegerField(
        _("level"), default=2, validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    since = models.DateField(default=timezone.localdate)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "skill"], name="member_skill_once"),
            models.CheckConstraint(condition=Q(level__range=(1, 4)), name="member_skill_level"),
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.skill}"
