"""Writes an exchange: everybody stands up, then everybody sits down. Only under the locks, after the rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from teams.scheduling.models import Assignment, Duty, Shift, as_range
from teams.scheduling.picture import minus
from teams.scheduling.services.claims import seat_member, unseat
from teams.scheduling.services.working_days import settle
from teams.scheduling.swaps.closing import close_offers
from teams.scheduling.swaps.reading import Scene
from teams.scheduling.swaps.rules import Leg


def apply(legs: Sequence[Leg], read: Scene, now: dt.datetime) -> None:
    """Move every leg's work to its taker. Nobody holds two seats on the way, so no constraint is put off.

    Raises ``Refused`` when the database finds what the rules did not.
    """
    given = {row.pk: row for row in Assignment.objects.filter(pk__in=[leg.assignment for leg in legs])}
    seats = {leg: given[leg.assignment].seat_id for leg in legs}
    for leg in legs:
        stand_up(given[leg.assignment], leg, now)
    shifts = {row.pk: row for row in Shift.objects.filter(pk__in={leg.shift for leg in legs})}
    for leg in sorted(legs, key=lambda leg: leg.period):
        shift = shifts[leg.shift]
        seat_member(leg.taker, shift, seats[leg], leg.period, read.picture.bounds, Assignment.Source.SWAP, now)


def stand_up(row: Assignment, leg: Leg, now: dt.datetime) -> None:
    """Take a leg's period out of an assignment; what is left of it stays its owner's."""
    left = minus(row.span, [leg.period])
    if not left:
        unseat(row, now)
        return
    close_offers(row, now)
    duty = Duty.objects.get(pk=row.duty_id)
    row.period = as_range(left[0])
    row.save(update_fields=["period"])
    for part in left[1:]:
        Assignment.objects.create(
            member_id=row.member_id, shift_id=row.shift_id, seat_id=row.seat_id, duty=duty, period=as_range(part),
            source=row.source, made_at=row.made_at,
        )  # fmt: skip
    settle([duty])
