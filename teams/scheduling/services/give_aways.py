"""A shift on offer: where giving back alone is not possible, somebody else takes it over."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.violations import Refused, Violation
from teams.audit.tracking import recorded
from teams.notifications.services import notify
from teams.people.models import User
from teams.pods.queries import members_on
from teams.scheduling import words
from teams.scheduling.effects import judge_take
from teams.scheduling.models import Assignment, GiveAway
from teams.scheduling.services.claims import Claimed, look, seat_member, unseat
from teams.scheduling.services.doors import lock_roster, must_work_in, own_assignment, tell

Outcome = GiveAway.Outcome


@recorded
def offer(*, by: User, assignment: int, shift: int | None = None, at: dt.datetime | None = None) -> GiveAway:
    """Offer an own shift to the others; it stays its owner's until somebody takes it.

    ``shift`` is the one on which the page showed the assignment. Offering again answers the same
    offer. The pod's members are told once. Locks: (member, week), (pod, day). Raises ``Refused``
    (``started``, ``changed`` when the shift was moved since); ``Http404`` for somebody else's.
    """
    now = at or periods.now()
    row = _own(by, assignment, shift)
    lock_roster(row.shift.pod, [by.pk], [row.shift.span])
    row = _own(by, assignment, row.shift_id)
    if known := GiveAway.objects.filter(assignment=row, outcome=Outcome.OPEN).first():
        return known
    if row.span.start <= now:
        raise Refused(Violation("started", _("It has begun, so nobody can take it over any more.")))
    made = GiveAway.objects.create(
        assignment=row, shift=row.shift, shift_version=row.shift.version, owner=by, made_at=now
    )
    tell(row.shift.pod, [row.shift.day], [by.pk])
    notify(
        to=members_on(row.shift.pod, now.date()),
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
    row.refresh_from_db()
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
    shift was changed since.
    """
    now = at or periods.now()
    row = GiveAway.objects.select_related("shift__pod", "shift__week", "owner").filter(pk=give_away).first()
    if row is None:
        raise Http404
    must_work_in(by, row.shift.pod)
    lock_roster(row.shift.pod, [by.pk, row.owner_id], [row.shift.span])
    row.refresh_from_db()
    if row.outcome == Outcome.TAKEN and row.taken_by_id == by.pk:
        held = Assignment.objects.filter(member=by, shift=row.shift_id).first()
        if held:
            return Claimed(held, None, None, repeat=True)
    if row.outcome != Outcome.OPEN or row.assignment_id is None or row.shift.version != row.shift_version:
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
    tell(row.shift.pod, [row.shift.day], [by.pk, row.owner_id])
    notify(
        to=[row.owner],
        kind="shift_taken",
        data={"by": by.name, "span": words.day_span(given.span, row.shift.pod.tzinfo)},
        url=reverse("week", kwargs={"slug": row.shift.pod.slug, "week": row.shift.week.label}),
        source=f"give-away-taken:{row.pk}",
        by=by,
    )
    return Claimed(assignment, None, None)


def _own(by: User, assignment: int, shift: int | None) -> Assignment:
    row = own_assignment(by, assignment, shift)
    if row is None:
        raise Http404
    return row


def _closed(row: GiveAway) -> Violation:
    if row.outcome == Outcome.TAKEN:
        return Violation(
            "seat_taken",
            _("%(name)s took it a moment before you. Nothing of yours changed.") % {"name": row.taken_by},
            {"taken_by": row.taken_by_id},
        )
    return Violation("expired", _("The offer has ended or the shift was changed. Look at the week again."))
