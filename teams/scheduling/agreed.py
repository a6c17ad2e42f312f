"""The bounds of scheduling that a pod can agree on, and their values as the rules take them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from teams.pods.agreement import BoundDefinition, register
from teams.scheduling import words
from teams.scheduling.bounds import BoundValues
from teams.scheduling.coverage import FloorRule

DEFINITIONS = (
    BoundDefinition(
        "rest_minutes",
        _("Rest between two working days"),
        "minutes",
        660,
        480,
        1440,
        _("Claims that leave less rest are refused, also across weeks and pods."),
    ),
    BoundDefinition(
        "day_minutes",
        _("Most work on a day"),
        "minutes",
        600,
        60,
        720,
        _("Claims that would make a longer day are refused; breaks do not count."),
    ),
    BoundDefinition(
        "week_minutes",
        _("Most work in a week"),
        "minutes",
        2880,
        60,
        3600,
        _("Claims that would make a longer week are refused, in the member's own time zone."),
    ),
    BoundDefinition(
        "span_minutes",
        _("From first start to last end of a split day"),
        "minutes",
        720,
        240,
        900,
        _("How far a day in two parts may stretch; its gap is no rest."),
    ),
    BoundDefinition(
        "notice_minutes",
        _("Notice for giving back"),
        "minutes",
        1440,
        0,
        20160,
        _("Later than this a shift can only be offered, or a sick report made."),
    ),
    BoundDefinition(
        "late_claim_minutes",
        _("A running shift can be claimed for"),
        "minutes",
        30,
        0,
        240,
        _("Worked time counts from the claim."),
    ),
    BoundDefinition(
        "open_days_before",
        _("Claims open before the week begins"),
        "days",
        28,
        1,
        180,
        _("The same instant for everybody."),
    ),
    BoundDefinition(
        "fixed_days_before",
        _("The week is fixed before it begins"),
        "days",
        7,
        0,
        60,
        _("From then on shifts are given back only as an offer."),
    ),
    BoundDefinition(
        "coverage_floor",
        _("Least people by activity and time of the week"),
        "floor",
        [],
        effect=_("Nobody can give back a shift below it; it is offered instead and stays with its owner."),
        entry=words.floor,
    ),
)


def register_bounds() -> None:
    """Make the bounds known; called once when the teams floor starts."""
    register(*DEFINITIONS)


def bound_values(
    number: int,
    version_id: int | None,
    values: Mapping[str, Any],
    activities: Mapping[str, int],
    skills: Mapping[str, int],
) -> BoundValues:
    """A version's values as the rules take them; ``activities`` and ``skills`` map slugs to ids."""
    plain = {d.key: values.get(d.key, d.default) for d in DEFINITIONS}
    floors = tuple(_floors(plain.pop("coverage_floor"), activities, skills))
    return BoundValues(version=number, version_id=version_id, floors=floors, **{k: int(v) for k, v in plain.items()})


def _floors(
    rows: Iterable[Mapping[str, Any]], activities: Mapping[str, int], skills: Mapping[str, int]
) -> Iterable[FloorRule]:
    """Rows ``{activity, weekdays, start, end, people, skill}``; a retired activity binds nobody."""
    for row in rows:
        if row["activity"] in activities:
            yield FloorRule(
                activities[row["activity"]],
                frozenset(row["weekdays"]),
                dt.time.fromisoformat(row["start"]),
                dt.time.fromisoformat(row["end"]),
                int(row["people"]),
                skills.get(row.get("skill") or ""),
            )
