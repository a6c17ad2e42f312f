"""How good a plan is, in points that each say why: coverage, open seats, bounds, fairness, rest. Pure.

A plan has up to 100 points. Each part has its own share of them and a sentence with the numbers behind it; a part of
which the plan holds nothing (no need, no seat, nobody at work) gives its share to the others, so that an empty part
neither helps nor harms. docs/decisions/0024 tells why these parts and these shares.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core.periods import DAY, MINUTE, Period, local_date, to_instant
from cxportal.core.violations import Violation
from teams.scheduling import words
from teams.scheduling.bounds import judge_claim
from teams.scheduling.coverage import Step
from teams.scheduling.moving import free_of
from teams.scheduling.picture import Person, PodPicture

COVERAGE, SEATS, BOUNDS, FAIRNESS, REST = 40, 15, 20, 15, 10
BROKEN_COSTS = 5  # points for each planned shift that breaks a bound
MARGIN = 60  # minutes of rest beyond the agreed ones that count as room
NIGHT = (dt.time(22), dt.time(6))


@dataclass(frozen=True)
class Reason:
    """One part of the score: its points of how many, and the sentence with the numbers."""

    key: str
    label: str
    points: int
    out_of: int
    words: str

    @property
    def tone(self) -> str:
        return "good" if self.points == self.out_of else "watch" if self.points * 2 >= self.out_of else "gap"


@dataclass(frozen=True)
class Quality:
    """The score of a plan with its reasons, the largest loss first; None when there is nothing to score."""

    score: int | None
    reasons: tuple[Reason, ...]

    @property
    def tone(self) -> str:
        score = self.score or 0
        return "good" if score >= 90 else "watch" if score >= 70 else "gap"


def quality(picture: PodPicture, people: Mapping[int, Person], steps: Sequence[Step]) -> Quality:
    """The score of what is planned from the picture's instant on, against the agreement in force.

    ``steps`` are the coverage of the days that count; ``people`` are all who sit in the picture.
    """
    parts = (
        _coverage(steps),
        _seats(picture),
        _bounds(picture, people),
        _fairness(picture, people),
        _rest(picture, people),
    )
    found = [part for part in parts if part is not None]
    whole = sum(part.out_of for part in found)
    score = round(100 * sum(part.points for part in found) / whole) if whole else None
    return Quality(score, tuple(sorted(found, key=lambda part: part.points - part.out_of)))


def _coverage(steps: Sequence[Step]) -> Reason | None:
    needed = sum(step.needed * step.period.minutes for step in steps)
    if not needed:
        return None
    short = sum(step.short_minutes for step in steps)
    share = 100 * (needed - short) / needed
    said = (
        _("Everything that is needed is covered.")
        if not short
        else _("%(share)s %% of what is needed is covered; %(short)s are missing.")
        % {"share": int(share), "short": words.hours(short)}
    )
    # Rounded down: a plan with a gap never reads as whole.
    return Reason("coverage", _("Coverage"), int(COVERAGE * (needed - short) / needed), COVERAGE, said)


def _seats(picture: PodPicture) -> Reason | None:
    ahead = [shift for shift in picture.shifts if shift.period.end > picture.at]
    must = sum(1 for shift in ahead for seat in shift.seats if seat.must)
    if not must:
        return None
    empty = len({seat.pk for shift in ahead for seat, _part in shift.open_seats() if seat.must})
    said = (
        _("Every seat is taken.")
        if not empty
        else ngettext(
            "%(empty)s of %(must)s seats is open, whole or in part.",
            "%(empty)s of %(must)s seats are open, whole or in part.",
            empty,
        )
        % {"empty": empty, "must": must}
    )
    return Reason("seats", _("Seats"), int(SEATS * (must - empty) / must), SEATS, said)


def broken(picture: PodPicture, people: Mapping[int, Person]) -> dict[str, list[Violation]]:
    """Planned shifts to come that break a bound of the agreement, by its code: asked as claims of today."""
    found: dict[str, list[Violation]] = {}
    for member, held in picture.by_member.items():
        for shift, taken in held:
            if shift.period.start <= picture.at or member not in people:
                continue
            seat = next(s for s in shift.seats if s.pk == taken.seat)
            candidate = picture.candidate(shift, seat, taken.period)
            for violation in judge_claim(
                candidate, free_of(people[member].state, shift.pk), picture.bounds, now=picture.at
            ):
                if violation.code != "week_draft":
                    found.setdefault(violation.code, []).append(violation)
    return found


def _bounds(picture: PodPicture, people: Mapping[int, Person]) -> Reason | None:
    if not picture.by_member:
        return None
    hits = sum(map(len, broken(picture, people).values()))
    said = (
        _("No planned shift breaks a bound of the agreement.")
        if not hits
        else ngettext(
            "%(hits)s planned shift breaks a bound of the agreement, by an exception, an import or a change of it.",
            "%(hits)s planned shifts break a bound of the agreement, by exceptions, imports or a change of it.",
            hits,
        )
        % {"hits": hits}
    )
    return Reason("bounds", _("Bounds"), max(0, BOUNDS - BROKEN_COSTS * hits), BOUNDS, said)


def _fairness(picture: PodPicture, people: Mapping[int, Person]) -> Reason | None:
    """Night and weekend hours against the mean, each person by their contract: who works half owes half."""
    load = {member: 0 for member in picture.members if member in people}
    for member, held in picture.by_member.items():
        if member in load:
            load[member] = sum(unsocial(part, picture) for shift, t in held for part in shift.work(t.period))
    if len(load) < 2 or not any(load.values()):
        return None
    usual = [people[member].state.contract_minutes or 0 for member in load]
    full = max(usual) or 1
    shares = [minutes / ((own or full) / full) for minutes, own in zip(load.values(), usual, strict=True)]
    mean = fmean(shares)
    apart = fmean(abs(share - mean) for share in shares) / mean / 2
    points = round(FAIRNESS * max(0.0, 1 - apart))
    said = _("Nights and weekends take %(least)s to %(most)s a person, %(mean)s on average.") % {
        "least": words.hours(min(load.values())),
        "most": words.hours(max(load.values())),
        "mean": words.hours(round(fmean(load.values()) / 30) * 30),
    }
    return Reason("fairness", _("Nights and weekends"), points, FAIRNESS, said)


def unsocial(period: Period, picture: PodPicture) -> int:
    """Minutes of a period that lie in a night (22 to 6) or on a Saturday or Sunday, in the pod's zone."""
    zone, found = picture.zone, 0
    day = local_date(period.start, zone) - DAY
    while day <= local_date(period.end, zone):
        edges = {to_instant(day, time, zone) for time in (dt.time(), NIGHT[1], NIGHT[0])}
        marks = sorted({*edges, to_instant(day + DAY, dt.time(), zone)})
        for start, end in itertools.pairwise(marks):
            night = not NIGHT[1] <= start.astimezone(zone).time() < NIGHT[0]
            if (night or day.isoweekday() > 5) and (part := period.intersection(Period(start, end))):
                found += part.minutes
        day += DAY
    return found


def _rest(picture: PodPicture, people: Mapping[int, Person]) -> Reason | None:
    rests = [rest for person in people.values() for rest in _rests(person, picture)]
    if not rests:
        return None
    agreed = picture.bounds.rest_minutes
    tight = sum(1 for rest in rests if rest < agreed + MARGIN)
    said = (
        _("Every rest between two days is at least an hour longer than agreed.")
        if not tight
        else ngettext(
            "%(tight)s of %(all)s rests has less than an hour to spare.",
            "%(tight)s of %(all)s rests have less than an hour to spare.",
            tight,
        )
        % {"tight": tight, "all": len(rests)}
    )
    return Reason("rest", _("Rest"), int(REST * (len(rests) - tight) / len(rests)), REST, said)


def _rests(person: Person, picture: PodPicture) -> Iterable[int]:
    """Elapsed minutes between two working days of the window; two free days between are no margin to speak of."""
    duties = sorted(d.period for d in person.state.duties if d.period.overlaps(picture.window))
    for before, after in itertools.pairwise(duties):
        minutes = int((after.start - before.end) // MINUTE)
        if minutes <= 48 * 60:
            yield minutes
