"""What a pod agrees about exchanges: each allowed, allowed with a warning that is logged, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from teams.pods.agreement import BoundDefinition, register
from teams.scheduling.swaps.rules import ALLOW, FORBID, WARN, SwapSettings

CHOICES = ((ALLOW, _("allowed")), (WARN, _("allowed, with a warning that is logged")), (FORBID, _("not allowed")))

DEFINITIONS = (
    BoundDefinition(
        "swap_unequal",
        _("Swaps of unequal length"),
        "choice",
        ALLOW,
        effect=_("Whether somebody may give more hours than they get."),
        choices=CHOICES,
    ),
    BoundDefinition(
        "swap_one_sided",
        _("Giving a shift to one person"),
        "choice",
        ALLOW,
        effect=_("Whether somebody may take a shift over and give none in return."),
        choices=CHOICES,
    ),
    BoundDefinition(
        "swap_outside_skills",
        _("Swaps outside the skills of a seat"),
        "choice",
        FORBID,
        effect=_("Whether somebody may take a seat by exchange whose skill they lack."),
        choices=CHOICES,
    ),
)


def register_swaps() -> None:
    """Make the bounds known; called once when the teams floor starts."""
    register(*DEFINITIONS)


def swap_settings(values: Mapping[str, Any]) -> SwapSettings:
    """A version's values as the rules take them."""
    plain = {d.key.removeprefix("swap_"): str(values.get(d.key, d.default)) for d in DEFINITIONS}
    return SwapSettings(**plain)
