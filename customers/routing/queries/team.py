"""The people of a pod at an instant: who is on shift, in what, with how much in hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.routing.models import ContactAssignment, Offer
from customers.routing.snapshot import CAPACITY, WEIGHTS
from cxportal.core import periods
from teams.people.models import User
from teams.pods.models import Pod
from teams.pods.queries import members_on
from teams.presence.models import Presence, State
from teams.presence.queries import is_present, presence_of
from teams.scheduling.models import Assignment
from teams.scheduling.queries import OnDuty, on_duty
from teams.staffing.models import Activity


@dataclass(frozen=True)
class Mate:
    """One person of the team: avatar, what they do until when, and their load in places."""

    person: User
    now: bool
    state: str
    mark: str  # on | busy | off
    words: str
    full: int = 0
    places: int = 0

    @property
    def boxes(self) -> list[bool]:
        return [place < self.full for place in range(self.places)]

    @property
    def load_words(self) -> str:
        return ngettext("%(n)s of %(of)s place taken", "%(n)s of %(of)s places taken", self.places) % {
            "n": self.full,
            "of": self.places,
        }


def team(pod: Pod, now: dt.datetime) -> list[Mate]:
    """Everybody on shift in a pod now, who is here without a shift, then who comes later today.

    Nine queries, whatever their number.
    """
    duty = on_duty([pod.pk], now)
    ids = [d.member_id for d in duty]
    extra = _without_shift(pod, now, ids)
    coming = _coming(pod, now, set(ids))
    people = User.objects.in_bulk([*ids, *coming, *extra])
    presence = presence_of(ids)
    hands = _hands([*ids, *extra])
    names = {a.slug: a.name for a in Activity.objects.all()}
    found = []
    for d in sorted(duty, key=lambda d: people[d.member_id].name):
        row = presence.get(d.member_id)
        here = is_present(row, now, live=bool({"phone", "chat"} & set(d.channels)))
        state = row.state if row is not None and (here or row.state == State.BREAK) else State.OFFLINE
        full, places = _load(d, hands[d.member_id])
        mark = "off" if state not in (State.AVAILABLE, State.AFTER_WORK) else "busy" if full >= places > 0 else "on"
        words = _words(d, str(state), names, pod)
        found.append(Mate(people[d.member_id], True, str(state), mark, words, full, places))
    for member in sorted(extra, key=lambda pk: people[pk].name):
        found.append(Mate(people[member], False, "extra", "on", _extra_words(len(hands[member]))))
    for member, start in coming.items():
        if member in extra:
            continue
        at = start.astimezone(pod.tzinfo).strftime("%H:%M")
        found.append(Mate(people[member], False, "later", "off", _("From %(time)s") % {"time": at}))
    return found


def _without_shift(pod: Pod, now: dt.datetime, on_shift: list[int]) -> list[int]:
    """Members who said that they are here though the roster does not name them now."""
    members = members_on(pod, periods.local_date(now, pod.tzinfo)).values("pk")
    rows = Presence.objects.filter(member__in=members).exclude(member__in=on_shift)
    return [row.member_id for row in rows if is_present(row, now, live=False)]


def _extra_words(in_hand: int) -> str:
    """The router offers nothing to them: they take from the queue by hand."""
    words = _("Here, not on shift")
    if not in_hand:
        return words
    return f"{words}, {ngettext('%(n)s contact in hand', '%(n)s contacts in hand', in_hand) % {'n': in_hand}}"


def _coming(pod: Pod, now: dt.datetime, here: set[int]) -> dict[int, dt.datetime]:
    """Who starts later today, by start."""
    end = periods.day_period(periods.local_date(now, pod.tzinfo), pod.tzinfo).end
    rows = (
        Assignment.objects.filter(shift__pod=pod, period__startswith__gt=now, period__startswith__lt=end)
        .filter(Q(shift__cancelled_at__isnull=True))
        .order_by("period__startswith", "member_id")
        .values_list("member_id", "period")
    )
    found: dict[int, dt.datetime] = {}
    for member, period in rows:
        if member not in here:
            found.setdefault(member, period.lower)
    return found


def _hands(ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {member: [] for member in ids}
    work = ContactAssignment.objects.filter(person_id__in=ids, ended_at__isnull=True)
    offered = Offer.objects.filter(person_id__in=ids, state=Offer.State.OPEN)
    for member, channel in [
        *work.values_list("person_id", "contact__channel"),
        *offered.values_list("person_id", "contact__channel"),
    ]:
        found[member].append(channel)
    return found


def _load(duty: OnDuty, hands: list[str]) -> tuple[int, int]:
    """How many places of the present activity are taken: one for calls, else by the channel's weight."""
    channels = [str(c) for c in duty.channels]
    if not channels:
        return len(hands), 0
    places = 1 if channels == ["phone"] else max(CAPACITY // WEIGHTS.get(c, CAPACITY) for c in channels)
    counted = Counter(hands)
    full = places if counted["phone"] else min(places, len(hands))
    return full, places


def _words(duty: OnDuty, state: str, names: dict[str, str], pod: Pod) -> str:
    until = duty.until.astimezone(pod.tzinfo).strftime("%H:%M")
    if duty.activity is None:
        return _("Break until %(time)s") % {"time": until}
    activity = names.get(duty.activity, duty.activity)
    told = {"activity": activity, "time": until}
    if state == State.BREAK:
        return _("On a break, %(activity)s until %(time)s") % told
    if state in (State.OFFLINE, State.AWAY):
        return _("Not here, %(activity)s until %(time)s") % told
    return _("%(activity)s until %(time)s") % told
