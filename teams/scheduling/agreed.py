"""The bounds of scheduling that a pod can agree on, and their values as the rules take them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cxportal.core.violations import Text
from teams.pods.agreement import BoundDefinition, register
from teams.scheduling import words
from teams.scheduling.coverage import FloorRule
from teams.scheduling.facts import WEEKS_BEYOND, BoundValues

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
        "break_minutes",
        _("Break in a day of more than 6 h of work"),
        "minutes",
        30,
        0,
        120,
        _("A hole in the shift, not paid and not covering. Nobody works more than 6 h without one."),
        group="well",
        side="least",
    ),
    BoundDefinition(
        "long_break_minutes",
        _("Break in a day of more than 9 h of work"),
        "minutes",
        45,
        0,
        120,
        _("All holes of at least 15 min of the day count together."),
        group="well",
        side="least",
    ),
    BoundDefinition(
        "days_in_row",
        _("Most working days in a row"),
        "days",
        6,
        1,
        12,
        _("Claims that would make a longer row are refused, also across weeks and pods."),
        group="well",
        side="most",
    ),
    BoundDefinition(
        "weekly_rest_minutes",
        _("Free time that begins in every week"),
        "minutes",
        2100,
        1440,
        2880,
        _("In one piece and elapsed; over the border of two weeks it counts for the week in which it begins."),
        group="well",
        side="least",
    ),
    BoundDefinition(
        "average_minutes",
        _("Most work in an average week"),
        "minutes",
        2880,
        60,
        3600,
        _("Over every reference period that a claim touches; leave and sickness are left out."),
        group="well",
        side="most",
    ),
    BoundDefinition(
        "reference_weeks",
        _("Reference period of the average"),
        "weeks",
        17,
        1,
        26,
        _("How many weeks in a row make the average; 26 at most are counted."),
        group="well",
    ),
    BoundDefinition(
        "weekends_in_four",
        _("Most weekends worked of four"),
        "weekends",
        2,
        0,
        4,
        _("A weekend counts when a working day begins on its Saturday or Sunday."),
        group="well",
        side="most",
    ),
    BoundDefinition(
        "night_from",
        _("The night begins at"),
        "clock",
        1380,
        1200,
        1440,
        _("What counts as night, on the clock of the member's own time zone."),
        group="well",
    ),
    BoundDefinition(
        "night_until",
        _("The night ends at"),
        "clock",
        360,
        300,
        480,
        _("What counts as night, on the clock of the member's own time zone."),
        group="well",
    ),
    BoundDefinition(
        "night_share_minutes",
        _("A working day is a night from so much of it in the night"),
        "minutes",
        120,
        15,
        180,
        _("From the first start to the last end of the day."),
        group="well",
    ),
    BoundDefinition(
        "nights_in_row",
        _("Most nights in a row"),
        "nights",
        5,
        1,
        7,
        _("Claims that would make a longer row are refused."),
        group="well",
        side="most",
    ),
    BoundDefinition(
        "nights_in_four_weeks",
        _("Most nights in four weeks"),
        "nights",
        12,
        1,
        20,
        _("In every 28 days in a row that a claim touches."),
        group="well",
        side="most",
    ),
    BoundDefinition(
        "night_minutes",
        _("Most work in a night"),
        "minutes",
        600,
        240,
        600,
        _("Claims that would make a longer night are refused; breaks do not count."),
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
        "opening_rounds",
        _("Rounds in which sign-up opens"),
        "rounds",
        0,
        0,
        6,
        _("0: everybody claims freely from the first instant. In a round everybody may claim equally many shifts."),
        group="ahead",
    ),
    BoundDefinition(
        "opening_round_minutes",
        _("Length of a round of sign-up"),
        "minutes",
        1440,
        60,
        10080,
        _("All rounds of a week follow one another from its opening; then claims are free."),
        group="ahead",
    ),
    BoundDefinition(
        "opening_round_shifts",
        _("Shifts of a week that a member may claim in a round"),
        "shifts",
        2,
        1,
        14,
        _("Claims above it are refused until the round is over; giving one back makes room."),
        group="ahead",
        side="most",
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
    # A company may allow a longer reference period than is read around a claim; it then counts as the longest.
    plain["reference_weeks"] = min(int(plain["reference_weeks"]), WEEKS_BEYOND + 1)
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
