"""Claim, give back, undo: the acts by which members make their own week."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

import pghistory.core
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.batch import fetch
from cxportal.core.database import translate_errors
from cxportal.core.periods import MINUTE, Period, days_period, local_date
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import members_on
from teams.scheduling import words
from teams.scheduling.bounds import BoundValues, MemberState
from teams.scheduling.coverage import below_floor
from teams.scheduling.duties import join
from teams.scheduling.effects import Effect, claim_effect, release_effect, what_fits, without
from teams.scheduling.models import Absence, Act, Assignment, Duty, Shift, as_range
from teams.scheduling.opening.closing import Sat, overtaken, revive
from teams.scheduling.picture import Person, PodPicture, SeatView, ShiftView, reach
from teams.scheduling.reading import read_both
from teams.scheduling.services.doors import (
    Door,
    days_of,
    door,
    lock_roster,
    must_stand,
    must_work_in,
    own_assignment,
    shift_or_404,
    tell,
    telling,
)
from teams.scheduling.services.spending import free_again, restore, spend, spend_release, used
from teams.scheduling.services.working_days import BROKEN, place, settle, sit_alone
from teams.scheduling.swaps.closing import close_offers


@dataclass(frozen=True)
class Claimed:
    """A claim that holds: ``repeat`` when it held before; ``changed`` when the agreement is newer than the page."""

    assignment: Assignment
    effect: Effect | None
    act: Act | None
    repeat: bool = False
    changed: bool = False


@dataclass(frozen=True)
class Released:
    """A give-back that is done: ``repeat`` when it was done before."""

    act: Act | None
    effect: Effect | None
    repeat: bool = False


@recorded
def claim(
    *,
    by: User,
    shift: int | Door,
    period: Period | None = None,
    seen_version: int | None = None,
    at: dt.datetime | None = None,
) -> Claimed:
    """Take a free seat of a shift, whole or for a part; the same claim again answers the same.

    A running shift counts from the claim. ``seen_version`` is the agreement that the page showed;
    who stands at the ``door`` of the shift already hands it in. Locks: (member, week), (pod, day).
    Raises ``Refused`` with every broken bound, ``seat_taken`` with who was faster, ``changed`` or
    ``busy``; ``Denied`` or ``Http404`` for others.
    """
    now = at or periods.now()
    found = shift if isinstance(shift, Door) else door(shift)
    row = found.shift
    must_work_in(by, row.pod)
    if held := _glance(by, found, period, now):
        return Claimed(held, None, None, repeat=True)
    lock_roster(row.pod, [by.pk], [row.span])
    picture, person = look(row, by, now)
    view = picture.by_shift.get(row.pk)
    must_stand(row.span, view.period if view else shift_or_404(row.pk).span)
    if view is None:
        raise Http404
    if any(t.member == by.pk and (period is None or t.period.overlaps(period)) for t in view.taken):
        return Claimed(_sitting(by, row, period)[0], None, None, repeat=True)
    seat, part = choose(by, row, picture, person, view, period)
    effect = claim_effect(picture, person.state, view, seat, part)
    changed = seen_version is not None and seen_version != picture.bounds.version
    if effect.violations:
        raise Refused(with_change(effect.violations, picture.bounds, changed=changed))
    assignment, act = _sit_down(by, row, seat.pk, part, person, picture.bounds, now)
    overtaken(by, row.pod, [Sat(view, seat.pk, part)], now)
    return Claimed(assignment, effect, act, changed=changed)


@recorded
def release(*, by: User, assignment: int, shift: int | None = None, at: dt.datetime | None = None) -> Released:
    """Give a shift back: its seat opens at once. The same give-back again answers the same.

    ``shift`` is the one on which the page showed the assignment. Locks: (member, week), (pod, day).
    Raises ``Refused`` (``floor``, ``notice``, ``week_fixed``, ``started``, ``busy``, ``changed`` when
    the shift was moved since); ``Http404`` for somebody else's.
    """
    now = at or periods.now()
    row = own_assignment(by, assignment, shift)
    if row is None:
        return _released_before(by, assignment)
    lock_roster(row.shift.pod, [by.pk], [row.shift.span])
    row = own_assignment(by, assignment, row.shift_id)
    if row is None:
        return _released_before(by, assignment)
    picture, person = look(row.shift, by, now)
    view = picture.by_shift[row.shift_id]
    taken = next(t for t in view.taken if t.pk == row.pk)
    effect = release_effect(picture, person.state, view, taken, taken.period)
    if effect.violations:
        raise Refused(effect.violations)
    act = Act.objects.create(
        kind=Act.Kind.RELEASE,
        member=by,
        week=row.shift.week,
        seat_id=row.seat_id,
        period=row.period,
        at=now,
        assignment=row.pk,
    )
    spend_release(person.state, row.shift, row.pk, now)
    unseat(row, now)
    tell(row.shift.pod, [row.shift.day], [by.pk])
    return Released(act, effect)


@recorded
def undo(*, by: User, act: int, at: dt.datetime | None = None) -> Act:
    """Undo an own claim or give-back within ten minutes, if nobody built on it.

    Holds inside the notice limit too. Undoing again answers the same. Locks: (member, week),
    (pod, day). Raises ``Refused`` (``undo_late``, ``built_on``, or the bounds of the claim).
    """
    now = at or periods.now()
    row = Act.objects.select_related("seat__shift__pod", "seat__shift__week").filter(pk=act, member=by).first()
    if row is None or row.seat is None or row.period is None:
        raise Http404
    shift = row.seat.shift
    lock_roster(shift.pod, [by.pk], [shift.span])
    row.refresh_from_db()
    if row.undone_at:
        return row
    if now - row.at > Act.UNDO_FOR:
        raise Refused(Violation("undo_late", _("An act can be undone for 10 minutes; this one is older.")))
    if row.kind == Act.Kind.CLAIM:
        _undo_claim(by, row, shift, now)
    else:
        _undo_release(by, row, shift, now)
    row.undone_at = now
    row.save(update_fields=["undone_at"])
    tell(shift.pod, [shift.day], [by.pk])
    return row


def _undo_claim(by: User, act: Act, shift: Shift, now: dt.datetime) -> None:
    """Leave the seat again, unless somebody gave work back since, relying on this claim."""
    seated = Assignment.objects.select_related("duty", "shift__pod")
    row = seated.filter(member=by, seat=act.seat, period=act.period).first()
    if row is None:
        raise Refused(Violation("built_on", _("The shift is not yours any more, so there is nothing to undo.")))
    picture, _person = look(shift, by, now)
    view = picture.by_shift[shift.pk]
    left = without(picture.staffed, picture.seated(view, by.pk, row.span))
    breaks = below_floor(picture.floor, picture.staffed, left)
    if breaks and freed_since(by, shift.pod, act):
        raise Refused(
            Violation(
                "built_on",
                _("Somebody gave a shift back after your claim and relies on it; without you the floor would break."),
            )
        )
    undone = row.pk
    unseat(row, now)
    free_again(undone)
    revive(act, [shift], shift.pod, now)


def freed_since(by: User, pod: Pod, act: Act) -> list[Period]:
    """When somebody else got free since an act, at its time, which the floor allowed with it. Two queries."""
    since = Act.objects.filter(undone_at=None, at__gte=act.at, period__overlap=act.period).exclude(member=by)
    changed = Q(kind__in=[Act.Kind.MOVE, Act.Kind.PARTS, Act.Kind.CANCEL], shift__pod=pod)
    acts = since.filter(Q(kind=Act.Kind.RELEASE, seat__shift__pod=pod) | changed)
    # Illness asks for no floor; other absences were granted because of who stayed.
    away = Absence.objects.filter(kind__in=["leave", "other"], made_at__gte=act.at, period__overlap=act.period)
    crew = members_on(pod, local_date(act.at, pod.tzinfo)).exclude(pk=by.pk)
    found = [*acts.values_list("period", flat=True), *away.filter(member__in=crew).values_list("period", flat=True)]
    return [Period(each.lower, each.upper) for each in found]


def _undo_release(by: User, act: Act, shift: Shift, now: dt.datetime) -> None:
    """Sit down again on the same seat, when it is still free and every bound holds."""
    assert act.seat is not None
    if act.assignment:
        free_again(act.assignment)
    picture, person = look(shift, by, now)
    view = picture.by_shift.get(shift.pk)
    part = Period(act.period.lower, act.period.upper)
    seat = next((s for s in view.seats if s.pk == act.seat_id), None) if view else None
    if view is None or seat is None or not any(free.contains(part) for free in view.free(seat)):
        raise Refused(taken_violation(shift, by, now))
    effect = claim_effect(picture, person.state, view, seat, part)
    # Who takes an act back stands as before it, also in how long ago the shift was claimed: it was this
    # person's until a moment ago, so neither the lateness of a new claim counts nor the round that runs now.
    since = held_since(act) or now
    violations = [v for v in effect.violations if v.code != "started_too_late" and not of_a_round_before(v, since)]
    if violations:
        raise Refused(violations)
    seat_member(by.pk, shift, seat.pk, part, picture.bounds, Assignment.Source.CLAIM, since, person.state)
    overtaken(by, shift.pod, [Sat(view, seat.pk, part)], now)


def of_a_round_before(violation: Violation, since: dt.datetime) -> bool:
    return violation.code == "round_full" and since < dt.datetime.fromisoformat(violation.numbers["began"])


def held_since(act: Act) -> dt.datetime | None:
    """Since when the work was held that an act gave back; None when nothing is known."""
    known = held_before(act.assignment)
    return known[1] if known else None


def held_before(assignment: int | None) -> tuple[str, dt.datetime] | None:
    """How and since when work was held that is no more, from its recorded history; None when nothing is known."""
    (events,) = cast("list[Any]", pghistory.core.event_models(tracks_model=Assignment))
    found: tuple[str, dt.datetime] | None = (
        events.objects.filter(pgh_obj_id=assignment).order_by("-pgh_id").values_list("source", "made_at").first()
    )
    return found


def look(shift: Shift, by: User, now: dt.datetime, *, whole_weeks: bool = False) -> tuple[PodPicture, Person]:
    """The pod on the days of a shift and the person's weeks around it: one trip.

    ``whole_weeks`` reads the pod's weeks too, for telling what else is open.
    """
    zone = shift.pod.tzinfo
    days = days_of(shift.pod, shift.span)
    window = reach(shift.span, zone) if whole_weeks else days_period(days[0], days[-1], zone)
    picture, people = read_both(shift.pod, window, now, [by.pk], shift.span)
    return picture, people[by.pk]


def seat_member(
    member: int,
    shift: Shift,
    seat: int,
    part: Period,
    bounds: BoundValues,
    source: str,
    now: dt.datetime,
    state: MemberState | None = None,
) -> Assignment:
    """Write an assignment and its working day. Only under the locks, after the rules.

    With the ``state`` that was judged, an exception of the member for this shift is used up.
    """
    spent = spend(state, shift, part, bounds) if state else None
    duty = place(member, part, spent.bounds if spent else bounds)
    with translate_errors(BROKEN):
        made = Assignment.objects.create(
            member_id=member, shift=shift, seat_id=seat, duty=duty, period=as_range(part), source=source, made_at=now
        )
    if spent:
        used(spent, made, now)
    return made


def _sit_down(
    by: User, shift: Shift, seat: int, part: Period, person: Person, bounds: BoundValues, now: dt.datetime
) -> tuple[Assignment, Act]:
    """The claim itself with its act, told to the open pages: one trip when no other work of the person is near."""
    told = telling(shift.pod, [shift.day], [by.pk])
    excepted = any(waived.shift == shift.pk for waived in person.state.waived)
    joined = join(person.state.duties, part, rest_minutes=bounds.rest_minutes, version=bounds.version)
    if not excepted and not joined.absorbed:
        return sit_alone(by.pk, shift, seat, joined.duty, Assignment.Source.CLAIM.value, now, told)
    assignment = seat_member(by.pk, shift, seat, part, bounds, Assignment.Source.CLAIM, now, person.state)
    act = Act.objects.create(
        kind=Act.Kind.CLAIM, member=by, week_id=shift.week_id, seat_id=seat, period=as_range(part), at=now
    )
    fetch(told)
    return assignment, act


def unseat(row: Assignment, now: dt.datetime) -> None:
    """Remove an assignment, close its open offers and settle its working day."""
    close_offers(row, now)
    duty, gone = Duty.objects.get(pk=row.duty_id), row.pk
    row.delete()
    settle([duty])
    restore(gone, row.member_id)


def taken_violation(shift: Shift, by: User, now: dt.datetime) -> Violation:
    """Who was faster, how long ago, and what this person could take instead."""
    picture, person = look(shift, by, now, whole_weeks=True)
    view = picture.by_shift.get(shift.pk)
    last = max(view.taken, key=lambda t: t.made_at, default=None) if view else None
    name = User.objects.filter(pk=last.member).values_list("name", flat=True).first() if last else None
    span = words.day_span(shift.span, picture.zone)
    instead = [
        words.day_span(e.period, picture.zone) for e in what_fits(picture, person.state, instead_of=shift.pk)[:3]
    ]
    ago = int((picture.at - last.made_at) // MINUTE) if last else 0
    return Violation(
        "seat_taken",
        (
            _("%(name)s claimed %(span)s a moment before you. Nothing of yours changed.")
            if ago < 2
            else _("%(name)s claimed %(span)s before you. Nothing of yours changed.")
        )
        % {"name": name, "span": span}
        if name
        else _("%(span)s is no longer open. Nothing of yours changed.") % {"span": span},
        {"taken_by": last.member if last else None, "taken_at": last.made_at.isoformat() if last else None},
        _("Open to you: %(shifts)s.") % {"shifts": "; ".join(instead)} if instead else "",
    )


def _sitting(by: User, row: Shift, period: Period | None) -> list[Assignment]:
    """What this person already holds of the shift (of the part, when one is named)."""
    mine = Assignment.objects.filter(member=by, shift=row)
    return list(mine.filter(period__overlap=as_range(period)) if period else mine)


def _glance(by: User, found: Door, period: Period | None, now: dt.datetime) -> Assignment | None:
    """Look before the locks: what this person holds already, as a repeat of the same claim.

    Refuses at once, without waiting for anybody, when every seat is taken for the whole shift.
    """
    for pk, member, span in found.sitting:
        if member == by.pk and (period is None or span.overlaps(period)):
            # Gone again since: the locks and the rules decide.
            return Assignment.objects.filter(pk=pk).first()
    whole = [span for _pk, _member, span in found.sitting if span == found.shift.span]
    if whole and len(whole) >= found.seats:
        raise Refused(taken_violation(found.shift, by, now))
    return None


def choose(
    by: User, row: Shift, picture: PodPicture, person: Person, view: ShiftView, period: Period | None
) -> tuple[SeatView, Period]:
    """The seat to sit on and for which part: from now when it runs, the first seat that fits the skill."""
    now = picture.at
    start = max(view.period.start, now.replace(second=0, microsecond=0)) if now < view.period.end else view.period.start
    wanted = period or Period(start, view.period.end)
    if not view.period.contains(wanted):
        raise Refused(Violation("outside", _("The part lies outside the shift.")))
    fits = [(seat, wanted) for seat in view.seats if any(free.contains(wanted) for free in view.free(seat))]
    if not fits and period is None:
        fits = sorted(view.open_seats(), key=lambda pair: -pair[1].minutes)
        fits = [pair for pair in fits if pair[1].end > now]
    if not fits:
        raise Refused(taken_violation(row, by, picture.at))
    able = [pair for pair in fits if pair[0].skill is None or pair[0].skill in person.state.skills]
    return (able or fits)[0]


def _released_before(by: User, assignment: int) -> Released:
    act = Act.objects.filter(member=by, kind=Act.Kind.RELEASE, assignment=assignment).first()
    if act is None:
        raise Http404
    return Released(act, None, repeat=True)


def with_change(violations: tuple[Violation, ...], bounds: BoundValues, *, changed: bool) -> list[Violation]:
    """Name a change of the agreement since the page was made before the bounds that it broke."""
    if not changed:
        return list(violations)
    return [
        Violation(
            "agreement_changed",
            _("The agreement changed since this page was made; version %(version)s is in force.")
            % {"version": bounds.version},
            {"version": bounds.version},
        ),
        *violations,
    ]
