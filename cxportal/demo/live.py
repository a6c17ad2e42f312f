"""What goes through the services one act after the other: a sample of the last days, and this moment.

Every pod that has changed gets a few contacts on each of the last fourteen days, from arrival to
survey; and whatever is on at this moment: people on shift who are present, contacts that wait and
contacts in work.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection

from customers.contacts.models import Contact
from customers.directory.models import Customer
from customers.feedback import services as feedback
from customers.feedback.services import Answer
from customers.routing import services
from customers.routing.services import Arrival
from cxportal.core import periods
from cxportal.core.violations import Answer as No
from cxportal.demo import names
from cxportal.demo.build import Built
from cxportal.demo.world import CHANNELS, OPEN, WORK, ZONE
from teams.people.models import User
from teams.presence import services as presence
from teams.presence.models import Presence
from teams.scheduling.queries import OnDuty, on_duty

SOURCE = "demo services"
DAYS = 14
CHOICE = (0, 0, 0, 0, 1, 1, 2, 2, 2, 3)  # channels of the sample: most by phone
KNOWS_HOURS = 0.5  # share of contacts by customers who know when their usual person is on the channel


@dataclass(frozen=True)
class Owned:
    """Some customers of a pod to draw callers from, and whom they usually meet."""

    ids: Sequence[int]
    usual: Mapping[int, int]

    def draw(self, rng: np.random.Generator, there: Collection[int] = ()) -> int:
        """A caller. Many know when their person is there and call then; ``there`` are the members on the channel."""
        if rng.random() < KNOWS_HOURS:
            for number in rng.integers(len(self.ids), size=40):
                if self.usual.get(self.ids[int(number)]) in there:
                    return self.ids[int(number)]
        return self.ids[int(rng.integers(len(self.ids)))]


# As intake finds the usual person: who served most of the last six, among equals the latest.
_USUAL = """
    SELECT DISTINCT ON (customer_id) customer_id, person_id FROM (
        SELECT customer_id, person_id, arrived_at,
               row_number() OVER (PARTITION BY customer_id ORDER BY arrived_at DESC) AS back
        FROM customers_contact WHERE customer_id = ANY(%s) AND person_id IS NOT NULL) AS recent
    WHERE back <= 6 GROUP BY customer_id, person_id ORDER BY customer_id, count(*) DESC, max(arrived_at) DESC
"""


def customers_of(built: Built, most: int = 400) -> list[Owned]:
    """Callers of each pod. Two queries a pod."""
    found = []
    with connection.cursor() as cursor:
        for pod in built.pods:
            owned = Customer.objects.filter(ownerships__pod=pod).order_by("pk").values_list("pk", flat=True)
            ids = list(owned[:most])
            cursor.execute(_USUAL, [ids])
            found.append(Owned(ids, dict(cursor.fetchall())))
    return found


def play_days(built: Built, *, now: dt.datetime, seed: int, say: Callable[[str], None]) -> int:
    """The sample of the last days, oldest first; how many contacts. What a rule refuses is left out."""
    rng = np.random.default_rng([seed, 21])
    callers = customers_of(built)
    moments = sorted(
        (moment, index)
        for index, plan in enumerate(built.plan.pods)
        if plan.wave is not None
        for moment in _moments(built.plan.by_service, now, rng)
    )
    done = 0
    for number, (moment, index) in enumerate(moments, 1):
        done += _one(built, index, callers[index], moment, rng)
        if number % 100 == 0:
            say(f"{number} of {len(moments)} contacts through the services")
    Presence.objects.all().delete()  # those who were there then; nobody has said yet that they are here now
    return done


def _moments(count: int, now: dt.datetime, rng: np.random.Generator) -> list[dt.datetime]:
    """Instants in opening hours of the last days, an hour old at least."""
    today = now.astimezone(ZONE).date()
    found = []
    for back in range(DAYS, -1, -1):
        day = today - dt.timedelta(days=back)
        hours = OPEN.get(day.weekday())
        if hours:
            found += [
                periods.to_instant(day, dt.time(), ZONE) + dt.timedelta(seconds=float(rng.uniform(*hours)) - 900)
                for _contact in range(-(-count // DAYS))
            ]
    return [moment for moment in found if moment < now - dt.timedelta(hours=1)][-count:]


def _one(built: Built, index: int, callers: Owned, at: dt.datetime, rng: np.random.Generator) -> bool:
    """One contact: it arrives, is offered or taken, worked on, resolved, and perhaps answered."""
    pod, channel = built.pods[index], int(rng.choice(CHOICE))
    cause = built.reasons[int(rng.integers(len(built.reasons)))]
    reason = cause[int(rng.integers(len(cause)))]
    duty = [person for person in on_duty([pod.pk], at) if CHANNELS[channel] in person.channels]
    if not duty:
        return False
    here(duty, at)
    customer = callers.draw(rng, [person.member_id for person in duty])
    arrival = Arrival(CHANNELS[channel], customer_id=customer, subject=reason.name, reason_id=reason.pk, source=SOURCE)
    try:
        arrived = services.arrive(by=None, arrival=arrival, at=at)
        contact = Contact.objects.get(pk=arrived.contact_id)
        asked = arrived.decision["person"] or duty[int(rng.integers(len(duty)))].member_id
        member = User.objects.get(pk=asked)
        answered = at + dt.timedelta(seconds=float(rng.uniform(4, 18)))
        ended = answered + dt.timedelta(seconds=float(WORK[channel] * rng.lognormal(0, 0.4)))
        solved = ended + dt.timedelta(seconds=float(rng.uniform(20, 90)))
        by = built.administrator
        services.accept(by=by, member=member, contact_id=contact.pk, at=answered)
        services.end(by=by, member=member, contact_id=contact.pk, at=ended)
        closed = services.resolve(
            by=by, member=member, contact_id=contact.pk, reason_id=reason.pk, resolution="Solved at once", at=solved
        )
    except No:
        return False
    if closed.survey is not None and rng.random() < 0.4:
        answer(closed.survey.token, built.plan.pods[index].share_in(10_000), rng, solved + dt.timedelta(minutes=30))
    return True


def answer(token: str, share: float, rng: np.random.Generator, at: dt.datetime | None = None) -> None:
    """A customer answers the survey; satisfied with the pod's true share."""
    happy = rng.random() < share
    csat = 4 + int(rng.random() < 0.6) if happy else int(rng.choice([1, 2, 3, 3]))
    nps = int(np.clip(round(float(rng.normal({1: 1, 2: 3, 3: 6, 4: 8, 5: 9}[csat], 1))), 0, 10))
    words = (names.GOOD_WORDS if happy else names.BAD_WORDS)[int(rng.integers(6))] if rng.random() < 0.3 else ""
    feedback.answer(token=token, given=Answer(csat=csat, nps=nps, comment=words, may_contact=False), at=at)


def here(people: Sequence[OnDuty], at: dt.datetime) -> None:
    """These people were present at an instant: what the router reads; the sample writes no presence events."""
    for person in people:
        Presence.objects.update_or_create(
            pk=person.member_id,
            defaults={"state": "available", "since": at, "heartbeat_at": at, "idle_since": at, "silent_since": None},
        )


def play_now(built: Built, *, now: dt.datetime, seed: int) -> int:
    """This moment: who is on shift says so, and contacts arrived in the last minutes. How many arrived.

    Who can sign in speaks for themselves: what they said last stays, whatever was started again.
    """
    rng = np.random.default_rng([seed, 22])
    played = {user.pk: user for team in built.people for user in team if not user.has_usable_password()}
    Presence.objects.filter(pk__in=played).delete()
    duty = on_duty([pod.pk for pod in built.pods], now)
    for person in duty:
        if member := played.get(person.member_id):
            presence.set_state(by=member, state="available" if person.activity else "break", at=now)
    callers = customers_of(built, 60)
    count = 0
    for index, item in enumerate(built.plan.pods):
        for _contact in range(4 if item.wave is not None else 1):
            live = bool(duty) and rng.random() < 0.4
            channel, age = (int(rng.integers(2)), rng.uniform(2, 40)) if live else (2, rng.uniform(300, 9000))
            cause = built.reasons[int(rng.integers(len(built.reasons)))]
            reason = cause[int(rng.integers(len(cause)))]
            customer = callers[index].draw(rng, [p.member_id for p in duty if CHANNELS[channel] in p.channels])
            arrival = Arrival(
                CHANNELS[channel], customer_id=customer, subject=reason.name, reason_id=reason.pk, source=SOURCE
            )
            services.arrive(by=None, arrival=arrival, at=now - dt.timedelta(seconds=float(age)))
            count += 1
    return count
