"""What is remembered to count distinct customers over any period at once.

Derived from contacts and from nothing else: ``customers.contacts.rollups`` writes these tables and
``manage.py check_rollups`` compares them with their source.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.directory.models import Customer, Segment
from teams.pods.models import Area, Pod


class Scope(models.IntegerChoices):
    """Over what customers are counted. Numbers of one scope never add up to those of another."""

    POD = 1, _("Pod")
    AREA = 2, _("Area")
    SEGMENT = 3, _("Segment")
    COMPANY = 4, _("Company")


class ServedDay(models.Model):
    """A customer had a human contact closed on this business day; pod, area and segment as at its arrival.

    The key to the customer has no cascade: erasing a customer must go through the rollup first.
    The other keys are copies of the contact's, which hold for themselves.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    pod = models.ForeignKey(Pod, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    area = models.ForeignKey(Area, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    segment = models.ForeignKey(
        Segment, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "day", "pod", "area", "segment"], nulls_distinct=False, name="served_day_once"
            )
        ]
        indexes = [
            # A pod or an area inside a segment has no cells of its own and is counted from here.
            models.Index(
                fields=["segment", "day", "pod", "area", "customer"],
                name="served_day_in_segment",
                condition=Q(segment__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day}"


class ServedCell(models.Model):
    """How many customers of a scope were served on ``day`` and before that last on ``previous_day``.

    Distinct customers of [a, b) are the sum of ``n`` over a <= day < b and previous_day < a.
    ``scope_id`` is the id of the pod, area or segment, 0 for the company; ``previous_day`` is
    ``NEVER`` for a first time.
    """

    scope = models.PositiveSmallIntegerField(choices=Scope)
    scope_id = models.BigIntegerField()
    day = models.DateField()
    previous_day = models.DateField()
    n = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "day", "previous_day", "scope_id"], include=["n"], name="served_cell_once"
            )
        ]
        indexes = [models.Index(fields=["scope"], name="served_cell_empty", condition=Q(n=0))]

    def __str__(self) -> str:
        return f"{self.scope}/{self.scope_id} {self.day}: {self.n}"


class ServedDelta(models.Model):
    """A change of a cell that is not folded into it yet; queries add both.

    Writers only append here, so nobody waits for the one cell that every first contact of a day changes.
    """

    scope = models.PositiveSmallIntegerField(choices=Scope)
    scope_id = models.BigIntegerField()
    day = models.DateField()
    previous_day = models.DateField()
    n = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["scope", "day"], name="served_delta_of_day")]

    def __str__(self) -> str:
        return f"{self.scope}/{self.scope_id} {self.day}: {self.n:+}"
