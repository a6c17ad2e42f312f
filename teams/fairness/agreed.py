"""What a pod agrees on fairness: points by reason, the clock of a late shift, short notice, the window.

What a night is stands in the same agreement, beside its bounds; before a pod agreed on it the usual one holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from teams.fairness.rules import Kind, Weights
from teams.pods.agreement import BoundDefinition, Values, register

DEFINITIONS = (
    BoundDefinition("fair_night", _("Points for a night"), "points", 2, 0, 10, _("Once for a shift.")),
    BoundDefinition(
        "fair_late", _("Points for a late shift"), "points", 1, 0, 10, _("Once for a shift that is no night.")
    ),
    BoundDefinition(
        "fair_late_from",
        _("A shift is late when it ends from"),
        "clock",
        1200,
        960,
        1440,
        _("On the clock of the member's own time zone."),
    ),
    BoundDefinition(
        "fair_weekend",
        _("Points for a weekend"),
        "points",
        1,
        0,
        10,
        _("For a shift that begins on a Saturday or Sunday."),
    ),
    BoundDefinition(
        "fair_holiday",
        _("Points for a public holiday"),
        "points",
        2,
        0,
        10,
        _("For a shift that begins on one, in the region of the member's contract."),
    ),
    BoundDefinition("fair_short_notice", _("Points for short notice"), "points", 1, 0, 10, _("For who steps in late.")),
    BoundDefinition(
        "fair_short_notice_minutes",
        _("Notice is short when a shift is claimed before it by less than"),
        "minutes",
        2880,
        0,
        20160,
        _("A claim that is undone counts nothing."),
    ),
    BoundDefinition(
        "fair_help",
        _("Points for an hour of help to other pods"),
        "points",
        1,
        0,
        10,
        _("For contacts of other pods that somebody solves."),
    ),
    BoundDefinition(
        "fair_window_weeks",
        _("Points are compared over the last"),
        "weeks",
        13,
        1,
        26,
        _("What is older stays in the ledger and counts no more."),
    ),
)


def register_bounds() -> None:
    """Make the bounds known; called once when the teams floor starts."""
    register(*(replace(bound, group="fair") for bound in DEFINITIONS))


def weights(values: Values | Mapping[str, Any]) -> Weights:
    """The agreed values as the rules take them; what the version does not name has its default."""
    agreed = values if isinstance(values, Values) else Values(0, values)
    points = {kind: Decimal(str(agreed[f"fair_{kind.value}"])) for kind in Kind}
    return Weights(
        points=points,
        late_from=int(agreed["fair_late_from"]),
        night_from=int(agreed.values.get("night_from", Weights.night_from)),
        night_until=int(agreed.values.get("night_until", Weights.night_until)),
        night_minutes=int(agreed.values.get("night_share_minutes", Weights.night_minutes)),
        short_notice_minutes=int(agreed["fair_short_notice_minutes"]),
        window_weeks=int(agreed["fair_window_weeks"]),
    )


def since(agreed: Weights, now: dt.datetime) -> dt.datetime:
    """The instant from which points count."""
    return now - dt.timedelta(weeks=agreed.window_weeks)
