"""The company: areas, pods with their stage, opening hours, promises, people and agreement."""

from __future__ import annotations

from typing import ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from teams.audit.tracking import tracked
from teams.people.models import validate_zone
from teams.pods.channels import Channel


def same(field: str) -> Func:
    """Equality of a bigint under GiST without an extension: the one-element range of it."""
    return Func(F(field), F(field), Value("[]"), function="int8range")


@tracked()
class Company(models.Model):
    """The one company of this installation, with the template that new pods start from."""

    name = models.CharField(_("name"), max_length=120)
    zone = models.CharField(_("time zone"), max_length=64, default="Europe/Berlin", validators=[validate_zone])
    country = models.CharField(_("country"), max_length=2, default="DE")
    language = models.CharField(_("language"), max_length=12, default="en")
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    agreement_template = models.JSONField(_("agreement that new pods start from"), default=dict, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="company_is_one")]

    def __str__(self) -> str:
        return self.name

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


@tracked()
class PartnerCompany(models.Model):
    """Another company whose pods help; its people see only their own pods' data."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked()
class Area(models.Model):
    """Several pods under one operations lead."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("short name"), max_length=40, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked()
class Pod(models.Model):
    """A self-organising team that owns its customers end to end.

    Before ``opens_at`` the pod is being set up: contacts stay with the old pod and imported
    history counts as "before". After ``closed_at`` it takes no contact.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    letters = models.CharField(_("two letters"), max_length=2)
    category = models.PositiveSmallIntegerField(
        _("colour"), default=1, validators=[MinValueValidator(1), MaxValueValidator(8)]
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="pods", verbose_name=_("area"))
    partner = models.ForeignKey(
        PartnerCompany, models.PROTECT, null=True, blank=True, related_name="pods", verbose_name=_("partner company")
    )
    zone = models.CharField(_("time zone"), max_length=64, default="Europe/Berlin", validators=[validate_zone])
    country = models.CharField(_("country"), max_length=2, default="DE")
    purpose = models.CharField(_("whom it serves"), max_length=200, blank=True)
    opens_at = models.DateTimeField(_("opens at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(category__range=(1, 8)), name="pod_category"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(opens_at__isnull=True) | Q(closed_at__gt=F("opens_at")),
                name="pod_closes_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


@tracked()
class PodStage(models.Model):
    """The stage of a pod from a date on: how it works, for the comparison of pods."""

    class Stage(models.TextChoices):
        CLASSIC = "classic", _("Classic")
        PILOT = "pilot", _("Pilot")
        CHANGED = "changed", _("Changed")

    pod = models.ForeignKey(Pod, models.CASCADE, related_name="stages")
    stage = models.CharField(_("stage"), max_length=10, choices=Stage)
    starts_on = models.DateField(_("from"))

    class Meta:
        ordering = ["pod_id", "starts_on"]
        constraints = [models.UniqueConstraint(fields=["pod", "starts_on"], name="pod_stage_once_a_day")]

    def __str__(self) -> str:
        return f"{self.pod}: {self.stage}"


@tracked()
class SubTeam(models.Model):
    """A part of a large pod."""

    pod = models.ForeignKey(Pod, models.CASCADE, related_name="sub_teams")
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["pod", "name"], name="sub_team_name_in_pod")]

    def __str__(self) -> str:
        return self.name


@tracked()
class Membership(models.Model):
    """A person in a pod between two dates. One home pod at a time, held by the database."""

    class Kind(models.TextChoices):
        HOME = "home", _("Home pod")
        GUEST = "guest", _("Guest")
        COACH = "coach", _("Coach")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    pod = models.ForeignKey(Pod, models.CASCADE, related_name="memberships")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.HOME)
    is_lead = models.BooleanField(_("leads the pod"), default=False)
    sub_team = models.ForeignKey(SubTeam, models.SET_NULL, null=True, blank=True, related_name="memberships")
    period = DateRangeField(_("from and until"))

    class Meta:
        indexes = [models.Index(fields=["pod", "kind"], name="membership_of_pod")]
        constraints = [
            ExclusionConstraint(
                name="membership_one_home",
                expressions=[(same("member_id"), RangeOperators.OVERLAPS), ("period", RangeOperators.OVERLAPS)],
                condition=Q(kind="home"),
            ),
            ExclusionConstraint(
                name="membership_once_in_pod",
                expressions=[
                    (same("member_id"), RangeOperators.OVERLAPS),
                    (same("pod_id"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} in {self.pod}"


@tracked()
class RoleGrant(models.Model):
    """A role over the whole company, or over one area, between two dates."""

    class Role(models.TextChoices):
        OPERATIONS_LEAD = "operations_lead", _("Operations lead")
        PRODUCT_OWNER = "product_owner", _("Product owner")
        EXECUTIVE = "executive", _("Executive")
        ADMINISTRATOR = "administrator", _("Administrator")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="role_grants")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    area = models.ForeignKey(Area, models.CASCADE, null=True, blank=True, verbose_name=_("only in area"))
    period = DateRangeField(_("from and until"))

    class Meta:
        indexes = [models.Index(fields=["user", "role"], name="role_grant_of_user")]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


@tracked()
class OpeningHours(models.Model):
    """When a pod serves a channel on a weekday: minutes after local midnight, end excluded.

    A pod that is open past midnight has one row until 1440 and one from 0 on the next weekday.
    """

    pod = models.ForeignKey(Pod, models.CASCADE, related_name="opening_hours")
    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    opens = models.PositiveSmallIntegerField(_("opens"))
    closes = models.PositiveSmallIntegerField(_("closes"))

    class Meta:
        ordering = ["channel", "weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__lte=6) & Q(closes__lte=1440) & Q(opens__lt=F("closes")), name="opening_hours_sane"
            ),
            ExclusionConstraint(
                name="opening_hours_once",
                expressions=[
                    (same("pod_id"), RangeOperators.OVERLAPS),
                    (Func(F("weekday"), F("weekday"), Value("[]"), function="int4range"), RangeOperators.OVERLAPS),
                    (Func(F("opens"), F("closes"), function="int4range"), RangeOperators.OVERLAPS),
                    (
                        Func(
                            Func(F("channel"), function="hashtext"),
                            Func(F("channel"), function="hashtext"),
                            Value("[]"),
                            function="int4range",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pod} {self.channel} {self.weekday}"


@tracked()
class OpeningException(models.Model):
    """Another opening on one day; without times the pod is closed. No channel means all."""

    pod = models.ForeignKey(Pod, models.CASCADE, related_name="opening_exceptions")
    day = models.DateField(_("day"))
    channel = models.CharField(_("channel"), max_length=20, choices=Channel, blank=True)
    opens = models.PositiveSmallIntegerField(_("opens"), null=True, blank=True)
    closes = models.PositiveSmallIntegerField(_("closes"), null=True, blank=True)
    label = models.CharField(_("why"), max_length=80, blank=True)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["pod", "day", "channel"], name="opening_exception_once"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(opens__lt=F("closes"), closes__lte=1440),
                name="opening_exception_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pod} {self.day}"


@tracked()
class Promise(models.Model):
    """What a pod promises on a channel: an answer within so many seconds.

    ``in_opening_time`` counts only seconds in which the channel is open.
    """

    pod = models.ForeignKey(Pod, models.CASCADE, related_name="promises")
    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    seconds = models.PositiveIntegerField(_("answered within, seconds"), validators=[MinValueValidator(5)])
    in_opening_time = models.BooleanField(_("counts opening time only"), default=True)

    class Meta:
        ordering = ["channel"]
        constraints = [models.UniqueConstraint(fields=["pod", "channel"], name="promise_once")]

    def __str__(self) -> str:
        return f"{self.pod} {self.channel}: {self.seconds} s"


@tracked()
class AgreementVersion(models.Model):
    """The working agreement of a pod from an instant on: typed values by bound key.

    Values that are missing fall back to the definition's default. A check records the number
    of the version that it was judged by.
    """

    pod = models.ForeignKey(Pod, models.CASCADE, related_name="agreement_versions")
    number = models.PositiveIntegerField(_("version"))
    effective_from = models.DateTimeField(_("in force from"))
    values = models.JSONField(default=dict)
    reason = models.CharField(_("why"), max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pod_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["pod", "number"], name="agreement_version_number"),
            models.UniqueConstraint(fields=["pod", "effective_from"], name="agreement_version_instant"),
        ]

    def __str__(self) -> str:
        return f"{self.pod}, version {self.number}"


@tracked()
class OuterLimit(models.Model):
    """What the company allows a pod to agree, per country (blank: everywhere)."""

    key = models.CharField(_("bound"), max_length=60)
    country = models.CharField(_("country"), max_length=2, blank=True)
    minimum = models.DecimalField(_("least"), max_digits=10, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField(_("most"), max_digits=10, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering = ["key", "country"]
        constraints = [
            models.UniqueConstraint(fields=["key", "country"], name="outer_limit_once"),
            models.CheckConstraint(
                condition=Q(minimum__isnull=True) | Q(maximum__isnull=True) | Q(minimum__lte=F("maximum")),
                name="outer_limit_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.country}"
