"""Turns of a peak in rounds: who chooses now, what a share costs its taker, and turns that have nothing to choose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db.models import Max
from django.http import Http404
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.periods import MINUTE, each_day
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.leave import agreed
from teams.leave.models import Peak, PeakShare, PeakTurn
from teams.leave.reading import desk, half_holidays, judged, places
from teams.leave.rules import FREE, HELD, Asked
from teams.leave.services.doors import lock_leave, lock_peak, planner_url, tell
from teams.leave.services.peaks import days_of, must_stand, shared_kind
from teams.leave.services.requests import request_leave
from teams.notifications.services import notify
from teams.people.models import User

State = PeakTurn.State
FULL_SHARE, HELD_SHARE, FREE_SHARE = "leave_full", "held", "free"


@recorded
def advance_turns(*, peak: Peak, by: User | None = None, at: dt.datetime | None = None) -> PeakTurn | None:
    """Let a turn that is over end and the next begin; returns the turn that runs. Again changes nothing.

    Who did not answer comes once more, last in the round; who could take nothing is passed over and told why.
    Locks the peak with its days. Raises ``Refused`` (``peak_gone``).
    """
    now = at or periods.now()
    lock_peak(peak.pod, peak.pk, days_of(peak.shares.all()))
    must_stand(peak)
    if now < peak.opens_at or peak.settled_at is not None or peak.rule != Peak.Rule.ROUNDS:
        return None
    running = peak.turns.select_related("member").filter(state=State.NOW).first()
    if running is not None and running.ends_at and now < running.ends_at and now < peak.free_at:
        if not _passed_over(peak, running, now):
            return running
    elif running is not None:
        _miss(running)
    return begin_next(peak, now)


def _miss(turn: PeakTurn) -> None:
    turn.state, turn.ends_at = State.MISSED, None
    turn.save(update_fields=["state", "ends_at"])
    if not turn.again:
        last = PeakTurn.objects.filter(peak=turn.peak_id, round=turn.round).aggregate(n=Max("place"))["n"]
        PeakTurn.objects.create(
            peak_id=turn.peak_id,
            round=turn.round,
            place=last + 1,
            member_id=turn.member_id,
            days_last_time=turn.days_last_time,
            again=True,
        )


def begin_next(peak: Peak, now: dt.datetime) -> PeakTurn | None:
    """The next turn in which something can be taken; the peak is settled when there is none. Under its locks."""
    days = days_of(peak.shares.all())
    tell(peak.pod, days)
    coming = peak.turns.select_related("member").filter(state=State.TO_COME).order_by("round", "place")
    for turn in coming if now < peak.free_at else ():
        if not _passed_over(peak, turn, now):
            return _begin(peak, turn, days, now)
    peak.settled_at = now
    peak.save(update_fields=["settled_at"])
    return None


def _passed_over(peak: Peak, turn: PeakTurn, now: dt.datetime) -> bool:
    """A turn in which nothing can be taken passes by itself, and its member reads why."""
    shares = list(peak.shares.all())
    why = _in_the_way(peak, shares, turn.member, now)
    if len(why) < len(shares):
        return False
    turn.state, turn.ends_at = State.NOTHING, None
    turn.save(update_fields=["state", "ends_at"])
    notify(
        to=[turn.member],
        kind="leave_passed",
        data={"peak": peak.name, "why": [[share.name, why[share.pk]] for share in shares]},
        url=planner_url(peak.pod, shares[0].first),
        source=f"passed:{turn.pk}",
    )
    return True


def _in_the_way(peak: Peak, shares: Sequence[PeakShare], member: User, now: dt.datetime) -> Mapping[int, str]:
    """Why a member could not take a share now, by share; without those that could be taken.

    An own shift is no reason: there is time in a turn to hand it on. Three queries while everything is full,
    nine otherwise.
    """
    kind, (terms, _values) = shared_kind(), agreed.terms(peak.pod, now)
    found = places(peak.pod, days_of(shares))
    spans = {share.pk: list(each_day(share.first, share.last)) for share in shares}
    full = {pk: FULL_SHARE for pk, days in spans.items() if max(found.away[day] for day in days) >= terms.places}
    if kind is None or len(full) == len(shares):
        return full
    at_desk = desk(member, peak.pod, kind, now, half_holidays())
    why = {}
    for pk, days in spans.items():
        verdicts = judged(at_desk, [Asked(day) for day in days], found, (), now, bound=False)
        outcomes = {verdict.outcome for verdict in verdicts}
        if broken := [each.code for verdict in verdicts for each in verdict.violations]:
            why[pk] = broken[0]
        elif outcomes <= {HELD, FREE}:
            why[pk] = HELD_SHARE if HELD in outcomes else FREE_SHARE
    return why


def _begin(peak: Peak, following: PeakTurn, days: Sequence[dt.date], now: dt.datetime) -> PeakTurn:
    following.state, following.ends_at = State.NOW, min(now + peak.turn_minutes * MINUTE, peak.free_at)
    following.save(update_fields=["state", "ends_at"])
    notify(
        to=[following.member],
        kind="leave_turn",
        data={"peak": peak.name, "until": following.ends_at.isoformat(), "zone": peak.pod.zone},
        url=planner_url(peak.pod, days[0]),
        source=f"turn:{following.pk}",
    )
    return following


@recorded
def take_share(*, by: User, peak: Peak, share: int, at: dt.datetime | None = None) -> PeakTurn:
    """Take a share in one's own turn: its days are asked for and granted together, or nothing changes.

    Again answers the same. Locks as ``request_leave``, with the peak and all its days. Raises ``Refused``
    (``not_your_turn``) or the reasons of the days; ``Http404``.
    """
    now = at or periods.now()
    wanted, kind = peak.shares.filter(pk=share).first(), shared_kind()
    if wanted is None or kind is None:
        raise Http404
    lock_leave(peak.pod, [by.pk], days_of(peak.shares.all()), peak=peak.pk)
    known = peak.turns.filter(member=by, share=wanted, state=State.TAKEN).first()
    if known is not None:
        return known
    advance_turns(peak=peak, by=by, at=now)
    turn = _own_turn(peak, by)
    asked = [Asked(day) for day in days_of([wanted])]
    request_leave(by=by, member=by, kind=kind, asked=asked, whole=True, peak=peak.pk, at=now)
    turn.state, turn.share, turn.ends_at = State.TAKEN, wanted, None
    turn.save(update_fields=["state", "share", "ends_at"])
    begin_next(peak, now)
    return turn


@recorded
def pass_turn(*, by: User, peak: Peak, at: dt.datetime | None = None) -> PeakTurn:
    """Let the own turn pass to the next. Locks the peak with its days. Raises ``Refused`` (``not_your_turn``)."""
    now = at or periods.now()
    advance_turns(peak=peak, by=by, at=now)
    turn = _own_turn(peak, by)
    turn.state, turn.ends_at = State.PASSED, None
    turn.save(update_fields=["state", "ends_at"])
    begin_next(peak, now)
    return turn


def _own_turn(peak: Peak, by: User) -> PeakTurn:
    running = peak.turns.select_related("member").filter(state=State.NOW).first()
    if running is None or running.member_id != by.pk:
        who = running.member.name if running else _("nobody")
        words = _("It is not your turn; %(name)s chooses now.") % {"name": who}
        raise Refused(Violation("not_your_turn", words))
    return running
