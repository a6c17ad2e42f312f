"""Acts on one shift, week or person at the same instant: offers, cancelling, absences, moves; guards with controls."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import OperationalError, connection
from django.http import Http404

from cxportal.core.database import LockClass
from cxportal.core.periods import HOUR, Period
from cxportal.core.violations import Refused
from teams.people.models import User
from teams.pods.models import Pod
from teams.scheduling import services
from teams.scheduling.models import Absence, Act, Assignment, GiveAway, Shift, Week
from teams.scheduling.services import absences, changes, claims, doors, give_aways, shifts, weeks
from tests import races
from tests.cast import Cast
from tests.factories import people, pods, scheduling
from tests.races import meeting, together, without_constraints, without_locks, without_row_locks

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROSTER = (LockClass.MEMBER_WEEK, LockClass.POD_DAY)
CLAIM_JUDGED = (claims, "claim_effect")


def again(user: User) -> User:
    """The person as another request would read them."""
    return User.objects.get(pk=user.pk)


def claim(user: User, shift: Shift) -> races.Act:
    return lambda: services.claim(by=again(user), shift=shift.pk)


# --- offers ---------------------------------------------------------------------------------------

TAKE_JUDGED = (give_aways, "judge_take")


def takers(cast: Cast, number: int) -> list[races.Act]:
    """The owner works twice on the day, so that the working day goes on when one shift changes hands."""
    scheduling.seated(cast.member, scheduling.shift(cast.isar, 1, "07:00", "11:00"))
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar, 1, "12:00", "16:00"))
    offer = services.offer(by=cast.member, assignment=held.pk)
    users = [people.member(cast.isar, f"Member {n}") for n in range(number)]
    return [partial(take, user, offer) for user in users]


def take(user: User, offer: GiveAway) -> object:
    return services.take(by=again(user), give_away=offer.pk)


def on_offer() -> int:
    """How many people sit on the shift that was on offer."""
    return Assignment.objects.filter(shift=GiveAway.objects.get().shift_id).count()


def test_an_offer_is_taken_by_one(cast: Cast) -> None:
    acts = takers(cast, 8)
    with meeting(TAKE_JUDGED):
        told = together(acts)
    assert (len(told.answers), len(told.refusals), told.codes) == (1, 7, {"seat_taken"})
    assert on_offer() == 1
    assert GiveAway.objects.get().taken_by == Assignment.objects.get(shift=GiveAway.objects.get().shift_id).member


def test_control_without_lock_and_constraint_an_offer_is_taken_by_two(cast: Cast) -> None:
    acts = takers(cast, 2)
    out = (without_locks(*ROSTER), without_row_locks(), without_constraints("assignment_seat_once"))
    with out[0], out[1], out[2], meeting(TAKE_JUDGED):
        assert len(together(acts).answers) == 2
        assert on_offer() == 2


def test_without_the_lock_the_constraint_still_gives_the_offered_seat_to_one(cast: Cast) -> None:
    acts = takers(cast, 2)
    with without_locks(*ROSTER), without_row_locks(), meeting(TAKE_JUDGED):
        told = together(acts, tolerate=(OperationalError,))
    assert len(told.answers) == 1
    assert told.codes <= {"seat_taken"}
    assert on_offer() == 1


def offers_twice(cast: Cast) -> list[races.Act]:
    held = scheduling.seated(cast.member, scheduling.shift(cast.isar))
    return [lambda: services.offer(by=again(cast.member), assignment=held.pk)] * 2


def test_a_double_click_on_offer_is_one_offer(cast: Cast) -> None:
    with meeting((give_aways, "tell"), before=True):
        told = together(offers_twice(cast))
    assert len(told.answers) == 2
    assert {offer.pk for offer in told.answers} == {GiveAway.objects.get().pk}


def test_control_without_lock_and_constraint_a_double_click_makes_two_offers(cast: Cast) -> None:
    acts = offers_twice(cast)
    with without_locks(*ROSTER), without_constraints("give_away_once"), meeting((give_aways, "tell"), before=True):
        together(acts)
        assert GiveAway.objects.filter(outcome="open").count() == 2


def taken_and_withdrawn(cast: Cast) -> list[races.Act]:
    (taken,) = takers(cast, 1)
    offer = GiveAway.objects.get()
    return [taken, lambda: services.withdraw(by=again(cast.member), give_away=offer.pk)]


def test_an_offer_is_taken_or_withdrawn_never_both(cast: Cast) -> None:
    acts = taken_and_withdrawn(cast)
    with meeting(TAKE_JUDGED, (give_aways, "tell"), before=True):
        told = together(acts)
    assert (len(told.answers), len(told.refusals)) == (1, 1)
    assert told.codes <= {"taken", "expired"}


def test_control_without_the_lock_an_offer_is_taken_and_withdrawn(cast: Cast) -> None:
    acts = taken_and_withdrawn(cast)
    with without_locks(*ROSTER), without_row_locks(), meeting(TAKE_JUDGED, (give_aways, "tell"), before=True):
        assert len(together(acts).answers) == 2
    assert GiveAway.objects.get().taken_by is not None


# --- a shift that is cancelled, a week that is a draft again ----------------------------------------


def claimed_and_cancelled(cast: Cast) -> tuple[Shift, list[races.Act]]:
    shift = scheduling.shift(cast.isar, 1)
    return shift, [
        claim(cast.member, shift),
        lambda: services.cancel_shift(by=again(cast.second_member), shift=shift.pk),
    ]


CANCELLED = (shifts, "tell")


def test_a_shift_that_is_cancelled_while_it_is_claimed_has_nobody_on_it(cast: Cast) -> None:
    for _ in range(3):
        shift, acts = claimed_and_cancelled(cast)
        with meeting(CLAIM_JUDGED, CANCELLED, before=True):
            told = together(acts, tolerate=(Http404,))
        shift.refresh_from_db()
        assert (shift.cancelled_at is None) == shift.assignments.exists()
        assert len(told.answers) == 1 or shift.cancelled_at is None
        assert told.codes <= {"changed"}
        Assignment.objects.all().delete()


def test_control_without_the_lock_somebody_sits_on_a_cancelled_shift(cast: Cast) -> None:
    shift, acts = claimed_and_cancelled(cast)
    with without_locks(*ROSTER), meeting(CLAIM_JUDGED, CANCELLED, before=True):
        assert len(together(acts).answers) == 2
    shift.refresh_from_db()
    assert shift.cancelled_at is not None
    assert shift.assignments.exists()


def claimed_and_drafted(cast: Cast) -> tuple[Week, list[races.Act]]:
    shift = scheduling.shift(cast.isar, 1)
    week = shift.week
    return week, [
        claim(cast.member, shift),
        lambda: services.undo_opening(by=again(cast.second_member), week=Week.objects.get(pk=week.pk)),
    ]


def is_draft(week: Week) -> bool:
    week.refresh_from_db()
    return week.state_at(dt.datetime.now(dt.UTC)) == "draft"


DRAFTED = (weeks, "tell")


def test_a_week_that_becomes_a_draft_again_has_no_claim_in_it(cast: Cast) -> None:
    for _ in range(3):
        week, acts = claimed_and_drafted(cast)
        with meeting(CLAIM_JUDGED, DRAFTED, before=True):
            told = together(acts)
        assert (len(told.answers), len(told.refusals)) == (1, 1)
        assert is_draft(week) != Assignment.objects.filter(shift__week=week).exists()
        Assignment.objects.all().delete()
        Act.objects.all().delete()
        week.delete()


def test_control_without_the_lock_a_claim_lies_in_a_draft(cast: Cast) -> None:
    week, acts = claimed_and_drafted(cast)
    with without_locks(*ROSTER), meeting(CLAIM_JUDGED, DRAFTED, before=True):
        assert len(together(acts).answers) == 2
    assert is_draft(week)
    assert Assignment.objects.filter(shift__week=week).exists()


def made_twice(cast: Cast) -> list[races.Act]:
    scheduling.pattern(cast.isar)
    return [lambda: services.make_week(by=again(cast.member), pod=cast.isar, monday=scheduling.MONDAY)] * 2


def test_a_week_that_two_make_at_once_is_made_once(cast: Cast) -> None:
    acts = made_twice(cast)
    with meeting((weeks, "planned")):
        assert len(together(acts).answers) == 2
    assert (Week.objects.count(), Shift.objects.count()) == (1, 5)


def test_control_without_lock_and_constraint_the_week_stands_twice(cast: Cast) -> None:
    acts = made_twice(cast)
    with without_locks(*ROSTER), without_constraints("week_once"), meeting((weeks, "planned")):
        together(acts)
        assert (Week.objects.count(), Shift.objects.count()) == (2, 10)


# --- absences ------------------------------------------------------------------------------------


def ill_and_claimed(cast: Cast) -> list[races.Act]:
    shift = scheduling.shift(cast.isar, 1)
    return [
        claim(cast.member, shift),
        lambda: services.record_absence(
            by=again(cast.member), member=cast.member, period=shift.span, kind=Absence.Kind.SICK
        ),
    ]


WORK_READ = (absences, "_shifts")


def works_while_absent(cast: Cast) -> bool:
    return scheduling.overlapping(cast.member, Absence.objects.get().span)


def test_who_reports_ill_while_claiming_does_not_work_then(cast: Cast) -> None:
    for _ in range(3):
        with meeting(CLAIM_JUDGED, WORK_READ):
            told = together(ill_and_claimed(cast))
        assert told.codes <= {"absent"}
        assert not works_while_absent(cast)
        Absence.objects.all().delete()


def test_control_without_the_lock_somebody_is_ill_and_at_work(cast: Cast) -> None:
    with without_locks(*ROSTER), meeting(CLAIM_JUDGED, WORK_READ):
        assert len(together(ill_and_claimed(cast)).answers) == 2
    assert works_while_absent(cast)


def test_a_report_of_illness_that_is_sent_twice_at_once_is_one(cast: Cast) -> None:
    acts = ill_and_claimed(cast)[1:] * 2
    with meeting(WORK_READ):
        together(acts)
    assert Absence.objects.count() == 1


def test_control_without_the_lock_the_same_illness_stands_twice(cast: Cast) -> None:
    acts = ill_and_claimed(cast)[1:] * 2
    with without_locks(*ROSTER), meeting(WORK_READ):
        together(acts)
    assert Absence.objects.count() == 2


# --- a shift that was moved between reading and locking ----------------------------------------------


def a_day_on(shift: Shift, days: int) -> Period:
    return Period(shift.span.start + dt.timedelta(days=days), shift.span.end + dt.timedelta(days=days))


def move(by: User, shift: Shift, days: int) -> object:
    return services.move_shift(by=again(by), shift=shift.pk, period=a_day_on(shift, days))


@contextmanager
def moved_before_the_lock(module: object, shift: Shift, by: User) -> Iterator[threading.Event]:
    """Whoever is about to lock this shift's day in a module is overtaken by somebody who moves it a day on."""
    lock_roster, gone = doors.lock_roster, threading.Event()

    def overtake() -> None:
        move(by, shift, 1)
        connection.close()
        gone.set()

    def late(pod: Pod, members: list[int], spans: list[Period]) -> None:
        if shift.span in spans and threading.current_thread() is not mover:
            mover.start()
            assert gone.wait(20)
        lock_roster(pod, members, spans)

    mover = threading.Thread(target=overtake)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "lock_roster", late)
        yield gone


def floor_of_one(cast: Cast) -> tuple[Shift, Assignment]:
    """One must stay on Wednesday, where one works; another one's shift is on Tuesday."""
    rows = [{"activity": "phone", "weekdays": [3], "start": "09:00", "end": "12:00", "people": 1}]
    pods.agreement(cast.isar, since=dt.datetime.now(dt.UTC) - HOUR, coverage_floor=rows)
    moves, stays = scheduling.shift(cast.isar, 1), scheduling.shift(cast.isar, 2)
    scheduling.seated(cast.member, moves)
    return moves, scheduling.seated(cast.second_member, stays)


def moved_on_and_given_back(cast: Cast) -> races.Outcome:
    """A shift comes to Wednesday and is moved on by who believes it on Tuesday; on Wednesday somebody gives back."""
    moves, held = floor_of_one(cast)
    with moved_before_the_lock(changes, moves, cast.member) as gone, meeting(*FLOOR_JUDGED):

        def give_back() -> object:
            assert gone.wait(20)
            return services.release(by=again(cast.second_member), assignment=held.pk)

        return together([partial(move, cast.member, moves, 2), give_back])


def on_wednesday() -> int:
    return Assignment.objects.filter(shift__day=scheduling.MONDAY + dt.timedelta(days=2)).count()


FLOOR_JUDGED = ((shifts, "floor_breaks"), (claims, "release_effect"))


def test_a_shift_that_moved_meanwhile_is_not_moved_under_the_locks_of_other_days(cast: Cast) -> None:
    told = moved_on_and_given_back(cast)
    assert (len(told.answers), told.codes) == (1, {"changed"})
    assert on_wednesday() == 1


def test_control_without_that_look_two_hold_different_days_and_the_floor_breaks(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "must_stand", lambda *_spans: None)
    assert len(moved_on_and_given_back(cast).answers) == 2
    assert on_wednesday() == 0


def test_a_claim_of_a_shift_that_moved_meanwhile_says_so(cast: Cast) -> None:
    shift = scheduling.shift(cast.isar, 1)
    with moved_before_the_lock(claims, shift, cast.second_member), pytest.raises(Refused) as refused:
        services.claim(by=cast.member, shift=shift.pk)
    assert refused.value.codes == {"changed"}


@pytest.mark.parametrize(("act", "module"), [(services.release, claims), (services.offer, give_aways)])
def test_what_one_does_with_an_own_shift_that_moved_meanwhile_says_so(
    cast: Cast, act: Callable[..., object], module: object
) -> None:
    shift = scheduling.shift(cast.isar, 1)
    held = scheduling.seated(cast.member, shift)
    with moved_before_the_lock(module, shift, cast.second_member), pytest.raises(Refused) as refused:
        act(by=cast.member, assignment=held.pk)
    assert refused.value.codes == {"changed"}
