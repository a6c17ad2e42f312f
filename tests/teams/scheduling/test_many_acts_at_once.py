"""Thousands of random acts of several people at once; afterwards SQL finds nothing that the rules forbid.

``CXPORTAL_RANDOM_ACTS`` says how many (300 without it); ``CXPORTAL_RANDOM_SEED`` draws others.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import pytest
from django.db import connection
from django.http import Http404

from cxportal.core.periods import HOUR, MINUTE, Period
from cxportal.core.violations import Answer
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import services as roster
from teams.scheduling.expansion import Part
from teams.scheduling.models import Absence, Act, Assignment, GiveAway, Shift
from teams.scheduling.swaps import deadlines, services, wishes
from teams.scheduling.swaps.models import Exchange, ExchangeConsent, SwapWish
from teams.scheduling.swaps.services import Planned
from tests.cast import Cast
from tests.factories import people, scheduling
from tests.races import deadlocks, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ACTS = int(os.environ.get("CXPORTAL_RANDOM_ACTS", "300"))
SEED = int(os.environ.get("CXPORTAL_RANDOM_SEED", "1"))
THREADS = 6
TURN = 25

# What must never be: each statement counts what breaks it.
NEVER = {
    "somebody works twice at once": """
        SELECT count(*) FROM teams_assignment a JOIN teams_assignment b
        ON a.member_id = b.member_id AND a.id < b.id AND a.period && b.period""",
    "a seat is taken twice": """
        SELECT count(*) FROM teams_assignment a JOIN teams_assignment b
        ON a.seat_id = b.seat_id AND a.id < b.id AND a.period && b.period""",
    "a working day begins before the rest of another is over": """
        SELECT count(*) FROM teams_duty a JOIN teams_duty b
        ON a.member_id = b.member_id AND a.id < b.id
        AND tstzrange(a.starts_at, a.rest_until) && tstzrange(b.starts_at, b.rest_until)""",
    "a rest is shorter than agreed": """
        SELECT count(*) FROM teams_duty WHERE rest_until < ends_at + interval '11 hours'""",
    "work lies outside its working day, or is somebody else's": """
        SELECT count(*) FROM teams_assignment a JOIN teams_duty d ON d.id = a.duty_id
        WHERE a.member_id <> d.member_id OR NOT a.period <@ tstzrange(d.starts_at, d.ends_at)""",
    "a working day holds no work": """
        SELECT count(*) FROM teams_duty d WHERE NOT EXISTS (SELECT FROM teams_assignment a WHERE a.duty_id = d.id)""",
    "a working day is longer than its work": """
        SELECT count(*) FROM teams_duty d JOIN (SELECT duty_id, min(lower(period)) AS first, max(upper(period)) AS last
        FROM teams_assignment GROUP BY duty_id) AS work ON work.duty_id = d.id
        WHERE (d.starts_at, d.ends_at) <> (work.first, work.last)""",
    "work lies outside its shift, or on a cancelled one": """
        SELECT count(*) FROM teams_assignment a JOIN teams_shift s ON s.id = a.shift_id
        WHERE NOT a.period <@ s.period OR s.cancelled_at IS NOT NULL""",
    "somebody works while away": """
        SELECT count(*) FROM teams_assignment a JOIN teams_absence b
        ON a.member_id = b.member_id AND a.period && b.period""",
    "an open exchange gives what its giver does not have": """
        SELECT count(*) FROM teams_exchange e JOIN teams_exchangeleg l ON l.exchange_id = e.id
        LEFT JOIN teams_assignment a ON a.id = l.assignment_id LEFT JOIN teams_shift s ON s.id = a.shift_id
        WHERE e.outcome = 'open' AND (a.id IS NULL OR a.member_id <> l.giver_id OR NOT l.period <@ a.period
        OR s.version <> l.shift_version)""",
    "an open wish stands on what its owner does not have": """
        SELECT count(*) FROM teams_swapwish w LEFT JOIN teams_assignment a ON a.id = w.assignment_id
        LEFT JOIN teams_shift s ON s.id = a.shift_id
        WHERE w.outcome = 'open' AND (a.id IS NULL OR a.member_id <> w.owner_id OR NOT w.period <@ a.period
        OR s.version <> w.shift_version)""",
    "an open offer stands on what its owner does not have": """
        SELECT count(*) FROM teams_giveaway g LEFT JOIN teams_assignment a ON a.id = g.assignment_id
        WHERE g.outcome = 'open' AND (a.id IS NULL OR a.member_id <> g.owner_id)""",
    "an exchange happened without everybody's consent": """
        SELECT count(*) FROM teams_exchange e JOIN teams_exchangeconsent c ON c.exchange_id = e.id
        WHERE e.outcome IN ('done', 'undone') AND c.answer <> 'consent'""",
    "a week is longer than agreed": """
        SELECT count(*) FROM (SELECT a.member_id, sum(extract(epoch FROM upper(a.period) - lower(a.period))) AS seconds
        FROM teams_assignment a GROUP BY a.member_id) AS worked WHERE seconds > 48 * 3600""",
}


@dataclass
class Company:
    """Who acts, and where."""

    pods: list[Pod]
    crew: dict[int, list[User]]


@dataclass
class Life:
    """One thread's acts: whoever the draw names does what the draw says."""

    company: Company
    draw: random.Random
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def live(self, acts: int) -> Life:
        for _each in range(acts):
            pod = self.draw.choice(self.company.pods)
            by = User.objects.get(pk=self.draw.choice(self.company.crew[pod.pk]).pk)
            deed = self.draw.choices(DEEDS, WEIGHTS)[0]
            name = deed.__name__
            try:
                if deed(self, pod, by) is not None:
                    self.done[name] += 1
            except Http404:
                self.refused["not found"] += 1
            except Answer:
                self.refused[name] += 1
        return self

    def one[T](self, rows: list[T]) -> T:
        """Any of several; none of none is refused as unknown."""
        if not rows:
            raise Http404
        return self.draw.choice(rows)

    def shift(self, pod: Pod) -> Shift:
        return self.one(list(Shift.objects.filter(pod=pod, cancelled_at=None)))

    def own(self, pod: Pod, by: User) -> Assignment:
        return self.one(list(Assignment.objects.filter(member=by, shift__pod=pod)))

    def held(self, pod: Pod) -> Assignment:
        """Somebody's work: the act is its holder's, so that few draws find nothing to do."""
        return self.one(list(Assignment.objects.filter(shift__pod=pod).select_related("member")))

    def part(self, whole: Period) -> Period | None:
        if self.draw.random() < 0.7:
            return None
        half = whole.start + whole.length / 2
        return self.draw.choice([Period(whole.start, half), Period(half, whole.end)])


def claim(life: Life, pod: Pod, by: User) -> object:
    shift = life.shift(pod)
    return roster.claim(by=by, shift=shift.pk, period=life.part(shift.span))


def release(life: Life, pod: Pod, _by: User) -> object:
    held = life.held(pod)
    return roster.release(by=held.member, assignment=held.pk)


def offer(life: Life, pod: Pod, _by: User) -> object:
    held = life.held(pod)
    return roster.offer(by=held.member, assignment=held.pk)


def take(life: Life, pod: Pod, by: User) -> object:
    return roster.take(by=by, give_away=life.one(list(GiveAway.objects.filter(shift__pod=pod).order_by("-pk")[:9])).pk)


def undo(life: Life, _pod: Pod, by: User) -> object:
    return roster.undo(by=by, act=life.one(list(Act.objects.filter(member=by).order_by("-pk")[:3])).pk)


def move(life: Life, pod: Pod, by: User) -> object:
    row = life.shift(pod)
    by_minutes = life.draw.choice([-120, -60, 60, 120]) * MINUTE
    return roster.move_shift(by=by, shift=row.pk, period=Period(row.span.start + by_minutes, row.span.end + by_minutes))


def cancel(life: Life, pod: Pod, by: User) -> object:
    """A shift goes, and one of the same hours comes."""
    row = life.shift(pod)
    gone = roster.cancel_shift(by=by, shift=row.pk)
    parts = [Part(scheduling.activity().pk, 0, row.span.minutes)]
    roster.add_shift(by=by, pod=pod, period=row.span, parts=parts, seats=2)
    return gone


def split(life: Life, pod: Pod, by: User) -> object:
    row = life.one([shift for shift in Shift.objects.filter(pod=pod, cancelled_at=None) if shift.span.minutes > 120])
    return roster.split_shift(by=by, shift=row.pk, instant=row.span.start + row.span.length / 2)


def change_parts(life: Life, pod: Pod, by: User) -> object:
    """Another activity for the first hours."""
    row = life.shift(pod)
    slug = life.draw.choice(["phone", "chat"])
    first = Period(row.span.start, row.span.start + row.span.length / 2)
    return roster.change_parts(by=by, shift=row.pk, parts=[(scheduling.activity(slug).pk, first)])


def be_away(life: Life, pod: Pod, by: User) -> object:
    span = life.shift(pod).span
    kind = life.draw.choice(["sick", "other"])
    return roster.record_absence(by=by, member=by, period=Period(span.start, span.start + 6 * HOUR), kind=kind)


def come_back(life: Life, _pod: Pod, by: User) -> object:
    return roster.end_absence(by=by, absence=life.one(list(Absence.objects.filter(member=by))).pk)


def wish(life: Life, pod: Pod, _by: User) -> object:
    held = life.held(pod)
    return wishes.open_wish(by=held.member, assignment=held.pk, period=life.part(held.span))


def unwish(life: Life, _pod: Pod, by: User) -> object:
    return wishes.withdraw_wish(by=by, wish=life.one(list(SwapWish.objects.filter(owner=by, outcome="open"))).pk)


def ask(life: Life, pod: Pod, _by: User) -> object:
    """A gift, a swap, or a ring of three."""
    held = life.held(pod)
    by = held.member
    others = [each for each in life.company.crew[pod.pk] if each.pk != by.pk]
    ring = [by, *life.draw.sample(others, life.draw.choice([1, 1, 2]))]
    planned = [Planned(held.pk, ring[1].pk, life.part(held.span))]
    for giver, taker in zip(ring[1:], [*ring[2:], by], strict=True):
        if life.draw.random() < 0.8:
            planned.append(Planned(life.own(pod, giver).pk, taker.pk))
    return services.ask(by=by, pod=pod, planned=planned)


def answer(life: Life, pod: Pod, _by: User) -> object:
    """Somebody who is asked answers; others may have answered or ended it since."""
    asked = ExchangeConsent.objects.filter(exchange__pod=pod, exchange__outcome="open", answer="waiting")
    mine = life.one(list(asked.select_related("member").order_by("-pk")[:9]))
    return services.answer(by=mine.member, exchange=mine.exchange_id, consent=life.draw.random() < 0.85)


def take_back(life: Life, pod: Pod, by: User) -> object:
    asked = Exchange.objects.filter(pod=pod, outcome="open", consents__member=by)
    return services.take_back(by=by, exchange=life.one(list(asked)).pk)


def undo_exchange(life: Life, pod: Pod, by: User) -> object:
    done = Exchange.objects.filter(pod=pod, outcome="done", consents__member=by)
    return services.undo_exchange(by=by, exchange=life.one(list(done)).pk)


def let_time_pass(_life: Life, _pod: Pod, _by: User) -> object:
    return deadlines.expire_due() + deadlines.warn_owners()


DEEDS: list[Callable[[Life, Pod, User], object]] = [
    claim, release, offer, take, undo, move, cancel, be_away, come_back, wish, unwish, ask, answer, take_back,
    undo_exchange, let_time_pass, split, change_parts,
]  # fmt: skip
WEIGHTS = [24, 6, 5, 6, 4, 4, 2, 3, 6, 6, 1, 12, 18, 1, 2, 1, 1, 1]


def company_of(cast: Cast) -> Company:
    """Two pods of six with a guest in both; five days of early, middle and late shifts with two seats."""
    pods = [cast.isar, cast.elbe]
    crew = {
        cast.isar.pk: [cast.member, cast.second_member, cast.guest, *(people.member(cast.isar) for _n in range(3))],
        cast.elbe.pk: [cast.other_member, cast.guest, *(people.member(cast.elbe) for _n in range(4))],
    }
    for pod in pods:
        for day in range(5):
            for start, end in (("06:00", "14:00"), ("09:00", "17:00"), ("14:00", "22:00")):
                scheduling.shift(pod, day, start, end, seats=2)
    return Company(pods, crew)


def broken() -> dict[str, int]:
    """What must never be and is, with how often."""
    found = {}
    with connection.cursor() as cursor:
        for name, statement in NEVER.items():
            cursor.execute(statement)
            if count := cursor.fetchone()[0]:
                found[name] = count
    return found


def test_after_many_random_acts_at_once_nothing_is_broken(cast: Cast) -> None:
    company, before = company_of(cast), deadlocks()
    lives = [Life(company, random.Random(f"{SEED}-{number}")) for number in range(THREADS)]
    # In turns, since a scene of acts may last a minute.
    for _turn in range(max(1, ACTS // (THREADS * TURN))):
        together([partial(life.live, TURN) for life in lives])
    done, refused = sum((life.done for life in lives), Counter()), sum((life.refused for life in lives), Counter())
    print(f"\n{done.total() + refused.total()} acts: done {dict(done)}, refused {dict(refused)}")
    assert broken() == {}
    assert deadlocks() == before
    # An answer may be refused each time it is drawn: what the threads do between is chance.
    assert set(done) >= {"claim", "release", "ask"}
    assert "answer" in done | refused


def test_control_what_must_never_be_is_seen(cast: Cast) -> None:
    """Each kind of thing written past the services is found by its statement."""
    company = company_of(cast)
    person = company.crew[cast.isar.pk][0]
    held = scheduling.seated(person, Shift.objects.filter(pod=cast.isar).order_by("period")[0])
    services.ask(by=person, pod=cast.isar, planned=[Planned(held.pk, company.crew[cast.isar.pk][1].pk)])
    wishes.open_wish(by=person, assignment=held.pk)
    assert broken() == {}
    Shift.objects.filter(pk=held.shift_id).update(version=9)
    Exchange.objects.update(outcome="done", closed_at=held.span.start)
    Absence.objects.create(member=person, period=held.period, kind="sick", made_by=person)
    assert set(broken()) == {
        "an open wish stands on what its owner does not have",
        "an exchange happened without everybody's consent",
        "somebody works while away",
    }
