"""Read model of peaks: the shares with who has them, whose turn it is, and the lot for anybody to run again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxportal.core.periods import each_day
from teams.leave.accounts import in_days, span_words
from teams.leave.models import Peak, PeakEntry, PeakShare, PeakTurn
from teams.leave.queries import counts
from teams.leave.reading import Calendar
from teams.leave.rules import lot_order, rounds_order, seed_of
from teams.leave.services.peaks import drawn_of, draws_at
from teams.people.models import User
from teams.pods.models import Pod

State = PeakTurn.State


@dataclass(frozen=True)
class Share:
    """A share: who took it, how many places are free, and what it would cost the reader."""

    pk: int
    name: str
    span: str
    people: tuple[User, ...]
    free: int
    places: int
    cost: str
    wish: int

    @property
    def empty(self) -> range:
        """One for each free place."""
        return range(self.free)


@dataclass(frozen=True)
class Turn:
    """A turn in the line of the present round."""

    person: User
    mine: bool
    done: bool
    now: bool
    words: str


@dataclass(frozen=True)
class Shown:
    """A peak for one reader. ``yours_until`` is set while the reader chooses; ``enters`` while wishes can be put in."""

    peak: Peak
    shares: tuple[Share, ...]
    turns: tuple[Turn, ...]
    round: int
    state: str
    yours_until: str
    enters: bool
    begun: bool
    year_before: int
    free_words: str


def shown_peaks(pod: Pod, user: User, now: dt.datetime, *, calendar: Calendar, places: int) -> list[Shown]:
    """Peaks of any year that are not yet open to all, five queries for any number of people.

    ``places`` are those that the pod agreed on.
    """
    peaks = list(Peak.objects.filter(pod=pod, free_at__gt=now).prefetch_related("shares").order_by("opens_at"))
    if not peaks:
        return []
    turns = list(PeakTurn.objects.filter(peak__in=peaks).select_related("member").order_by("round", "place"))
    entries = list(PeakEntry.objects.filter(peak__in=peaks).select_related("member"))
    days = [day for peak in peaks for share in peak.shares.all() for day in (share.first, share.last)]
    world = World(pod, user, now, counts(pod, min(days), max(days)), places, calendar)
    return [
        _shown(peak, world, [t for t in turns if t.peak_id == peak.pk], [e for e in entries if e.peak_id == peak.pk])
        for peak in peaks
    ]


@dataclass(frozen=True)
class World:
    """What all peaks of a page are told with: the reader, the instant, and who is away."""

    pod: Pod
    user: User
    now: dt.datetime
    away: Mapping[dt.date, int]
    places: int
    calendar: Calendar


def _shown(peak: Peak, world: World, turns: Sequence[PeakTurn], entries: Sequence[PeakEntry]) -> Shown:
    user, now, pod = world.user, world.now, world.pod
    current = next((t for t in turns if t.state == State.NOW), None)
    rounds = current.round if current else max((t.round for t in turns if t.state != State.TO_COME), default=1)
    line = [t for t in turns if t.round == rounds]
    wishes = next((e.wishes for e in entries if e.member_id == user.pk), [])
    holders: dict[int | None, list[User]] = defaultdict(list)
    for turn in turns:
        holders[turn.share_id].append(turn.member)
    for entry in entries:
        holders[entry.share_id].append(entry.member)
    shares = tuple(_share(share, holders[share.pk], world, wishes) for share in peak.shares.all())
    ends_at = current.ends_at if current is not None and current.member_id == user.pk else None
    return Shown(
        peak=peak,
        shares=shares,
        turns=tuple(_turn(t, user, line, current, shares) for t in line),
        round=rounds,
        state=_state(peak, now, pod),
        yours_until=moment(ends_at, pod) if ends_at else "",
        enters=peak.rule == Peak.Rule.LOTTERY and peak.opens_at <= now < draws_at(peak) and peak.settled_at is None,
        begun=any(t.state == State.TAKEN for t in turns) or bool(entries),
        year_before=peak.shares.all()[0].first.year - 1,
        free_words=moment(peak.free_at, pod),
    )


def moment(instant: dt.datetime, pod: Pod) -> str:
    """``Wed 25 Nov, 18:00`` in the pod's zone."""
    local = instant.astimezone(pod.tzinfo)
    return formats.date_format(local, "D j M, H:i")


def _state(peak: Peak, now: dt.datetime, pod: Pod) -> str:
    if now < peak.opens_at:
        return _("begins %(when)s") % {"when": moment(peak.opens_at, pod)}
    if peak.settled_at:
        return _("shared out")
    if peak.rule == Peak.Rule.LOTTERY:
        return _("entries until %(when)s") % {"when": moment(draws_at(peak), pod)}
    return ""


def _share(share: PeakShare, people: Sequence[User], world: World, wishes: Sequence[int]) -> Share:
    days, calendar = list(each_day(share.first, share.last)), world.calendar
    due = sum(calendar.due(day) or 0 for day in days)
    free = max(0, world.places - max(world.away.get(day, 0) for day in days))
    feasts = [name for day in days if day.weekday() < 5 and (name := calendar.holiday(day) or calendar.half(day))]
    cost = _("Costs %(days)s days") % {"days": in_days(due, calendar.usual_day(days[0]))} if due else ""
    told = ", ".join(filter(None, [cost, *feasts]))
    wish = list(wishes).index(share.pk) + 1 if share.pk in wishes else 0
    span = span_words(share.first, share.last)
    return Share(share.pk, share.name, span, tuple(people), free, world.places, told, wish)


def _turn(
    turn: PeakTurn, user: User, line: Sequence[PeakTurn], current: PeakTurn | None, shares: Sequence[Share]
) -> Turn:
    coming = next((t for t in line if t.state == State.TO_COME), None)
    names = {share.pk: share.name for share in shares}
    if turn.state == State.TAKEN:
        told = names.get(turn.share_id or 0, str(turn.get_state_display()))
    elif turn.state == State.NOW:
        told = _("your turn") if turn.member_id == user.pk else _("chooses now")
    elif turn.state == State.NOTHING and turn.member_id == user.pk:
        told = _("nothing for you to take")
    elif turn.state != State.TO_COME:
        told = str(turn.get_state_display())
    elif turn == coming and current is not None:
        told = _("next")
    elif turn.again:
        told = _("once more")
    else:
        told = last_time(turn.days_last_time)
    done = turn.state in {State.TAKEN, State.PASSED, State.MISSED, State.NOTHING}
    return Turn(turn.member, turn.member_id == user.pk, done, turn.state == State.NOW, told)


def last_time(days: int) -> str:
    """``none last time``, ``4 days last time``."""
    if not days:
        return _("none last time")
    return ngettext("%(n)s day last time", "%(n)s days last time", days) % {"n": days}


def lot_of(peak: Peak) -> dict[str, Any]:
    """Everything from which anybody can run the lot again, and what it gives when run now. Three queries."""
    entries = list(peak.entries.select_related("member", "share").order_by("member_id"))
    turns = list(peak.turns.filter(round=1, again=False).select_related("member").order_by("member_id"))
    shares = list(peak.shares.all())
    names = {share.pk: share.name for share in shares}
    got: dict[int, str] = {}
    if peak.rule == Peak.Rule.LOTTERY:
        wishes = {e.member_id: list(e.wishes) for e in entries}
        people = {e.member_id: e.member for e in entries}
        notes = {e.member_id: ", ".join(names.get(w, "") for w in e.wishes) for e in entries}
    else:
        wishes = {t.member_id: [] for t in turns}
        people = {t.member_id: t.member for t in turns}
        notes = {t.member_id: last_time(t.days_last_time) for t in turns}
    seed = seed_of(peak.number, wishes)
    order = lot_order(seed, wishes)
    if peak.rule == Peak.Rule.ROUNDS:
        order = rounds_order({t.member_id: t.days_last_time for t in turns}, seed)
    elif peak.settled_at and any(share.places is not None for share in shares):
        got = {member: names[share] for member, share in drawn_of(peak, shares, wishes).items()}
    else:  # drawn before the places were kept
        got = {e.member_id: e.share.name for e in entries if e.share}
    lines = [f"{member}:{','.join(map(str, wishes[member]))}" for member in sorted(wishes)]
    rows = [(n, people[member], member, notes[member], got.get(member, "")) for n, member in enumerate(order, 1)]
    return {
        "seed": seed,
        "rows": rows,
        "lines": [str(peak.number), *lines],
        "names": [(share.pk, share.name, share.places) for share in shares],
    }
