"""Votes in the pod's history: what was proposed, who answered what, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teams.audit.kinds import Kind, register
from teams.consent import models


def register_kinds() -> None:
    """Called once at start-up. A vote belongs to its pod: its members alone read it in the history."""
    register(
        Kind(
            "proposal",
            models.Proposal,
            _("Proposal"),
            ("title",),
            {"pod": "pod"},
            settings=False,
            inside=True,
            hidden=frozenset({"subject", "subject_key", "effect", "remind_at", "reminded_at", "share"}),
        ),
        Kind(
            "ballot",
            models.Ballot,
            _("Answer to a proposal"),
            ("choice",),
            {"pod": "elector__proposal__pod"},
            settings=False,
            inside=True,
            hidden=frozenset({"latest", "at"}),
        ),
    )
