"""Gentle life in the demo: customers arrive, simulated colleagues answer, some customers say how it was.

Everything goes through the services and carries the source ``demo traffic``. Accounts that can sign
in are never played: whoever tries the portal acts for themselves.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from django.conf import settings
from django.http import Http404

from customers.contacts.models import Contact
from customers.routing import services
from customers.routing.models import Offer
from customers.routing.services import Arrival
from cxportal.core import periods
from cxportal.core.violations import Answer as No
from cxportal.demo.build import Built
from cxportal.demo.live import Owned, answer, customers_of
from cxportal.demo.world import CHANNELS, OPEN, ZONE
from teams.people.models import User
from teams.presence import services as presence
from teams.presence.models import Presence
from teams.scheduling.queries import OnDuty, on_duty

logger = logging.getLogger("cxportal.demo.traffic")

SOURCE = "demo traffic"
TICK = 2.0
EVERY = 30.0  # seconds between two arrivals in the company while it is open
EVERY_CLOSED = 240.0
FIRST_POD = 4  # the pod whose member can sign in gets more of them
LOOK = dt.timedelta(seconds=25)  # presence and signs of life
PATIENCE = (90, 240)
TALK = {"phone": (45, 150), "chat": (60, 200)}
WRITE = (60, 240)
AFTER = (8, 30)


def stop_file() -> Path:
    """Its presence stops the traffic; ``manage.py traffic --stop`` and ``--start`` make and remove it."""
    return Path(settings.DATA) / "demo" / "traffic-stopped"


@dataclass
class Traffic:
    """One player of the whole company. ``tick`` does what is due; call it every couple of seconds."""

    built: Built
    rng: np.random.Generator
    callers: list[Owned] = field(default_factory=list)
    next_arrival: dt.datetime | None = None
    looked: dt.datetime | None = None
    plans: dict[int, dt.datetime] = field(default_factory=dict)
    there: dict[str, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.callers = customers_of(self.built)
        self.played = {user.pk: user for team in self.built.people for user in team if not user.has_usable_password()}

    def tick(self, at: dt.datetime | None = None) -> int:
        """Whatever is due now; how many acts were done."""
        now = at or periods.now()
        done = 0
        if self.looked is None or now - self.looked > LOOK:
            self.looked = now
            done += self._presence(now)
        done += self._arrivals(now) + self._offers(now) + self._work(now) + self._give_up(now)
        return done

    def _presence(self, now: dt.datetime) -> int:
        """Who is on shift says so and gives signs of life; who goes home says that too."""
        duty = {p.member_id: p for p in on_duty([pod.pk for pod in self.built.pods], now) if p.member_id in self.played}
        self.there = {name: {p.member_id for p in duty.values() if name in p.channels} for name in CHANNELS}
        states = dict(Presence.objects.filter(pk__in=self.played).values_list("pk", "state"))
        done = 0
        for pk, person in duty.items():
            wanted = _wanted(person, states.get(pk, "offline"))
            member = self.played[pk]
            if wanted is None:
                presence.heartbeat(member=member)
            else:
                done += _try(lambda m=member, w=wanted: presence.set_state(by=m, state=w))  # type: ignore[misc]
        for pk, state in states.items():
            if pk not in duty and state != "offline":
                done += _try(lambda m=self.played[pk]: presence.set_state(by=m, state="offline"))  # type: ignore[misc]
        return done

    def _arrivals(self, now: dt.datetime) -> int:
        local = now.astimezone(ZONE)
        hours = OPEN.get(local.weekday())
        is_open = hours is not None and hours[0] <= local.hour * 3600 + local.minute * 60 < hours[1]
        if self.next_arrival is None or now >= self.next_arrival:
            due = self.next_arrival is not None
            gap = self.rng.exponential(EVERY if is_open else EVERY_CLOSED)
            self.next_arrival = now + dt.timedelta(seconds=float(gap))
            return _try(lambda: self._arrive(is_open)) if due else 0
        return 0

    def _arrive(self, is_open: bool) -> None:
        weights = np.array([FIRST_POD if not n else 1.0 for n in range(len(self.built.pods))])
        index = int(self.rng.choice(len(weights), p=weights / weights.sum()))
        channel = CHANNELS[int(self.rng.choice([0, 0, 0, 1, 1, 2, 2, 3]) if is_open else 2)]
        cause = self.built.reasons[int(self.rng.integers(len(self.built.reasons)))]
        reason = cause[int(self.rng.integers(len(cause)))]
        customer = self.callers[index].draw(self.rng, self.there.get(channel, ()))
        arrival = Arrival(channel, customer_id=customer, subject=reason.name, reason_id=reason.pk, source=SOURCE)
        services.arrive(by=None, arrival=arrival)

    def _offers(self, now: dt.datetime) -> int:
        """Offers are accepted after a moment, a few declined."""
        done = 0
        for offer in Offer.objects.filter(state=Offer.State.OPEN, person__in=self.played)[:50]:
            if now < offer.made_at + dt.timedelta(seconds=2 + offer.pk % 6):
                continue
            act = services.decline if offer.pk % 25 == 0 else services.accept
            member = self.played[offer.person_id]
            done += _try(lambda a=act, m=member, c=offer.contact_id: a(by=m, contact_id=c))  # type: ignore[misc]
        return done

    def _work(self, now: dt.datetime) -> int:
        """Contacts in work end, are written up and resolved."""
        done = 0
        mine = Contact.objects.filter(state__in=["in_work", "after_work"], person__in=self.played)
        for contact in mine.select_related("home_pod")[:100]:
            due = self.plans.setdefault(contact.pk, now + self._span(contact))
            if now < due:
                continue
            del self.plans[contact.pk]
            member = self.played[contact.person_id or 0]
            if contact.state == "in_work":
                done += _try(lambda m=member, c=contact.pk: services.end(by=m, contact_id=c))  # type: ignore[misc]
            else:
                done += _try(lambda m=member, c=contact: self._resolve(m, c))  # type: ignore[misc]
        return done

    def _span(self, contact: Contact) -> dt.timedelta:
        least, most = AFTER if contact.state == "after_work" else TALK.get(contact.channel, WRITE)
        return dt.timedelta(seconds=float(self.rng.uniform(least, most)))

    def _resolve(self, member: User, contact: Contact) -> None:
        """Resolved with the reason that its subject names; three of ten customers answer the survey."""
        known = {reason.name: reason for group in self.built.reasons for reason in group}
        reason = known.get(contact.subject) or self.built.reasons[0][0]
        closed = services.resolve(by=member, contact_id=contact.pk, reason_id=reason.pk)
        if closed.survey is not None and self.rng.random() < 0.3:
            plan = next(p for p in self.built.plan.pods if p.slug == contact.home_pod.slug)
            answer(closed.survey.token, plan.share_in(10_000), self.rng)

    def _give_up(self, now: dt.datetime) -> int:
        """Live contacts that wait too long hang up."""
        done = 0
        waiting = Contact.objects.filter(
            state="waiting", channel__in=["phone", "chat"], arrived_at__lt=now - dt.timedelta(seconds=PATIENCE[0])
        ).exclude(imported=True)
        for pk, arrived in waiting.values_list("pk", "arrived_at")[:20]:
            patience = PATIENCE[0] + pk % (PATIENCE[1] - PATIENCE[0])
            if now - arrived > dt.timedelta(seconds=patience):
                done += _try(lambda c=pk: services.abandon(by=self.built.administrator, contact_id=c))  # type: ignore[misc]
        return done


def _wanted(person: OnDuty, state: str) -> str | None:
    """The state to choose, or None when a sign of life is enough."""
    if person.activity is None or not person.channels:
        return None if state == "break" else "break"
    return None if state in ("available", "after_work") else "available"


def _try(act: Callable[[], object]) -> int:
    """One act; what a rule refuses or somebody else did first is no error here."""
    try:
        act()
    except (No, Http404) as refusal:
        logger.debug("refused", extra={"why": str(refusal)})
        return 0
    return 1
