"""Why customers contact us: reasons in two levels, each group with the product owner who causes it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from teams.audit.tracking import tracked


@tracked()
class ReasonGroup(models.Model):
    """The upper level: contacts of one customer in one group belong to one issue."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    code = models.SlugField(_("short name"), max_length=60, unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("product owner"),
    )
    retired_at = models.DateTimeField(_("no longer used since"), null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked()
class Reason(models.Model):
    """The lower level, chosen when a contact is resolved. A retired one stays on its contacts."""

    group = models.ForeignKey(ReasonGroup, models.PROTECT, related_name="reasons", verbose_name=_("group"))
    name = models.CharField(_("name"), max_length=160)
    code = models.SlugField(_("short name"), max_length=80)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("product owner"),
    )
    retired_at = models.DateTimeField(_("no longer used since"), null=True, blank=True)

    class Meta:
        ordering = ["group__name", "name"]
        constraints = [
            models.UniqueConstraint(fields=["group", "name"], name="reason_name_in_group"),
            models.UniqueConstraint(fields=["group", "code"], name="reason_code_in_group"),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.name}"
