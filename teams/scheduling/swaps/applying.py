"""Writes an exchange: everybody stands up, then everybody sits down. Only under the locks, after the rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from cxportal.core.periods import Period
from teams.scheduling.models import Assignment, Duty, Shift, as_range
from teams.scheduling.picture import minus
from teams.scheduling.services.claims import seat_member, unseat
from teams.scheduling.services.working_days import settle
from teams.scheduling.swaps.closing import close_all
from teams.scheduling.swaps.reading import Scene
from teams.scheduling.swaps.rules import Leg


def apply(
    legs: Sequence[Leg], read: Scene, now: dt.datetime, held: Mapping[Leg, tuple[str, dt.datetime]] | None = None
) -> None:
    """Move every leg's work to its taker. Nobody holds two seats on the way, so no constraint is put off.

    ``held`` says of legs that go back how and since when the taker had the work before, so that they stand
    as if nothing had happened. Raises ``Refused`` when the database finds what the rules did not.
    """
    held = held or {}
    given = {row.pk: row for row in Assignment.objects.filter(pk__in=[leg.assignment for leg in legs])}
    seats = {leg: given[leg.assignment].seat_id for leg in legs}
    close_all(given.values(), now)
    # The last part of a shift first: what is left of it then always holds the parts before.
    for leg in sorted(legs, key=lambda leg: leg.period, reverse=True):
        stand_up(given[leg.assignment], leg, now)
    shifts = {row.pk: row for row in Shift.objects.filter(pk__in={leg.shift for leg in legs})}
    for leg in sorted(legs, key=lambda leg: leg.period):
        source, since = held.get(leg, (Assignment.Source.SWAP.value, now))
        made = seat_member(leg.taker, shifts[leg.shift], seats[leg], leg.period, read.picture.bounds, source, since)
        if leg in held:
            rejoin(made)


def rejoin(row: Assignment) -> None:
    """A part that comes back to its owner is one with what they kept of it, as it was before."""
    pieces = Assignment.objects.filter(
        member=row.member_id, seat=row.seat_id, duty=row.duty_id, source=row.source, made_at=row.made_at
    ).order_by("period")
    before = next((piece for piece in pieces if piece.span.end == row.span.start), None)
    after = next((piece for piece in pieces if piece.span.start == row.span.end), None)
    kept = before or after
    if kept is None:
        return
    whole = Period((before or row).span.start, (after or row).span.end)
    # The oldest stays, so that what was offered of it still stands.
    row.delete()
    if before and after:
        after.delete()
    kept.period = as_range(whole)
    kept.save(update_fields=["period"])


def stand_up(row: Assignment, leg: Leg, now: dt.datetime) -> None:
    """Take a leg's period out of an assignment; what is left of it stays its owner's."""
    left = minus(row.span, [leg.period])
    if not left:
        unseat(row, now)
        return
    duty = Duty.objects.get(pk=row.duty_id)
    row.period = as_range(left[0])
    row.save(update_fields=["period"])
    for part in left[1:]:
        Assignment.objects.create(
            member_id=row.member_id, shift_id=row.shift_id, seat_id=row.seat_id, duty=duty, period=as_range(part),
            source=row.source, made_at=row.made_at,
        )  # fmt: skip
    settle([duty])
