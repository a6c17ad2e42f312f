"""A leg in words, a ring drawn, and what an exchange changes for one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from cxportal.core.periods import local_date
from teams.scheduling import words
from teams.scheduling.picture import Person
from teams.scheduling.remarks import remarks
from teams.scheduling.swaps import chart
from teams.scheduling.swaps.partners import moment, week_minutes_of, week_words
from teams.scheduling.swaps.reading import Scene
from teams.scheduling.swaps.rules import Leg


class Named(Protocol):
    """Somebody with a number and a name."""

    @property
    def pk(self) -> int: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class LegLine:
    """One leg in words, with what it does to whoever takes it."""

    giver: Person
    giver_name: str
    taker: Person
    title: str
    text: str
    answer: str
    moment: str
    short: str
    own: bool

    @property
    def giver_lines(self) -> list[str]:
        """The giver's name in two lines, for where it stands beside somebody."""
        return self.giver_name.split(" ", 1)


@dataclass(frozen=True)
class Drawing:
    """A ring drawn: each person with the arrow of what they give."""

    view: str
    parts: tuple[tuple[chart.Node, chart.Arrow, LegLine], ...]


def draw(legs: Sequence[Leg], lines: Sequence[LegLine]) -> Drawing | None:
    """The drawing of legs that form one ring, in the order of the ring; None when they do not."""
    if not chart.is_ring([(leg.giver, leg.taker) for leg in legs]):
        return None
    by_giver = {leg.giver: (leg, line) for leg, line in zip(legs, lines, strict=True)}
    ordered, here = [], legs[0].giver
    for _each in legs:
        leg, line = by_giver[here]
        ordered.append(line)
        here = leg.taker
    ring = chart.ring(len(legs))
    return Drawing(ring.view, tuple(zip(ring.nodes, ring.arrows, ordered, strict=True)))


def leg_line(
    read: Scene, leg: Leg, legs: Sequence[Leg], viewer: int, answer: str = "", *, ahead: bool = True
) -> LegLine:
    """A leg in words, seen by one of those concerned.

    ``ahead``: whether it may still happen. What it does to the hours is told only then: counted on
    top of what happened, or of weeks that went on without it, it would say what nobody agreed.
    """
    giver, taker = read.people[leg.giver], read.people[leg.taker]
    when = moment(leg.period, read)
    title = leg_title(when, giver, taker, viewer)
    if taker.pk == viewer:
        short = _("you take it")
    elif giver.pk == viewer:
        short = _("%(name)s takes yours") % {"name": taker.name}
    else:
        short = _("%(name)s takes it") % {"name": taker.name}
    view = read.picture.by_shift.get(leg.shift)
    names = dict.fromkeys(read.picture.activities[a].name for a, _p in view.parts(leg.period)) if view else {}
    text = ", ".join(names)
    if ahead and view:
        text = f"{text}. {week_words(read, taker, legs)}"
    return LegLine(
        giver,
        _("You") if giver.pk == viewer else giver.name,
        taker,
        title,
        text,
        answer,
        when,
        short,
        taker.pk == viewer,
    )


def leg_title(when: str, giver: Named, taker: Named, viewer: int) -> str:
    """Who takes what from whom, in the words of whoever reads it."""
    if taker.pk == viewer:
        return _("You take %(span)s from %(name)s") % {"span": when, "name": giver.name}
    if giver.pk == viewer:
        return _("%(name)s takes your %(span)s") % {"span": when, "name": taker.name}
    names = {"taker": taker.name, "giver": giver.name}
    return _("%(taker)s takes %(span)s from %(giver)s") % {**names, "span": when}


def changes(read: Scene, me: Person, legs: Sequence[Leg]) -> tuple[tuple[str, str, str], ...]:
    """What changes for one person: hours of the weeks, and days that become free or taken."""
    found = [
        (
            _("Hours in week %(week)s") % {"week": day.isocalendar().week},
            words.bare_hours(before) if before != after else "",
            words.hours(after),
        )
        for day, (before, after) in week_minutes_of(read, me, legs).items()
    ]
    zone = read.picture.zone
    gives = [leg.period for leg in legs if leg.giver == me.pk]
    takes = [leg.period for leg in legs if leg.taker == me.pk]
    for day in dict.fromkeys(local_date(period.start, zone) for period in (*gives, *takes)):
        had, has = (
            ", ".join(words.span(p, zone) for p in sorted(side) if local_date(p.start, zone) == day)
            for side in (gives, takes)
        )
        found.append((words.long_day(day), had, has or _("free")))
    found += [(_("Fairness"), "", text) for period in takes for text in remarks(read.picture, me.state, period)]
    return tuple(found)
