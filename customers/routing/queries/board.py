"""The live board of a pod: what waits, what is worked on, what went out and came in, and the people."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.contacts.models import Contact, ContactEvent
from customers.routing.models import ContactAssignment, Offer, OverflowAgreement
from customers.routing.queries import clock, numbers
from customers.routing.queries.team import Mate, team
from customers.routing.queries.tiles import Tile, Used, risk, tiles_of, use_of_today
from customers.routing.sentences import duration
from cxportal.core import periods
from teams.people.models import User
from teams.pods.channels import LIVE, Channel
from teams.pods.models import Pod, Promise
from teams.presence.models import Presence
from teams.presence.models import State as PresenceState

State = Contact.State
REPEAT_WITHIN = dt.timedelta(days=7)
# Long in work without an event: shown, never closed by itself.
LONG = {"phone": 15 * 60, "chat": 30 * 60}
LONG_WRITTEN = 4 * 3600
SHOWN = 12  # waiting cards beyond those at risk are folded into one line


@dataclass(frozen=True)
class Card:
    """One contact on the board, every text finished. ``since`` and ``offset`` let the page tick on."""

    id: int
    channel: str
    channel_name: str
    icon: str
    name: str
    subject: str
    wait: str
    seconds: int
    ticking: bool
    tone: str
    low: str
    person: User | None = None
    pod: Pod | None = None
    repeat: bool = False
    reopened: bool = False
    skill_missing: bool = False
    can_take: bool = False
    left: int = 0
    stands: str = ""


@dataclass(frozen=True)
class Board:
    """A pod's queue at an instant, for one viewer.

    ``standing`` says which clocks stand until when; ``turn`` is in how many seconds a channel opens or closes.
    """

    at: dt.datetime
    tiles: list[Tile]
    waiting: list[Card] = field(default_factory=list)
    waiting_count: int = 0
    folded: int = 0
    work: list[Card] = field(default_factory=list)
    overflow_in: list[Card] = field(default_factory=list)
    overflow_out: list[Card] = field(default_factory=list)
    handed: list[Card] = field(default_factory=list)
    standing: list[str] = field(default_factory=list)
    turn: int | None = None
    offers: list[Card] = field(default_factory=list)
    used: list[Used] = field(default_factory=list)
    team: list[Mate] = field(default_factory=list)
    me: Presence | None = None

    @property
    def past_words(self) -> str:
        """How many are past their promise, for ears; empty when none is."""
        late = sum(card.tone == "gap" for card in self.waiting)
        if not late:
            return ""
        words = ngettext("%(n)s contact is past its promise.", "%(n)s contacts are past their promise.", late)
        return words % {"n": late}

    @property
    def unplanned(self) -> bool:
        """The viewer is here without a shift in this pod: the router offers them nothing."""
        here = self.me is not None and self.me.state in (PresenceState.AVAILABLE, PresenceState.AFTER_WORK)
        return here and not any(mate.now and self.me is not None and mate.person.pk == self.me.pk for mate in self.team)

    @property
    def on_shift(self) -> int:
        return sum(mate.now for mate in self.team)

    @property
    def on_break(self) -> int:
        return sum(mate.now and mate.state == "break" for mate in self.team)


@dataclass
class _Reading:
    """What the board read, before it is sorted into lanes."""

    pod: Pod
    viewer: User
    now: dt.datetime
    contacts: list[Contact]
    offers: dict[int, Offer]
    agreements: dict[int, OverflowAgreement]
    helped: dict[int, int]
    usual: dict[int, User]
    repeats: set[int]
    promises: dict[str, Promise]
    windows: dict[str, list[Any]]


def board(pod: Pod, viewer: User, *, works: bool, at: dt.datetime | None = None) -> Board:
    """The board of a pod. Who oversees it (``works`` false) gets counts alone. Constant queries."""
    now = at or periods.now()
    read = _read(pod, viewer, now)
    used = use_of_today(pod, list(read.agreements.values()), now)
    tiles = tiles_of(pod, _waits(read), read.promises, used, now)
    standing, turn = clock.standing(read.windows, read.promises, pod, now), clock.turn(read.windows, now)
    if not works:
        count = sum(_waits_here(c, pod) for c in read.contacts)
        return Board(now, tiles, waiting_count=count, standing=standing, turn=turn)
    waiting = [_waiting_card(c, read) for c in read.contacts if _waits_here(c, pod)]
    waiting.sort(key=lambda pair: pair[0])
    cards = [card for _key, card in waiting]
    at_risk = sum(card.tone != "" for card in cards)
    shown = max(SHOWN, at_risk)
    work = [c for c in read.contacts if c.state in (State.IN_WORK, State.AFTER_WORK)]
    return Board(
        at=now,
        tiles=tiles,
        waiting=cards[:shown],
        waiting_count=len(cards),
        folded=len(cards[shown:]),
        work=[_work_card(c, read) for c in work if c.serving_pod_id == pod.pk and c.home_pod_id == pod.pk],
        overflow_in=[_in_card(c, read) for c in work if _came(c, pod) and c.pk in read.helped],
        overflow_out=[_out_card(c, read) for c in read.contacts if _is_out(c, read) and not _is_handed(c, read)],
        handed=[_handed_card(c, read) for c in read.contacts if _is_handed(c, read)],
        offers=_offers_to(viewer, now),
        used=used,
        team=team(pod, now),
        me=Presence.objects.filter(pk=viewer.pk).first(),
        standing=standing,
        turn=turn,
    )


def _read(pod: Pod, viewer: User, now: dt.datetime) -> _Reading:
    contacts = list(
        Contact.objects.filter(Q(home_pod=pod) | Q(serving_pod=pod), state__in=Contact.OPEN)
        .filter(automated=False)
        .exclude(state=State.WAITING, direction="out")
        .select_related("customer", "person", "home_pod", "serving_pod")
        .order_by("arrived_at", "pk")
    )
    ids = [c.pk for c in contacts]
    offers = Offer.objects.filter(contact_id__in=ids, state=Offer.State.OPEN).select_related("person", "pod")
    helped = ContactAssignment.objects.filter(contact_id__in=ids, ended_at__isnull=True, agreement__isnull=False)
    agreements = (
        OverflowAgreement.objects.filter(Q(home=pod) | Q(partner=pod))
        .filter(state__in=[OverflowAgreement.State.ACTIVE, OverflowAgreement.State.PAUSED])
        .select_related("home", "partner")
    )
    first = min((c.arrived_at for c in contacts), default=now)
    return _Reading(
        pod=pod,
        viewer=viewer,
        now=now,
        contacts=contacts,
        offers={o.contact_id: o for o in offers},
        agreements={a.pk: a for a in agreements},
        helped={c: a for c, a in helped.values_list("contact_id", "agreement_id") if a is not None},
        usual=_usual(contacts),
        repeats=_repeats(contacts, now),
        promises={p.channel: p for p in Promise.objects.filter(pod=pod)},
        windows=numbers.openings(pod, {c.channel for c in contacts} | set(LIVE), first, now + clock.AHEAD),
    )


def _usual(contacts: Iterable[Contact]) -> dict[int, User]:
    """Who knows the customer, as noted at arrival. Two queries."""
    ids = [c.pk for c in contacts if c.state in (State.WAITING, State.OFFERED)]
    events = ContactEvent.objects.filter(contact_id__in=ids, kind="arrived", data__has_key="usual")
    asked = {e.contact_id: e.data["usual"] for e in events}
    people = User.objects.in_bulk(set(asked.values()))
    return {contact: people[who] for contact, who in asked.items() if who in people}


def _repeats(contacts: Iterable[Contact], now: dt.datetime) -> set[int]:
    """Customers who were here in the last seven days already. One query."""
    waiting = {c.customer_id for c in contacts if c.customer_id}
    earlier = Contact.objects.filter(customer_id__in=waiting, arrived_at__gte=now - REPEAT_WITHIN)
    rows = earlier.values("customer_id").annotate(n=Count("pk")).filter(n__gt=1)
    return {row["customer_id"] for row in rows}


def _waits(read: _Reading) -> dict[str, list[int]]:
    """Seconds waited, by channel, of everything in the pod's queue."""
    found: dict[str, list[int]] = defaultdict(list)
    for contact in read.contacts:
        if _waits_here(contact, read.pod):
            promise, windows = read.promises.get(contact.channel), read.windows[contact.channel]
            found[contact.channel].append(numbers.waited(windows, contact.arrived_at, read.now, promise))
    return found


def _waits_here(contact: Contact, pod: Pod) -> bool:
    queue = contact.serving_pod_id or contact.home_pod_id
    return contact.state in (State.WAITING, State.OFFERED) and queue == pod.pk


def _is_out(contact: Contact, read: _Reading) -> bool:
    if contact.home_pod_id != read.pod.pk:
        return False
    offer = read.offers.get(contact.pk)
    asked = offer is not None and offer.agreement_id is not None
    return asked or contact.serving_pod_id not in (None, read.pod.pk)


def _came(contact: Contact, pod: Pod) -> bool:
    return contact.serving_pod_id == pod.pk != contact.home_pod_id


def _is_handed(contact: Contact, read: _Reading) -> bool:
    """Given away to another pod or by one, and no help under an agreement."""
    offer = read.offers.get(contact.pk)
    if contact.pk in read.helped or (offer is not None and offer.agreement_id is not None):
        return False
    away = contact.home_pod_id == read.pod.pk and contact.serving_pod_id not in (None, read.pod.pk)
    return away or (_came(contact, read.pod) and contact.state in (State.IN_WORK, State.AFTER_WORK))


def title(contact: Contact) -> str:
    """Who it is: the customer, else as told, else unknown."""
    if contact.customer is not None:
        return str(contact.customer)
    return contact.caller or _("Unknown customer")


def _card(contact: Contact, read: _Reading, seconds: int, tone: str, low: str, **more: Any) -> Card:
    return Card(
        id=contact.pk,
        channel=contact.channel,
        channel_name=str(Channel(contact.channel).label),
        icon=Channel(contact.channel).icon,
        name=title(contact),
        subject=contact.subject or _("No subject yet"),
        wait=duration(seconds),
        seconds=seconds,
        tone=tone,
        low=low,
        repeat=contact.customer_id in read.repeats,
        reopened=contact.reopened_count > 0,
        skill_missing=contact.skill_missing,
        **({"ticking": seconds < 3600} | more),
    )


def _waiting_card(contact: Contact, read: _Reading) -> tuple[tuple[Any, ...], Card]:
    promise = read.promises.get(contact.channel)
    wait = clock.wait(read.windows[contact.channel], promise, contact.arrived_at, read.pod, read.now)
    offer = read.offers.get(contact.pk)
    usual = read.usual.get(contact.pk)
    if offer is not None and offer.agreement_id is not None:
        low, person, pod = _("asked at %(pod)s") % {"pod": offer.pod.name}, None, offer.pod
    elif offer is not None:
        low, person, pod = _("offered to %(name)s") % {"name": offer.person.name}, offer.person, None
    elif usual is not None:
        low, person, pod = _("usually %(name)s") % {"name": usual.name}, usual, None
    else:
        low, person, pod = _("first free member"), None, None
    free = offer is None or offer.agreement_id is not None or offer.person_id == read.viewer.pk
    card = _card(
        contact,
        read,
        wait.seconds,
        risk(wait.seconds, promise),
        low,
        person=person,
        pod=pod,
        can_take=free,
        ticking=wait.ticks,
        stands=wait.stands,
    )
    left = promise.seconds - wait.seconds if promise else 10**9
    return (left, contact.channel not in LIVE, contact.pk), card


def _in_hand(contact: Contact, now: dt.datetime) -> int:
    return max(0, int((now - (contact.state_since or now)).total_seconds()))


def _work_card(contact: Contact, read: _Reading) -> Card:
    seconds = _in_hand(contact, read.now)
    low = contact.person.name if contact.person else ""
    if contact.state == State.AFTER_WORK:
        low = _("%(name)s, writing up") % {"name": low}
    long = contact.state == State.IN_WORK and seconds > LONG.get(contact.channel, LONG_WRITTEN)
    return _card(contact, read, seconds, "watch" if long else "", low, person=contact.person)


def _in_card(contact: Contact, read: _Reading) -> Card:
    low = _("with %(name)s") % {"name": contact.person.name if contact.person else "?"}
    subject = _("from %(pod)s") % {"pod": contact.home_pod.name}
    return _replaced(_card(contact, read, _in_hand(contact, read.now), "", low, pod=contact.home_pod), subject)


def _out_card(contact: Contact, read: _Reading) -> Card:
    offer = read.offers.get(contact.pk)
    pod = offer.pod if offer is not None and offer.agreement_id else contact.serving_pod
    low = _("comes back for follow-up") if contact.pk in read.helped else _("keeps its place here")
    return _aged(contact, read, low, pod, _("to %(pod)s") % {"pod": pod.name if pod else "?"})


def _handed_card(contact: Contact, read: _Reading) -> Card:
    if _came(contact, read.pod):
        words = _("from %(pod)s") % {"pod": contact.home_pod.name}
        low = _("with %(name)s") % {"name": contact.person.name if contact.person else "?"}
        return _aged(contact, read, low, contact.home_pod, words)
    pod = contact.serving_pod
    waits = contact.state in (State.WAITING, State.OFFERED)
    low = _("waits there with its age") if waits else _("in work there")
    return _aged(contact, read, low, pod, _("to %(pod)s") % {"pod": pod.name if pod else "?"})


def _aged(contact: Contact, read: _Reading, low: str, pod: Pod | None, subject: str) -> Card:
    """A card that shows the wait since arrival, or how long it is in work."""
    if contact.state not in (State.WAITING, State.OFFERED):
        return _replaced(_card(contact, read, _in_hand(contact, read.now), "", low, pod=pod), subject)
    promise = read.promises.get(contact.channel)
    wait = clock.wait(read.windows[contact.channel], promise, contact.arrived_at, read.pod, read.now)
    tone = risk(wait.seconds, promise)
    card = _card(contact, read, wait.seconds, tone, low, pod=pod, ticking=wait.ticks, stands=wait.stands)
    return _replaced(card, subject)


def _replaced(card: Card, subject: str) -> Card:
    return replace(card, subject=subject)


def _offers_to(viewer: User, now: dt.datetime) -> list[Card]:
    """What is being offered to the viewer, from whatever pod. One query."""
    rows = (
        Offer.objects.filter(person=viewer, state=Offer.State.OPEN, until__gt=now)
        .select_related("contact__customer", "contact__home_pod", "pod")
        .order_by("until")
    )
    found = []
    for offer in rows:
        contact = offer.contact
        seconds = max(0, int((now - contact.arrived_at).total_seconds()))
        found.append(
            Card(
                id=contact.pk,
                channel=contact.channel,
                channel_name=str(Channel(contact.channel).label),
                icon=Channel(contact.channel).icon,
                name=title(contact),
                subject=contact.subject or _("No subject yet"),
                wait=duration(seconds),
                seconds=seconds,
                ticking=seconds < 3600,
                tone="",
                low=_("for %(pod)s") % {"pod": contact.home_pod.name} if offer.agreement_id else "",
                pod=contact.home_pod if offer.agreement_id else None,
                left=max(0, int((offer.until - now).total_seconds())),
            )
        )
    return found
