"""Sign-up in fair rounds: in each of them everybody may claim the same number of shifts of the week. Pure.

A round begins for everybody at the same instant, so that who comes first cannot take all; behind the last one,
and when the week is fixed, claims are free.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core.periods import MINUTE, local_date
from cxportal.core.violations import Violation
from teams.scheduling import words

if TYPE_CHECKING:
    from teams.scheduling.facts import BoundValues, Candidate, MemberState


@dataclass(frozen=True)
class Turn:
    """The round that runs: ``number`` of ``of``, over [began, until), with the most shifts that one may claim in it."""

    number: int
    of: int
    most: int
    began: dt.datetime
    until: dt.datetime


def turn_at(bounds: BoundValues, opens_at: dt.datetime, fixes_at: dt.datetime, now: dt.datetime) -> Turn | None:
    """The round of a week that runs at an instant; None when claims are free or not open yet."""
    length = bounds.opening_round_minutes * MINUTE
    if not bounds.opening_rounds or now < opens_at or now >= fixes_at:
        return None
    number = (now - opens_at) // length
    if number >= bounds.opening_rounds:
        return None
    began = opens_at + number * length
    # A round that would begin after the week is fixed never comes.
    coming = min(bounds.opening_rounds, -((opens_at - fixes_at) // length))
    return Turn(number + 1, coming, bounds.opening_round_shifts, began, min(began + length, fixes_at))


def claimed(member: MemberState, week: int, turn: Turn) -> set[int]:
    """The shifts of a week that a member holds and came to in the round, by whatever way."""
    return {
        h.shift for h in member.held if h.week == week and h.since is not None and turn.began <= h.since < turn.until
    }


def round_full(candidate: Candidate, member: MemberState) -> list[Violation]:
    """One shift more than the round allows."""
    turn = candidate.turn
    if turn is None:
        return []
    has = claimed(member, candidate.week, turn)
    if candidate.shift in has or len(has) < turn.most:
        return []
    numbers = {"has": len(has), "most": turn.most, "number": turn.number, "of": turn.of}
    when = moment(turn.until, candidate.zone)
    if turn.number < turn.of:
        said = _(
            "You have %(has)s of %(most)s shifts of this week in round %(number)s of %(of)s; the next begins %(when)s."
        )
    else:
        said = _("You have %(has)s of %(most)s shifts of this week in the last round; free from %(when)s.")
    return [
        Violation(
            "round_full",
            said % {**numbers, "when": when},
            {"claimed": len(has), "agreed": turn.most, "round": turn.number, "rounds": turn.of,
             "began": turn.began.isoformat(), "until": turn.until.isoformat()},
            _("Giving one of them back makes room for another."),
        )
    ]  # fmt: skip


def moment(instant: dt.datetime, zone: ZoneInfo) -> str:
    """``Tue 24 Nov, 10:00``."""
    return f"{words.long_day(local_date(instant, zone))}, {words.clock(instant, zone)}"


def round_words(turn: Turn, zone: ZoneInfo) -> str:
    """Which round runs, until when, and how much of the week everybody may claim in it."""
    said = ngettext(
        "Round %(number)s of %(of)s until %(when)s: everybody may claim %(most)s shift of this week.",
        "Round %(number)s of %(of)s until %(when)s: everybody may claim %(most)s shifts of this week.",
        turn.most,
    )
    return said % {"number": turn.number, "of": turn.of, "most": turn.most, "when": moment(turn.until, zone)}


def own_words(turn: Turn, member: MemberState, week: int) -> str:
    """What of it one has taken already."""
    has = len(claimed(member, week, turn))
    return _("You have %(has)s of %(most)s.") % {"has": min(has, turn.most), "most": turn.most}
