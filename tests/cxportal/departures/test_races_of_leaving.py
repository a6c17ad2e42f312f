"""Somebody leaves at the instant of a claim or of a consent: lock and judge keep them off; with controls."""

from __future__ import annotations

import pytest
from django.http import Http404

from cxportal.core import periods
from cxportal.core.database import LockClass
from cxportal.core.periods import DAY
from cxportal.core.violations import Refused
from cxportal.departures import services as departures
from teams.people.models import User
from teams.pods.models import Membership
from teams.pods.queries import standing
from teams.scheduling import services as roster
from teams.scheduling.models import Assignment
from teams.scheduling.services import claims, leaving
from teams.scheduling.swaps import services as swaps
from teams.scheduling.swaps.models import Exchange
from teams.scheduling.swaps.services import Planned
from tests import races
from tests.cast import Cast
from tests.factories import scheduling
from tests.races import meeting, together, until_decided, without_locks, without_row_locks

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROSTER = (LockClass.MEMBER_WEEK, LockClass.POD_DAY)
GIVEN_UP = (leaving, "open_seats")


def again(user: User) -> User:
    """The person as another request would read them."""
    return User.objects.get(pk=user.pk)


def leave_pod(cast: Cast) -> races.Act:
    row = Membership.objects.select_related("pod", "member").get(member=cast.second_member)
    last = periods.now().date() - DAY
    return until_decided(lambda: departures.leave_pod(by=again(cast.administrator), membership=row, last=last))


def seats_of(user: User) -> int:
    return Assignment.objects.filter(member=user).count()


def claim_and_leaving(cast: Cast) -> list[races.Act]:
    """The claim has judged, the leaving has given up what there was: whoever comes second sees the other."""
    scheduling.seated(cast.second_member, scheduling.shift(cast.isar, 3))
    shift = scheduling.shift(cast.isar)
    return [until_decided(lambda: roster.claim(by=again(cast.second_member), shift=shift.pk)), leave_pod(cast)]


def test_who_leaves_holds_nothing_that_was_claimed_at_the_same_instant(cast: Cast) -> None:
    acts = claim_and_leaving(cast)
    with meeting((claims, "claim_effect"), GIVEN_UP):
        told = together(acts, tolerate=(Http404,))
    claimed = len(told.answers) == 2
    # Who claimed first gives it up with the rest; who comes second is no member any more. Leaving always happens.
    assert claimed or told.codes == {"not_a_member"} or [type(error) for error in told.errors] == [Http404]
    assert any(isinstance(answer, list) for answer in told.answers)
    assert seats_of(cast.second_member) == 0


def test_control_without_the_lock_the_claim_stays(cast: Cast) -> None:
    acts = claim_and_leaving(cast)
    with without_locks(*ROSTER), meeting((claims, "claim_effect"), GIVEN_UP):
        assert len(together(acts).answers) == 2
    assert seats_of(cast.second_member) == 1


def test_a_claim_that_waited_while_its_member_left_is_refused(cast: Cast) -> None:
    """Whoever claims was let in as a member, and reaches the locks when the leaving is done."""
    shift, claimant = scheduling.shift(cast.isar), again(cast.second_member)
    assert cast.isar.pk in standing(claimant).member_of
    leave_pod(cast)()
    with pytest.raises(Refused) as refusal:
        roster.claim(by=claimant, shift=shift.pk)
    assert refusal.value.codes == {"not_a_member"}
    assert seats_of(cast.second_member) == 0


def consent_and_leaving(cast: Cast) -> list[races.Act]:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar))
    made = swaps.ask(by=cast.member, pod=cast.isar, planned=[Planned(held.pk, cast.second_member.pk)])
    consent = lambda: swaps.answer(by=again(cast.second_member), exchange=made.pk, consent=True)  # noqa: E731
    return [until_decided(consent), leave_pod(cast)]


def test_a_swap_is_consented_before_somebody_leaves_or_not_at_all(cast: Cast) -> None:
    """Consented first, the work opens with the rest that the person has; later there is nothing to consent to."""
    acts = consent_and_leaving(cast)
    with meeting((swaps, "_judge"), GIVEN_UP):
        told = together(acts, tolerate=(Http404,))
    done = len(told.answers) == 2
    assert done or told.codes in ({"ended"}, {"not_a_member"}) or [type(error) for error in told.errors] == [Http404]
    assert any(isinstance(answer, list) for answer in told.answers)
    assert seats_of(cast.second_member) == 0
    assert Exchange.objects.get().outcome == ("done" if done else "closed")


def test_without_the_locks_the_row_of_the_exchange_still_keeps_a_swap_from_who_has_left(cast: Cast) -> None:
    acts = consent_and_leaving(cast)
    with without_locks(*ROSTER), meeting((swaps, "_judge"), GIVEN_UP):
        together(acts)
    assert seats_of(cast.second_member) == 0


def test_control_without_the_locks_and_that_row_the_swap_gives_work_to_who_has_left(cast: Cast) -> None:
    acts = consent_and_leaving(cast)
    with without_locks(*ROSTER), without_row_locks(), meeting((swaps, "_judge"), GIVEN_UP):
        assert len(together(acts).answers) == 2
    assert seats_of(cast.second_member) == 1
