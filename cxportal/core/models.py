"""What the kernel remembers: import runs and idempotency keys. No domain models here."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportRun(models.Model):
    """One run of an import: what was read, what was taken, what was rejected and why.

    ``by_id`` and ``by_name`` name the person without a foreign key, since the kernel knows no
    app. ``report`` holds every line of a list, and of an import by a mapping at most the first thousand that were
    rejected; ``report_file`` all of these.
    """

    class State(models.TextChoices):
        TRIED = "tried", _("Tried out")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        UNDONE = "undone", _("Undone")

    kind = models.CharField(max_length=40)
    file_name = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    rows = models.BigIntegerField(default=0)
    imported = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    detail = models.JSONField(default=dict)
    report = models.JSONField(default=list)
    report_file = models.CharField(max_length=255, blank=True)
    undo = models.JSONField(default=dict)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "-started_at"], name="import_run_recent")]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"


class IdempotencyKey(models.Model):
    """The answer to a request that may come again, stored in the transaction of its effect.

    ``scope`` is who asked (a token or a person) and for what; ``body_digest`` tells a retry
    from another request that reuses the key.
    """

    scope = models.CharField(max_length=120)
    key = models.CharField(max_length=200)
    body_digest = models.BinaryField()
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return self.key
