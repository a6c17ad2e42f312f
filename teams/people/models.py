"""People: who signs in, on which contract, by which invitation, link or token."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from teams.audit.tracking import tracked


def validate_zone(name: str) -> None:
    """A zone name of the IANA database; raises ``ValidationError`` otherwise."""
    from django.core.exceptions import ValidationError

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(
            _("“%(name)s” is no time zone. Write it like Europe/Berlin."), params={"name": name}
        ) from error


class UserManager(BaseUserManager["User"]):
    """Creates people; email addresses are kept in lower case."""

    use_in_migrations = True

    def create_user(self, email: str | None, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower() if email else None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


@tracked(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A person. Somebody who was imported has no email and cannot sign in until invited."""

    class Theme(models.TextChoices):
        SYSTEM = "", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("email"), null=True, unique=True)
    name = models.CharField(_("name"), max_length=120)
    external_id = models.CharField(_("external id"), max_length=120, null=True, blank=True, unique=True)
    category = models.PositiveSmallIntegerField(
        _("colour"), default=1, validators=[MinValueValidator(1), MaxValueValidator(8)]
    )
    zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[validate_zone])
    language = models.CharField(_("language"), max_length=12, default="en")
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, blank=True, default=Theme.SYSTEM)
    shortcuts = models.BooleanField(_("single-letter shortcuts"), default=True)
    is_active = models.BooleanField(_("active"), default=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    leaves_on = models.DateField(_("last day in the company"), null=True, blank=True)
    date_joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_any_case"),
            models.CheckConstraint(condition=~Q(name=""), name="user_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def letters(self) -> str:
        """Two letters for the person's mark."""
        return (self.name.strip()[:2] or "?").capitalize()

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else self.name


@tracked(exclude=["pay_cents"])
class Contract(models.Model):
    """Working conditions of a member between two dates; at most one holds on a day.

    ``weekly_minutes`` is the target; ``weekday_minutes`` the minutes of Monday to Sunday.
    ``region`` is the country with its subdivision (``DE-BY``) for public holidays;
    ``pay_cents`` an hour in the company's currency, read by administrators only.
    """

    member = models.ForeignKey(User, models.CASCADE, related_name="contracts", verbose_name=_("member"))
    period = DateRangeField(_("from and until"))
    weekly_minutes = models.PositiveIntegerField(_("minutes a week"))
    weekday_minutes = ArrayField(models.PositiveSmallIntegerField(), size=7, verbose_name=_("minutes by weekday"))
    zone = models.CharField(_("time zone"), max_length=64, validators=[validate_zone])
    region = models.CharField(_("region"), max_length=12, blank=True)
    pay_cents = models.PositiveIntegerField(_("pay an hour, cents"), null=True, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="contract_one_a_day",
                expressions=[
                    (
                        Func(F("member_id"), F("member_id"), models.Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(weekly_minutes__lte=7 * 24 * 60), name="contract_week_has_168_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.member}, {self.weekly_minutes} min"

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


@tracked(exclude=["digest"])
class Invitation(models.Model):
    """A single-use way in for one email address. Only the digest of its secret is stored."""

    VALID_FOR = dt.timedelta(days=7)

    email = models.EmailField(_("email"))
    name = models.CharField(_("name"), max_length=120)
    user = models.ForeignKey(User, models.CASCADE, related_name="invitations")
    digest = models.BinaryField(unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True), name="invitation_ends_once"
            )
        ]

    def __str__(self) -> str:
        return self.email


@tracked(exclude=["digest"])
class OneTimeLink(models.Model):
    """A single-use link that sets a password: the first administrator's, or a reset."""

    class Purpose(models.TextChoices):
        FIRST_ADMIN = "first_admin", _("first administrator")
        PASSWORD = "password", _("password reset")

    user = models.ForeignKey(User, models.CASCADE, related_name="one_time_links")
    purpose = models.CharField(max_length=20, choices=Purpose)
    digest = models.BinaryField(unique=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.purpose} {self.user}"


@tracked(exclude=["digest", "last_used_at"])
class ApiToken(models.Model):
    """A bearer token ``cxp_<prefix>_<secret>``; only a keyed digest of the secret is stored."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.BinaryField()
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("scopes"))
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"cxp_{self.prefix}_…"
