"""Open shifts by need, each with what claiming it would do for this person, or why it is not open. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cxportal.core.periods import MINUTE, Period, monday, week_label
from cxportal.core.violations import Violation
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.coverage import short_minutes
from teams.scheduling.effects import TIME_WORDS, Effect, claim_effect, judge_take, parts_that_fit, what_fits
from teams.scheduling.opening.words import quiet_line
from teams.scheduling.picture import Person, PodPicture, SeatView, ShiftView, main_activity
from teams.scheduling.remarks import remarks
from teams.scheduling.rounds import own_words, round_words

SHOWN = 12


@dataclass(frozen=True)
class Line:
    """A sentence with its meaning."""

    tone: str
    text: str


@dataclass(frozen=True)
class OpenCard:
    """An open seat of a shift, or several alike; ``effect`` is None for somebody who only reads.

    ``quiet`` are the quiet offers of the shift in words; ``mine`` when the viewer's own is among them.
    """

    shift: int
    day: dt.date
    label: str
    icon: str
    places: int
    urgent: bool
    tone: str
    tag: str
    period: Period
    start: str
    end: str
    partial: bool
    hours: str
    effect: Effect | None = None
    lines: tuple[Line, ...] = ()
    blocked: Violation | None = None
    first: bool = False
    gap: str = ""
    ways: bool = True
    quiet: tuple[str, ...] = ()
    mine: bool = False

    @property
    def claimable(self) -> bool:
        return self.effect is not None and self.blocked is None


@dataclass(frozen=True)
class OfferCard:
    """A shift that somebody offers, or an own one on offer."""

    give_away: int
    shift: int
    owner: str
    label: str
    mine: bool
    lines: tuple[Line, ...] = ()
    blocked: Violation | None = None


def open_cards(
    picture: PodPicture,
    me: Person | None,
    days: Sequence[dt.date],
    *,
    first: dt.date | None = None,
    everything: bool = False,
) -> tuple[list[OpenCard], int]:
    """The open seats of some days by need, and how many more there are than are judged."""
    wanted = set(days)
    found = []
    for shift in picture.shifts:
        if shift.day not in wanted or shift.period.end <= picture.at:
            continue
        for (seat, part), places in _alike(shift, picture.at).items():
            need = _need_inside(picture, part)
            found.append(((not shift.urgent, -need, part.start), shift, seat, part, places))
    found.sort(key=lambda item: item[0])
    if first:
        found.sort(key=lambda item: item[1].day != first)
    shown = found if everything else found[:SHOWN]
    cards = [_card(picture, me, shift, seat, part, places) for _k, shift, seat, part, places in shown]
    lead = next((c for c in cards if c.claimable and (first is None or c.day == first)), None)
    marked = [c if c is not lead else replace(c, first=True) for c in cards]
    if me and not any(card.claimable for card in cards):
        marked = [
            replace(card, ways=_part_fits(picture, me, card, shift, seat))
            for card, (_k, shift, seat, _p, _n) in zip(marked, shown, strict=True)
        ]
    return marked, len(found) - len(shown)


def _part_fits(picture: PodPicture, me: Person, card: OpenCard, shift: ShiftView, seat: SeatView) -> bool:
    """Whether a part of a shift that does not fit as a whole could be claimed."""
    codes = {violation.code for violation in card.effect.violations} if card.effect else set()
    return bool(codes) and codes <= TIME_WORDS and bool(parts_that_fit(picture, me.state, shift, seat, card.period))


@dataclass(frozen=True)
class OpenForMe:
    """The open shifts of a pod that one person may claim now: how many, how many of them close a gap, the best few.

    ``weeks`` says how many of those that close a gap stand in which week (its Monday).
    The cards stand in the order of what they close; where none closes anything the next ones come first.
    """

    picture: PodPicture
    cards: tuple[OpenCard, ...]
    fitting: int
    closing: int
    weeks: tuple[tuple[dt.date, int], ...] = ()
    rounds: tuple[str, ...] = ()

    @property
    def pod(self) -> Pod:
        return self.picture.pod

    @property
    def more(self) -> int:
        """Those that close a gap, beyond the cards."""
        return max(0, self.closing - len(self.cards))

    @property
    def in_weeks(self) -> list[tuple[str, int, int]]:
        """The weeks in which a gap can be closed: ``2026-W52``, its number, how many shifts close one there."""
        return [(week_label(first), first.isocalendar().week, count) for first, count in self.weeks]


def open_for_me(picture: PodPicture, me: Person, shown: int) -> OpenForMe:
    """What one person may claim in a picture, judged as the week's panel judges it."""
    fitting = what_fits(picture, me.state)
    closing = sum(1 for effect in fitting if effect.closes)
    cards: list[OpenCard] = []
    for effect in fitting[: min(shown, closing or 1)]:
        shift = picture.by_shift[effect.shift]
        chosen = next(seat for seat in shift.seats if seat.pk == effect.seat)
        alike = _alike(shift, picture.at).items()
        places = sum(
            n for (s, part), n in alike if (s.skill, s.must, part) == (chosen.skill, chosen.must, effect.period)
        )
        card = _card(picture, me, shift, chosen, effect.period, places)
        # No week stands above these cards, so their days name the month.
        label = f"{words.long_day(shift.day)}, {words.chip(effect.period, picture.zone)}"
        cards.append(replace(card, label=label, first=not cards))
    weeks = Counter(monday(picture.by_shift[effect.shift].day) for effect in fitting if effect.closes)
    running = tuple(_rounds(picture, me))
    return OpenForMe(picture, tuple(cards), len(fitting), closing, tuple(sorted(weeks.items())), running)


def _rounds(picture: PodPicture, me: Person) -> Iterator[str]:
    """Each week in which a round of sign-up runs, in the order of time."""
    for week in sorted(picture.weeks.values(), key=lambda week: week.monday):
        if turn := week.turn(picture.bounds, picture.at):
            told = f"{round_words(turn, picture.zone)} {own_words(turn, me.state, week.pk)}"
            yield _("Week %(number)s. %(round)s") % {"number": week.monday.isocalendar().week, "round": told}


def open_kept(picture: PodPicture, me: Person, shown: int) -> OpenForMe:
    """What ``open_for_me`` answers, judged once while the rows of the pod and of the person are the same.

    It is kept beside the rows themselves, so a claim, a move, an absence or a new agreement is seen at once;
    what follows from the clock alone is judged again when the next of its hours has come.
    """
    key = ("open", me, shown, get_language())
    known = picture.kept.get(key)
    if known is None or not known[0] <= picture.at < known[1]:
        found = open_for_me(picture, me, shown)
        parts = (found.cards, found.fitting, found.closing, found.weeks, found.rounds)
        known = picture.kept[key] = (picture.at, _stands_until(picture), parts)
    return OpenForMe(picture, *known[2])


def _stands_until(picture: PodPicture) -> dt.datetime:
    """The next instant at which a shift or a week of the picture begins, ends or changes; a minute while one runs."""
    now = picture.at
    if any(shift.period.holds(now) and shift.open_seats() for shift in picture.shifts):
        return now.replace(second=0, microsecond=0) + MINUTE
    edges = [edge for shift in picture.shifts for edge in (shift.period.start, shift.period.end)]
    edges += [edge for week in picture.weeks.values() for edge in (week.opens_at, week.fixes_at, week.ends_at)]
    edges += [turn.until for week in picture.weeks.values() if (turn := week.turn(picture.bounds, now))]
    return min((edge for edge in edges if edge > now), default=picture.window.end)


def short_words(picture: PodPicture, part: Period) -> str:
    """``Phone short by 1, 09:00–11:30, 14:00–15:00``: what is missing while a seat is open, by activity."""
    found: dict[tuple[int, int], list[Period]] = {}
    for step in picture.steps(picture.days_of(part)):
        inside = step.period.intersection(part)
        if inside is None:
            continue
        for short in step.short_in:
            spans = found.setdefault(short, [])
            if spans and spans[-1].end == inside.start:
                spans[-1] = Period(spans[-1].start, inside.end)
            else:
                spans.append(inside)
    return "; ".join(
        _("%(activity)s short by %(people)s, %(spans)s")
        % {
            "activity": picture.activities[activity].name,
            "people": people,
            "spans": ", ".join(words.span(span, picture.zone) for span in spans),
        }
        for (activity, people), spans in found.items()
    )


def _alike(shift: ShiftView, now: dt.datetime) -> dict[tuple[SeatView, Period], int]:
    """Free parts of seats that differ only by their number, with how many there are."""
    found: dict[tuple[int | None, bool, Period], tuple[SeatView, int]] = {}
    for seat, part in shift.open_seats():
        if part.end <= now:
            continue
        key = (seat.skill, seat.must, part)
        known = found.get(key)
        found[key] = (known[0] if known else seat, known[1] + 1 if known else 1)
    return {(seat, key[2]): count for key, (seat, count) in found.items()}


def _need_inside(picture: PodPicture, part: Period) -> int:
    """Person-minutes missing while the seat is open."""
    steps = picture.steps(picture.days_of(part))
    return sum(step.short * inside.minutes for step in steps if (inside := step.period.intersection(part)))


def _card(
    picture: PodPicture, me: Person | None, shift: ShiftView, seat: SeatView, part: Period, places: int
) -> OpenCard:
    zone = picture.zone
    main = main_activity(shift.parts(part))
    icon = picture.activities[main].icon if main else "circle"
    short = short_minutes(picture.steps(picture.days_of(shift.period)))
    tone, tag = ("plain", "")
    if shift.urgent:
        tone, tag = "gap", _("Urgent")
    elif short:
        tone = "watch" if short <= 120 else "gap"
        tag = _("%(hours)s short") % {"hours": words.hours(short)}
    running = max(part.start, picture.at.replace(second=0, microsecond=0))
    would = Period(running, part.end) if running < part.end else part
    effect = claim_effect(picture, me.state, shift, seat, would) if me else None
    return OpenCard(
        shift=shift.pk,
        day=shift.day,
        label=f"{words.day(shift.day)}, {words.chip(part, zone)}",
        icon=icon,
        places=places,
        urgent=shift.urgent,
        tone=tone,
        tag=tag,
        period=part,
        start=part.start.isoformat(),
        end=part.end.isoformat(),
        partial=part != shift.period,
        hours=words.hours(sum(p.minutes for p in shift.work(would))),
        effect=effect,
        lines=tuple(_lines(picture, me, effect)),
        blocked=effect.violations[0] if effect and effect.violations else None,
        gap=short_words(picture, would),
        quiet=tuple(quiet_line(quiet, zone, me.pk if me else None) for quiet in shift.quiet),
        mine=me is not None and any(quiet.member == me.pk for quiet in shift.quiet),
    )


def _lines(picture: PodPicture, me: Person | None, effect: Effect | None) -> list[Line]:
    """What a claim that fits would do, and what rooms above say of it."""
    if me is None or effect is None or not effect.allowed:
        return []
    return [*claim_lines(effect), *remark_lines(picture, me, effect.period)]


def remark_lines(picture: PodPicture, me: Person, period: Period) -> list[Line]:
    """What rooms above say of a claim: what it counts."""
    return [Line("plain", text) for text in remarks(picture, me.state, period)]


def claim_lines(effect: Effect) -> list[Line]:
    """What a claim would do, in sentences: the gap, the rest, the week."""
    found = []
    if effect.closes:
        found.append(Line("good", words.closes(effect.closes, effect.short_before)))
    elif effect.short_before:
        found.append(Line("watch", _("Does not close the gap of this day")))
    else:
        found.append(Line("plain", _("The day is covered already")))
    if effect.rest_before is not None and effect.rest_before < 72 * 60:
        found.append(Line("good", _("Rest before it %(hours)s") % {"hours": words.hours(effect.rest_before)}))
    if effect.rest_after is not None and effect.rest_after < 72 * 60:
        found.append(Line("good", _("Rest after it %(hours)s") % {"hours": words.hours(effect.rest_after)}))
    found.append(Line("good" if _within(effect) else "watch", week_line(effect)))
    return found


def _within(effect: Effect) -> bool:
    return not effect.contract_minutes or effect.week[2] <= effect.contract_minutes


def week_line(effect: Effect) -> str:
    """``Your week 26.5 → 34 of 38 h``."""
    _monday, before, after = effect.week
    numbers = {"before": words.bare_hours(before), "after": words.bare_hours(after)}
    if effect.contract_minutes:
        return _("Your week %(before)s → %(after)s of %(contract)s") % {
            **numbers,
            "contract": words.hours(effect.contract_minutes),
        }
    return _("Your week %(before)s → %(after)s") % {**numbers, "after": words.hours(after)}


def offer_cards(
    picture: PodPicture, me: Person | None, days: Sequence[dt.date], owners: Mapping[int, str]
) -> list[OfferCard]:
    """Shifts on offer: an own one can be withdrawn, another's be taken when every bound holds."""
    found = []
    for shift in picture.shifts:
        for taken in shift.taken:
            if taken.give_away is None or shift.day not in days or taken.period.start <= picture.at:
                continue
            label = f"{words.day(shift.day)}, {words.span(taken.period, picture.zone)}"
            mine = me is not None and taken.member == me.pk
            blocked: Violation | None = None
            lines: tuple[Line, ...] = ()
            if me and not mine:
                violations = judge_take(picture, me.state, shift, taken)
                blocked = violations[0] if violations else None
                lines = () if blocked else (Line("good", _("In bounds")),)
            found.append(
                OfferCard(taken.give_away, shift.pk, owners.get(taken.member, ""), label, mine, lines, blocked)
            )
    return found


def zone_words(zone: ZoneInfo, at: dt.datetime) -> str:
    """``Europe/Berlin (CET)``."""
    return f"{zone.key} ({at.astimezone(zone).tzname()})"
