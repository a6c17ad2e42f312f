# ruff: noqa: DJ008 - nobody reads these rows
"""Bare tables, made by ``bench.bare.tables`` beside the product's."""

from django.db import models


class Row(models.Model):
    """One row to read by its key."""

    text = models.CharField(max_length=80)

    class Meta:
        managed = False
        db_table = "bench_row"


class Shift(models.Model):
    """A shift with seats."""

    seats = models.IntegerField()

    class Meta:
        managed = False
        db_table = "bench_shift"


class Claim(models.Model):
    """Who sits on a shift."""

    shift = models.ForeignKey(Shift, models.CASCADE)
    member = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "bench_claim"


class Token(models.Model):
    """A token with the digest of its secret."""

    prefix = models.CharField(max_length=12)
    digest = models.BinaryField()

    class Meta:
        managed = False
        db_table = "bench_token"


class Contact(models.Model):
    """A contact as a bare DRF view writes it."""

    channel = models.CharField(max_length=20)
    customer = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=200, blank=True)
    arrived_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        managed = False
        db_table = "bench_contact"
