"""The bounds of scheduling that a pod can agree on, and their values as the rules take them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cxportal.core.violations import Text
from teams.pods.agreement import BoundDefinition, register
from teams.scheduling import words
from teams.scheduling.bounds import BoundValues
from teams.scheduling.coverage import FloorRule

MOST_FLOORS, MOST_PEOPLE = 60, 200
FLOOR_FIELDS = frozenset({"activity", "weekdays", "start", "end", "people", "skill"})


def floor_trouble(value: Any) -> Text:
    """Why a coverage floor cannot be read, or nothing: rows ``{activity, weekdays, start, end, people, skill}``."""
    if not isinstance(value, list) or len(value) > MOST_FLOORS:
        return _("Write at most %(n)s rows.") % {"n": MOST_FLOORS}
    for number, row in enumerate(value, 1):
        if not _readable(row):
            return _("Row %(n)s needs an activity, weekdays, from, to and people.") % {"n": number}
    return ""


def _readable(row: Any) -> bool:
    if not isinstance(row, dict) or set(row) - FLOOR_FIELDS or not isinstance(row.get("activity"), str):
        return False
    days, people = row.get("weekdays"), row.get("people")
    if not isinstance(days, list) or not days or not all(day in range(1, 8) for day in days):
        return False
    if isinstance(people, bool) or not isinstance(people, int) or not 1 <= people <= MOST_PEOPLE:
        return False
    if not isinstance(row.get("skill", ""), str | None):
        return False
    try:
        return all(dt.time.fromisoformat(row[edge]).tzinfo is None for edge in ("start", "end"))
    except (KeyError, TypeError, ValueError):
        return False


DEFINITIONS = (
    BoundDefinition(
        "rest_minutes",
        _("Rest between two working days"),
        "minutes",
        660,
        480,
        1440,
        _("Claims that leave less rest are refused, also across weeks and pods."),
        group="well",
        side="least",
    ),
    BoundDefinition(
        "day_minutes",
        _("Most work on a day"),
        "minutes",
        600,
        60,
        720,
        _("Claims that would make a longer day are refused; breaks do not count."),
        group="well",
        side="most",
    ),
    BoundDefinition(
        "week_minutes",
        _("Most work in a week"),
        "minutes",
        2880,
        60,
        3600,
        _("Claims that would make a longer week are refused, in the member's own time zone."),
        group="well",
        side="most",
    ),
    BoundDefinition(
        "span_minutes",
        _("From first start to last end of a split day"),
        "minutes",
        720,
        240,
        900,
        _("How far a day in two parts may stretch; its gap is no rest."),
        group="well",
        side="most",
    ),
    BoundDefinition(
        "notice_minutes",
        _("Notice for giving back"),
        "minutes",
        1440,
        0,
        20160,
        _("Later than this a shift can only be offered, or a sick report made."),
        group="ahead",
        side="least",
    ),
    BoundDefinition(
        "late_claim_minutes",
        _("A running shift can be claimed for"),
        "minutes",
        30,
        0,
        240,
        _("Worked time counts from the claim."),
        group="ahead",
        side="most",
    ),
    BoundDefinition(
        "open_days_before",
        _("Claims open before the week begins"),
        "days",
        28,
        1,
        180,
        _("The same instant for everybody."),
        group="ahead",
    ),
    BoundDefinition(
        "fixed_days_before",
        _("The week is fixed before it begins"),
        "days",
        7,
        0,
        60,
        _("From then on shifts are given back only as an offer."),
        group="ahead",
        side="least",
    ),
    BoundDefinition(
        "coverage_floor",
        _("Least people by activity and time of the week"),
        "floor",
        [],
        effect=_("Nobody can give back a shift below it; it is offered instead and stays with its owner."),
        entry=words.floor,
        group="serving",
        check=floor_trouble,
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
