"""What a pod agrees on leave, and its values as the rules take them."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from teams.leave.models import Peak
from teams.leave.rules import Terms
from teams.pods.agreement import BoundDefinition, Values, register, values_at
from teams.pods.models import Pod

DEFINITIONS = (
    BoundDefinition(
        "leave_concurrency",
        _("People away at the same time"),
        "people",
        3,
        1,
        200,
        _("Leave inside it is granted at once; who asks later waits for a place."),
    ),
    BoundDefinition(
        "leave_notice_days",
        _("Leave is asked for before"),
        "days",
        3,
        0,
        90,
        _("Later than this nobody can ask for a day."),
    ),
    BoundDefinition(
        "leave_ahead_days",
        _("Leave can be asked for ahead"),
        "days",
        420,
        30,
        800,
        _("How far into the next year a day can be asked for."),
    ),
    BoundDefinition(
        "leave_peak_rule",
        _("Weeks that everybody wants"),
        "choice",
        Peak.Rule.ROUNDS.value,
        effect=_("How they are shared out before first come, first served."),
        choices=tuple((rule.value, rule.label) for rule in Peak.Rule),
    ),
    BoundDefinition(
        "leave_turn_minutes",
        _("Time for a turn in a round"),
        "minutes",
        2880,
        60,
        20160,
        _("Who does not answer in it comes last in the round."),
    ),
)


def register_bounds() -> None:
    """Make the bounds known; called once when the teams floor starts."""
    register(*DEFINITIONS)


def terms(pod: Pod | int, at: dt.datetime) -> tuple[Terms, Values]:
    """What holds for leave in a pod at an instant, and the whole agreement. One query."""
    values = values_at(pod, at)
    found = Terms(*(int(values[f"leave_{key}"]) for key in ("concurrency", "notice_days", "ahead_days")))
    return found, values
