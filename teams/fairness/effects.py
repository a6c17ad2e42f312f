"""What a claim would count, told beside it before it is done; and what people carried, told where somebody is asked."""

from __future__ import annotations

from collections.abc import Iterator

from cxportal.core.periods import Period, local_date
from teams.fairness import words
from teams.fairness.agreed import weights
from teams.fairness.queries import carried
from teams.fairness.rules import Work, reasons
from teams.leave.holidays import holiday
from teams.scheduling import carried as board
from teams.scheduling.bounds import MemberState
from teams.scheduling.picture import PodPicture
from teams.scheduling.remarks import register


def points_of_claim(picture: PodPicture, member: MemberState, period: Period) -> Iterator[str]:
    """``Counts 1 late point``: one sentence a reason, by the agreement of the picture, claimed at its instant."""
    day = local_date(period.start, member.zone)
    work = Work((period,), member.zone, picture.at, holiday(member.region, day))
    for reason in reasons(work, weights(picture.agreed)):
        yield words.counts(reason)


def tell_points() -> None:
    """Called once when the teams floor starts."""
    register(points_of_claim)
    board.register(carried)
