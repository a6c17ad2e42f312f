"""Quiet offers: "I take it if nobody else does by …". Made, withdrawn, and carried out at their instant."""

from __future__ import annotations

import datetime as dt

from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.scheduling import words
from teams.scheduling.bounds import DRAFT
from teams.scheduling.effects import claim_effect
from teams.scheduling.models import Act, Assignment, Shift, as_range
from teams.scheduling.opening.closing import Sat, end, end_changed, overtaken
from teams.scheduling.opening.models import QuietOffer
from teams.scheduling.opening.reasons import HAS_PART, LEFT_POD, kept
from teams.scheduling.opening.rules import open_line
from teams.scheduling.opening.words import OF_THE_HOUR
from teams.scheduling.picture import Person, PodPicture, SeatView, ShiftView
from teams.scheduling.rounds import moment
from teams.scheduling.services.claims import look, seat_member, taken_violation
from teams.scheduling.services.doors import lock_roster, must_stand, must_work_in, shift_or_404, tell

Outcome = QuietOffer.Outcome


@recorded
def offer_quietly(*, by: User, shift: int, falls_at: dt.datetime, at: dt.datetime | None = None) -> QuietOffer:
    """Take an open seat at an instant, if nobody else does before; the whole of what is open of it.

    Offering again moves the instant and keeps the place among others. Judged now as a claim, but for what time may
    change, and again at the instant. Locks: (member, week), (pod, day). Raises ``Refused`` (``too_late`` when the
    instant is past or not before the shift, ``before_opening``, ``yours``, ``seat_taken``, or the bounds).
    """
    now = at or periods.now()
    row = shift_or_404(shift)
    must_work_in(by, row.pod)
    lock_roster(row.pod, [by.pk], [row.span])
    must_stand(row.span, shift_or_404(shift).span)
    picture, person = look(row, by, now)
    view, seat, period = _open_seat(picture, person, row, by, now)
    _must_be_in_time(picture, row, view, falls_at)
    effect = claim_effect(picture, person.state, view, seat, period)
    if found := [violation for violation in effect.violations if violation.code not in OF_THE_HOUR]:
        raise Refused(found)
    made = QuietOffer.objects.filter(shift=row, member=by, outcome=Outcome.OPEN).first()
    if made is not None and made.falls_at == falls_at:
        return made
    if made is None:
        made = QuietOffer(shift=row, shift_version=view.version, period=as_range(period), member=by, made_at=now)
    made.falls_at = falls_at
    made.save()
    _carry_out_later(made)
    tell(row.pod, [row.day], [by.pk])
    return made


def _open_seat(
    picture: PodPicture, person: Person, row: Shift, by: User, now: dt.datetime
) -> tuple[ShiftView, SeatView, periods.Period]:
    view = picture.by_shift.get(row.pk)
    if view is None:
        raise Http404
    if any(taken.member == by.pk for taken in view.taken):
        raise Refused(Violation("yours", _("You have this shift already.")))
    line = open_line(picture, person.state, view)
    if line is None:
        raise Refused(taken_violation(row, by, now))
    seats = [seat for seat in view.seats if any(free.contains(line.period) for free in view.free(seat))]
    able = [seat for seat in seats if seat.skill is None or seat.skill in person.state.skills]
    return view, (able or seats)[0], line.period


def _must_be_in_time(picture: PodPicture, row: Shift, view: ShiftView, falls_at: dt.datetime) -> None:
    """Raises ``Refused`` unless the instant is to come, before the shift, and not before claims open."""
    week, zone = picture.weeks[view.week], picture.zone
    if not picture.at < falls_at < view.period.start:
        said = _("Choose a moment between now and the beginning of the shift, %(when)s.")
        raise Refused(Violation("too_late", said % {"when": moment(view.period.start, zone)}))
    if week.state(picture.at) == DRAFT and falls_at < week.opens_at:
        said = _("Claims of this week open %(when)s; choose a moment from then on.")
        raise Refused(
            Violation(
                "before_opening", said % {"when": moment(week.opens_at, zone)}, {"opens_at": week.opens_at.isoformat()}
            )
        )


def _carry_out_later(row: QuietOffer) -> None:
    """Enqueue the job inside the transaction: it exists exactly when the offer does."""
    from teams.scheduling import tasks

    tasks.carry_out_quiet_offer.configure(schedule_at=row.falls_at).defer(offer=row.pk)


@recorded
def withdraw_quiet(*, by: User, shift: int, at: dt.datetime | None = None) -> QuietOffer:
    """Take an own quiet offer of a shift back; withdrawing again changes nothing.

    Locks: (member, week), (pod, day). Raises ``Refused``: ``claimed`` when it was carried out already,
    ``not_offered`` when there never was one.
    """
    rows = QuietOffer.objects.select_related("shift__pod").filter(shift=shift, member=by).order_by("-pk")
    row = rows.filter(outcome=Outcome.OPEN).first() or rows.first()
    if row is None:
        raise Refused(Violation("not_offered", _("You have not offered to take this shift.")))
    lock_roster(row.shift.pod, [by.pk], [row.shift.span])
    row.refresh_from_db(fields=["outcome"])
    if row.outcome == Outcome.CLAIMED:
        span = words.day_span(row.span, row.shift.pod.tzinfo)
        raise Refused(Violation("claimed", _("%(span)s is yours already.") % {"span": span}, {}, _("Give it back.")))
    if row.outcome == Outcome.OPEN:
        row.outcome, row.closed_at = Outcome.WITHDRAWN, at or periods.now()
        row.save(update_fields=["outcome", "closed_at"])
        tell(row.shift.pod, [row.shift.day], [by.pk])
    return row


@recorded
def carry_out(*, offer: int, by: User | None = None, at: dt.datetime | None = None) -> list[QuietOffer]:
    """Carry out the offers of a shift whose instant has come, in the order in which they were made.

    Each is judged and claimed as if its owner claimed now; who does not fit is told why. Repeating does nothing.
    Returns what was ended. Locks: (member, week) of all of them, (pod, day). Raises ``Refused`` (``busy``).
    """
    now = at or periods.now()
    asked = QuietOffer.objects.select_related("shift__pod").filter(pk=offer, outcome=Outcome.OPEN).first()
    if asked is None:
        return []
    shift = asked.shift
    due = QuietOffer.objects.filter(shift=shift, outcome=Outcome.OPEN, falls_at__lte=now).order_by("made_at", "pk")
    known = list(due.values_list("pk", "member"))
    lock_roster(shift.pod, {member for _pk, member in known}, [shift.span])
    shift = Shift.objects.select_related("pod", "week").get(pk=shift.pk)
    must_stand(asked.shift.span, shift.span)
    rows = list(due.filter(pk__in=[pk for pk, _member in known]).select_related("member"))
    for row in rows:
        row.refresh_from_db(fields=["outcome"])
        if row.outcome == Outcome.OPEN:
            _carry_out_one(row, shift, now)
    if rows:
        tell(shift.pod, [shift.day], {row.member_id for row in rows})
    return rows


def _carry_out_one(row: QuietOffer, shift: Shift, now: dt.datetime) -> None:
    pod, member = shift.pod, row.member
    if shift.cancelled_at is not None or shift.version != row.shift_version:
        end_changed([shift], pod, now, cancelled=shift.cancelled_at is not None)
        return
    picture, person = look(shift, member, now)
    view = picture.by_shift[shift.pk]
    seats = [seat for seat in view.seats if any(free.contains(row.span) for free in view.free(seat))]
    if not seats:
        last = _last(view, row)
        end(row, pod, Outcome.OVERTAKEN, now, sat=last.pk if last else None, by=last.name if last else "")
        return
    with translation.override(member.language):  # a job judges, and the owner reads the reason
        judged = [(seat, claim_effect(picture, person.state, view, seat, row.span).violations) for seat in seats]
    seat = next((seat for seat, violations in judged if not violations), None)
    if seat is None or (why := _why_not(picture, person, view)):
        first = min((violations for _seat, violations in judged), key=len)
        why = kept(first[0]) if seat is None else why
        end(row, pod, Outcome.REFUSED, now, why=why, reason=why)
        return
    seat_member(member.pk, shift, seat.pk, row.span, picture.bounds, Assignment.Source.CLAIM, now, person.state)
    Act.objects.create(kind=Act.Kind.CLAIM, member=member, week=shift.week, seat_id=seat.pk, period=row.period, at=now)
    overtaken(member, pod, [Sat(view, seat.pk, row.span)], now)
    end(row, pod, Outcome.CLAIMED, now, sat=member.pk)


def _why_not(picture: PodPicture, person: Person, view: ShiftView) -> dict[str, str]:
    """What no rule of a claim says: who left the pod, or sits there already."""
    if person.pk not in picture.members:
        return {"code": LEFT_POD, "pod": picture.pod.name}
    if any(taken.member == person.pk for taken in view.taken):
        return {"code": HAS_PART}
    return {}


def _last(view: ShiftView, row: QuietOffer) -> User | None:
    """Who sat down last on what was offered."""
    last = max((t for t in view.taken if t.period.overlaps(row.span)), key=lambda t: t.made_at, default=None)
    return User.objects.filter(pk=last.member).first() if last else None
