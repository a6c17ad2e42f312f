"""What the page of one exchange shows to one of those whom it concerns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import Http404

from cxportal.core.periods import local_date
from cxportal.core.violations import Violation
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.swaps.lines import Drawing, LegLine, changes, draw, leg_line
from teams.scheduling.swaps.models import Exchange, Outcome
from teams.scheduling.swaps.reading import hull, left_pod, leg_of, scene
from teams.scheduling.swaps.rules import judge_exchange, people_of
from teams.scheduling.swaps.telling import heard_today


@dataclass(frozen=True)
class ExchangePage:
    """One exchange as one of those concerned sees it."""

    row: Exchange
    drawing: Drawing | None
    legs: tuple[LegLine, ...]
    mine: str
    consents: int
    asked: int
    waiting: tuple[str, ...]
    violations: tuple[Violation, ...]
    changes: tuple[tuple[str, str, str], ...]
    ends: str
    may_undo: bool
    may_remind: bool

    @property
    def open(self) -> bool:
        return self.row.outcome == Outcome.OPEN

    @property
    def last(self) -> bool:
        """Whether the viewer's consent is the one that is missing."""
        return self.mine == "waiting" and self.asked - self.consents == 1


def read_exchange(pod: Pod, viewer: User, exchange: int, *, at: dt.datetime) -> ExchangePage:
    """The page of an exchange that concerns the viewer; ``Http404`` for others. About eight statements."""
    row = (
        Exchange.objects.select_related("pod", "made_by", "closed_by")
        .prefetch_related("legs", "consents__member")
        .filter(pk=exchange, pod=pod, consents__member=viewer)
        .first()
    )
    if row is None:
        raise Http404
    legs = [leg_of(leg) for leg in row.legs.all()]
    concerned = people_of(legs)
    read = scene(pod, hull(leg.period for leg in legs), concerned, at)
    answers = {c.member_id: c.answer for c in row.consents.all()}
    ahead = row.outcome == Outcome.OPEN
    against: list[Violation] = []
    if ahead:
        verdict = judge_exchange(read.picture, read.people, legs, read.settings)
        against = [*left_pod(pod, concerned, at), *verdict.violations]
    lines = tuple(leg_line(read, leg, legs, viewer.pk, answers[leg.taker], ahead=ahead) for leg in legs)
    zone = pod.tzinfo
    return ExchangePage(
        row=row,
        drawing=draw(legs, lines),
        legs=lines,
        mine=answers[viewer.pk],
        consents=sum(answer == "consent" for answer in answers.values()),
        asked=len(answers),
        waiting=tuple(c.member.name for c in row.consents.all() if c.answer == "waiting" and c.member_id != viewer.pk),
        violations=tuple(against),
        changes=changes(read, read.people[viewer.pk], legs) if ahead else (),
        ends=f"{words.long_day(local_date(row.ends_at, zone))}, {words.clock(row.ends_at, zone)}",
        may_undo=bool(row.outcome == Outcome.DONE and row.closed_at and at - row.closed_at <= Exchange.UNDO_FOR),
        may_remind=_may_remind(row, viewer, answers, at),
    )


def _may_remind(row: Exchange, viewer: User, answers: dict[int, str], at: dt.datetime) -> bool:
    """Whether somebody else is waited for who has not heard of it today."""
    waiting = {member for member, answer in answers.items() if answer == "waiting" and member != viewer.pk}
    return row.outcome == Outcome.OPEN and answers[viewer.pk] == "consent" and bool(waiting - heard_today(row, at))
