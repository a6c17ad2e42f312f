"""Exchanges at the same instant as another exchange, a claim or another consent; guards with controls."""

from __future__ import annotations

import pytest

from cxportal.core.database import LockClass
from teams.people.models import User
from teams.scheduling import services as roster
from teams.scheduling.models import Assignment
from teams.scheduling.services import claims
from teams.scheduling.swaps import services
from teams.scheduling.swaps.models import Exchange, ExchangeConsent, Outcome
from teams.scheduling.swaps.services import Planned
from tests import races
from tests.cast import Cast
from tests.factories import people, scheduling
from tests.races import meeting, together, without_constraints, without_locks, without_row_locks

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROSTER = (LockClass.MEMBER_WEEK, LockClass.POD_DAY)
JUDGED = (services, "_judge")
CONSTRAINTS = ("assignment_member_once", "duty_rest_kept")


def again(user: User) -> User:
    """The person as another request would read them."""
    return User.objects.get(pk=user.pk)


def consent(user: User, exchange: Exchange) -> races.Act:
    return lambda: services.answer(by=again(user), exchange=exchange.pk, consent=True)


def two_gifts_at_one_time(cast: Cast) -> list[races.Act]:
    """Two people give overlapping shifts to the same person, who accepts both in two tabs."""
    givers = [cast.member, people.member(cast.isar, "Third")]
    made = []
    for giver, start in zip(givers, ("07:00", "09:00"), strict=True):
        held = scheduling.seated(giver, scheduling.shift(cast.isar, 1, start, f"{int(start[:2]) + 8:02}:00"))
        planned = [Planned(held.pk, cast.second_member.pk)]
        made.append(services.ask(by=giver, pod=cast.isar, planned=planned))
    return [consent(cast.second_member, exchange) for exchange in made]


def seats_of(user: User) -> int:
    return Assignment.objects.filter(member=user).count()


def test_of_two_exchanges_that_conflict_one_is_accepted(cast: Cast) -> None:
    acts = two_gifts_at_one_time(cast)
    with meeting(JUDGED):
        told = together(acts)
    assert (len(told.answers), told.codes) == (1, {"overlap"})
    assert seats_of(cast.second_member) == 1
    assert sorted(Exchange.objects.values_list("outcome", flat=True)) == ["done", "open"]


def test_control_without_lock_and_constraint_both_are_accepted(cast: Cast) -> None:
    acts = two_gifts_at_one_time(cast)
    with without_locks(*ROSTER), without_constraints(*CONSTRAINTS), meeting(JUDGED):
        assert len(together(acts).answers) == 2
        assert seats_of(cast.second_member) == 2


def consent_and_claim(cast: Cast) -> list[races.Act]:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1, "07:00", "15:00"))
    planned = [Planned(held.pk, cast.second_member.pk)]
    made = services.ask(by=cast.member, pod=cast.isar, planned=planned)
    late = scheduling.shift(cast.isar, 1, "12:00", "20:00")
    return [
        consent(cast.second_member, made),
        lambda: roster.claim(by=again(cast.second_member), shift=late.pk),
    ]


def test_an_exchange_and_a_claim_of_the_same_hours_one_wins(cast: Cast) -> None:
    acts = consent_and_claim(cast)
    with meeting(JUDGED, (claims, "claim_effect")):
        told = together(acts)
    assert (len(told.answers), told.codes) == (1, {"overlap"})
    assert seats_of(cast.second_member) == 1


def test_control_without_lock_and_constraint_both_hold(cast: Cast) -> None:
    acts = consent_and_claim(cast)
    with without_locks(*ROSTER), without_constraints(*CONSTRAINTS), meeting(JUDGED, (claims, "claim_effect")):
        assert len(together(acts).answers) == 2
        assert seats_of(cast.second_member) == 2


def last_two_consents(cast: Cast) -> list[races.Act]:
    """Of a ring of three two are still asked, and both answer at once."""
    crew = [cast.member, cast.second_member, people.member(cast.isar, "Third")]
    held = [scheduling.seated(person, scheduling.shift(cast.isar, day)) for day, person in enumerate(crew, 1)]
    planned = [Planned(held[place].pk, crew[(place + 1) % 3].pk) for place in range(3)]
    made = services.ask(by=cast.member, pod=cast.isar, planned=planned)
    return [consent(person, made) for person in crew[1:]]


def test_the_last_two_consents_at_once_apply_the_exchange_once(cast: Cast) -> None:
    acts = last_two_consents(cast)
    with meeting(JUDGED):
        told = together(acts)
    assert len(told.answers) == 2
    assert Exchange.objects.get().outcome == Outcome.DONE
    assert Assignment.objects.filter(source="swap").count() == 3


def test_control_without_lock_each_waits_for_the_other_for_ever(cast: Cast) -> None:
    acts = last_two_consents(cast)
    with without_locks(*ROSTER), without_row_locks(), meeting(JUDGED):
        together(acts)
    assert Exchange.objects.get().outcome == Outcome.OPEN
    assert not ExchangeConsent.objects.exclude(answer="consent").exists()


def two_takers_of_one_shift(cast: Cast) -> list[races.Act]:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1))
    takers = [cast.second_member, people.member(cast.isar, "Third")]
    made = [services.ask(by=cast.member, pod=cast.isar, planned=[Planned(held.pk, to.pk)]) for to in takers]
    return [consent(person, exchange) for person, exchange in zip(takers, made, strict=True)]


def test_one_shift_asked_of_two_goes_to_the_first_and_the_other_reads_that_it_ended(cast: Cast) -> None:
    acts = two_takers_of_one_shift(cast)
    with meeting(JUDGED):
        told = together(acts)
    assert (len(told.answers), told.codes) == (1, {"ended"})
    assert sorted(Exchange.objects.values_list("outcome", flat=True)) == ["closed", "done"]
    assert Assignment.objects.count() == 1
