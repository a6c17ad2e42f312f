"""Two pods with one thing of every kind, and the addresses that lead to them.

``own`` is seen from Isar's members, ``other`` is Elbe's. A third pod, Weser, gives each of them
an overflow agreement of its own. Whatever is Elbe's carries ``CANARY`` in its words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse

from cxportal.core import periods
from teams.consent.services import propose
from teams.pods.models import Pod
from teams.scheduling.models import Absence, Act, Assignment, GiveAway
from teams.scheduling.swaps.models import Exchange, ExchangeConsent, ExchangeLeg, SwapWish
from teams.scheduling.waiver_models import Waiver
from tests.cast import Cast
from tests.factories import customers, leave, pods, routing, scheduling
from tests.routes import Route

CANARY = "canary-7341"

# Parameters that name no pod's thing; administrators' pages find nothing under the numbers.
ANYWHERE: dict[str, Any] = {
    "week": periods.week_label(scheduling.MONDAY),
    "level": "groups",
    "pk": 0,
    "row": 0,
    "run": 0,
    "kind": "areas",
    "name": "Nowhere",
    "key": "rest_minutes",
    "channel": "phone",
    "year": leave.MONDAY.year,
    "day": leave.MONDAY.isoformat(),
    "asked": 0,
    "secret": "x" * 43,
    "token": "x" * 43,
}
# What a route takes in place of the usual, by its name.
INSTEAD: dict[str, dict[str, Any]] = {}


@dataclass(frozen=True)
class Place:
    """The values of URL parameters that lead to one pod's things."""

    pod: Pod
    values: dict[str, Any]

    def kwargs(self, route: Route) -> dict[str, Any]:
        """Arguments for the route; raises ``KeyError`` for a parameter that this world doesn't know."""
        known = ANYWHERE | self.values | INSTEAD.get(route.name, {})
        if route.name.startswith(("settings_person", "history_of_person")) or "settings/people/" in route.route:
            known["pk"] = self.values["person"]
        return {name: known[name] for name in route.parameters if name not in route.defaults}

    def address(self, route: Route) -> str:
        return reverse(route.name, kwargs=self.kwargs(route))


@dataclass(frozen=True)
class World:
    own: Place
    other: Place


def make_world(cast: Cast) -> World:
    """One shift, claim, offer, act, absence, pattern, customer, contact and agreement in each pod."""
    weser = pods.open_pod("Weser", in_area=cast.south)
    return World(
        _place(cast, cast.isar, cast.member.pk, weser, "quiet"),
        _place(cast, cast.elbe, cast.other_member.pk, weser, CANARY),
    )


def _place(cast: Cast, pod: Pod, member: int, weser: Pod, word: str) -> Place:
    person = cast.member if pod == cast.isar else cast.other_member
    shift = scheduling.shift(pod, 1, seats=2)
    assignment = scheduling.seated(person, shift)
    offer = GiveAway.objects.create(
        assignment=assignment, shift=shift, shift_version=shift.version, owner=person, ends_at=shift.span.start
    )
    act = Act.objects.create(kind="claim", member=person, week=shift.week, assignment=assignment.pk)
    away = Absence.objects.create(
        member=person,
        period=DateTimeTZRange(assignment.period.lower, assignment.period.upper),
        kind="sick",
        note=f"{word} note",
    )
    customer = customers.customer(pod, f"{word} customer", email=f"{word}@example.org")
    contact = customers.contact(pod, customer, subject=f"{word} subject")
    pattern = scheduling.pattern(pod, f"{word} pattern")
    agreement = routing.agreement(pod, weser)
    proposal = propose(by=person, pod=pod, values={"rest_minutes": 720}, title=f"{word} title", reason=f"{word} reason")
    waiver = Waiver.objects.create(shift=shift, shift_version=1, member=person, source="override", reason=word)
    peak = leave.peak(pod, f"{word} peak")
    exchange, wish = _swapped(cast, assignment, word)
    return Place(
        pod,
        {
            "slug": pod.slug,
            "person": member,
            "shift": shift.pk,
            "assignment": assignment.pk,
            "give_away": offer.pk,
            "exchange": exchange.pk,
            "wish": wish.pk,
            "act": act.pk,
            "absence": away.pk,
            "customer": customer.pk,
            "contact": contact.pk,
            "pattern": pattern.pk,
            "made": shift.week_id,
            "agreement": agreement.pk,
            "proposal": proposal.pk,
            "number": proposal.number,
            "waiver": waiver.pk,
            "peak": peak.pk,
            "share": peak.shares.get().pk,
        },
    )


def _swapped(cast: Cast, held: Assignment, word: str) -> tuple[Exchange, SwapWish]:
    """The shift is up for a swap, and the guest is asked to take it."""
    shift, ends = held.shift, held.span.start
    wish = SwapWish.objects.create(
        pod=shift.pod, assignment=held, shift=shift, shift_version=shift.version, period=held.period,
        owner=held.member, ends_at=ends,
    )  # fmt: skip
    exchange = Exchange.objects.create(pod=shift.pod, wish=wish, made_by=held.member, message=word, ends_at=ends)
    ExchangeLeg.objects.create(
        exchange=exchange, place=0, giver=held.member, taker=cast.guest, assignment=held, shift=shift, seat=held.seat,
        shift_version=shift.version, period=held.period,
    )  # fmt: skip
    for member, answer in ((held.member, "consent"), (cast.guest, "waiting")):
        ExchangeConsent.objects.create(exchange=exchange, member=member, answer=answer)
    return exchange, wish
