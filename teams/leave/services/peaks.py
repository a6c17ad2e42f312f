"""Weeks that everybody wants, shared out before first come, first served: rounds, or a lottery."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.http import Http404
from django.utils.translation import gettext as _

from cxportal.core import periods
from cxportal.core.periods import MINUTE, each_day, local_date
from cxportal.core.violations import Denied, Invalid, Refused, Violation, busy
from teams.audit.tracking import recorded
from teams.leave import agreed
from teams.leave.models import LeaveDay, LeaveKind, Peak, PeakEntry, PeakShare, PeakTurn
from teams.leave.reading import places
from teams.leave.rules import Asked, draw, lot_order, rounds_order, seed_of
from teams.leave.services.doors import lock_leave, lock_peak, planner_url, tell
from teams.leave.services.requests import request_leave
from teams.notifications.services import notify
from teams.people.models import User
from teams.pods.models import Membership, Pod
from teams.pods.queries import standing

MOST_SHARES = 12
LONGEST_SHARE = 31


@dataclass(frozen=True)
class Share:
    """A piece of a peak before it is stored, both days included."""

    name: str
    first: dt.date
    last: dt.date


def shared_kind() -> LeaveKind | None:
    """The kind of leave in which peaks are shared out: the first that is paid from a balance."""
    return LeaveKind.objects.filter(from_balance=True, by_members=True, retired_at=None).first()


def days_of(shares: Iterable[PeakShare | Share]) -> list[dt.date]:
    """Every day of some shares, in order."""
    return sorted({day for share in shares for day in each_day(share.first, share.last)})


def must_stand(peak: Peak) -> None:
    """The peak as it is under its lock; raises ``Refused`` (``peak_gone``) when it was taken back meanwhile."""
    try:
        peak.refresh_from_db()
    except Peak.DoesNotExist:
        raise Refused(Violation("peak_gone", _("It is not shared out any more; its days are free."))) from None


def draws_at(peak: Peak) -> dt.datetime:
    """When a lottery closes its entries and draws: an agreed turn after it opened."""
    return peak.opens_at + peak.turn_minutes * MINUTE


@recorded
def open_peak(
    *,
    by: User,
    pod: Pod,
    name: str,
    shares: Sequence[Share],
    opens_at: dt.datetime,
    free_at: dt.datetime,
    rounds: int = 1,
    at: dt.datetime | None = None,
) -> Peak:
    """Announce that weeks are shared out, by the rule that the pod agreed; its number is published now.

    Until ``free_at`` nobody can ask for these days; turns or entries begin at ``opens_at``. Any member of the
    pod may. Locks leave of the days. Raises ``Invalid`` and ``Refused`` (``peak_overlap``).
    """
    now = at or periods.now()
    _check(name, shares, opens_at, free_at, rounds, now)
    days = days_of(shares)
    if shared_kind() is None:
        words = _("No kind of leave is paid from a balance, so there is nothing to take a week from.")
        raise Refused(Violation("peak_kind", words))
    lock_leave(pod, [], days)
    known = PeakShare.objects.filter(peak__pod=pod, first__lte=days[-1], last__gte=days[0], peak__free_at__gt=now)
    if known.exists():
        raise Refused(Violation("peak_overlap", _("Some of these days are being shared out already.")))
    _terms, values = agreed.terms(pod, now)
    peak = Peak.objects.create(
        pod=pod,
        name=name.strip(),
        rule=values["leave_peak_rule"],
        number=secrets.randbelow(9000) + 1000,
        rounds=rounds,
        turn_minutes=values["leave_turn_minutes"],
        opens_at=opens_at,
        free_at=free_at,
        made_by=by,
        made_at=now,
    )
    PeakShare.objects.bulk_create(PeakShare(peak=peak, name=s.name, first=s.first, last=s.last) for s in shares)
    if peak.rule == Peak.Rule.ROUNDS:
        _line_up(peak, days)
    _tell_all(peak, "leave_peak", by)
    tell(pod, days)
    return peak


def _check(
    name: str, shares: Sequence[Share], opens_at: dt.datetime, free_at: dt.datetime, rounds: int, now: dt.datetime
) -> None:
    wrong: dict[str, str] = {}
    if not name.strip():
        wrong["name"] = _("Give it a name, like Christmas 2027.")
    order = sorted(shares, key=lambda share: share.first)
    if not shares or len(shares) > MOST_SHARES:
        wrong["shares"] = _("Name at least one share, at most twelve.")
    elif any(one.last >= two.first for one, two in pairwise(order)):
        wrong["shares"] = _("The shares overlap.")
    elif any(not 0 <= (share.last - share.first).days < LONGEST_SHARE for share in shares):
        wrong["shares"] = _("A share ends after it begins and lasts at most a month.")
    if opens_at < now - MINUTE:
        wrong["opens_at"] = _("The number is published before it begins, so it begins later than now.")
    if free_at <= opens_at:
        wrong["free_at"] = _("What is left opens to all after it begins.")
    if not 1 <= rounds <= 9:
        wrong["rounds"] = _("One to nine rounds.")
    if wrong:
        raise Invalid(wrong)


def _line_up(peak: Peak, days: Sequence[dt.date]) -> None:
    """The turns of every round: fewest days off a year before first, equals by lot of the published number."""
    before = [day.replace(year=day.year - 1) for day in days if (day.month, day.day) != (2, 29)]
    members = at_home(peak.pod, local_date(peak.made_at, peak.pod.tzinfo))
    had = dict.fromkeys(members, 0)
    taken = LeaveDay.objects.filter(member__in=members, day__in=before, state=LeaveDay.State.GRANTED, cost__gt=0)
    for member in taken.values_list("member", flat=True):
        had[member] += 1
    order = rounds_order(had, seed_of(peak.number, dict.fromkeys(members, ())))
    PeakTurn.objects.bulk_create(
        PeakTurn(peak=peak, round=n + 1, place=place, member_id=member, days_last_time=had[member])
        for n in range(peak.rounds)
        for place, member in enumerate(order, 1)
    )


def at_home(pod: Pod, day: dt.date) -> list[int]:
    """Whose home pod it is on a day."""
    rows = Membership.objects.filter(pod=pod, kind=Membership.Kind.HOME, period__contains=day, member__is_active=True)
    return sorted(rows.values_list("member", flat=True))


@recorded
def remove_peak(*, by: User, peak: Peak) -> None:
    """Take an announcement back; its days are free at once. Refused when somebody has chosen already."""
    days = days_of(peak.shares.all())
    lock_peak(peak.pod, peak.pk, days)
    if peak.turns.filter(state=PeakTurn.State.TAKEN).exists() or peak.entries.exists():
        raise Refused(Violation("peak_begun", _("Somebody has chosen already, so it goes on.")))
    if peak.pod_id not in standing(by).member_of:
        raise Http404
    tell(peak.pod, days)
    peak.delete()


@recorded
def enter_lottery(*, by: User, peak: Peak, wishes: Sequence[int], at: dt.datetime | None = None) -> PeakEntry | None:
    """Put in one's wishes, the first most wanted; without any the entry is taken out. Locks the peak.

    Raises ``Refused`` (``lottery_closed``) before it opens and once it is drawn, ``Invalid`` for a foreign share,
    ``Denied`` for a guest.
    """
    now = at or periods.now()
    lock_peak(peak.pod, peak.pk, [])
    must_stand(peak)
    if standing(by).home != peak.pod_id:
        raise Denied(_("These weeks are shared out among the members at home in %(pod)s.") % {"pod": peak.pod})
    if peak.rule != Peak.Rule.LOTTERY or not peak.opens_at <= now < draws_at(peak) or peak.settled_at:
        raise Refused(Violation("lottery_closed", _("Entries are not open.")))
    chosen = list(dict.fromkeys(wishes))
    if not set(chosen) <= set(peak.shares.values_list("pk", flat=True)):
        raise Invalid({"wishes": _("Choose among the shares.")})
    tell(peak.pod, days_of(peak.shares.all()))
    if not chosen:
        PeakEntry.objects.filter(peak=peak, member=by).delete()
        return None
    return PeakEntry.objects.update_or_create(peak=peak, member=by, defaults={"wishes": chosen})[0]


@recorded
def draw_lottery(*, peak: Peak, by: User | None = None, at: dt.datetime | None = None) -> dict[int, int]:
    """Draw once entries are closed: member to share. Again answers the same. Locks as ``request_leave`` for all.

    Whose balance or shifts do not allow their share gets none of it and is told.
    """
    now = at or periods.now()
    shares = {share.pk: share for share in peak.shares.all()}
    days, kind = days_of(shares.values()), shared_kind()
    known = {entry.member_id: list(entry.wishes) for entry in peak.entries.all()}
    lock_leave(peak.pod, known, days, peak=peak.pk)
    must_stand(peak)
    entries = {entry.member_id: entry for entry in peak.entries.select_related("member")}
    if peak.settled_at is not None or now < draws_at(peak) or kind is None:
        return {member: entry.share_id for member, entry in entries.items() if entry.share_id}
    if not set(entries) <= set(known):
        raise busy()  # somebody entered in the last instant: their locks are missing
    _count_places(peak, shares.values(), now)
    wishes = {member: list(entry.wishes) for member, entry in entries.items()}
    drawn = drawn_of(peak, shares.values(), wishes)
    for member, share in drawn.items():
        _hand_out(peak, entries[member], shares[share], kind, now)
    peak.settled_at = now
    peak.save(update_fields=["settled_at"])
    tell(peak.pod, days)
    return drawn


def _count_places(peak: Peak, shares: Iterable[PeakShare], now: dt.datetime) -> None:
    """Keep how many places each share has while it is drawn: who runs the lot later needs the same."""
    terms, _values = agreed.terms(peak.pod, now)
    found = places(peak.pod, days_of(shares))
    for share in shares:
        away = max(found.away[day] for day in each_day(share.first, share.last))
        share.places = max(0, terms.places - away)
        share.save(update_fields=["places"])


def drawn_of(peak: Peak, shares: Iterable[PeakShare], wishes: dict[int, list[int]]) -> dict[int, int]:
    """What the lot gives each member, from what everybody can read: number, entries and places. No query."""
    free = {share.pk: share.places or 0 for share in shares}
    return draw(lot_order(seed_of(peak.number, wishes), wishes), wishes, free)


def _hand_out(peak: Peak, entry: PeakEntry, share: PeakShare, kind: LeaveKind, now: dt.datetime) -> None:
    asked = [Asked(day) for day in each_day(share.first, share.last)]
    told = {"peak": peak.name, "share": share.name, "got": True}
    try:
        request_leave(by=entry.member, member=entry.member, kind=kind, asked=asked, whole=True, peak=peak.pk, at=now)
    except Refused:
        told["got"] = False
    else:
        entry.share = share
        entry.save(update_fields=["share"])
    url = planner_url(peak.pod, share.first)
    notify(to=[entry.member], kind="leave_drawn", data=told, url=url, source=f"drawn:{entry.pk}")


def _tell_all(peak: Peak, kind: str, by: User) -> None:
    shares = days_of(peak.shares.all())
    notify(
        to=at_home(peak.pod, local_date(peak.made_at, peak.pod.tzinfo)),
        kind=kind,
        data={"peak": peak.name, "rule": peak.rule, "opens": peak.opens_at.isoformat(), "zone": peak.pod.zone},
        url=planner_url(peak.pod, shares[0]),
        source=f"peak:{peak.pk}",
        by=by,
    )
