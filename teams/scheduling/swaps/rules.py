"""Exchanges of shifts: who would do what afterwards, and whether all of it fits together. Pure.

An exchange is a set of legs. A gift has one, a swap two, a ring as many as people. Only the state
after all legs is judged: on the way there somebody may sit nowhere or twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from cxportal.core.periods import Period
from cxportal.core.violations import Violation
from teams.scheduling import words
from teams.scheduling.bounds import BoundValues, Held, MemberState, floor_violation, judge_claim
from teams.scheduling.coverage import Staffed, below_floor
from teams.scheduling.duties import DutySpan, join, shrink
from teams.scheduling.effects import without
from teams.scheduling.picture import Person, PodPicture, ShiftView, TakenView, minus

ALLOW, WARN, FORBID = "allow", "warn", "forbid"
THIRD = {
    "overlap": later("%(name)s already works %(span)s then; nobody works twice at once."),
    "absent": later("%(name)s is away from %(start)s to %(end)s."),
}
GONE = frozenset({"gone", "changed", "started"})


@dataclass(frozen=True)
class SwapSettings:
    """What the pod agreed about exchanges; each is ``allow``, ``warn`` (and log) or ``forbid``."""

    unequal: str = ALLOW
    one_sided: str = ALLOW
    outside_skills: str = FORBID


@dataclass(frozen=True)
class Leg:
    """``giver`` gives a period of an assignment to ``taker``; ``version`` is the shift's when it was offered."""

    giver: int
    taker: int
    assignment: int
    shift: int
    period: Period
    version: int


@dataclass(frozen=True)
class Verdict:
    """What keeps an exchange from happening, with the leg it lies at, and what the pod wants said and logged."""

    violations: tuple[Violation, ...] = ()
    warnings: tuple[Violation, ...] = ()

    @property
    def fits(self) -> bool:
        return not self.violations


def people_of(legs: Iterable[Leg]) -> tuple[int, ...]:
    """Everybody concerned, each once, in the order of the legs."""
    return tuple(dict.fromkeys(member for leg in legs for member in (leg.giver, leg.taker)))


def judge_exchange(
    picture: PodPicture, people: Mapping[int, Person], legs: Sequence[Leg], settings: SwapSettings
) -> Verdict:
    """Judge the final state of all legs together, by the one judge of claims.

    ``picture`` and ``people`` reach over the weeks of every leg. A violation's ``numbers`` carry
    ``leg``, the place of the leg that fails, counted from 0. Lengths are paid minutes.
    """
    verdict = judge_people(picture, people, legs, settings)
    if any(v.code in GONE for v in verdict.violations):
        return verdict
    return Verdict((*verdict.violations, *_floor(picture, people, legs)), verdict.warnings)


def judge_people(
    picture: PodPicture, people: Mapping[int, Person], legs: Sequence[Leg], settings: SwapSettings
) -> Verdict:
    """The same without the coverage floor: what a search asks many times before it asks for the floor once."""
    found = [violation for place, leg in enumerate(legs) for violation in _gone(picture, leg, place)]
    if found:
        return Verdict(tuple(found))
    warnings: list[Violation] = []
    for pk in people_of(legs):
        broken, told = _judge_person(picture, people[pk], legs, settings)
        found += broken
        warnings += told
    return Verdict(tuple(found), tuple(warnings))


def after_giving(state: MemberState, legs: Iterable[Leg], work: Mapping[int, ShiftView]) -> MemberState:
    """A member without what their legs give away, their working days settled."""
    given: dict[int, list[Period]] = {}
    for leg in legs:
        if leg.giver == state.member:
            given.setdefault(leg.shift, []).append(leg.period)
    if not given:
        return state
    held = tuple(
        part for one in state.held for part in (_cut(one, given[one.shift], work) if one.shift in given else (one,))
    )
    duties: list[DutySpan] = []
    for duty in state.duties:
        left = [h.period for h in held if duty.period.contains(h.period)]
        had = [h.period for h in state.held if duty.period.contains(h.period)]
        duties += [duty] if left == had else shrink(duty, left)
    return replace(state, held=held, duties=tuple(sorted(duties)))


def with_work(state: MemberState, held: Held, bounds: BoundValues) -> MemberState:
    """A member who works a piece more; the working day is joined as a claim joins it."""
    joined = join(state.duties, held.period, rest_minutes=bounds.rest_minutes, version=bounds.version)
    duties = tuple(sorted([joined.duty, *(d for d in state.duties if d not in joined.absorbed)]))
    return replace(state, held=(*state.held, held), duties=duties)


def _cut(one: Held, given: Sequence[Period], work: Mapping[int, ShiftView]) -> tuple[Held, ...]:
    view = work.get(one.shift)
    parts = minus(one.period, [p for g in given if (p := g.intersection(one.period))])
    return tuple(Held(one.shift, one.pod, part, view.work(part) if view else ()) for part in parts)


def sitting(picture: PodPicture, leg: Leg) -> tuple[ShiftView, TakenView] | None:
    """The shift and the seat that a leg gives, when the giver still has it."""
    view = picture.by_shift.get(leg.shift)
    taken = next((t for t in view.taken if t.pk == leg.assignment), None) if view else None
    if view is None or taken is None or taken.member != leg.giver or not taken.period.contains(leg.period):
        return None
    return view, taken


def _gone(picture: PodPicture, leg: Leg, place: int) -> list[Violation]:
    """The shift is another one than was offered, or it has begun."""
    span = words.day_span(leg.period, picture.zone)
    found = sitting(picture, leg)
    if found is None:
        return [Violation("gone", _("%(span)s is no longer where it was.") % {"span": span}, {"leg": place})]
    if found[0].version != leg.version:
        return [
            Violation(
                "changed",
                _("%(span)s was changed after it was offered.") % {"span": span},
                {"leg": place, "version": found[0].version, "offered": leg.version},
                _("Offer it again as it is now."),
            )
        ]
    if leg.period.start <= picture.at:
        return [Violation("started", _("%(span)s has begun.") % {"span": span}, {"leg": place})]
    return []


def _judge_person(
    picture: PodPicture, person: Person, legs: Sequence[Leg], settings: SwapSettings
) -> tuple[list[Violation], list[Violation]]:
    state = after_giving(person.state, legs, picture.by_shift)
    takes = sorted(
        ((place, leg) for place, leg in enumerate(legs) if leg.taker == person.pk), key=lambda pair: pair[1].period
    )
    broken: list[Violation] = []
    told: list[Violation] = []
    for place, leg in takes:
        found = sitting(picture, leg)
        assert found is not None  # judged before
        view, taken = found
        seat = next(s for s in view.seats if s.pk == taken.seat)
        # Everybody concerned agrees to an exchange; rounds of sign-up are no matter of it.
        candidate = replace(picture.candidate(view, seat, leg.period), began=leg.period.start, turn=None)
        for violation in judge_claim(candidate, state, picture.bounds, now=picture.at):
            said = _of(person, place, violation, picture.zone)
            if violation.code == "skill" and settings.outside_skills != FORBID:
                told += [said] if settings.outside_skills == WARN else []
            else:
                broken.append(said)
        state = with_work(state, candidate.held, picture.bounds)
    shape, warned = _shape(picture, person, legs, settings)
    return broken + shape, told + warned


def _of(person: Person, place: int, violation: Violation, zone: ZoneInfo) -> Violation:
    """A reason of one of those concerned, with their name: others read it too, so it speaks of them and not to them."""
    numbers = {**violation.numbers, "leg": place, "member": person.pk}
    message = f"{person.name}: {violation.message}"
    if violation.code in THIRD:
        start, end = (dt.datetime.fromisoformat(violation.numbers[edge]) for edge in ("start", "end"))
        values = {"span": words.day_span(Period(start, end), zone)}
        values |= {"start": words.day_clock(start, zone), "end": words.day_clock(end, zone), "name": person.name}
        message = str(THIRD[violation.code]) % values
    return replace(violation, message=message, numbers=numbers)


def _shape(
    picture: PodPicture, person: Person, legs: Sequence[Leg], settings: SwapSettings
) -> tuple[list[Violation], list[Violation]]:
    """Giving more than taking, or nothing in return, as far as the pod agreed on it."""
    gives = _minutes(picture, [leg for leg in legs if leg.giver == person.pk])
    takes = _minutes(picture, [leg for leg in legs if leg.taker == person.pk])
    place = next(i for i, leg in enumerate(legs) if person.pk in (leg.giver, leg.taker))
    numbers = {"leg": place, "member": person.pk, "gives": gives, "takes": takes}
    if gives and not takes:
        said = Violation("one_sided", _("%(name)s gets nothing in return.") % {"name": person.name}, numbers)
        return _by(settings.one_sided, said)
    if gives and takes and gives != takes:
        said = Violation(
            "unequal",
            _("%(name)s gives %(gives)s for %(takes)s.")
            % {"name": person.name, "gives": words.hours(gives), "takes": words.hours(takes)},
            numbers,
        )
        return _by(settings.unequal, said)
    return [], []


def _by(setting: str, said: Violation) -> tuple[list[Violation], list[Violation]]:
    if setting == FORBID:
        return [replace(said, way_out=_("The pod agreed against it; it can change its agreement."))], []
    return [], [said] if setting == WARN else []


def _minutes(picture: PodPicture, legs: Iterable[Leg]) -> int:
    return sum(p.minutes for leg in legs for p in picture.by_shift[leg.shift].work(leg.period))


def _floor(picture: PodPicture, people: Mapping[int, Person], legs: Sequence[Leg]) -> list[Violation]:
    """Where all legs together would leave fewer people than agreed: by skills, or by a break in between."""
    gone: list[Staffed] = []
    come: list[Staffed] = []
    for leg in legs:
        view = picture.by_shift[leg.shift]
        gone += picture.seated(view, leg.giver, leg.period)
        skills = people[leg.taker].state.skills
        come += [Staffed(activity, part, leg.taker, skills) for activity, part in view.parts(leg.period)]
    after = [*without(picture.staffed, gone), *come]
    names = {a.pk: a.name for a in picture.activities.values()}
    found = []
    for hit in below_floor(picture.floor, picture.staffed, after):
        place = next((i for i, leg in enumerate(legs) if leg.period.overlaps(hit.period)), 0)
        said = floor_violation(hit, picture.zone, names)
        found.append(replace(said, numbers={**said.numbers, "leg": place}, way_out=""))
    return found


def ends_at(legs: Sequence[Leg], bounds: BoundValues, made_at: dt.datetime) -> dt.datetime:
    """When an exchange ends unanswered: with the offer of its first shift."""
    return offer_ends(min(leg.period.start for leg in legs), bounds, made_at)


def offer_ends(start: dt.datetime, bounds: BoundValues, made_at: dt.datetime) -> dt.datetime:
    """When the offer of work ends that nobody takes: at its notice limit.

    What is offered inside the limit already (only an offer is possible then) stays until the work begins.
    """
    limit = start - dt.timedelta(minutes=bounds.notice_minutes)
    return limit if limit > made_at else start
