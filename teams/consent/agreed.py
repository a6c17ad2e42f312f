"""How a pod decides, which it agrees on like everything else."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teams.pods.agreement import BoundDefinition, register

SHARE = BoundDefinition(
    "consent_share",
    _("Consents that a decision takes"),
    "share",
    0.6667,
    0.5,
    1,
    _("Of all members at home when the vote opens. One objection ends a vote."),
    group="deciding",
    side="least",
)
VOTE = BoundDefinition(
    "vote_minutes",
    _("A vote stays open"),
    "minutes",
    72 * 60,
    60,
    14 * 24 * 60,
    _("It ends earlier when everybody has answered or somebody objects."),
    group="deciding",
)
EXCEPTION = BoundDefinition(
    "exception_minutes",
    _("A vote on an exception stays open"),
    "minutes",
    24 * 60,
    15,
    72 * 60,
    _("For one person and one shift; never longer than until the shift begins."),
    group="deciding",
)


def register_bounds() -> None:
    """Make the bounds known; called once when the teams floor starts."""
    register(SHARE, VOTE, EXCEPTION)
