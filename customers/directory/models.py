"""Whom we serve, and which pod owns whom at which instant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.checks import CheckMessage
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Collate, Lower
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from teams.audit.tracking import tracked
from teams.pods.models import Pod, same

# Names are found by how they are typed, so accents fall away. One letter stands for one letter:
# both strings are as long as one another.
ACCENTED = "àáâãäåāăąçćčďèéêëēěęğìíîïīıłľñńňòóôõöøōőŕřśšşťùúûüūůűýÿźżž"
PLAIN = "aaaaaaaaacccdeeeeeeegiiiiiillnnnoooooooorrssstuuuuuuuyyzzz"

# Imports without an id of their own make long numbers; their two ends tell them apart.
LONGEST_SHOWN = 20


def plain_letters(text: str) -> str:
    """A text as it is searched: lower case without accents, as the generated columns hold it."""
    return text.lower().translate(str.maketrans(ACCENTED, PLAIN))


class SearchKey(models.GeneratedField):
    """A stored generated column. Every database that we run on has them, so the check asks none."""

    def _check_supported(self, databases: Sequence[str] | None) -> list[CheckMessage]:
        return []

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.GeneratedField", args, kwargs


def _searched(field: str) -> Func:
    return Func(Lower(field), Value(ACCENTED), Value(PLAIN), function="TRANSLATE")


def _scope(field: str) -> Func:
    """A part of a rule's scope under GiST; 0 stands for a part that the rule leaves open."""
    held = Coalesce(F(field), Value(0), output_field=models.BigIntegerField())
    return Func(held, held, Value("[]"), function="int8range")


@tracked()
class Region(models.Model):
    """A part of the market by place: a state, a group of postal codes."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    code = models.SlugField(_("short name"), max_length=40, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked()
class Segment(models.Model):
    """A part of the market by kind: consumers, small businesses."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    code = models.SlugField(_("short name"), max_length=40, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=["name_key", "surname_key", "phone_key", "phone_tail"])
class Customer(models.Model):
    """A person or a company that we serve. An imported one may have a number and nothing else.

    The ``…_key`` columns are computed by the database and hold what search compares: names
    without case and accents (once from the first word, once from the last), digits of the phone
    (once from the front, once from the end).
    """

    class LifeStage(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        NEW = "new", _("New")
        SETTLED = "settled", _("Settled")
        LEFT = "left", _("Left")

    source = models.CharField(_("where the number comes from"), max_length=60, blank=True)
    external_id = models.CharField(_("customer number"), max_length=120, null=True, blank=True, db_collation="C")
    name = models.CharField(_("name"), max_length=160, blank=True)
    email = models.EmailField(_("email"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    place = models.CharField(_("place"), max_length=160, blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name=_("region"))
    segment = models.ForeignKey(Segment, models.PROTECT, null=True, blank=True, verbose_name=_("segment"))
    life_stage = models.CharField(_("stage"), max_length=10, choices=LifeStage, default=LifeStage.SETTLED)
    since = models.DateField(_("customer since"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    name_key = SearchKey(
        expression=_searched("name"), output_field=models.CharField(max_length=160, db_collation="C"), db_persist=True
    )
    surname_key = SearchKey(
        expression=Func(_searched("name"), Value(r"^.*\s(\S+)$"), Value(r"\1"), function="REGEXP_REPLACE"),
        output_field=models.CharField(max_length=160, db_collation="C"),
        db_persist=True,
    )
    phone_key = SearchKey(
        expression=Func(F("phone"), Value(r"\D"), Value(""), Value("g"), function="REGEXP_REPLACE"),
        output_field=models.CharField(max_length=40, db_collation="C"),
        db_persist=True,
    )
    phone_tail = SearchKey(
        expression=Func(
            Func(F("phone"), Value(r"\D"), Value(""), Value("g"), function="REGEXP_REPLACE"), function="REVERSE"
        ),
        output_field=models.CharField(max_length=40, db_collation="C"),
        db_persist=True,
    )

    class Meta:
        indexes = [
            models.Index(F("name_key"), F("id"), name="customer_by_name"),
            models.Index(F("surname_key"), F("id"), name="customer_by_surname"),
            models.Index(Collate(Lower("email"), "C"), F("id"), name="customer_by_email", condition=~Q(email="")),
            models.Index(F("phone_key"), F("id"), name="customer_by_phone", condition=~Q(phone="")),
            models.Index(F("phone_tail"), F("id"), name="customer_by_phone_end", condition=~Q(phone="")),
            models.Index(F("external_id"), F("id"), name="customer_by_number"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="customer_number_once"),
            models.CheckConstraint(
                condition=~Q(name="") | Q(external_id__isnull=False), name="customer_has_name_or_number"
            ),
            models.CheckConstraint(
                condition=Q(external_id__isnull=True) | ~Q(external_id=""), name="customer_number_not_empty"
            ),
        ]

    def __str__(self) -> str:
        number = self.external_id or ""
        if len(number) > LONGEST_SHOWN:
            number = f"{number[:8]}…{number[-2:]}"
        return self.name or _("Customer %(number)s") % {"number": number}

    @property
    def language_name(self) -> str:
        """The name of the language by its code; what is no code stays as it was written."""
        try:
            return str(get_language_info(self.language)["name_translated"])
        except KeyError:
            return self.language


@tracked()
class OwnershipRule(models.Model):
    """Whose customers are whose, from an instant on. The lowest precedence that fits decides.

    1 a named customer, 2 a segment in a region, 3 a region, 4 a segment, 5 everybody else. A
    draft decides nothing; of two active rules for the same scope at most one holds at an instant.
    """

    class Precedence(models.IntegerChoices):
        CUSTOMER = 1, _("Named customer")
        SEGMENT_IN_REGION = 2, _("Segment in a region")
        REGION = 3, _("Region")
        SEGMENT = 4, _("Segment")
        DEFAULT = 5, _("Everybody else")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")

    precedence = models.PositiveSmallIntegerField(_("precedence"), choices=Precedence)
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, blank=True, related_name="ownership_rules")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name=_("region"))
    segment = models.ForeignKey(Segment, models.PROTECT, null=True, blank=True, verbose_name=_("segment"))
    pod = models.ForeignKey(Pod, models.PROTECT, related_name="ownership_rules", verbose_name=_("pod"))
    period = DateTimeRangeField(_("from and until"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    note = models.CharField(_("why"), max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["precedence", "pk"]
        constraints = [
            models.CheckConstraint(
                name="ownership_rule_scope",
                condition=Q(precedence=1, customer__isnull=False, region__isnull=True, segment__isnull=True)
                | Q(precedence=2, customer__isnull=True, region__isnull=False, segment__isnull=False)
                | Q(precedence=3, customer__isnull=True, region__isnull=False, segment__isnull=True)
                | Q(precedence=4, customer__isnull=True, region__isnull=True, segment__isnull=False)
                | Q(precedence=5, customer__isnull=True, region__isnull=True, segment__isnull=True),
            ),
            models.CheckConstraint(condition=Q(period__isempty=False), name="ownership_rule_lasts"),
            ExclusionConstraint(
                name="ownership_rule_one_answer",
                expressions=[
                    (_scope("customer_id"), RangeOperators.OVERLAPS),
                    (_scope("region_id"), RangeOperators.OVERLAPS),
                    (_scope("segment_id"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(state="active"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_precedence_display()}: {self.pod}"


@tracked(exclude=["created_at"])
class Ownership(models.Model):
    """The home pod of a customer over a span of time, with the rule that decided.

    The spans of a customer never overlap (exclusion constraint) and leave no gap from the
    beginning to the end of time (deferred trigger ``customer_always_owned``): exactly one home
    pod at every instant.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="ownerships")
    pod = models.ForeignKey(Pod, models.PROTECT, related_name="ownerships", db_index=False)
    period = DateTimeRangeField(_("from and until"))
    rule = models.ForeignKey(OwnershipRule, models.SET_NULL, null=True, related_name="ownerships")
    why = models.CharField(_("why"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["pod", "customer"], name="ownership_of_pod")]
        constraints = [
            ExclusionConstraint(
                name="ownership_one_home",
                expressions=[(same("customer_id"), RangeOperators.OVERLAPS), ("period", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(period__isempty=False), name="ownership_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} in {self.pod}"
