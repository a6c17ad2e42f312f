"""Who could take a shift, for what in return, and who cannot and why. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _later

from cxportal.core.periods import Period, local_date
from cxportal.core.violations import Violation
from teams.scheduling import words
from teams.scheduling.availability.rules import Wish
from teams.scheduling.bounds import minutes_of
from teams.scheduling.effects import neighbours
from teams.scheduling.picture import Person
from teams.scheduling.swaps.reading import Scene
from teams.scheduling.swaps.rules import Leg, Verdict, after_giving, judge_exchange, judge_people, with_work

CHOSEN = 3
UNWILLING = frozenset({Wish.RATHER_NOT, Wish.CANNOT})
WISHED = {
    Wish.GLADLY: _later("Gladly works then."),
    Wish.RATHER_NOT: _later("Would rather not work then."),
    Wish.CANNOT: _later("Painted that they cannot work then."),
}
SHOWN = 8


@dataclass(frozen=True)
class Question:
    """An open exchange in which somebody was asked for the shift: its number, and when, on the pod's clock."""

    exchange: int
    when: str
    legs: frozenset[tuple[int, int, Period]]


@dataclass(frozen=True)
class Partner:
    """Somebody who could take the shift; ``legs`` is the whole exchange, ``returns`` the assignment asked for.

    ``text`` says what it does to them, ``own`` what it does to the owner of the shift.
    ``asked`` is the open question to them, and ``again`` whether this exchange is another than that one.
    """

    person: Person
    legs: tuple[Leg, ...]
    title: str
    text: str
    tag: str
    icon: str
    tone: str
    returns: int | None
    own: str = ""
    equal: bool = False
    chosen: bool = False
    asked: Question | None = None
    again: bool = True

    @property
    def key(self) -> str:
        """How a form names this exchange: the person, and what they would give."""
        return f"{self.person.pk}:{self.returns or ''}"


@dataclass(frozen=True)
class Misfit:
    """Somebody who cannot take the shift, and the first reason."""

    person: Person
    reason: Violation
    asked: Question | None = None


@dataclass(frozen=True)
class Found:
    """Everybody in the pod but the owner: who fits, the best first, and who does not."""

    partners: tuple[Partner, ...]
    misfits: tuple[Misfit, ...]


def find_partners(read: Scene, gives: Leg, *, first: dt.date | None, last: dt.date | None, gift: bool = False) -> Found:
    """Judge every colleague for the shift, each of their own in return, and as a gift.

    ``gives`` names the giver; its taker is filled in. ``first`` and ``last`` bound the days in return
    (pod's zone). Swaps of one length stand before others, gifts last, and inside each who wishes for
    such work before who would rather not; one line a person. Who would rather not is not chosen beforehand.
    """
    partners, misfits = [], []
    for person in read.people.values():
        if person.pk == gives.giver:
            continue
        alone = _to(gives, person.pk)
        options = [] if gift else list(_returns(read, alone, person, first, last))
        best = _best(read, [*options, (alone,)])
        if best is None:
            verdict = judge_people(read.picture, read.people, [alone], read.settings)
            full = verdict if verdict.violations else judge_exchange(read.picture, read.people, [alone], read.settings)
            misfits.append(Misfit(person, full.violations[0]))
        else:
            partners.append(_partner(read, person, *best))
    wishes = {p.person.pk: p.person.wishes.for_work(gives.period, p.person.state.zone) for p in partners}
    partners.sort(key=lambda p: (_rank(p), wishes[p.person.pk].rank, p.person.name))
    willing = (p for p in partners if p.tone != "watch" and wishes[p.person.pk] not in UNWILLING)
    chosen = [p.person.pk for p in willing][:CHOSEN]
    marked = tuple(replace(p, chosen=p.person.pk in chosen) for p in partners)
    return Found(marked, tuple(sorted(misfits, key=lambda m: m.person.name)))


def with_questions(found: Found, asked: Mapping[int, Question]) -> Found:
    """The same with who was asked already, by person; once somebody was, nobody else is chosen beforehand."""
    if not asked:
        return found
    partners = []
    for each in found.partners:
        question = asked.get(each.person.pk)
        same = question is not None and question.legs == {(leg.assignment, leg.taker, leg.period) for leg in each.legs}
        partners.append(replace(each, chosen=False, asked=question, again=not same))
    misfits = tuple(replace(each, asked=asked.get(each.person.pk)) for each in found.misfits)
    return Found(tuple(partners), misfits)


def _to(leg: Leg, taker: int) -> Leg:
    return Leg(leg.giver, taker, leg.assignment, leg.shift, leg.period, leg.version)


def _returns(
    read: Scene, alone: Leg, person: Person, first: dt.date | None, last: dt.date | None
) -> Iterator[tuple[Leg, ...]]:
    """Two-way swaps with each of the person's own shifts on the wanted days; equal lengths first."""
    picture = read.picture
    wanted = sum(p.minutes for p in picture.by_shift[alone.shift].work(alone.period))
    own = [
        (view, taken)
        for view in picture.shifts
        for taken in view.taken
        if taken.member == person.pk and taken.period.start > picture.at and view.pk != alone.shift
        if taken.period != alone.period  # the same hours: nobody would be free then
    ]
    for view, taken in sorted(
        own, key=lambda pair: (abs(sum(p.minutes for p in pair[0].work(pair[1].period)) - wanted), pair[1].period)
    ):
        day = local_date(taken.period.start, picture.zone)
        if (first is None or day >= first) and (last is None or day <= last):
            yield alone, Leg(person.pk, alone.giver, taken.pk, view.pk, taken.period, view.version)


def _best(read: Scene, options: Sequence[tuple[Leg, ...]]) -> tuple[tuple[Leg, ...], Verdict] | None:
    """The first exchange that fits; the people are asked before the floor, which costs more."""
    for legs in options:
        if judge_people(read.picture, read.people, legs, read.settings).violations:
            continue
        verdict = judge_exchange(read.picture, read.people, legs, read.settings)
        if verdict.fits:
            return legs, verdict
    return None


def _rank(partner: Partner) -> int:
    return (0 if partner.equal else 1) if partner.returns else 2


def _partner(read: Scene, person: Person, legs: tuple[Leg, ...], verdict: Verdict) -> Partner:
    equal = len(legs) > 1 and _minutes(read, legs[0]) == _minutes(read, legs[1])
    if len(legs) == 1:
        title, tag, icon = _("%(name)s, as a gift") % {"name": person.name}, _("Gift"), "gift"
    else:
        title = _("%(name)s, for %(span)s") % {"name": person.name, "span": moment(legs[1].period, read)}
        tag, icon = ("", "equal") if equal else (_("Another length"), "scale")
    wish = person.wishes.for_work(legs[0].period, person.state.zone)
    hours = _("%(name)s · %(hours)s") % {"name": person.first_name, "hours": week_words(read, person, legs)}
    said = [str(WISHED.get(wish, "")), hours, rest_words(read, person, legs[0])]
    text = " ".join(part for part in said if part)
    owner = read.people[legs[0].giver]
    own = _("You · %(hours)s") % {"hours": week_words(read, owner, legs)}
    own = " ".join(part for part in (own, *(rest_words(read, owner, leg, legs) for leg in legs[1:])) if part)
    tone = "plain"
    if wish == Wish.GLADLY:
        tag, icon, tone = _("Wished"), "sparkles", "good"
    if verdict.warnings:
        tag, icon, tone = _("Warned"), "triangle-alert", "watch"
        text = " ".join([*(str(w.message) for w in verdict.warnings), text])
    return Partner(
        person, legs, title, text, tag, icon, tone, legs[1].assignment if len(legs) > 1 else None, own, equal
    )


def moment(period: Period, read: Scene) -> str:
    """``Thu 10 Dec, 12:30–21:00`` in the pod's zone."""
    zone = read.picture.zone
    return f"{words.long_day(local_date(period.start, zone))}, {words.span(period, zone)}"


def week_minutes_of(read: Scene, person: Person, legs: Sequence[Leg]) -> dict[dt.date, tuple[int, int]]:
    """Paid minutes of the ISO weeks (member's zone) that the legs touch, before and after."""
    state = person.state
    before = minutes_of((p for h in state.held for p in h.work), state.zone)
    after_state = after_giving(state, legs, read.picture.by_shift)
    for leg in legs:
        if leg.taker == person.pk:
            view = read.picture.by_shift[leg.shift]
            seat = next(s for s in view.seats)
            after_state = with_work(
                after_state, read.picture.candidate(view, seat, leg.period).held, read.picture.bounds
            )
    after = minutes_of((p for h in after_state.held for p in h.work), state.zone)
    touched = {
        day for leg in legs if person.pk in (leg.giver, leg.taker) for day in minutes_of([leg.period], state.zone)
    }
    return {day: (before.get(day, 0), after.get(day, 0)) for day in sorted(touched)}


def week_words(read: Scene, person: Person, legs: Sequence[Leg]) -> str:
    """What the weeks' hours become, against the contract: ``Week 50: 30 → 38 of 38 h.``"""
    weeks = week_minutes_of(read, person, legs)
    contract = person.state.contract_minutes
    told = []
    for monday, (before, after) in weeks.items():
        values = {
            "week": monday.isocalendar().week,
            "before": words.bare_hours(before),
            "after": words.hours(after),
            "contract": words.hours(contract or 0),
        }
        if before == after:
            text = _("Week %(week)s stays at %(after)s.")
        elif contract:
            text = _("Week %(week)s: %(before)s → %(after)s of %(contract)s.")
        else:
            text = _("Week %(week)s: %(before)s → %(after)s.")
        told.append(text % values)
    return " ".join(told)


def rest_words(read: Scene, person: Person, leg: Leg, legs: Sequence[Leg] = ()) -> str:
    """The rest before the shift that somebody would take, without what they give, when work lies near before it."""
    state = after_giving(person.state, legs or [leg], read.picture.by_shift)
    before, _after = neighbours(state, leg.period)
    return _("Rest %(rest)s before.") % {"rest": words.hours(before)} if before is not None else ""


def _minutes(read: Scene, leg: Leg) -> int:
    return sum(p.minutes for p in read.picture.by_shift[leg.shift].work(leg.period))
