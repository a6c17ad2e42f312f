"""Exchanges: ask, consent, take back, undo. The last consent applies all legs or none.

Every service takes the (member, week) locks of everybody concerned and the (pod, day) locks of
every leg before it reads what it judges, so an exchange meets a claim, a move, an absence and
another exchange at the same doors.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, cast

import pghistory.core
from django.http import Http404
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.database import translate_errors
from cxportal.core.periods import Period, local_date
from cxportal.core.realtime import person_topic, publish
from cxportal.core.violations import Invalid, Refused, Violation
from teams.audit.tracking import recorded
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import words
from teams.scheduling.models import Assignment, as_range
from teams.scheduling.services.doors import lock_rosters, must_work_in, tell
from teams.scheduling.swaps import telling
from teams.scheduling.swaps.applying import apply
from teams.scheduling.swaps.models import Exchange, ExchangeConsent, ExchangeLeg, Outcome, SwapWish
from teams.scheduling.swaps.reading import Scene, hull, left_pod, leg_of, scene
from teams.scheduling.swaps.rules import Leg, ends_at, judge_exchange, people_of

Answer = ExchangeConsent.Answer
MOST_LEGS = 6


@dataclass(frozen=True)
class Planned:
    """A leg as somebody proposes it: who takes which assignment, whole or in part."""

    assignment: int
    taker: int
    period: Period | None = None


@recorded
def ask(
    *,
    by: User,
    pod: Pod,
    planned: Sequence[Planned],
    wish: SwapWish | None = None,
    message: str = "",
    at: dt.datetime | None = None,
) -> Exchange:
    """Propose an exchange to everybody concerned; who asks consents. The same one again answers the same.

    It is judged as if it happened now. Locks: (member, week) of everybody, (pod, day) of every leg.
    Raises ``Refused`` with the reasons of each leg that fails; ``Invalid`` for legs that make no
    exchange; ``Denied`` or ``Http404`` for others.
    """
    now = at or periods.now()
    must_work_in(by, pod)
    legs = _legs(pod, planned)
    _must_be_exchange(by, legs)
    concerned = people_of(legs)
    lock_rosters(concerned, [(pod, leg.period) for leg in legs])
    legs = _legs(pod, planned)
    if known := _same(by, legs):
        return known
    _must_work(pod, concerned, now)
    read = scene(pod, hull(leg.period for leg in legs), concerned, now)
    verdict = judge_exchange(read.picture, read.people, legs, read.settings)
    if verdict.violations:
        raise Refused(verdict.violations)
    made = _write(by, pod, legs, wish, message, read, now)
    made.warnings = [str(v.message) for v in verdict.warnings]
    made.save(update_fields=["warnings"])
    telling.asked(made, by, legs, pod, now)
    _tell(pod, legs, concerned)
    return made


@recorded
def answer(*, by: User, exchange: int, consent: bool, at: dt.datetime | None = None) -> Exchange:
    """Consent or decline. The last consent judges all legs together and applies them in one transaction.

    The same answer again answers the same. Locks: (member, week) of everybody, (pod, day) of every
    leg. Raises ``Refused``: the violations name the leg that fails (nothing changes, the exchange
    stays open for who can mend it), ``ended`` when it is over.
    """
    now = at or periods.now()
    row, legs = _locked(by, exchange)
    mine = row.consents.get(member=by)
    wanted = Answer.CONSENT if consent else Answer.DECLINE
    if row.outcome != Outcome.OPEN:
        if mine.answer == wanted and row.outcome in (Outcome.DONE, Outcome.DECLINED):
            return row
        raise Refused(_ended(row))
    if row.ends_at <= now:
        raise Refused(_ended(row, late=True))
    if mine.answer == wanted:
        return row
    if not consent:
        mine.answer, mine.answered_at = wanted, now
        mine.save(update_fields=["answer", "answered_at"])
        _end(row, Outcome.DECLINED, by, now)
        telling.declined(row, by, people_of(legs))
        return row
    if row.consents.exclude(member=by).exclude(answer=Answer.CONSENT).exists():
        _judge(row, legs, now)
        mine.answer, mine.answered_at = wanted, now
        mine.save(update_fields=["answer", "answered_at"])
        _tell(row.pod, legs, people_of(legs))
        return row
    read = _judge(row, legs, now)
    mine.answer, mine.answered_at = wanted, now
    mine.save(update_fields=["answer", "answered_at"])
    _apply(row, legs, read, by, now)
    return row


@recorded
def take_back(*, by: User, exchange: int, at: dt.datetime | None = None) -> Exchange:
    """Take an own consent back while others are still asked; who asked ends the exchange by it.

    Again changes nothing. Locks as answering. Raises ``Refused`` (``ended``) when it is done.
    """
    now = at or periods.now()
    row, legs = _locked(by, exchange)
    if row.outcome != Outcome.OPEN:
        if row.outcome == Outcome.DONE:
            raise Refused(_ended(row))
        return row
    if row.made_by_id == by.pk:
        _end(row, Outcome.WITHDRAWN, by, now)
        telling.withdrawn(row, by, people_of(legs))
    else:
        row.consents.filter(member=by).update(answer=Answer.WAITING, answered_at=None)
    _tell(row.pod, legs, people_of(legs))
    return row


@recorded
def undo_exchange(*, by: User, exchange: int, at: dt.datetime | None = None) -> Exchange:
    """Put every leg back within ten minutes, if nobody built on it. Undoing again answers the same.

    Any of those concerned may: an exchange that one of them did not mean is none. The way back is
    judged too, without the agreement's settings about exchanges. Locks as answering. Raises
    ``Refused`` (``undo_late``, ``built_on``, or the bounds).
    """
    now = at or periods.now()
    row, legs = _locked(by, exchange)
    if row.outcome == Outcome.UNDONE:
        return row
    if row.outcome != Outcome.DONE or row.closed_at is None:
        raise Refused(_ended(row))
    if now - row.closed_at > Exchange.UNDO_FOR:
        raise Refused(Violation("undo_late", _("An exchange can be undone for 10 minutes; this one is older.")))
    back = _way_back(row, now)
    read = scene(row.pod, hull(leg.period for leg in back), people_of(back), now)
    verdict = judge_exchange(read.picture, read.people, back, type(read.settings)(outside_skills="allow"))
    if verdict.violations:
        raise Refused(verdict.violations)
    apply(back, read, now, {leg: _held_before(row, leg) for leg in back})
    _end(row, Outcome.UNDONE, by, now)
    telling.undone(row, by, people_of(legs))
    _tell(row.pod, legs, people_of(legs))
    return row


def _legs(pod: Pod, planned: Sequence[Planned]) -> list[Leg]:
    """The planned legs as they stand now; an assignment that is gone or in another pod is refused as ``gone``."""
    rows = Assignment.objects.select_related("shift").filter(shift__pod=pod, shift__cancelled_at=None)
    known = {row.pk: row for row in rows.filter(pk__in=[p.assignment for p in planned])}
    legs = []
    for place, plan in enumerate(planned):
        row = known.get(plan.assignment)
        if row is None:
            raise Refused(gone(place))
        part = plan.period or row.span
        if not row.span.contains(part):
            raise Invalid({"": _("A part lies outside its shift.")})
        legs.append(Leg(row.member_id, plan.taker, row.pk, row.shift_id, part, row.shift.version))
    return legs


def gone(place: int = 0) -> Violation:
    """A shift was given away, moved or cancelled meanwhile."""
    return Violation("gone", _("A shift of this exchange is no longer there."), {"leg": place})


def _must_be_exchange(by: User, legs: Sequence[Leg]) -> None:
    concerned = people_of(legs)
    if not 1 <= len(legs) <= MOST_LEGS:
        raise Invalid({"": _("An exchange has one to %(most)s legs.") % {"most": MOST_LEGS}})
    if by.pk not in concerned:
        raise Invalid({"": _("You take part in an exchange that you propose.")})
    if any(leg.giver == leg.taker for leg in legs):
        raise Invalid({"": _("Nobody takes over their own shift.")})
    if any(a.assignment == b.assignment and a.period.overlaps(b.period) for a, b in combinations(legs, 2)):
        raise Invalid({"": _("A shift is given away twice.")})


def _must_work(pod: Pod, members: Sequence[int], now: dt.datetime) -> None:
    if left_pod(pod, members, now):
        raise Invalid({"": _("Somebody in this exchange does not work in %(pod)s.") % {"pod": pod}})


def _same(by: User, legs: Sequence[Leg]) -> Exchange | None:
    """An open exchange of the same legs that this person asked for already."""
    wanted = {(leg.assignment, leg.taker, leg.period) for leg in legs}
    for row in Exchange.objects.filter(made_by=by, outcome=Outcome.OPEN, legs__assignment=legs[0].assignment):
        if {(leg.assignment_id, leg.taker_id, leg.span) for leg in row.legs.all()} == wanted:
            return row
    return None


def _write(
    by: User, pod: Pod, legs: Sequence[Leg], wish: SwapWish | None, message: str, read: Scene, now: dt.datetime
) -> Exchange:
    made = Exchange.objects.create(
        pod=pod, wish=wish, made_by=by, message=message, made_at=now, ends_at=ends_at(legs, read.picture.bounds, now)
    )
    seats = dict(Assignment.objects.filter(pk__in=[leg.assignment for leg in legs]).values_list("pk", "seat_id"))
    ExchangeLeg.objects.bulk_create(
        ExchangeLeg(
            exchange=made, place=place, giver_id=leg.giver, taker_id=leg.taker, assignment_id=leg.assignment,
            shift_id=leg.shift, seat_id=seats[leg.assignment], shift_version=leg.version, period=as_range(leg.period),
        )
        for place, leg in enumerate(legs)
    )  # fmt: skip
    ExchangeConsent.objects.bulk_create(
        ExchangeConsent(
            exchange=made,
            member_id=member,
            answer=Answer.CONSENT if member == by.pk else Answer.WAITING,
            answered_at=now if member == by.pk else None,
        )
        for member in people_of(legs)
    )
    return made


def _locked(by: User, exchange: int) -> tuple[Exchange, list[Leg]]:
    """An exchange that concerns this person, under the locks of everybody and every leg. Legs never change."""
    row = Exchange.objects.select_related("pod").filter(pk=exchange, consents__member=by).first()
    if row is None:
        raise Http404
    must_work_in(by, row.pod)
    legs = [leg_of(leg) for leg in row.legs.order_by("place")]
    lock_rosters(people_of(legs), [(row.pod, leg.period) for leg in legs])
    # The job that ends what is over takes none of these locks: it and an answer meet at the row.
    with translate_errors():
        Exchange.objects.select_for_update().get(pk=row.pk)
    row.refresh_from_db(fields=["outcome", "closed_at", "closed_by", "ends_at"])
    return row, [leg_of(leg) for leg in row.legs.order_by("place")]


def _judge(row: Exchange, legs: Sequence[Leg], now: dt.datetime) -> Scene:
    concerned = people_of(legs)
    if found := left_pod(row.pod, concerned, now):
        raise Refused(found)
    read = scene(row.pod, hull(leg.period for leg in legs), concerned, now)
    verdict = judge_exchange(read.picture, read.people, legs, read.settings)
    if verdict.violations:
        raise Refused(verdict.violations)
    return read


def _apply(row: Exchange, legs: Sequence[Leg], read: Scene, by: User, now: dt.datetime) -> None:
    row.outcome, row.closed_at, row.closed_by = Outcome.DONE, now, by
    row.judged_version = read.picture.bounds.version
    row.save(update_fields=["outcome", "closed_at", "closed_by", "judged_version"])
    SwapWish.objects.filter(assignment__in=[leg.assignment for leg in legs], outcome=Outcome.OPEN).update(
        outcome=Outcome.DONE, closed_at=now
    )
    apply(legs, read, now)
    telling.done(row, by, legs)
    _tell(row.pod, legs, people_of(legs))


def _way_back(row: Exchange, now: dt.datetime) -> list[Leg]:
    """The legs turned round, as long as everybody still sits where the exchange put them."""
    back = []
    for leg in row.legs.select_related("shift").order_by("place"):
        sits = Assignment.objects.filter(member=leg.taker_id, seat=leg.seat_id, period=leg.period).first()
        if sits is None or leg.shift.version != leg.shift_version:
            raise Refused(
                Violation("built_on", _("Something of this exchange was changed since, so it cannot be put back."))
            )
        back.append(Leg(leg.taker_id, leg.giver_id, sits.pk, leg.shift_id, leg.span, leg.shift_version))
    return back


def _held_before(row: Exchange, back: Leg) -> tuple[str, dt.datetime]:
    """How and since when a giver held their work before the exchange, from its recorded history.

    Whoever gets it back did not claim it anew: nothing of it is short notice.
    """
    (events,) = cast("list[Any]", pghistory.core.event_models(tracks_model=Assignment))
    known = events.objects.filter(
        member_id=back.taker, shift_id=back.shift, period__contains=as_range(back.period), made_at__lte=row.closed_at
    )
    found: tuple[str, dt.datetime] | None = known.order_by("-pgh_id").values_list("source", "made_at").first()
    return found or (Assignment.Source.SWAP.value, row.made_at)


def _end(row: Exchange, outcome: str, by: User, now: dt.datetime) -> None:
    row.outcome, row.closed_at, row.closed_by = outcome, now, by
    row.save(update_fields=["outcome", "closed_at", "closed_by"])


def _ended(row: Exchange, *, late: bool = False) -> Violation:
    zone = row.pod.tzinfo
    if late or row.outcome == Outcome.EXPIRED:
        said = _("The exchange ended on %(when)s.") % {"when": words.day_clock(row.ends_at, zone)}
    elif row.outcome == Outcome.DONE:
        said = _("The exchange has happened.")
    elif row.outcome == Outcome.CLOSED:
        said = _("One of its shifts changed hands or was changed, so the exchange is over. Nothing of yours changed.")
    else:
        said = _("The exchange was ended by %(name)s.") % {"name": row.closed_by or _("somebody")}
    return Violation("ended", said, {"outcome": row.outcome})


def _tell(pod: Pod, legs: Sequence[Leg], concerned: Sequence[int]) -> None:
    tell(pod, {local_date(leg.period.start, pod.tzinfo) for leg in legs}, concerned)
    publish([person_topic(member) for member in concerned], "exchange")
