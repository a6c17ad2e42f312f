"""Wishes to swap: an own shift kept open while its owner looks for somebody."""

from __future__ import annotations

import datetime as dt

from django.http import Http404
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.periods import Period
from cxportal.core.violations import Invalid, Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.scheduling.models import Assignment, as_range
from teams.scheduling.services.doors import lock_rosters, tell
from teams.scheduling.swaps import telling
from teams.scheduling.swaps.models import Exchange, Outcome, SwapWish
from teams.scheduling.swaps.reading import leg_of, scene
from teams.scheduling.swaps.rules import Leg, ends_at, people_of


@recorded
def open_wish(
    *,
    by: User,
    assignment: int,
    period: Period | None = None,
    first: dt.date | None = None,
    last: dt.date | None = None,
    rings: bool = True,
    at: dt.datetime | None = None,
) -> SwapWish:
    """Keep an own shift open for a swap; it stays its owner's. Opening it again changes what is wanted.

    Locks: (member, week), (pod, day). Raises ``Refused`` (``started``), ``Invalid`` for days in the
    wrong order or a part outside the shift; ``Http404`` for somebody else's.
    """
    now = at or periods.now()
    if first and last and last < first:
        raise Invalid({"last": _("The last day lies before the first.")})
    row = _own(by, assignment)
    lock_rosters([by.pk], [(row.shift.pod, row.shift.span)])
    row = _own(by, assignment)
    part = period or row.span
    if not row.span.contains(part):
        raise Invalid({"": _("The part lies outside your shift.")})
    if part.start <= now:
        raise Refused(Violation("started", _("It has begun, so nobody can take it over any more.")))
    bounds = scene(row.shift.pod, part, [by.pk], now).picture.bounds
    leg = Leg(by.pk, 0, row.pk, row.shift_id, part, row.shift.version)
    wanted = {
        "period": as_range(part), "first": first, "last": last, "rings": rings,
        "ends_at": ends_at([leg], bounds, now), "shift_version": row.shift.version,
    }  # fmt: skip
    made, _new = SwapWish.objects.update_or_create(
        assignment=row,
        outcome=Outcome.OPEN,
        defaults=wanted,
        create_defaults={**wanted, "pod": row.shift.pod, "shift": row.shift, "owner": by, "made_at": now},
    )
    tell(row.shift.pod, [row.shift.day], [by.pk])
    return made


@recorded
def withdraw_wish(*, by: User, wish: int, at: dt.datetime | None = None) -> SwapWish:
    """End an own wish and every exchange that was asked for it; again changes nothing.

    Locks: (member, week), (pod, day).
    """
    now = at or periods.now()
    row = SwapWish.objects.select_related("pod", "shift").filter(pk=wish, owner=by).first()
    if row is None:
        raise Http404
    lock_rosters([by.pk], [(row.pod, row.span)])
    row.refresh_from_db(fields=["outcome"])
    if row.outcome != Outcome.OPEN:
        return row
    row.outcome, row.closed_at = Outcome.WITHDRAWN, now
    row.save(update_fields=["outcome", "closed_at"])
    for exchange in Exchange.objects.filter(wish=row, made_by=by, outcome=Outcome.OPEN).select_related("pod"):
        exchange.outcome, exchange.closed_at, exchange.closed_by = Outcome.WITHDRAWN, now, by
        exchange.save(update_fields=["outcome", "closed_at", "closed_by"])
        telling.withdrawn(exchange, by, people_of(leg_of(leg) for leg in exchange.legs.all()))
    tell(row.pod, [row.shift.day], [by.pk])
    return row


def _own(by: User, assignment: int) -> Assignment:
    row = Assignment.objects.select_related("shift__pod", "shift__week").filter(pk=assignment, member=by).first()
    if row is None:
        raise Http404
    return row
