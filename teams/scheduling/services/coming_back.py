"""Coming back before an absence is over: it ends, and the work that it cut is given back as it stood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.periods import Period
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.notifications.services import settle as settle_notices
from teams.people.models import User
from teams.pods.queries import standing
from teams.scheduling import words
from teams.scheduling.effects import claim_effect
from teams.scheduling.models import Absence, Act, Assignment, Shift, as_range
from teams.scheduling.opening.closing import Sat, overtaken
from teams.scheduling.picture import minus
from teams.scheduling.services.absences import GivenUp, called, cut_span
from teams.scheduling.services.claims import look, of_a_round_before, seat_member, unseat
from teams.scheduling.services.doors import lock_rosters, must_stand, tell, tell_away
from teams.scheduling.services.spending import free_again


@dataclass(frozen=True)
class Back:
    """What coming back did. ``absence`` is what is left of it, None when nothing is.

    ``restored`` are shifts in words that are the member's again, ``gone`` those that are not, with why.
    """

    absence: Absence | None
    restored: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@recorded
def end_absence(*, by: User, absence: int, at: dt.datetime | None = None) -> Back:
    """The member is back: what is left of the absence is taken out, and the work that it cut comes back as it stood.

    An absence to come, and one reported within the last ten minutes, disappears as if it had never been. Work that
    somebody else has by now stays with them. Ending again changes nothing. Locks: (member, week), (pod, day).
    Raises ``Refused`` (``leave``) for leave: its days are taken back where they were asked for.
    """
    now = at or periods.now()
    row = _own(by, absence)
    shifts = {each.pk: each for each in _cut(row)}
    lock_rosters([row.member_id], [(each.pod, each.span) for each in shifts.values()])
    row = _own(by, absence)
    for each in (found := _cut(row)):
        must_stand(shifts[each.pk].span, each.span)
    never = row.span.start >= now or row.made_at <= now <= row.made_at + Act.UNDO_FOR
    if row.span.end <= now and not never:
        return Back(row)
    tell_away(row.member, row.span)
    pieces: list[GivenUp] = row.given_up
    if never:
        row.delete()
    else:
        row.period = as_range(Period(row.span.start, now))
        # What was lost until now stays on the account; of what is to come nothing is cut any more.
        row.given_up = [
            {**each, "end": min(cut_span(each).end, now).isoformat()} for each in pieces if cut_span(each).start < now
        ]
        row.save(update_fields=["period", "given_up"])
    restored, gone = give_work_back(row.member, {each.pk: each for each in found}, pieces, now)
    for shift in found:
        _calm(shift, [each for each in pieces if each["shift"] == shift.pk], absence, now)
    return Back(None if never else row, restored, gone)


def _own(by: User, absence: int) -> Absence:
    row = Absence.objects.select_related("member").filter(pk=absence).first()
    if row is None or (row.member_id != by.pk and not standing(by).is_administrator):
        raise Http404
    if row.kind == Absence.Kind.LEAVE:
        raise Refused(Violation("leave", _("Leave is taken back in the year of holidays, day by day.")))
    return row


def _cut(row: Absence) -> list[Shift]:
    """The shifts from which the absence cut work, as far as they still stand."""
    found = Shift.objects.filter(pk__in=[each["shift"] for each in row.given_up], cancelled_at=None)
    return list(found.select_related("pod", "week").order_by("period", "pk"))


def give_work_back(
    member: User, shifts: dict[int, Shift], pieces: Sequence[GivenUp], now: dt.datetime, *, in_parts: bool = True
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Seat the member again where work was cut; in words what came back and what did not. Under the locks of both.

    Where the member is away for a part still, the others come back ``in_parts``, or nothing does.
    """
    restored, gone = [], []
    for piece in pieces:
        shift = shifts.get(piece["shift"])
        was = cut_span(piece)
        away = Absence.objects.filter(member=member, period__overlap=as_range(was))
        parts = minus(was, [each.span for each in away])
        if shift is None or was.end <= now or not any(part.end > now for part in parts):
            continue
        parts = parts if in_parts else [was]
        span = words.day_span(was, shift.pod.tzinfo)
        try:
            with transaction.atomic():
                _sit_again(member, shift, piece, parts, now)
        except Refused as refusal:
            gone.append(_("%(span)s: %(why)s") % {"span": span, "why": refusal.violations[0].message})
            continue
        restored.append(span)
        tell(shift.pod, [shift.day], [member.pk])
    return tuple(restored), tuple(gone)


def _sit_again(member: User, shift: Shift, piece: GivenUp, parts: Sequence[Period], now: dt.datetime) -> None:
    """The parts of one stay in place of what was left of it, with its source and since when it was held.

    Judged as undoing a give-back is: lateness and rounds that began since count nothing. Raises ``Refused``.
    """
    held = Assignment.objects.filter(shift=shift, period__overlap=as_range(Period(parts[0].start, parts[-1].end)))
    taken = held.filter(seat=piece["seat"]).exclude(member=member).select_related("member").order_by("period").first()
    if taken is not None:
        raise Refused(Violation("seat_taken", _("%(name)s has it now.") % {"name": taken.member.name}))
    since = dt.datetime.fromisoformat(piece["made_at"])
    kept = set()
    for own in held.filter(member=member, seat=piece["seat"]):
        if own.span in parts:
            kept.add(own.span)
        else:
            unseat(own, now)
    free_again(piece["assignment"])
    for part in (each for each in parts if each not in kept):
        picture, person = look(shift, member, now)
        view = picture.by_shift[shift.pk]
        seat = next((each for each in view.seats if each.pk == piece["seat"]), None)
        if seat is None or not any(free.contains(part) for free in view.free(seat)):
            raise Refused(Violation("changed", _("The shift was changed since.")))
        broken = claim_effect(picture, person.state, view, seat, part).violations
        if found := [v for v in broken if v.code != "started_too_late" and not of_a_round_before(v, since)]:
            raise Refused(found)
        seat_member(member.pk, shift, seat.pk, part, picture.bounds, piece["source"], since, person.state)
        overtaken(member, shift.pod, [Sat(view, seat.pk, part)], now)


def _calm(shift: Shift, pieces: Sequence[GivenUp], absence: int, now: dt.datetime) -> None:
    """Withdraw the call for help on a shift, unless a seat that illness opened there is still free."""
    since = shift.urgent_since
    ill = Absence.objects.filter(kind=Absence.Kind.SICK, period__endswith__gt=now)
    others = ill.filter(given_up__contains=[{"shift": shift.pk}]).exclude(pk=absence)
    if since is None or others.exists() or any(_is_open(each) for each in pieces):
        return
    shift.urgent_since = None
    shift.save(update_fields=["urgent_since"])
    settle_notices(kind="shift_urgent", about=called(shift, since))


def _is_open(piece: GivenUp) -> bool:
    """Whether something of the seat is free that was taken before."""
    was = cut_span(piece)
    held = Assignment.objects.filter(seat=piece["seat"], period__overlap=as_range(was))
    return bool(minus(was, [each.span for each in held]))
