"""A shift on offer: where giving back alone is not possible, somebody else takes it over."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.database import translate_errors
from cxportal.core.periods import Period, local_date
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.notifications.resting import told_from
from teams.notifications.services import notify
from teams.people.models import User
from teams.pods.queries import members_on
from teams.scheduling import words
from teams.scheduling.effects import judge_take
from teams.scheduling.models import Act, Assignment, GiveAway
from teams.scheduling.services.claims import Claimed, held_before, look, seat_member, unseat
from teams.scheduling.services.doors import lock_roster, must_work_in, own_assignment, tell
from teams.scheduling.swaps.reading import left_pod
from teams.scheduling.swaps.rules import offer_ends

Outcome = GiveAway.Outcome


@recorded
def offer(*, by: User, assignment: int, shift: int | None = None, at: dt.datetime | None = None) -> GiveAway:
    """Offer an own shift to the others; it stays its owner's until somebody takes it.

    ``shift`` is the one on which the page showed the assignment. Offering again answers the same offer until
    that ends. The pod's members are told once. Locks: (member, week), (pod, day). Raises ``Refused``
    (``started``, ``changed`` when the shift was moved since); ``Http404`` for somebody else's.
    """
    now = at or periods.now()
    row = _own(by, assignment, shift)
    lock_roster(row.shift.pod, [by.pk], [row.shift.span])
    row = _own(by, assignment, row.shift_id)
    if known := GiveAway.objects.filter(assignment=row, outcome=Outcome.OPEN, ends_at__gt=now).first():
        return known
    if row.span.start <= now:
        raise Refused(Violation("started", _("It has begun, so nobody can take it over any more.")))
    GiveAway.objects.filter(assignment=row, outcome=Outcome.OPEN).update(outcome=Outcome.EXPIRED, closed_at=now)
    picture, _person = look(row.shift, by, now)
    made = GiveAway.objects.create(
        assignment=row, shift=row.shift, shift_version=row.shift.version, owner=by, made_at=now,
        ends_at=offer_ends(row.span.start, picture.bounds, now),
    )  # fmt: skip
    tell(row.shift.pod, [row.shift.day], [by.pk])
    crew = [member.pk for member in members_on(row.shift.pod, local_date(now, row.shift.pod.tzinfo))]
    notify(
        to=crew,
        told=told_from(crew, now),
        kind="shift_offered",
        data={"by": by.name, "span": words.day_span(row.span, row.shift.pod.tzinfo)},
        url=reverse("week", kwargs={"slug": row.shift.pod.slug, "week": row.shift.week.label}),
        source=f"give-away:{made.pk}",
        by=by,
    )
    return made


@recorded
def withdraw(*, by: User, give_away: int, at: dt.datetime | None = None) -> GiveAway:
    """Take an own offer back; withdrawing again changes nothing. Raises ``Refused`` (``taken``) when it was taken."""
    row = GiveAway.objects.select_related("shift__pod", "taken_by").filter(pk=give_away, owner=by).first()
    if row is None:
        raise Http404
    lock_roster(row.shift.pod, [by.pk], [row.shift.span])
    row = _under_lock(row)
    if row.outcome == Outcome.TAKEN:
        raise Refused(Violation("taken", _("%(name)s has taken it already.") % {"name": row.taken_by}))
    if row.outcome == Outcome.OPEN:
        row.outcome, row.closed_at = Outcome.WITHDRAWN, at or periods.now()
        row.save(update_fields=["outcome", "closed_at"])
        tell(row.shift.pod, [row.shift.day], [by.pk])
    return row


@recorded
def take(*, by: User, give_away: int, at: dt.datetime | None = None) -> Claimed:
    """Take over a shift on offer: judged like a claim and against the floor, then it changes hands in one transaction.

    Taking it again answers the same. Locks: (member, week) of both, (pod, day). Raises
    ``Refused`` with the bounds, ``seat_taken`` when somebody was faster, ``expired`` when the
    offer is over or the shift was changed since.
    """
    now = at or periods.now()
    row = GiveAway.objects.select_related("shift__pod", "shift__week", "owner").filter(pk=give_away).first()
    if row is None:
        raise Http404
    must_work_in(by, row.shift.pod)
    lock_roster(row.shift.pod, [by.pk, row.owner_id], [row.shift.span])
    row = _under_lock(row)
    if row.outcome == Outcome.TAKEN and row.taken_by_id == by.pk:
        held = Assignment.objects.filter(member=by, shift=row.shift_id).first()
        if held:
            return Claimed(held, None, None, repeat=True)
    changed = row.assignment_id is None or row.shift.version != row.shift_version
    if row.outcome != Outcome.OPEN or row.ends_at <= now or changed:
        raise Refused(_closed(row))
    return _hand_over(by, row, now)


def _hand_over(by: User, row: GiveAway, now: dt.datetime) -> Claimed:
    assert row.assignment_id is not None
    given = Assignment.objects.select_related("shift__pod", "shift__week").get(pk=row.assignment_id)
    picture, person = look(row.shift, by, now)
    view = picture.by_shift[row.shift_id]
    taken = next(t for t in view.taken if t.pk == given.pk)
    if violations := judge_take(picture, person.state, view, taken):
        raise Refused(violations)
    with transaction.atomic():
        row.outcome, row.taken_by, row.closed_at = Outcome.TAKEN, by, now
        row.save(update_fields=["outcome", "taken_by", "closed_at"])
        unseat(given, now)
        source, state = Assignment.Source.SWAP, person.state
        assignment = seat_member(by.pk, row.shift, taken.seat, given.span, picture.bounds, source, now, state)
    act = Act.objects.create(
        kind=Act.Kind.TAKE, member=by, week_id=row.shift.week_id, seat_id=taken.seat, period=given.period, at=now,
        assignment=taken.pk,
    )  # fmt: skip
    tell(row.shift.pod, [row.shift.day], [by.pk, row.owner_id])
    _notify(row, "shift_taken", by, act, given.span)
    return Claimed(assignment, None, act)


@recorded
def undo_take(*, by: User, act: int, at: dt.datetime | None = None) -> Act:
    """Give back within ten minutes what was taken over: it is its owner's as before, and on offer again.

    Undoing again answers the same. The owner is judged and told. Locks: (member, week) of both, (pod, day).
    Raises ``Refused`` (``undo_late``, ``built_on``, or the bounds of the owner); ``Http404`` for somebody else's.
    """
    now = at or periods.now()
    rows = Act.objects.select_related("seat__shift__pod", "seat__shift__week").filter(kind=Act.Kind.TAKE)
    row = rows.filter(pk=act, member=by).first()
    if row is None or row.seat is None:
        raise Http404
    shift = row.seat.shift
    known = GiveAway.objects.filter(taken_by=by, shift=shift, closed_at=row.at).first()
    if known is None:
        row.refresh_from_db(fields=["undone_at"])
        if row.undone_at:
            return row
        raise Http404
    lock_roster(shift.pod, [by.pk, known.owner_id], [shift.span])
    row.refresh_from_db(fields=["undone_at"])
    if row.undone_at:
        return row
    if now - row.at > Act.UNDO_FOR:
        raise Refused(Violation("undo_late", _("An act can be undone for 10 minutes; this one is older.")))
    given = _return(row, _under_lock(known), now)
    row.undone_at = now
    row.save(update_fields=["undone_at"])
    tell(shift.pod, [shift.day], [by.pk, known.owner_id])
    _notify(known, "shift_returned", by, row, given.span)
    return row


def _return(row: Act, offer: GiveAway, now: dt.datetime) -> Assignment:
    """Seat the owner again, how and since when they sat before, and open the offer anew while it lasts."""
    held = Assignment.objects.filter(member=row.member_id, seat=row.seat_id, period=row.period).first()
    if held is None or offer.shift.version != offer.shift_version or left_pod(offer.shift.pod, [offer.owner_id], now):
        raise Refused(Violation("built_on", _("Something of this shift was changed since, so it stays as it is.")))
    picture, owner = look(offer.shift, offer.owner, now)
    view = picture.by_shift[offer.shift_id]
    taken = next(t for t in view.taken if t.pk == held.pk)
    # It was theirs until a moment ago: the lateness of a new claim does not count.
    against = [v for v in judge_take(picture, owner.state, view, taken) if v.code != "started_too_late"]
    if against:
        raise Refused([replace(v, message=f"{offer.owner.name}: {v.message}") for v in against])
    unseat(held, now)
    source, since = held_before(row.assignment) or (Assignment.Source.CLAIM.value, now)
    bounds, state = picture.bounds, owner.state
    given = seat_member(offer.owner_id, offer.shift, taken.seat, held.span, bounds, source, since, state)
    lasts = offer.ends_at > now
    offer.outcome, offer.closed_at = (Outcome.OPEN, None) if lasts else (Outcome.EXPIRED, now)
    offer.taken_by, offer.assignment = None, given
    offer.save(update_fields=["outcome", "closed_at", "taken_by", "assignment"])
    return given


def _notify(row: GiveAway, kind: str, by: User, act: Act, span: Period) -> None:
    """Tell the owner once what became of their shift."""
    pod = row.shift.pod
    notify(
        to=[row.owner_id],
        kind=kind,
        data={"by": by.name, "span": words.day_span(span, pod.tzinfo)},
        url=reverse("week", kwargs={"slug": pod.slug, "week": row.shift.week.label}),
        source=f"{kind}:{act.pk}",
        by=by,
    )


def _own(by: User, assignment: int, shift: int | None) -> Assignment:
    row = own_assignment(by, assignment, shift)
    if row is None:
        raise Http404
    return row


def _under_lock(row: GiveAway) -> GiveAway:
    """The offer as it stands now; the job that ends offers takes no lock of the roster and meets acts at the row."""
    with translate_errors():
        GiveAway.objects.select_for_update().get(pk=row.pk)
    # Read again: rows that are joined while waiting for a lock are those from before it.
    return GiveAway.objects.select_related("shift__pod", "shift__week", "owner", "taken_by").get(pk=row.pk)


def _closed(row: GiveAway) -> Violation:
    if row.outcome == Outcome.TAKEN:
        return Violation(
            "seat_taken",
            _("%(name)s took it a moment before you. Nothing of yours changed.") % {"name": row.taken_by},
            {"taken_by": row.taken_by_id},
        )
    return Violation("expired", _("The offer has ended or the shift was changed. Look at the week again."))
