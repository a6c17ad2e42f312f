"""What every change of an existing shift does: lock it with who sits there, judge the result, remember, tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core.periods import Period, local_date
from cxportal.core.violations import Refused, Violation
from teams.notifications.services import notify
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.bounds import FIXED, PAST, BoundValues, floor_violation
from teams.scheduling.coverage import below_floor
from teams.scheduling.models import Act, Assignment, GiveAway, Segment, Shift, Week, as_range
from teams.scheduling.opening.closing import end_changed
from teams.scheduling.picture import PodPicture, ShiftView
from teams.scheduling.services.claims import seat_member, unseat
from teams.scheduling.services.doors import lock_roster, must_stand, must_work_in, shift_or_404
from teams.scheduling.swaps.closing import close_all
from teams.scheduling.swaps.models import Exchange, Outcome, SwapWish

type Snapshot = dict[str, Any]


def locked_shift(by: User, shift: int, *also: Period) -> tuple[Shift, list[int]]:
    """The shift and who sits on it, under the locks of all of them; asked again when somebody came meanwhile.

    ``also`` are periods to which the change reaches. Raises ``Refused`` (``changed``).
    """
    row = shift_or_404(shift)
    must_work_in(by, row.pod)
    members = list(row.assignments.values_list("member", flat=True))
    locked = row.span
    lock_roster(row.pod, members, [locked, *also])
    row = shift_or_404(shift)
    must_stand(locked, row.span)
    if set(members) != set(row.assignments.values_list("member", flat=True)):
        raise Refused(
            Violation("changed", _("Somebody claimed or gave back this shift a moment ago. Look at it again."))
        )
    return row, members


def may_change(by: User, row: Shift, now: dt.datetime) -> None:
    """Raises ``Refused``: ``past``, or ``week_fixed`` when others sit on a shift of a fixed week."""
    state = row.week.state_at(now)
    if state == PAST or row.span.end <= now:
        raise Refused(over(row.span, row.pod))
    others = sorted(row.assignments.exclude(member=by).values_list("member__name", flat=True))
    if state == FIXED and others:
        raise Refused(
            Violation(
                "week_fixed",
                _("The week is fixed and %(names)s claimed this shift; only they can change it.")
                % {"names": ", ".join(others)},
                {},
                _("Add another shift, or ask them."),
            )
        )


def over(period: Period, pod: Pod) -> Violation:
    """The time of a shift is past."""
    return Violation("past", _("%(span)s is over.") % {"span": words.day_span(period, pod.tzinfo)})


def floor_breaks(before: PodPicture, after: PodPicture) -> list[Violation]:
    """Where a change would take people away below the floor."""
    names = {a.pk: a.name for a in before.activities.values()}
    breaks = below_floor(before.floor, before.staffed, after.staffed)
    return [floor_violation(hit, before.zone, names) for hit in breaks]


def end_offers(rows: Sequence[Shift], now: dt.datetime, *, cancelled: bool = False) -> None:
    """Open offers, wishes and exchanges of shifts end: they held a version that was changed. Under their locks."""
    GiveAway.objects.filter(shift__in=rows, outcome=GiveAway.Outcome.OPEN).update(
        outcome=GiveAway.Outcome.EXPIRED, closed_at=now
    )
    close_all(Assignment.objects.filter(shift__in=rows), now)
    if rows:
        end_changed(rows, rows[0].pod, now, cancelled=cancelled)


def write_parts(row: Shift, parts: Iterable[tuple[int, Period]]) -> None:
    """The activities of a shift, in place of those it had."""
    row.segments.all().delete()
    Segment.objects.bulk_create(
        Segment(shift=row, activity_id=activity, period=as_range(part)) for activity, part in parts
    )


def take_times(row: Shift, period: Period) -> None:
    """Put a shift at another period, with its day and the offsets of its zone; its version rises. Not yet saved."""
    row.period, row.day = as_range(period), local_date(period.start, row.pod.tzinfo)
    row.starts_offset, row.ends_offset = words.offset(period.start, row.tzinfo), words.offset(period.end, row.tzinfo)
    row.version += 1


def rewrite(row: Shift, there: ShiftView, bounds: BoundValues, now: dt.datetime) -> None:
    """Seat everybody anew on the changed shift, so that each working day is rewritten by the one rule."""
    end_offers([row], now)
    before = list(row.assignments.all())
    for assignment in before:
        unseat(assignment, now)
    take_times(row, there.period)
    row.save()
    write_parts(row, there.segments)
    sources = {(a.seat_id, a.member_id): (a.source, a.made_at) for a in before}
    for taken in there.taken:
        source, made_at = sources[taken.seat, taken.member]
        seat_member(taken.member, row, taken.seat, taken.period, bounds, source, made_at)


def snapshot(row: Shift) -> Snapshot:
    """Everything of a shift that a change touches, as JSON: what undo brings back, and by which it sees later acts."""
    edges = _edges
    return {
        "shift": row.pk,
        "period": edges(row.span),
        "cancelled": row.cancelled_at is not None,
        "segments": [[s.activity_id, *edges(s.span)] for s in Segment.objects.filter(shift=row).order_by("period")],
        "taken": [
            [a.seat_id, a.member_id, *edges(a.span), a.source, a.made_at.isoformat()]
            for a in row.assignments.order_by("period", "seat_id")
        ],
        "offers": _open_offers(row),
        "version": row.version,
    }


def _open_offers(row: Shift) -> int:
    """How many offers, wishes and exchanges stand on a shift."""
    return (
        GiveAway.objects.filter(shift=row, outcome=GiveAway.Outcome.OPEN).count()
        + SwapWish.objects.filter(shift=row, outcome=Outcome.OPEN).count()
        + Exchange.objects.filter(legs__shift=row, outcome=Outcome.OPEN).distinct().count()
    )


def _edges(period: Period) -> list[str]:
    return [edge.astimezone(dt.UTC).isoformat() for edge in (period.start, period.end)]


def remember(
    kind: Act.Kind, by: User, week: Week, before: Sequence[Snapshot], rows: Sequence[Shift], now: dt.datetime
) -> Act:
    """Keep what a change did to shifts, the first of them the one that was changed, so that it can be undone."""
    return Act.objects.create(
        kind=kind,
        member=by,
        week=week,
        shift=rows[0],
        period=as_range(span_of(before[0])),
        before=list(before),
        after=[snapshot(row) for row in rows],
        at=now,
    )


def span_of(kept: Snapshot) -> Period:
    """The period of a snapshot."""
    start, end = (dt.datetime.fromisoformat(edge) for edge in kept["period"])
    return Period(start, end)


def tell_people(by: User, row: Shift, members: Sequence[int], kind: str, was: str = "") -> None:
    """A notice for whoever sits on the shift; who acts gets none."""
    notify(
        to=members,
        kind=kind,
        data={"by": by.name, "span": words.day_span(row.span, row.pod.tzinfo), "was": was},
        url=reverse("week", kwargs={"slug": row.pod.slug, "week": row.week.label}),
        source=f"{kind}:{row.pk}:{row.version}",
        by=by,
    )
