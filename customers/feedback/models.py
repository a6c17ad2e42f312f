"""Surveys and what customers answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.contacts.models import Contact
from customers.directory.models import Segment
from teams.audit.tracking import tracked
from teams.pods.models import Area, Pod


@tracked(exclude=["digest"])
class Survey(models.Model):
    """The invitation to say how one contact was: a link that takes one answer and then ends.

    Only the SHA-256 digest of the link's random token is kept; the link itself is shown once, to
    the person who closed the contact. A new link replaces the old one.
    """

    contact = models.OneToOneField(Contact, models.CASCADE, related_name="survey")
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    invited_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("invited_at")), name="survey_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.invited_at:%Y-%m-%d}"


@tracked(exclude=["comment"])
class Response(models.Model):
    """One answer of a customer about one contact. Written once.

    It belongs to the pod that owned the customer at the contact's arrival (``home_pod``); who served
    is kept beside it. ``home_pod``, ``serving_pod``, ``area``, ``segment`` and ``day`` are copied from
    the contact (``day`` is its business day), so that satisfaction and customers served of a
    period speak of the same contacts.

    ``kind`` keeps apart what must never be mixed: an answer to our survey, one brought in by an
    import, and "consumer disputed" of complaint files, which is no satisfaction (``disputed``).
    """

    class Kind(models.TextChoices):
        SURVEY = "survey", _("Survey")
        IMPORTED = "imported", _("Imported")
        DISPUTED = "disputed", _("Disputed or not")

    kind = models.CharField(max_length=10, choices=Kind)
    survey = models.OneToOneField(Survey, models.CASCADE, null=True, blank=True, related_name="response")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="responses", db_index=False)
    csat = models.PositiveSmallIntegerField(_("satisfied, 1 to 5"), null=True, blank=True)
    nps = models.PositiveSmallIntegerField(_("would recommend, 0 to 10"), null=True, blank=True)
    disputed = models.BooleanField(_("disputed"), null=True, blank=True)
    comment = models.TextField(_("comment"), max_length=1000, blank=True)
    may_contact = models.BooleanField(_("may be called about it"), default=False)
    answered_at = models.DateTimeField(default=timezone.now)

    home_pod = models.ForeignKey(Pod, models.PROTECT, related_name="+", db_index=False)
    serving_pod = models.ForeignKey(Pod, models.PROTECT, null=True, related_name="+", db_index=False)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    segment = models.ForeignKey(Segment, models.PROTECT, null=True, related_name="+", db_index=False)
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "kind"], name="response_once_per_contact"),
            models.CheckConstraint(condition=Q(csat__isnull=True) | Q(csat__range=(1, 5)), name="response_csat"),
            models.CheckConstraint(condition=Q(nps__isnull=True) | Q(nps__range=(0, 10)), name="response_nps"),
            models.CheckConstraint(
                condition=Q(kind="survey", survey__isnull=False, disputed__isnull=True)
                | Q(kind="imported", survey__isnull=True, disputed__isnull=True)
                | Q(
                    kind="disputed",
                    survey__isnull=True,
                    disputed__isnull=False,
                    csat__isnull=True,
                    nps__isnull=True,
                ),
                name="response_of_one_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["home_pod", "-answered_at"], name="response_of_pod"),
            models.Index(
                fields=["day", "home_pod", "segment", "area"],
                include=["csat", "nps"],
                name="response_counted",
                condition=~Q(kind="disputed"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.day}"
