"""What the page of an own shift on offer shows: who could take it and for what, and rings that fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from cxportal.core.periods import DAY, HOUR, MINUTE, Period, days_period, each_day, local_date, monday, week_label
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.models import Assignment
from teams.scheduling.swaps.deadlines import WARN_HOURS
from teams.scheduling.swaps.lines import Drawing, LegLine, changes, draw, leg_line
from teams.scheduling.swaps.models import Exchange, Outcome, SwapWish
from teams.scheduling.swaps.partners import Found, Question, find_partners, with_questions
from teams.scheduling.swaps.reading import Scene, hull, open_wishes, pod_scene, wish_of
from teams.scheduling.swaps.rings import Market, Wish, legs_of, rings
from teams.scheduling.swaps.rules import Leg, ends_at, judge_exchange

LOOK_AHEAD = 14 * DAY
STEP = 30 * MINUTE


@dataclass(frozen=True)
class RingView:
    """A ring that fits: its drawing, its legs, and the wishes that it is made of."""

    drawing: Drawing | None
    legs: tuple[LegLine, ...]
    key: str


@dataclass(frozen=True)
class Face:
    """The shift as it is drawn: whole, with the colour and the sign of its first activity.

    ``bars`` are (colour, first, width) in ninety-sixths of the shift.
    """

    shift: int
    week: str
    number: int
    label: str
    hours: str
    category: int
    icon: str
    bars: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Choice:
    """A choice of a select; ``chosen`` when the page shows it."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Asked:
    """What the page was asked for: how, the days in return, a part of the shift."""

    mode: str = "swap"
    wanted: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    part: Period | None = None


@dataclass(frozen=True)
class OfferPage:
    """An own shift and everything that could become of it."""

    assignment: int
    face: Face
    asked: Asked
    span: Period
    label: str
    days: tuple[Choice, ...]
    starts: tuple[Choice, ...]
    stops: tuple[Choice, ...]
    wish: SwapWish | None
    found: Found
    rings: tuple[RingView, ...]
    changes: tuple[tuple[str, str, str], ...]
    changes_by: str
    ends: str
    warned: tuple[str, ...]
    begun: bool
    asked_of: int

    @property
    def chosen(self) -> int:
        return sum(p.chosen for p in self.found.partners)

    @property
    def colleagues(self) -> int:
        return len(self.found.partners) + len(self.found.misfits)


def read_offer(pod: Pod, viewer: User, assignment: int, *, at: dt.datetime, asked: Asked | None = None) -> OfferPage:
    """The page of an own shift on offer. Raises ``Http404`` for somebody else's. About eight statements."""
    row = Assignment.objects.select_related("shift__week").filter(pk=assignment, member=viewer, shift__pod=pod).first()
    if row is None:
        raise Http404
    wish = SwapWish.objects.filter(assignment=row, outcome=Outcome.OPEN).first()
    asked = asked or _asked_of(wish, pod)
    span = asked.part if asked.part and row.span.contains(asked.part) else row.span
    leg = Leg(viewer.pk, 0, row.pk, row.shift_id, span, row.shift.version)
    read = pod_scene(pod, _window(row, pod), at)
    begun = row.shift_id not in read.picture.by_shift or span.start <= at or viewer.pk not in read.people
    found = Found((), ())
    if not begun:
        found = find_partners(read, leg, first=asked.first, last=asked.last, gift=asked.mode == "gift")
    questions = _questions(row, viewer, pod)
    found = with_questions(found, questions)
    ringed, best = _rings(pod, wish, at) if wish and not begun else ([], ())
    legs, name = (best, "") if best else _first(found)
    return OfferPage(
        assignment=row.pk,
        face=_face(row, read),
        asked=asked,
        span=span,
        label=words.day_span(span, pod.tzinfo),
        days=_days(row, asked, at, pod),
        starts=_times(row.span, span.start, pod, ends=False),
        stops=_times(row.span, span.end, pod, ends=True),
        wish=wish,
        found=found,
        rings=tuple(ringed),
        changes=(*changes(read, read.people[viewer.pk], legs), (_("Coverage"), "", _("unchanged"))) if legs else (),
        changes_by=name,
        begun=begun,
        asked_of=len(questions),
        **_until(leg, read, at, pod),
    )


def _questions(row: Assignment, viewer: User, pod: Pod) -> dict[int, Question]:
    """The open questions about an own shift, by who was asked to take it; of several the latest. Two statements."""
    asked = Exchange.objects.filter(legs__assignment=row, made_by=viewer, outcome=Outcome.OPEN)
    found = {}
    for exchange in asked.prefetch_related("legs").order_by("made_at", "pk"):
        legs = frozenset((leg.assignment_id or 0, leg.taker_id, leg.span) for leg in exchange.legs.all())
        question = Question(exchange.pk, words.clock(exchange.made_at, pod.tzinfo), legs)
        found.update({leg.taker_id: question for leg in exchange.legs.all() if leg.assignment_id == row.pk})
    return found


def _asked_of(wish: SwapWish | None, pod: Pod) -> Asked:
    """What an open wish asks for, when nothing else is asked."""
    if wish is None:
        return Asked()
    days = (wish.first, wish.last)
    wanted = "dates" if any(days) else ""
    if wish.first and wish.last == wish.first:
        wanted = wish.first.isoformat()
    elif wish.first and wish.last == wish.first + 6 * DAY and wish.first.weekday() == 0:
        wanted = week_label(wish.first)
    whole = wish.assignment is not None and wish.assignment.span == wish.span
    return Asked("swap" if whole else "part", wanted, *days, None if whole else wish.span)


def _window(row: Assignment, pod: Pod) -> Period:
    first = monday(row.shift.day)
    return days_period(first, first + LOOK_AHEAD - DAY, pod.tzinfo)


def _first(found: Found) -> tuple[Sequence[Leg], str]:
    """The exchange with the first colleague that is chosen, else with the first that fits."""
    best = next((p for p in found.partners if p.chosen), None) or next(iter(found.partners), None)
    return (best.legs, best.person.name) if best else ((), "")


def _until(leg: Leg, read: Scene, at: dt.datetime, pod: Pod) -> dict[str, Any]:
    """When the offer ends, and on which days its owner is warned before."""
    ends = ends_at([leg], read.picture.bounds, at)
    warned = [words.long_day(local_date(when, pod.tzinfo)) for h in WARN_HOURS if (when := ends - h * HOUR) > at]
    return {
        "ends": f"{words.long_day(local_date(ends, pod.tzinfo))}, {words.clock(ends, pod.tzinfo)}",
        "warned": tuple(dict.fromkeys(warned)),
    }


def _days(row: Assignment, asked: Asked, at: dt.datetime, pod: Pod) -> tuple[Choice, ...]:
    """What somebody may want in return: any day, a week, a day of the two weeks, or other days."""
    first = monday(row.shift.day)
    today = local_date(at, pod.tzinfo)
    known = [("", _("Any day of both weeks"))]
    for week in (first, first + 7 * DAY):
        known.append((week_label(week), _("Any day of week %(week)s") % {"week": week.isocalendar().week}))
        known += [(d.isoformat(), words.long_day(d)) for d in each_day(week, week + 6 * DAY) if d >= today]
    known.append(("dates", _("Other days…")))
    chosen = asked.wanted if asked.wanted in dict(known) else "dates"
    return tuple(Choice(value, label, value == chosen) for value, label in known)


def _times(whole: Period, now: dt.datetime, pod: Pod, *, ends: bool) -> tuple[Choice, ...]:
    """Every half hour of the shift, as instants; the edge of the part is always among them."""
    found, here = {now, whole.end if ends else whole.start}, whole.start
    while here < whole.end:
        found.add(here)
        here += STEP
    edges = sorted(found - {whole.start if ends else whole.end})
    return tuple(Choice(each.isoformat(), words.clock(each, pod.tzinfo), each == now) for each in edges)


def _face(row: Assignment, read: Scene) -> Face:
    picture = read.picture
    view = picture.by_shift.get(row.shift_id)
    segments = view.segments if view else ()
    kinds = [(picture.activities[activity], part) for activity, part in segments]
    whole = row.shift.span
    first = kinds[0][0] if kinds else None
    return Face(
        row.shift_id,
        row.shift.week.label,
        row.shift.week.monday.isocalendar().week,
        words.day_span(row.span, picture.zone),
        words.hours(sum(p.minutes for p in view.work(row.span)) if view else 0),
        first.category if first else 1,
        first.icon if first else "circle",
        tuple((kind.category, *_bar(whole, part)) for kind, part in kinds),
    )


def _bar(whole: Period, part: Period) -> tuple[int, int]:
    first = round((part.start - whole.start) / whole.length * 96)
    return first, max(1, round(part.length / whole.length * 96))


def _rings(pod: Pod, wish: SwapWish, at: dt.datetime) -> tuple[list[RingView], Sequence[Leg]]:
    """At most three rings through an own wish, each judged as a whole, and the legs of the first."""
    rows = open_wishes(pod, at)
    if wish.pk not in {row.pk for row in rows}:
        return [], ()
    read = pod_scene(pod, hull(row.span for row in rows), at)
    market = Market(read.picture, read.people, [wish_of(row) for row in rows], read.settings)
    fitting = (
        ring
        for ring in rings(market, wish.pk)
        if judge_exchange(read.picture, read.people, legs_of(ring), read.settings).fits
    )
    best = list(islice(fitting, 3))
    return [_ring_view(read, ring, wish.owner_id) for ring in best], legs_of(best[0]) if best else ()


def _ring_view(read: Scene, ring: Sequence[Wish], viewer: int) -> RingView:
    legs = legs_of(ring)
    lines = tuple(leg_line(read, leg, legs, viewer) for leg in legs)
    return RingView(draw(legs, lines), lines, ",".join(str(w.pk) for w in ring))
