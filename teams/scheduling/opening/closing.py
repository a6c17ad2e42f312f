"""What ends a quiet offer before its instant: somebody else takes the last seat, or the shift is changed.

And what brings it back: the claim that ended it is undone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.urls import reverse

from cxportal.core.periods import Period, local_date, week_label
from teams.notifications.services import notify
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.models import Act, Seat, Shift
from teams.scheduling.opening.models import QuietOffer
from teams.scheduling.opening.reasons import UNDONE
from teams.scheduling.picture import QuietView, ShiftView, minus
from teams.scheduling.rounds import moment

Outcome = QuietOffer.Outcome


class Sat(NamedTuple):
    """Somebody sits down on a seat of a shift as it was before."""

    view: ShiftView
    seat: int
    period: Period


def overtaken(by: User, pod: Pod, claims: Iterable[Sat], now: dt.datetime) -> None:
    """End the quiet offers for which no seat is left, and those of who has claimed by themselves.

    Only under the (pod, day) locks of the claims. Each owner reads one notice, whatever the number of shifts.
    No statement when nobody offered.
    """
    lost: dict[int, list[QuietView]] = {}
    own: list[int] = []
    for sat in claims:
        for quiet in sat.view.quiet:
            if quiet.member == by.pk:
                own.append(quiet.pk)
            elif not _room(sat, quiet.period):
                lost.setdefault(quiet.member, []).append(quiet)
    _close(own, Outcome.CLAIMED, now, by)
    _close([quiet.pk for found in lost.values() for quiet in found], Outcome.OVERTAKEN, now, by)
    for member, found in sorted(lost.items()):
        spans = "; ".join(words.day_span(quiet.period, pod.tzinfo) for quiet in found)
        _tell(member, "quiet_overtaken", pod, found[0].period, [q.pk for q in found], by=by.name, span=spans)


def _room(sat: Sat, wanted: Period) -> bool:
    """Whether another seat, or what is left of this one, still has the whole part free."""
    for seat in sat.view.seats:
        taken = [t.period for t in sat.view.taken if t.seat == seat.pk]
        if seat.pk == sat.seat:
            taken.append(sat.period)
        if any(free.contains(wanted) for free in minus(sat.view.period, taken)):
            return True
    return False


def end_changed(rows: Iterable[Shift], pod: Pod, now: dt.datetime, *, cancelled: bool = False) -> None:
    """End the quiet offers of shifts that are changed or cancelled. Only under their (pod, day) locks.

    Each owner reads one notice, whatever the number of shifts. One statement when nobody offered.
    """
    ended: dict[int, list[QuietOffer]] = {}
    outcome = Outcome.CANCELLED if cancelled else Outcome.CHANGED
    for quiet in QuietOffer.objects.filter(shift__in=list(rows), outcome=Outcome.OPEN).order_by("period"):
        ended.setdefault(quiet.member_id, []).append(quiet)
    _close([quiet.pk for found in ended.values() for quiet in found], outcome, now)
    for member, found in sorted(ended.items()):
        spans = "; ".join(words.day_span(quiet.span, pod.tzinfo) for quiet in found)
        pks = [quiet.pk for quiet in found]
        _tell(member, f"quiet_{outcome}", pod, found[0].span, pks, span=spans, number=len(found))


def end(
    quiet: QuietOffer,
    pod: Pod,
    outcome: Outcome,
    now: dt.datetime,
    *,
    sat: int | None = None,
    why: Mapping[str, Any] | None = None,
    **data: Any,
) -> None:
    """Close one offer, with who sat down on it and why it did not fit, and tell its owner."""
    quiet.outcome, quiet.closed_at, quiet.closed_by_id, quiet.why = outcome, now, sat, dict(why or {})
    quiet.save(update_fields=["outcome", "closed_at", "closed_by", "why"])
    span = words.day_span(quiet.span, pod.tzinfo)
    _tell(quiet.member_id, f"quiet_{outcome}", pod, quiet.span, [quiet.pk], span=span, **data)


def revive(act: Act, shifts: Iterable[Shift], pod: Pod, now: dt.datetime) -> None:
    """What becomes of the quiet offers that a claim ended, when the claim is undone. Only under its locks.

    They stand again as they were where their instant is to come and their part is free. One whose instant has passed
    takes nothing behind somebody's back: an own one ends with the claim, another's owner reads that the shift is open.
    One statement when the claim ended none.
    """
    ended = QuietOffer.objects.select_related("shift", "member").filter(
        shift__in=list(shifts),
        closed_by=act.member_id,
        closed_at=act.at,
        outcome__in=[Outcome.CLAIMED, Outcome.OVERTAKEN],
    )
    for quiet in ended:
        own = quiet.member_id == act.member_id
        if quiet.falls_at > now and _stands(quiet):
            quiet.outcome, quiet.closed_at, quiet.closed_by = Outcome.OPEN, None, None
        elif own:
            quiet.outcome, quiet.closed_at, quiet.why = Outcome.WITHDRAWN, now, {"code": UNDONE}
        quiet.save(update_fields=["outcome", "closed_at", "closed_by", "why"])
        if not own:
            kind = "quiet_stands" if quiet.outcome == Outcome.OPEN else "quiet_open_again"
            span = words.day_span(quiet.span, pod.tzinfo)
            when = moment(quiet.falls_at, pod.tzinfo)
            _tell(quiet.member_id, kind, pod, quiet.span, [quiet.pk], act.pk, by=act.member.name, span=span, when=when)


def _stands(quiet: QuietOffer) -> bool:
    """Whether an ended offer could be open: its shift is as it was, nobody sits there, and it was not made anew."""
    shift = quiet.shift
    if shift.cancelled_at is not None or shift.version != quiet.shift_version:
        return False
    if QuietOffer.objects.filter(shift=shift, member=quiet.member_id, outcome=Outcome.OPEN).exists():
        return False
    taken = shift.assignments.filter(period__overlap=quiet.period)
    return Seat.objects.filter(shift=shift).exclude(pk__in=taken.values("seat")).exists()


def _close(pks: Sequence[int], outcome: Outcome, now: dt.datetime, by: User | None = None) -> None:
    if pks:
        QuietOffer.objects.filter(pk__in=pks, outcome=Outcome.OPEN).update(outcome=outcome, closed_at=now, closed_by=by)


def _tell(
    member: int, kind: str, pod: Pod, period: Period, pks: Sequence[int], act: int | None = None, **data: Any
) -> None:
    day = local_date(period.start, pod.tzinfo)
    name = f"{kind}:{act}" if act else kind
    notify(
        to=[member],
        kind=kind,
        data=data,
        url=reverse("week", kwargs={"slug": pod.slug, "week": week_label(day)}),
        source=f"{name}:{','.join(map(str, pks))}"[:100],
    )
