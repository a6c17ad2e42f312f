"""What ends a quiet offer before its instant: somebody else takes the last seat, or the shift is changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.urls import reverse

from cxportal.core.periods import Period, local_date, week_label
from teams.notifications.services import notify
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.models import Shift
from teams.scheduling.opening.models import QuietOffer
from teams.scheduling.picture import QuietView, ShiftView, minus

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
    _close(own, Outcome.CLAIMED, now)
    _close([quiet.pk for found in lost.values() for quiet in found], Outcome.OVERTAKEN, now)
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


def end_changed(row: Shift, now: dt.datetime) -> None:
    """End the quiet offers of a shift that is changed or cancelled, and tell their owners."""
    for quiet in list(QuietOffer.objects.filter(shift=row, outcome=Outcome.OPEN)):
        end(quiet, row.pod, Outcome.CHANGED, "quiet_changed", now)


def end(quiet: QuietOffer, pod: Pod, outcome: Outcome, kind: str, now: dt.datetime, **data: str) -> None:
    """Close one offer and tell its owner why."""
    quiet.outcome, quiet.closed_at = outcome, now
    quiet.save(update_fields=["outcome", "closed_at"])
    _tell(quiet.member_id, kind, pod, quiet.span, [quiet.pk], span=words.day_span(quiet.span, pod.tzinfo), **data)


def _close(pks: Sequence[int], outcome: Outcome, now: dt.datetime) -> None:
    if pks:
        QuietOffer.objects.filter(pk__in=pks, outcome=Outcome.OPEN).update(outcome=outcome, closed_at=now)


def _tell(member: int, kind: str, pod: Pod, period: Period, pks: Sequence[int], **data: str) -> None:
    day = local_date(period.start, pod.tzinfo)
    notify(
        to=[member],
        kind=kind,
        data=data,
        url=reverse("week", kwargs={"slug": pod.slug, "week": week_label(day)}),
        source=f"{kind}:{','.join(map(str, pks))}"[:100],
    )
